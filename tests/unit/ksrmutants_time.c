/* What breaks rules on a request's times. */
#include "tests/unit/unit.h"

#include "policy/report.h"
#include "tests/unit/ksrmutants.h"

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
	{ .rule = "KSR-BUNDLE-ORDER", IN_ALL, two_bundles_at_once,
	    .files = IN_ALL, .policy = POLICY_LOOSE },
	{ .rule = "KSR-BUNDLE-ORDER", IN_ALL, bundles_out_of_order,
	    .files = IN_ALL, .policy = POLICY_LOOSE },
	{ .rule = "KSR-BUNDLE-ORDER", IN_ALL,
	    a_bundle_that_ends_before_it_begins,
	    .files = IN_ICANN, .policy = POLICY_LOOSE },
	{ .rule = "KSR-BUNDLE-ORDER", IN_ALL, an_end_that_no_rrsig_can_say,
	    .also = "KSR-POLICY-SIG-HORIZON",
	    .files = IN_ICANN, .policy = POLICY_LOOSE },
	{ .rule = "KSR-BUNDLE-GAP", IN_TEXT, a_gap },
	{ .rule = "KSR-BUNDLE-GAP", IN_ICANN, a_gap,
	    .files = IN_ICANN, .policy = POLICY_LOOSE },
	{ .rule = "KSR-END", IN_BIND, an_open_end, .verdict = FINDING_WARN },
	{ .rule = "KSR-BUNDLE-PAST", IN_ALL, too_late_for_the_first,
	    .files = IN_ALL },
	{ .rule = "KSR-POLICY-SIG-HORIZON", IN_ALL,
	    beyond_what_is_signed_ahead },
	/* The overlap with the previous response is eleven days as well. */
	{ .rule = "KSR-POLICY-SIG-OVERLAP", IN_ICANN,
	    a_declared_overlap_that_is_longer, .also = "KSR-CHAIN-OVERLAP",
	    .files = IN_ICANN },
	{ .rule = "KSR-POLICY-SIG-OVERLAP", IN_ICANN,
	    a_declared_overlap_that_is_shorter,
	    .also = "KSR-CHAIN-OVERLAP",
	    .files = IN_ICANN },
	{ .rule = "KSR-POLICY-SIG-VALIDITY", IN_ICANN,
	    a_declared_validity_that_is_longer,
	    .files = IN_ICANN },
	{ .rule = "KSR-POLICY-SIG-VALIDITY", IN_ICANN,
	    a_declared_validity_that_is_shorter,
	    .files = IN_ICANN },
};

const struct ksrmutants ksrmutants_times = { times, N_OF(times) };
