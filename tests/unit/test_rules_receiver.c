/*
 * What the receiver of a response is told of it. A good response of each
 * format, and for each thing that can be wrong with one the one change that
 * makes it so: found with its bundle and its values, and no other rule fails.
 */
#include "tests/unit/unit.h"

#include <glob.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "policy/receiver_sigs.h"
#include "policy/report.h"
#include "tests/unit/ksrhelp.h"
#include "tests/unit/receivermutants.h"

#define OTHER "the file is in the format of "
#define NAMED "named keeps the response in memory only: import it again " \
	"after each restart, and do not trust the exit status of rndc"

static bool
is_rule(const char *id, const char *name)
{

	return name != NULL && strcmp(id, name) == 0;
}

/* Whether rule says the message with this verdict, to the letter. */
static bool
says(const struct findings *findings, enum finding_verdict verdict,
    const char *rule, const char *message)
{
	size_t i;

	for (i = 0; i < findings->n; i++)
		if (findings->items[i].verdict == verdict &&
		    is_rule(findings->items[i].rule, rule) &&
		    strcmp(findings->items[i].message, message) == 0)
			return true;
	return false;
}

/* No rule fails but these, or none where they are NULL. */
static void
only_fails(const struct findings *findings, const char *rule,
    const char *also)
{
	const struct finding *finding;
	size_t i;

	for (i = 0; i < findings->n; i++) {
		finding = &findings->items[i];
		if (finding->verdict == FINDING_FAIL &&
		    !is_rule(finding->rule, rule) &&
		    !is_rule(finding->rule, also))
			fail_msg("%s, not %s: %s", finding->rule, rule,
			    finding->message);
	}
}

static void
must_say(const struct findings *findings, enum finding_verdict verdict,
    const char *rule, const char *message)
{
	size_t i;

	if (says(findings, verdict, rule, message))
		return;
	for (i = 0; i < findings->n; i++)
		print_error("%s %s: %s\n", findings->items[i].rule,
		    finding_verdict_name(findings->items[i].verdict),
		    findings->items[i].message);
	fail_msg("%s does not say \"%s\"", rule, message);
}

static void
test_mutants(void **state)
{
	const struct receivermutant *m;
	struct findings findings;
	struct receiver r;

	(void)state;
	for (m = receivermutants; m->rule != NULL; m++) {
		findings = (struct findings)FINDINGS_INIT;
		receiver_init(&r, m->format);
		m->change(&r);
		rules_check_receiver(&r.in, &findings);
		only_fails(&findings, m->rule, m->also);
		must_say(&findings, FINDING_FAIL, m->rule, m->message);
		findings_clear(&findings);
		receiver_clear(&r);
	}
}

static void
check_has_mutant(const struct rule *rule)
{
	const struct receivermutant *m;

	for (m = receivermutants; m->rule != NULL; m++)
		if (strcmp(m->rule, rule->info.id) == 0)
			return;
	fail_msg("nothing breaks %s", rule->info.id);
}

static void
test_every_rule(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < rules_receiver_n; i++)
		check_has_mutant(&rules_receiver[i]);
	for (i = 0; i < rules_peers_n; i++)
		check_has_mutant(&rules_peers[i]);
}

/* The good ones: every rule passes, and peers of other formats are off. */
static void
check_good(enum ksr_format format, const char *peer)
{
	struct findings findings = FINDINGS_INIT;
	const struct finding *finding;
	struct receiver r;
	size_t i;

	receiver_init(&r, format);
	rules_check_receiver(&r.in, &findings);
	assert_int_equal(findings.n, rules_receiver_n + rules_peers_n);
	for (i = 0; i < findings.n; i++) {
		finding = &findings.items[i];
		if (strncmp(finding->rule, "PEER-", 5) != 0)
			assert_int_equal(finding->verdict, FINDING_PASS);
		else if (!is_rule(finding->rule, peer))
			must_say(&findings, FINDING_OFF, finding->rule,
			    format == KSR_BIND ? OTHER "bind" :
			    format == KSR_KNOT ? OTHER "knot" : OTHER "icann");
		else if (format != KSR_BIND)
			assert_int_equal(finding->verdict, FINDING_PASS);
		else
			must_say(&findings, FINDING_WARN, peer, NAMED);
	}
	findings_clear(&findings);
	receiver_clear(&r);
}

static void
test_good(void **state)
{

	(void)state;
	check_good(KSR_BIND, "PEER-NAMED");
	check_good(KSR_KNOT, "PEER-KNOT");
	check_good(KSR_ICANN, "PEER-KSKM");
}

