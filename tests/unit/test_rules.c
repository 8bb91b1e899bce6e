/* What holds for every rule, and how findings become an error. */
#include <ctype.h>

#include "tests/unit/unit.h"

#include "policy/report.h"
#include "policy/rules.h"

static void
ids_are_unique_words_in_upper_case(void **state)
{
	const struct rule_info *rule;
	size_t i, j;

	(void)state;
	for (i = 0; (rule = rules_at(i)) != NULL; i++) {
		for (j = 0; rule->id[j] != '\0'; j++)
			assert_true(isupper((unsigned char)rule->id[j]) ||
			    isdigit((unsigned char)rule->id[j]) ||
			    rule->id[j] == '-');
		/* A digit behind a dash would number a fixture. */
		assert_false(isdigit((unsigned char)strrchr(rule->id,
		    '-')[1]));
		for (j = 0; j < i; j++)
			assert_string_not_equal(rules_at(j)->id, rule->id);
	}
	assert_int_equal(i, rules_policy_n + rules_policy_approvals_n +
	    rules_policy_ksr_n + rules_ksk_n +
	    rules_zsks_n + rules_zsk_set_n + rules_window_n + rules_ksr_n +
	    rules_ksr_keys_n + rules_ksr_sets_n + rules_ksr_proof_n +
	    rules_ksr_time_n + rules_ksr_chain_n + rules_skr_n +
	    rules_skr_keys_n + rules_skr_time_n + rules_skr_roll_n +
	    rules_oracle_n + rules_receiver_n + rules_peers_n);
	assert_null(rules_at(i));
	assert_null(rules_at(i + 1));
}

static void
every_rule_explains_itself(void **state)
{
	const struct rule_info *rule;
	size_t i;

	(void)state;
	for (i = 0; (rule = rules_at(i)) != NULL; i++) {
		assert_true(strlen(rule->summary) > 10);
		assert_true(strlen(rule->summary) < 72);
		assert_null(strchr(rule->summary, '\n'));
		assert_true(strlen(rule->explanation) > 60);
		assert_int_equal(rule->explanation[strlen(
		    rule->explanation) - 1], '.');
	}
}

static void
rules_are_found_in_either_case(void **state)
{

	(void)state;
	assert_string_equal(rules_find("ZSK-FLAGS")->id, "ZSK-FLAGS");
	assert_string_equal(rules_find("zsk-flags")->id, "ZSK-FLAGS");
	assert_string_equal(rules_find("Sig-Horizon")->id, "SIG-HORIZON");
	assert_null(rules_find("ZSK"));
	assert_null(rules_find("ZSK-FLAGSS"));
	assert_null(rules_find(""));
}

static void
passes(const void *subject, struct report *report)
{

	(void)subject;
	(void)report;
}

static void
warns(const void *subject, struct report *report)
{

	report_warn(report, "mind %s", (const char *)subject);
}

static void
fails_twice(const void *subject, struct report *report)
{

	report_fail(report, "not %s", (const char *)subject);
	report_fail(report, "nor that");
}

static void
is_off(const void *subject, struct report *report)
{

	(void)subject;
	report_off(report, "nobody asked");
}

static void
fails_often(const void *subject, struct report *report)
{
	size_t i;

	(void)subject;
	for (i = 0; i < 1000; i++)
		report_fail(report, "failure %zu of a long and tiring list, "
		    "each as long as a line of text can well be", i);
}

static void
every_rule_leaves_a_finding(void **state)
{
	static const struct rule rules[] = {
		{ { "T-PASS", "", "" }, ERR_INPUT, passes },
		{ { "T-WARN", "", "" }, ERR_INPUT, warns },
		{ { "T-FAIL", "", "" }, ERR_POLICY, fails_twice },
		{ { "T-OFF", "", "" }, ERR_INPUT, is_off },
	};
	struct findings findings = FINDINGS_INIT;
	struct error err = ERR_INIT;

	(void)state;
	report_run(rules, N_OF(rules), "this", &findings);
	assert_int_equal(findings.n, 5);
	assert_string_equal(findings.items[0].rule, "T-PASS");
	assert_string_equal(findings.items[0].message, "");
	assert_int_equal(findings.items[0].verdict, FINDING_PASS);
	assert_int_equal(findings.items[1].verdict, FINDING_WARN);
	assert_string_equal(findings.items[1].message, "mind this");
	assert_int_equal(findings.items[2].verdict, FINDING_FAIL);
	assert_int_equal(findings.items[3].verdict, FINDING_FAIL);
	assert_int_equal(findings.items[4].verdict, FINDING_OFF);
	assert_int_equal(findings_failed(&findings), 2);
	unit_fails(findings_error(&findings, &err), &err, ERR_POLICY,
	    "T-FAIL: not this; T-FAIL: nor that");
	findings_clear(&findings);
	assert_int_equal(findings.n, 0);
	findings_clear(&findings);
}

