/*
 * tests/fixtures/bad-zsks and good-zsks: a fixture is added by adding a file.
 * The first line "; expect: RULE RULE" names every rule that fails or warns;
 * the first of them is the fixture's name.
 */
#include "tests/unit/unit.h"

#include "policy/report.h"
#include "policy/rules.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/zsks.h"

/* Whether the word stands in the blank-parted list. */
static bool
lists(const char *list, const char *word)
{
	const size_t n = strlen(word);
	const char *p;

	for (p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static void
triggers_what_it_expects(const char *name, const struct buf *text, void *arg)
{
	struct findings findings = FINDINGS_INIT;
	char expect[256];
	const struct finding *f;
	const struct rule_info *rule;
	struct zsks zsks;
	bool found;
	size_t i;

	(void)arg;
	assert_true(fixtures_says(text, "expect", 0, expect));
	assert_int_equal(strncmp(expect, name, strcspn(expect, " ")), 0);
	zsks_init(&zsks, text);
	rules_check_zsks(zsks.policy, &zsks.request, &findings);
	for (i = 0; i < findings.n; i++) {
		f = &findings.items[i];
		found = f->verdict == FINDING_FAIL ||
		    f->verdict == FINDING_WARN;
		if (found && !lists(expect, f->rule))
			fail_msg("%s: also %s: %s", name, f->rule, f->message);
	}
	for (i = 0; (rule = rules_at(i)) != NULL; i++)
		if (lists(expect, rule->id) && zsks_badness(
		    zsks_verdict(&findings, rule->id)) == 0)
			fail_msg("%s: %s is not triggered", name, rule->id);
	assert_non_null(rules_find(strtok(expect, " ")));
	findings_clear(&findings);
	zsks_clear(&zsks);
}

static void
bad_sets_trigger_the_rules_that_they_expect(void **state)
{

	(void)state;
	assert_true(fixtures_each("bad-zsks", triggers_what_it_expects, NULL)
	    >= 25);
}

static void
passes(const char *name, const struct buf *text, void *arg)
{
	struct findings findings = FINDINGS_INIT;
	struct zsks zsks;
	size_t i;

	(void)arg;
	zsks_init(&zsks, text);
	rules_check_zsks(zsks.policy, &zsks.request, &findings);
	for (i = 0; i < findings.n; i++)
		if (zsks_badness(findings.items[i].verdict) > 0)
			fail_msg("%s: %s: %s", name, findings.items[i].rule,
			    findings.items[i].message);
	findings_clear(&findings);
	zsks_clear(&zsks);
}

static void
good_sets_pass_every_rule(void **state)
{

	(void)state;
	assert_true(fixtures_each("good-zsks", passes, NULL) >= 15);
}

static void
mark(const char *name, const struct buf *text, void *arg)
{
	bool *seen = arg;
	char expect[256];
	size_t i;

	(void)name;
	assert_true(fixtures_says(text, "expect", 0, expect));
	expect[strcspn(expect, " ")] = '\0';
	for (i = 0; rules_at(i) != NULL; i++)
		seen[i] = seen[i] || strcmp(rules_at(i)->id, expect) == 0;
}

static void
every_rule_on_zsks_has_a_fixture(void **state)
{
	bool seen[256] = { false };
	size_t i;

	(void)state;
	(void)fixtures_each("bad-zsks", mark, seen);
	for (i = 0; rules_at(i) != NULL; i++)
		if (strncmp(rules_at(i)->id, "ZSK-", 4) == 0 && !seen[i])
			fail_msg("no fixture triggers %s", rules_at(i)->id);
}

/* The findings on the fixture bad-zsks/name. */
static void
judge(const char *name, struct zsks *zsks, struct findings *findings)
{
	struct buf text = BUF_INIT;
	char path[128];

	(void)snprintf(path, sizeof(path), "tests/fixtures/bad-zsks/%s.zone",
	    name);
	fixtures_read(path, &text);
	zsks_init(zsks, &text);
	rules_check_zsks(zsks->policy, &zsks->request, findings);
	buf_free(&text);
}

static void
messages_name_line_and_reason(void **state)
{
	static const struct {
		const char	*name;
		enum err_class	 class;
		const char	*part;
	} want[] = {
		{ "ZSK-FLAGS", ERR_INPUT,
		    "ZSK-FLAGS: line 4: flags 257, a KSK" },
		{ "ZSK-FLAGS-2", ERR_INPUT, "flags 385, a revoked KSK" },
		{ "ZSK-FLAGS-3", ERR_INPUT, "flags 384, a revoked key" },
		{ "ZSK-FLAGS-4", ERR_INPUT, "flags 0, no zone key" },
		{ "ZSK-OWNER", ERR_INPUT, "owner sub.example.com.; the zone "
		    "is example.com." },
		{ "ZSK-OWNER-2", ERR_INPUT, "a final dot is missing" },
		{ "ZSK-ALGORITHM", ERR_POLICY, "algorithm 5 (RSASHA1): it must "
		    "not be used (RFC 9905)" },
		{ "ZSK-COUNT", ERR_POLICY, "4 keys; zsk.max-keys is 3" },
		{ "ZSK-SIZE", ERR_POLICY, "RSA of 1024 bits" },
		{ "ZSK-TTL", ERR_POLICY, "TTL 7200; signatures.dnskey-ttl is "
		    "3600" },
		{ "ZSK-DUPLICATE", ERR_POLICY, "ZSK-DUPLICATE: line 3: the key "
		    "of line 2 again, with another TTL" },
		{ "ZSK-TAG", ERR_POLICY, "is the tag of a KSK" },
		{ "ZSK-TAG-2", ERR_POLICY, "when it is revoked" },
		{ "ZSK-KEY-DATA-7", ERR_INPUT, "line 3: " },
		{ "ZSK-TYPE-2", ERR_INPUT, "a record of type 16" },
	};
	struct findings findings = FINDINGS_INIT;
	struct error err = ERR_INIT;
	struct zsks zsks;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(want); i++) {
		judge(want[i].name, &zsks, &findings);
		unit_fails(findings_error(&findings, &err), &err,
		    want[i].class, want[i].part);
		findings_clear(&findings);
		zsks_clear(&zsks);
	}
}

static void
some_things_are_only_warned_of(void **state)
{
	static const char *const names[] = { "ZSK-DUPLICATE-2",
		"ZSK-DUPLICATE-3", "ZSK-DUPLICATE-4", "ZSK-TAG-3" };
	struct findings findings = FINDINGS_INIT;
	struct zsks zsks;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(names); i++) {
		judge(names[i], &zsks, &findings);
		assert_int_equal(findings_failed(&findings), 0);
		findings_clear(&findings);
		zsks_clear(&zsks);
	}
	/* Many zones share the KSK: none of them can demand another one. */
	for (i = 0; i < 2; i++) {
		judge(i == 0 ? "ZSK-TAG" : "ZSK-TAG-2", &zsks, &findings);
		assert_int_equal(findings_failed(&findings), 1);
		findings_clear(&findings);
		zsks.request.is_shared = true;
		rules_check_zsks(zsks.policy, &zsks.request, &findings);
		assert_int_equal(findings_failed(&findings), 0);
		assert_int_equal(zsks_verdict(&findings, "ZSK-TAG"),
		    FINDING_WARN);
		findings_clear(&findings);
		zsks_clear(&zsks);
	}
}

