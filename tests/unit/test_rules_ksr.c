/* Rules on requests: each is broken alone, and what is in order passes. */
#include "tests/unit/unit.h"

#include "policy/report.h"
#include "tests/unit/ksrmutants.h"

#define DAY  KSRCASE_DAY
#define HOUR INT64_C(3600)

static void
what_is_in_order_passes(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct ksrcase c;
	int format;
	size_t i;

	(void)state;
	for (format = 0; format < KSR_FORMAT_N; format++) {
		ksrcase_init(&c, (enum ksr_format)format);
		rules_check_ksr(c.policy, &c.in, &findings);
		for (i = 0; i < findings.n; i++)
			if (findings.items[i].verdict == FINDING_FAIL ||
			    findings.items[i].verdict == FINDING_WARN)
				fail_msg("%s: %s: %s", ksr_format_name(
				    (enum ksr_format)format),
				    findings.items[i].rule,
				    findings.items[i].message);
		/* Every rule leaves one finding. */
		assert_int_equal(findings.n, rules_ksr_n + rules_ksr_keys_n +
		    rules_ksr_sets_n + rules_ksr_proof_n + rules_ksr_time_n +
		    rules_ksr_chain_n);
		findings_clear(&findings);
		ksrcase_clear(&c);
	}
}

static void
every_rule_is_broken_alone(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ksrmutants_all_n; i++)
		ksrmutate_run(ksrmutants_all[i]->rows, ksrmutants_all[i]->n);
}

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
what_is_not_known_is_off(void **state)
{
	static const char *const rules[] = { "KSR-REPLAY", "KSR-GENESIS",
		"KSR-CHAIN-RESPONSE", "KSR-CHAIN-KEYS", "KSR-CHAIN-OVERLAP" };
	struct findings findings = FINDINGS_INIT;
	struct ksrcase c;
	size_t i;

	(void)state;
	ksrcase_init(&c, KSR_ICANN);
	c.in.previous = NULL;
	c.in.n_past = 0;
	c.in.knows_past = false;
	rules_check_ksr(c.policy, &c.in, &findings);
	assert_int_equal(findings_failed(&findings), 0);
	for (i = 0; i < N_OF(rules); i++)
		assert_int_equal(verdict_of(&findings, rules[i]),
		    FINDING_OFF);
	findings_clear(&findings);
	/* A first request passes where it is called one. */
	c.in.knows_past = true;
	c.in.is_genesis = true;
	rules_check_ksr(c.policy, &c.in, &findings);
	assert_int_equal(findings_failed(&findings), 0);
	assert_int_equal(verdict_of(&findings, "KSR-GENESIS"), FINDING_PASS);
	findings_clear(&findings);
	ksrcase_clear(&c);
}

/* A parameter that the good request does not meet, by one. */
static const struct limit {
	const char	*rule;
	unsigned int	 formats;
	size_t		 offset;	/* in struct policy_ksr */
	int64_t		 value;
	const char	*also;
} limits[] = {
#define AT(member) offsetof(struct policy_ksr, member)
	{ "KSR-BUNDLE-COUNT", IN_ICANN, AT(bundle_count), 8, NULL },
	{ "KSR-BUNDLE-COUNT", IN_ICANN, AT(bundle_count), 10, NULL },
	{ "KSR-BUNDLE-COUNT", IN_BIND, AT(bundle_count), 2, NULL },
	{ "KSR-BUNDLE-COUNT", IN_BIND, AT(max_bundles), 2, NULL },
	{ "KSR-BUNDLE-COUNT", IN_KNOT, AT(max_bundles), 3, NULL },
	{ "KSR-BUNDLE-CYCLE-DURATION", IN_ALL, AT(min_cycle_s),
	    90 * DAY + 1, NULL },
	{ "KSR-BUNDLE-CYCLE-DURATION", IN_ALL, AT(max_cycle_s),
	    80 * DAY - 1, NULL },
	{ "KSR-POLICY-BUNDLE-INTERVALS", IN_ICANN, AT(min_interval_s),
	    10 * DAY + 1, NULL },
	{ "KSR-POLICY-BUNDLE-INTERVALS", IN_ICANN, AT(max_interval_s),
	    10 * DAY - 1, NULL },
	{ "KSR-POLICY-BUNDLE-INTERVALS", IN_TEXT, AT(min_interval_s),
	    5 * DAY + 1, NULL },
	{ "KSR-POLICY-BUNDLE-INTERVALS", IN_TEXT, AT(max_interval_s),
	    75 * DAY - 1, NULL },
	/* The overlap with the previous response is eleven days as well. */
	{ "KSR-POLICY-SIG-OVERLAP", IN_ICANN, AT(min_overlap_s),
	    11 * DAY + 2, "KSR-CHAIN-OVERLAP" },
	{ "KSR-POLICY-SIG-OVERLAP", IN_ICANN, AT(max_overlap_s),
	    11 * DAY - 1, "KSR-CHAIN-OVERLAP" },
	{ "KSR-POLICY-SIG-OVERLAP", IN_TEXT, AT(min_overlap_s), HOUR, NULL },
	{ "KSR-POLICY-SIG-VALIDITY", IN_ICANN, AT(min_validity_s),
	    21 * DAY + 2, NULL },
	{ "KSR-POLICY-SIG-VALIDITY", IN_ICANN, AT(max_validity_s),
	    21 * DAY - 1, NULL },
	{ "KSR-POLICY-SIG-VALIDITY", IN_TEXT, AT(max_validity_s),
	    75 * DAY - 1, NULL },
	{ "KSR-POLICY-SIG-HORIZON", IN_ICANN, AT(horizon_s),
	    121 * DAY - 1, NULL },
	{ "KSR-POLICY-SIG-HORIZON", IN_BIND, AT(horizon_s), 110 * DAY - 1,
	    NULL },
	{ "KSR-POLICY-SIG-HORIZON", IN_KNOT, AT(horizon_s), 124 * DAY - 1,
	    NULL },
	{ "KSR-POLICY-KEYS", IN_ICANN, AT(keys_per_bundle), 1, NULL },
	{ "KSR-POLICY-KEYS", IN_ALL, AT(max_distinct_keys), 2, NULL },
#undef AT
};