/* What was not given, and what is odd but no fault. */
static void
test_warnings(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct receiver r;

	(void)state;
	receiver_init(&r, KSR_KNOT);
	r.in.request = NULL;
	r.in.n_ds = 0;
	r.in.now_at = RECEIVER_START - 1;
	/* What kskm would say of it. */
	r.response->format = KSR_ICANN;
	for (size_t i = 0; i < r.response->bundles[0].n_sigs; i++)
		r.response->bundles[0].sigs[i].key_id = mem_strdup("id");
	rules_check_receiver(&r.in, &findings);
	only_fails(&findings, NULL, NULL);
	must_say(&findings, FINDING_OFF, "RESPONSE-REQUEST",
	    "no request was given");
	must_say(&findings, FINDING_OFF, "RESPONSE-DS", "no DS was given");
	must_say(&findings, FINDING_WARN, "RESPONSE-CURRENT", "it begins at "
	    "2027-01-01T00:00:00Z; until then the response before it must be "
	    "there");
	must_say(&findings, FINDING_WARN, "PEER-KSKM",
	    "kskm knows the root zone only");
	must_say(&findings, FINDING_WARN, "PEER-KSKM",
	    "kskm signs and verifies RSA only");
	findings_clear(&findings);
	receiver_clear(&r);
}

/* From its first second to its last it is no fault; at its end it is one. */
static void
test_end(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct receiver r;

	(void)state;
	receiver_init(&r, KSR_BIND);
	r.in.now_at = RECEIVER_START + 3 * RECEIVER_STEP_S + 14 * 86400 - 1;
	rules_check_receiver(&r.in, &findings);
	must_say(&findings, FINDING_PASS, "RESPONSE-CURRENT", "");
	findings_clear(&findings);
	r.in.now_at = RECEIVER_START;
	rules_check_receiver(&r.in, &findings);
	must_say(&findings, FINDING_PASS, "RESPONSE-CURRENT", "");
	findings_clear(&findings);
	r.in.now_at += 3 * RECEIVER_STEP_S + 14 * 86400;
	rules_check_receiver(&r.in, &findings);
	only_fails(&findings, "RESPONSE-CURRENT", NULL);
	assert_int_equal(findings_failed(&findings), 1);
	findings_clear(&findings);
	receiver_clear(&r);
}

/* Wrong signatures and keys of one tag do not multiply (CVE-2023-50387). */
static void
test_give_up(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct ksr_bundle *bundle;
	struct receiver_sigs sigs;
	struct receiver r;
	struct ksr_sig sig;
	struct ksr_key key;
	size_t i;

	(void)state;
	receiver_init(&r, KSR_BIND);
	bundle = &r.response->bundles[0];
	for (i = 0; i < bundle->n_sigs; i++)
		bundle->sigs[i].rrsig.sig[0] ^= 1;
	sig = bundle->sigs[0];
	key = bundle->keys[0];
	while (bundle->n_sigs < KSR_SIGS_MAX)
		ksr_add_sig(bundle, &sig);
	while (bundle->n_keys < KSR_KEYS_MAX)
		ksr_add_key(bundle, &key);
	receiver_sigs_init(&sigs, &r.in);
	assert_int_equal(sigs.n_failed, RECEIVER_FAILURES_MAX);
	receiver_sigs_clear(&sigs);
	rules_check_receiver(&r.in, &findings);
	assert_true(says(&findings, FINDING_FAIL, "RESPONSE-SIGNED",
	    "nothing more was verified after 64 failures"));
	findings_clear(&findings);
	receiver_clear(&r);
}

/* A file of a real tool, on its second day: rule fails and no other. */
static void
check_file(const char *path, const char *rule)
{
	struct findings findings = FINDINGS_INIT;
	struct rules_receiver in = { 0 };
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct ksr *response;

	unit_ok(file_read(path, KSR_MAX_LEN, &text, &err), &err);
	response = ksrhelp_read(buf_text(&text));
	if (response->kind == KSR_RESPONSE) {
		in.response = response;
		in.len = text.len;
		in.now_at = response->bundles[0].inception_at + 86400;
		rules_check_receiver(&in, &findings);
		only_fails(&findings, rule, NULL);
		assert_int_equal(findings_failed(&findings) > 0, rule != NULL);
		findings_clear(&findings);
	}
	ksr_free(response);
	buf_free(&text);
}

/* BIND's pre-publication, which named refuses, and all that peers take. */
static void
test_samples(void **state)
{
	const char *folder = getenv("KMGR_SAMPLES");
	char *pattern;
	glob_t files;
	size_t i;

	(void)state;
	if (folder == NULL)
		return;
	pattern = mem_printf("%s/*/*skr*", folder);
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (i = 0; i < files.gl_pathc; i++)
		check_file(files.gl_pathv[i], strstr(files.gl_pathv[i],
		    "REFUSED-by-named") != NULL ? "PEER-NAMED" : NULL);
	globfree(&files);
	free(pattern);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_every_rule),
		cmocka_unit_test(test_mutants),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_give_up),
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