static void
a_huge_set_is_refused_at_once(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct zonefile_record *records;
	struct zsks zsks;
	size_t i;
	const size_t n = 10000;

	(void)state;
	zsks_read(&zsks, "powerdns-axfr");
	records = calloc(n, sizeof(*records));
	for (i = 0; i < n; i++)
		records[i] = zsks.zonefile->records[0];
	zsks.request.records = records;
	zsks.request.n_records = n;
	rules_check_zsks(zsks.policy, &zsks.request, &findings);
	assert_int_equal(zsks_verdict(&findings, "ZSK-COUNT"), FINDING_FAIL);
	assert_true(findings.n < 50);
	findings_clear(&findings);
	free(records);
	zsks_clear(&zsks);
}

#define DAY  86400
#define HOUR 3600

static void
windows_are_those_of_the_policy(void **state)
{
	/* Inception and expiration less ZSKS_NOW; defaults of the policy. */
	static const struct {
		int64_t			 inception_s, expiration_s;
		const char		*rule;
		enum finding_verdict	 verdict;
	} want[] = {
		{ 0, 14 * DAY, "SIG-INCEPTION", FINDING_PASS },
		{ 1, 14 * DAY, "SIG-INCEPTION", FINDING_FAIL },
		{ -25 * HOUR, DAY, "SIG-INCEPTION", FINDING_PASS },
		{ -25 * HOUR - 1, DAY, "SIG-INCEPTION", FINDING_FAIL },
		{ -HOUR, 2 * HOUR, "SIG-EXPIRATION", FINDING_PASS },
		{ -HOUR, 2 * HOUR - 1, "SIG-EXPIRATION", FINDING_WARN },
		{ -HOUR, 1, "SIG-EXPIRATION", FINDING_WARN },
		{ -HOUR, 0, "SIG-EXPIRATION", FINDING_FAIL },
		{ -HOUR, -HOUR, "SIG-EXPIRATION", FINDING_FAIL },
		{ -HOUR, 14 * DAY, "SIG-VALIDITY", FINDING_PASS },
		{ -HOUR, 14 * DAY + 1, "SIG-VALIDITY", FINDING_FAIL },
		{ 0, 14 * DAY + HOUR, "SIG-VALIDITY", FINDING_PASS },
		{ -HOUR - 1, 14 * DAY, "SIG-VALIDITY", FINDING_FAIL },
		{ -HOUR, 400 * DAY, "SIG-HORIZON", FINDING_PASS },
		{ -HOUR, 400 * DAY + 1, "SIG-HORIZON", FINDING_FAIL },
	};
	struct findings findings = FINDINGS_INIT;
	struct zsks zsks;
	size_t i;

	(void)state;
	zsks_read(&zsks, "powerdns-axfr");
	for (i = 0; i < N_OF(want); i++) {
		zsks.request.inception_at = ZSKS_NOW + want[i].inception_s;
		zsks.request.expiration_at = ZSKS_NOW + want[i].expiration_s;
		rules_check_zsks(zsks.policy, &zsks.request, &findings);
		if (zsks_verdict(&findings, want[i].rule) != want[i].verdict)
			fail_msg("row %zu: %s is not %s", i, want[i].rule,
			    finding_verdict_name(want[i].verdict));
		findings_clear(&findings);
	}
	zsks_clear(&zsks);
}