static void
run_limit(const struct limit *limit, size_t i, enum ksr_format format)
{
	struct findings findings = FINDINGS_INIT;
	struct ksrcase c;
	char where[64];

	ksrcase_init(&c, format);
	memcpy((char *)c.params + limit->offset, &limit->value,
	    sizeof(limit->value));
	rules_check_ksr(c.policy, &c.in, &findings);
	(void)snprintf(where, sizeof(where), "limit %zu, %s", i,
	    ksr_format_name(format));
	ksrmutate_expect(&findings, limit->rule, limit->also, FINDING_FAIL,
	    where);
	findings_clear(&findings);
	ksrcase_clear(&c);
}

static void
every_limit_is_kept_to_the_second(void **state)
{
	int format;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(limits); i++)
		for (format = 0; format < KSR_FORMAT_N; format++)
			if ((limits[i].formats & 1U << format) != 0)
				run_limit(&limits[i], i,
				    (enum ksr_format)format);
}

/* The same limits, met: one less or one more is what the table has. */
static void
what_is_just_within_passes(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct ksrcase c;

	(void)state;
	ksrcase_init(&c, KSR_ICANN);
	c.params->min_cycle_s = c.params->max_cycle_s = 80 * DAY;
	c.params->min_interval_s = c.params->max_interval_s = 10 * DAY;
	/* An end at 23:59:59 is a whole day's. */
	c.params->min_overlap_s = 11 * DAY + 1;
	c.params->max_overlap_s = 11 * DAY;
	c.params->min_validity_s = 21 * DAY + 1;
	c.params->max_validity_s = 21 * DAY;
	c.params->horizon_s = 121 * DAY;
	c.policy->max_horizon_s = 121 * DAY;
	c.in.now_at = KSRCASE_NOW;
	rules_check_ksr(c.policy, &c.in, &findings);
	assert_int_equal(findings_failed(&findings), 0);
	findings_clear(&findings);
	c.in.now_at = c.request->bundles[0].expiration_at - 1;
	rules_check_ksr(c.policy, &c.in, &findings);
	assert_int_equal(findings_failed(&findings), 0);
	findings_clear(&findings);
	ksrcase_clear(&c);
}

static void
ends_are_those_of_the_file_first(void **state)
{
	struct ksrcase c;
	size_t n;

	(void)state;
	ksrcase_init(&c, KSR_BIND);
	n = c.request->n_bundles;
	assert_int_equal(rules_ksr_end(c.policy, c.request, KSR_OPEN, 0),
	    c.request->bundles[1].inception_at);
	assert_int_equal(rules_ksr_end(c.policy, c.request, KSR_OPEN, n - 1),
	    c.request->bundles[n - 1].inception_at + 14 * DAY);
	assert_int_equal(rules_ksr_end(c.policy, c.request, 0, n - 1),
	    c.request->bundles[n - 1].inception_at + 14 * DAY);
	assert_int_equal(rules_ksr_end(c.policy, c.request, 4711, n - 1),
	    4711);
	assert_int_equal(rules_ksr_end(c.policy, c.request, 4711, 0),
	    c.request->bundles[1].inception_at);
	ksrcase_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_order_passes),
		cmocka_unit_test(every_rule_is_broken_alone),
		cmocka_unit_test(every_limit_is_kept_to_the_second),
		cmocka_unit_test(what_is_just_within_passes),
		cmocka_unit_test(what_is_not_known_is_off),
		cmocka_unit_test(ends_are_those_of_the_file_first),
	};

	return cmocka_run_group_tests_name("rules on requests", tests, NULL,
	    NULL);
}
