/* Rules on a request's times and numbers. */
#include "tests/unit/unit.h"

#include "policy/report.h"
#include "tests/unit/ksrmutate.h"

#define DAY  KSRCASE_DAY
#define HOUR INT64_C(3600)

static struct ksr_bundle *
last(struct ksrcase *c)
{

	return &c->request->bundles[c->request->n_bundles - 1];
}

/* What policy and request say of windows is turned off. */
static void
ask_for_no_windows(struct ksrcase *c)
{

	c->params->match_request_policy = false;
	c->params->min_interval_s = c->params->max_interval_s = 0;
	c->params->min_overlap_s = c->params->max_overlap_s = 0;
	c->params->min_validity_s = c->params->max_validity_s = 0;
}

static void
two_bundles_at_once(struct ksrcase *c)
{
	struct ksr_bundle *bundles = c->request->bundles;

	ask_for_no_windows(c);
	bundles[1].inception_at = bundles[0].inception_at;
	if (bundles[0].expiration_at < bundles[1].inception_at)
		bundles[0].expiration_at = bundles[1].inception_at;
}

static void
bundles_out_of_order(struct ksrcase *c)
{
	struct ksr_bundle *bundles = c->request->bundles, first = bundles[1];

	ask_for_no_windows(c);
	first.inception_at = bundles[0].inception_at - HOUR;
	bundles[1].inception_at = first.inception_at;
}

static void
a_bundle_that_ends_before_it_begins(struct ksrcase *c)
{

	ask_for_no_windows(c);
	last(c)->expiration_at = last(c)->inception_at - 1;
}

/* What ends in 2107 is beyond every horizon, too. */
static void
an_end_that_no_rrsig_can_say(struct ksrcase *c)
{

	ask_for_no_windows(c);
	last(c)->expiration_at = INT64_C(4294967296);
}

static void
a_gap(struct ksrcase *c)
{
	struct ksr_bundle *bundles = c->request->bundles;

	ask_for_no_windows(c);
	bundles[1].expiration_at = bundles[2].inception_at - 2;
}

static void
an_open_end(struct ksrcase *c)
{

	c->in.end_at = KSR_OPEN;
}

/* One second after the first bundle's end. */
static void
too_late_for_the_first(struct ksrcase *c)
{

	c->in.now_at = c->request->bundles[0].expiration_at;
}

static void
beyond_what_is_signed_ahead(struct ksrcase *c)
{

	c->policy->max_horizon_s = 100 * DAY;
}

static void
a_declared_overlap_that_is_longer(struct ksrcase *c)
{

	c->request->zsk.min_overlap_s = 11 * DAY + 2;
}

static void
a_declared_overlap_that_is_shorter(struct ksrcase *c)
{

	c->request->zsk.max_overlap_s = 11 * DAY - 1;
}

/* kskm compares with the maximum in both cases. */
static void
a_declared_validity_that_is_longer(struct ksrcase *c)
{

	c->request->zsk.min_validity_s = 21 * DAY + 2;
	c->request->zsk.max_validity_s = 30 * DAY;
}

static void
a_declared_validity_that_is_shorter(struct ksrcase *c)
{

	c->request->zsk.max_validity_s = 21 * DAY - 1;
}

static const struct ksrmutate times[] = {
	{ .rule = "KSR-BUNDLE-ORDER", IN_ALL, two_bundles_at_once },
	{ .rule = "KSR-BUNDLE-ORDER", IN_ALL, bundles_out_of_order },
	{ .rule = "KSR-BUNDLE-ORDER", IN_ALL,
	    a_bundle_that_ends_before_it_begins },
	{ .rule = "KSR-BUNDLE-ORDER", IN_ALL, an_end_that_no_rrsig_can_say,
	    .also = "KSR-POLICY-SIG-HORIZON" },
	{ .rule = "KSR-BUNDLE-GAP", IN_TEXT, a_gap },
	{ .rule = "KSR-BUNDLE-GAP", IN_ICANN, a_gap },
	{ .rule = "KSR-END", IN_BIND, an_open_end, .verdict = FINDING_WARN },
	{ .rule = "KSR-BUNDLE-PAST", IN_ALL, too_late_for_the_first },
	{ .rule = "KSR-POLICY-SIG-HORIZON", IN_ALL,
	    beyond_what_is_signed_ahead },
	/* The overlap with the previous response is eleven days as well. */
	{ .rule = "KSR-POLICY-SIG-OVERLAP", IN_ICANN,
	    a_declared_overlap_that_is_longer, .also = "KSR-CHAIN-OVERLAP" },
	{ .rule = "KSR-POLICY-SIG-OVERLAP", IN_ICANN,
	    a_declared_overlap_that_is_shorter,
	    .also = "KSR-CHAIN-OVERLAP" },
	{ .rule = "KSR-POLICY-SIG-VALIDITY", IN_ICANN,
	    a_declared_validity_that_is_longer },
	{ .rule = "KSR-POLICY-SIG-VALIDITY", IN_ICANN,
	    a_declared_validity_that_is_shorter },
};

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
every_rule_on_time_is_broken_alone(void **state)
{

	(void)state;
	ksrmutate_run(times, N_OF(times));
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
	    last(&c)->inception_at + 14 * DAY);
	assert_int_equal(rules_ksr_end(c.policy, c.request, 0, n - 1),
	    last(&c)->inception_at + 14 * DAY);
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
		cmocka_unit_test(every_rule_on_time_is_broken_alone),
		cmocka_unit_test(every_limit_is_kept_to_the_second),
		cmocka_unit_test(what_is_just_within_passes),
		cmocka_unit_test(ends_are_those_of_the_file_first),
	};

	return cmocka_run_group_tests_name("rules on requests' times", tests,
	    NULL, NULL);
}
