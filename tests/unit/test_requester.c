/* policy/requester.c: who may ask, by the rules on requests and ZSK sets */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "policy/requester.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/ksrmutate.h"
#include "tests/unit/zsks.h"

/* The first two of tests/fixtures/ssh-keys may ask, the third may not. */
static struct {
	char	*prints[3];
} t;

static int
setup(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t.prints); i++)
		free(fixtures_ssh_key(i, &t.prints[i]));
	return 0;
}

static int
teardown(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t.prints); i++)
		free(t.prints[i]);
	return 0;
}

static void
name_requesters(struct policy *policy)
{

	policy->admission = ADMISSION_SSH;
	policy->requesters = mem_new(2 * sizeof(char *));
	policy->requesters[0] = fixtures_ssh_key(0, NULL);
	policy->requesters[1] = fixtures_ssh_key(1, NULL);
	policy->n_requesters = 2;
}

static struct requester
requester_of(const char *fingerprint, const char *why)
{
	struct requester requester = { .why = "" };

	(void)snprintf(requester.fingerprint, sizeof(requester.fingerprint),
	    "%s", fingerprint);
	(void)snprintf(requester.why, sizeof(requester.why), "%s", why);
	return requester;
}

/* What the rule says of a request in every format; the last message. */
static void
expect(enum policy_admission admission, const struct requester *requester,
    enum finding_verdict verdict, const char *message)
{
	static const enum ksr_format formats[] = { KSR_ICANN, KSR_BIND,
		KSR_KNOT };
	struct findings findings = FINDINGS_INIT;
	struct ksrcase c;
	size_t i, k, n;

	for (i = 0; i < N_OF(formats); i++) {
		ksrcase_init(&c, formats[i]);
		name_requesters(c.policy);
		c.policy->admission = admission;
		c.in.requester = requester;
		rules_check_ksr(c.policy, &c.in, &findings);
		for (n = k = 0; k < findings.n; k++) {
			if (strcmp(findings.items[k].rule,
			    "KSR-ADMISSION") != 0)
				continue;
			n++;
			assert_int_equal(findings.items[k].verdict, verdict);
			assert_int_equal(findings.items[k].class, ERR_POLICY);
			assert_non_null(strstr(findings.items[k].message,
			    message));
		}
		assert_int_equal(n, 1);
		/* And nothing else finds fault. */
		assert_int_equal(findings_failed(&findings),
		    verdict == FINDING_FAIL);
		findings_clear(&findings);
		ksrcase_clear(&c);
	}
}

static void
a_requester_may_ask(void **state)
{
	struct requester requester;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		requester = requester_of(t.prints[i], "");
		expect(ADMISSION_SSH, &requester, FINDING_PASS, "");
		/* A reason why another signature is none does not count. */
		requester = requester_of(t.prints[i], "the first was none");
		expect(ADMISSION_SSH, &requester, FINDING_PASS, "");
	}
}

static void
nobody_else_may(void **state)
{
	struct requester requester = requester_of("", "it is damaged");
	char cut[SSH_KEY_FINGERPRINT_LEN];

	(void)state;
	expect(ADMISSION_SSH, NULL, FINDING_FAIL,
	    "no signature of a requester is given");
	expect(ADMISSION_SSH, &requester, FINDING_FAIL,
	    "no requester signed it: it is damaged");
	/* The sealed list has the last word, whoever verified. */
	requester = requester_of(t.prints[2], "");
	expect(ADMISSION_SSH, &requester, FINDING_FAIL,
	    "not among zsk.requesters");
	(void)snprintf(cut, sizeof(cut), "%s", t.prints[0]);
	cut[strlen(cut) - 1] = '\0';
	requester = requester_of(cut, "");
	expect(ADMISSION_SSH, &requester, FINDING_FAIL,
	    "not among zsk.requesters");
}

static void
other_admissions_want_no_requester(void **state)
{
	const struct requester requester = requester_of(t.prints[0], "");

	(void)state;
	expect(ADMISSION_OPERATOR, NULL, FINDING_OFF, "admission is operator");
	expect(ADMISSION_OPERATOR, &requester, FINDING_OFF,
	    "admission is operator");
	expect(ADMISSION_TSIG, &requester, FINDING_FAIL,
	    "did not come, signed by TSIG");
}

static void
a_zsk_set_names_its_zone(void **state)
{
	static const struct {
		bool is_signed;
		size_t unnamed_line;
		enum policy_admission admission;
		enum finding_verdict verdict;
	} want[] = {
		{ true, 0, ADMISSION_SSH, FINDING_PASS },
		{ true, 7, ADMISSION_SSH, FINDING_FAIL },
		{ false, 0, ADMISSION_SSH, FINDING_FAIL },
		{ false, 7, ADMISSION_OPERATOR, FINDING_OFF },
		{ true, 0, ADMISSION_TSIG, FINDING_FAIL },
	};
	const struct requester requester = requester_of(t.prints[0], "");
	struct findings findings = FINDINGS_INIT;
	struct zsks zsks;
	size_t i;

	(void)state;
	zsks_read(&zsks, "powerdns-axfr");
	name_requesters(zsks.policy);
	for (i = 0; i < N_OF(want); i++) {
		zsks.policy->admission = want[i].admission;
		zsks.request.requester = want[i].is_signed ? &requester :
		    NULL;
		zsks.request.unnamed_line = want[i].unnamed_line;
		rules_check_zsks(zsks.policy, &zsks.request, &findings);
		if (zsks_verdict(&findings, "ZSK-ADMISSION") !=
		    want[i].verdict)
			fail_msg("row %zu", i);
		assert_int_equal(findings_failed(&findings),
		    want[i].verdict == FINDING_FAIL);
		findings_clear(&findings);
	}
	zsks_clear(&zsks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_requester_may_ask),
		cmocka_unit_test(nobody_else_may),
		cmocka_unit_test(other_admissions_want_no_requester),
		cmocka_unit_test(a_zsk_set_names_its_zone),
	};

	return cmocka_run_group_tests_name("requesters", tests, setup,
	    teardown);
}