static void
zone_and_ksk_must_be_there(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct error err = ERR_INIT;
	struct zsks zsks;

	(void)state;
	zsks_read(&zsks, "powerdns-axfr");
	zsks.request.n_ksks = 0;
	rules_check_zsks(zsks.policy, &zsks.request, &findings);
	assert_int_equal(zsks_verdict(&findings, "SIG-NO-KSK"), FINDING_FAIL);
	assert_int_equal(findings_failed(&findings), 1);
	findings_clear(&findings);
	unit_ok(name_read("example.org", &zsks.request.zone, &err), &err);
	rules_check_zsks(zsks.policy, &zsks.request, &findings);
	assert_int_equal(zsks_verdict(&findings, "SIG-ZONE"), FINDING_FAIL);
	assert_int_equal(zsks_verdict(&findings, "ZSK-OWNER"), FINDING_FAIL);
	findings_clear(&findings);
	zsks_clear(&zsks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_sets_trigger_the_rules_that_they_expect),
		cmocka_unit_test(good_sets_pass_every_rule),
		cmocka_unit_test(every_rule_on_zsks_has_a_fixture),
		cmocka_unit_test(messages_name_line_and_reason),
		cmocka_unit_test(some_things_are_only_warned_of),
		cmocka_unit_test(a_huge_set_is_refused_at_once),
		cmocka_unit_test(windows_are_those_of_the_policy),
		cmocka_unit_test(zone_and_ksk_must_be_there),
	};

	return cmocka_run_group_tests_name("rules on ZSKs", tests, NULL, NULL);
}