static void
too_many_findings_are_counted(void **state)
{
	static const struct rule rules[] = {
		{ { "T-OFTEN", "", "" }, ERR_INPUT, fails_often },
		{ { "T-FAIL", "", "" }, ERR_POLICY, fails_twice },
	};
	struct findings findings = FINDINGS_INIT;
	struct error err = ERR_INIT;

	(void)state;
	report_run(rules, N_OF(rules), "this", &findings);
	assert_int_equal(findings.n, 12 + 2);
	assert_string_equal(findings.items[10].rule, "T-OFTEN");
	assert_string_equal(findings.items[11].message,
	    "and 989 more of this kind");
	assert_int_equal(findings_error(&findings, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	assert_non_null(strstr(err.msg, "T-OFTEN: failure 0 "));
	assert_non_null(strstr(err.msg, "; and "));
	assert_string_equal(err.hint, "kmgr explain-rule T-OFTEN");
	findings_clear(&findings);
}

static void
verdicts_have_names(void **state)
{

	(void)state;
	assert_string_equal(finding_verdict_name(FINDING_PASS), "pass");
	assert_string_equal(finding_verdict_name(FINDING_WARN), "warn");
	assert_string_equal(finding_verdict_name(FINDING_FAIL), "fail");
	assert_string_equal(finding_verdict_name(FINDING_OFF), "off");
}

/* The verdict of the one finding that rule left, and its message. */
static enum finding_verdict
verdict_of(const struct findings *findings, const char *rule)
{
	size_t i;

	for (i = 0; i < findings->n; i++)
		if (strcmp(findings->items[i].rule, rule) == 0)
			return findings->items[i].verdict;
	fail_msg("%s left no finding", rule);
	return FINDING_OFF;
}

static void
new_ksks_need_a_zone_of_the_policy_and_room(void **state)
{
	static const char text[] = "version: 1\nzones: [\"*.example.net\"]\n"
	    "ksk: { max-per-zone: 3 }\n";
	static const struct {
		const char		*zone;
		size_t			 n;
		enum finding_verdict	 is_covered, has_room;
	} want[] = {
		{ "a.example.net", 0, FINDING_PASS, FINDING_PASS },
		{ "a.example.net", 2, FINDING_PASS, FINDING_PASS },
		{ "a.example.net", 3, FINDING_PASS, FINDING_FAIL },
		{ "a.example.net", SIZE_MAX, FINDING_PASS, FINDING_FAIL },
		{ "example.net", 0, FINDING_FAIL, FINDING_PASS },
		{ "example.com", 9, FINDING_FAIL, FINDING_FAIL },
		{ ".", 0, FINDING_FAIL, FINDING_PASS },
	};
	struct findings findings = FINDINGS_INIT;
	struct rules_new_ksk wanted;
	struct error err = ERR_INIT;
	struct policy *policy;
	size_t i;

	(void)state;
	unit_ok(policy_read_yaml(text, strlen(text), "test", &policy, &err),
	    &err);
	for (i = 0; i < N_OF(want); i++) {
		unit_ok(name_read(want[i].zone, &wanted.zone, &err), &err);
		wanted.n_present = want[i].n;
		rules_check_new_ksk(policy, &wanted, &findings);
		assert_int_equal(findings.n, 2);
		assert_int_equal(verdict_of(&findings, "KSK-ZONE"),
		    want[i].is_covered);
		assert_int_equal(verdict_of(&findings, "KSK-COUNT"),
		    want[i].has_room);
		if (findings_failed(&findings) > 0)
			unit_fails(findings_error(&findings, &err), &err,
			    ERR_POLICY, "KSK-");
		findings_clear(&findings);
	}
	policy_free(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_unique_words_in_upper_case),
		cmocka_unit_test(every_rule_explains_itself),
		cmocka_unit_test(rules_are_found_in_either_case),
		cmocka_unit_test(every_rule_leaves_a_finding),
		cmocka_unit_test(too_many_findings_are_counted),
		cmocka_unit_test(verdicts_have_names),
		cmocka_unit_test(new_ksks_need_a_zone_of_the_policy_and_room),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
