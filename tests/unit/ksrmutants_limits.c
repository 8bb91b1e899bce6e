/*
 * What breaks limits and the chain from within a file: the policy, the clock
 * and the response before are as they are.
 */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "tests/unit/ksrmutants.h"

#define DAY  KSRCASE_DAY
#define HOUR INT64_C(3600)

static struct ksr_bundle *
last(struct ksrcase *c)
{

	return &c->request->bundles[c->request->n_bundles - 1];
}

/* The last bundle again, so much later. */
static void
append(struct ksrcase *c, int64_t later_s)
{
	const struct ksr_bundle *old = last(c);
	const bool is_icann = c->request->format == KSR_ICANN;
	const int64_t at = old->inception_at + later_s;
	const size_t n_keys = old->n_keys;
	struct ksr_bundle *new;
	char id[32];
	size_t i;

	new = ksr_add_bundle(c->request, at, is_icann ?
	    old->expiration_at + later_s : KSR_OPEN);
	(void)snprintf(id, sizeof(id), "this-%zu", c->request->n_bundles);
	new->id = is_icann ? mem_strdup(id) : NULL;
	if (!is_icann)
		new[-1].expiration_at = at;
	for (i = 0; i < n_keys; i++)
		ksr_add_key(new, &new[-1].keys[i]);
}

/* All of it, so much later. */
static void
move(struct ksrcase *c, int64_t by_s)
{
	struct ksr_bundle *bundle;
	size_t b;

	for (b = 0; b < c->request->n_bundles; b++) {
		bundle = &c->request->bundles[b];
		bundle->inception_at += by_s;
		if (bundle->expiration_at != KSR_OPEN)
			bundle->expiration_at += by_s;
	}
	if (c->in.end_at != KSR_OPEN)
		c->in.end_at += by_s;
}

static void
declare_overlap(struct ksrcase *c, int64_t min_s, int64_t max_s)
{

	c->request->zsk.min_overlap_s = min_s;
	c->request->zsk.max_overlap_s = max_s;
}

/* Bundles at another interval, and as long as they are. */
static void
respace(struct ksrcase *c, int64_t interval_s)
{
	struct ksr_bundle *bundle;
	size_t b;

	for (b = 0; b < c->request->n_bundles; b++) {
		bundle = &c->request->bundles[b];
		bundle->inception_at = c->start_at + (int64_t)b * interval_s;
		bundle->expiration_at = bundle->inception_at + 21 * DAY;
	}
	declare_overlap(c, 10 * DAY, 12 * DAY);
}

static void
delay_fifth(struct ksrcase *c, int64_t by_s)
{

	c->request->bundles[4].inception_at += by_s;
	c->request->bundles[4].expiration_at += by_s;
}

static void
eight_bundles(struct ksrcase *c)
{
	struct ksr *rest = ksr_new(c->request->format, KSR_REQUEST);

	*ksr_add_bundle(rest, 0, 0) =
	    c->request->bundles[--c->request->n_bundles];
	ksr_free(rest);
}

static void
ten_bundles(struct ksrcase *c)
{

	append(c, 10 * DAY);
}

static void
more_bundles_than_the_policy(struct ksrcase *c)
{

	while (c->request->n_bundles <= (size_t)c->params->max_bundles)
		append(c, DAY);
}

static void
too_short_a_cycle(struct ksrcase *c)
{

	respace(c, 9 * DAY + 12 * HOUR);
}

static void
too_long_a_cycle(struct ksrcase *c)
{

	respace(c, 10 * DAY + 4 * HOUR);
}

static void
a_cycle_of_101_days(struct ksrcase *c)
{

	append(c, c->start_at + 101 * DAY - last(c)->inception_at);
	if (c->in.end_at != KSR_OPEN)
		c->in.end_at = c->start_at + 105 * DAY;
}

static void
too_long_an_interval(struct ksrcase *c)
{

	delay_fifth(c, 36 * HOUR);
	declare_overlap(c, 9 * DAY, 13 * DAY);
}

static void
too_short_an_interval(struct ksrcase *c)
{
	struct ksr_bundle *bundles = c->request->bundles;

	bundles[0].expiration_at = bundles[1].inception_at =
	    c->start_at + 12 * HOUR;
}

static void
a_bundle_a_day_late(struct ksrcase *c)
{

	delay_fifth(c, DAY);
	declare_overlap(c, 11 * DAY, 12 * DAY);
}

static void
a_bundle_a_day_short(struct ksrcase *c)
{

	c->request->bundles[4].expiration_at -= DAY;
	c->request->zsk.min_validity_s = 21 * DAY;
	declare_overlap(c, 10 * DAY, 11 * DAY);
}

static void
a_bundle_a_day_long(struct ksrcase *c)
{

	c->request->bundles[4].expiration_at += DAY;
	c->request->zsk.max_validity_s = 22 * DAY;
	declare_overlap(c, 11 * DAY, 12 * DAY);
}

static void
an_end_after_95_days(struct ksrcase *c)
{

	c->in.end_at = last(c)->inception_at + 95 * DAY;
}

static void
an_end_beyond_the_horizon(struct ksrcase *c)
{

	last(c)->expiration_at = c->now_at + 181 * DAY;
}

static void
a_year_and_more_to_the_end(struct ksrcase *c)
{

	if (c->request->format == KSR_BIND)
		c->in.end_at = c->now_at + 401 * DAY;
	else
		append(c, c->now_at + 399 * DAY - last(c)->inception_at);
}

/* It still holds, but began fifteen days ago. */
static void
a_beginning_of_long_ago(struct ksrcase *c)
{

	struct ksr_bundle *bundles = c->request->bundles;

	c->in.now_at = c->start_at + 15 * DAY;
	bundles[0].expiration_at = bundles[1].inception_at =
	    c->start_at + 20 * DAY;
}

static void
four_keys_in_a_bundle(struct ksrcase *c)
{
	static const enum ksrcase_key more[] = { KEY_A, KEY_C, KEY_D };
	struct ksr_key key;
	size_t i;

	for (i = 0; i < N_OF(more); i++) {
		key = ksrcase_key(c, more[i], 3600);
		ksr_add_key(&c->request->bundles[1], &key);
	}
}

/* C makes room for another key. */
static void
take(struct ksrcase *c, enum ksrcase_key key)
{
	size_t b;

	for (b = 0; b < c->request->n_bundles; b++)
		if (c->request->bundles[b].inception_at >= c->start_at +
		    80 * DAY)
			ksrcase_replace(c, &c->request->bundles[b], KEY_C,
			    key);
}

static void
a_weak_key(struct ksrcase *c)
{

	take(c, KEY_RSA_1024);
}

static void
an_exponent_of_three(struct ksrcase *c)
{

	take(c, KEY_RSA_E3);
}

static void
an_algorithm_of_no_policy(struct ksrcase *c)
{

	take(c, KEY_ED25519);
}

static void
a_size_that_no_key_has(struct ksrcase *c)
{

	c->request->zsk.algs[0].bits = 384;
}

static void
a_key_from_nowhere(struct ksrcase *c)
{

	ksrcase_replace(c, &c->request->bundles[0], KEY_A, KEY_D);
}

static void
a_key_under_a_new_id(struct ksrcase *c)
{
	struct ksr_key *key = ksrcase_find(c, &c->request->bundles[0], KEY_A);

	free(key->id);
	key->id = mem_strdup("alias");
}

static void
no_key_of_before(struct ksrcase *c)
{

	a_key_from_nowhere(c);
	ksrcase_replace(c, &c->request->bundles[0], KEY_B, KEY_C);
}

static void
too_late_for_the_last_response(struct ksrcase *c)
{

	move(c, 25 * DAY);
}

static void
eight_days_late(struct ksrcase *c)
{

	move(c, 8 * DAY);
}

static void
six_days_early(struct ksrcase *c)
{

	move(c, -6 * DAY);
}

#define FILES(mask) (mask), .files = (mask)

static const struct ksrmutate limits[] = {
	{ .rule = "KSR-BUNDLE-COUNT", .formats = FILES(IN_ICANN),
	    .mutate = eight_bundles, .policy = POLICY_LOOSE },
	{ .rule = "KSR-BUNDLE-COUNT", .formats = FILES(IN_ICANN),
	    .mutate = ten_bundles, .policy = POLICY_LOOSE },
	{ .rule = "KSR-BUNDLE-COUNT", .formats = FILES(IN_TEXT),
	    .mutate = more_bundles_than_the_policy, .policy = POLICY_LOOSE },
	{ .rule = "KSR-BUNDLE-CYCLE-DURATION", .formats = FILES(IN_ICANN),
	    .mutate = too_short_a_cycle },
	{ .rule = "KSR-BUNDLE-CYCLE-DURATION", .formats = FILES(IN_ICANN),
	    .mutate = too_long_a_cycle },
	{ .rule = "KSR-BUNDLE-CYCLE-DURATION", .formats = FILES(IN_TEXT),
	    .mutate = a_cycle_of_101_days, .policy = POLICY_LOOSE },
	{ .rule = "KSR-POLICY-BUNDLE-INTERVALS", .formats = FILES(IN_ICANN),
	    .mutate = too_long_an_interval },
	{ .rule = "KSR-POLICY-BUNDLE-INTERVALS", .formats = FILES(IN_TEXT),
	    .mutate = too_short_an_interval, .policy = POLICY_LOOSE },
	{ .rule = "KSR-POLICY-SIG-OVERLAP", .formats = FILES(IN_ICANN),
	    .mutate = a_bundle_a_day_late },
	{ .rule = "KSR-POLICY-SIG-VALIDITY", .formats = FILES(IN_ICANN),
	    .mutate = a_bundle_a_day_short },
	{ .rule = "KSR-POLICY-SIG-VALIDITY", .formats = FILES(IN_ICANN),
	    .mutate = a_bundle_a_day_long },
	{ .rule = "KSR-POLICY-SIG-VALIDITY", .formats = FILES(IN_BIND),
	    .mutate = an_end_after_95_days, .policy = POLICY_LOOSE },
	{ .rule = "KSR-POLICY-SIG-HORIZON", .formats = FILES(IN_ICANN),
	    .mutate = an_end_beyond_the_horizon, .policy = POLICY_LOOSE },
	{ .rule = "KSR-POLICY-SIG-HORIZON", .formats = FILES(IN_TEXT),
	    .mutate = a_year_and_more_to_the_end },
	{ .rule = "KSR-BUNDLE-PAST", .formats = FILES(IN_TEXT),
	    .mutate = a_beginning_of_long_ago },
	{ .rule = "KSR-POLICY-KEYS", .formats = FILES(IN_ALL),
	    .mutate = four_keys_in_a_bundle },
	/* A zone's KSKs are of one algorithm, and it is none of these. */
	{ .rule = "KSR-POLICY-ALG", .formats = FILES(IN_ALL),
	    .mutate = a_weak_key, .policy = POLICY_LOOSE,
	    .also = "KSR-ALGORITHM-SET" },
	{ .rule = "KSR-POLICY-ALG", .formats = FILES(IN_ALL),
	    .mutate = an_exponent_of_three, .policy = POLICY_LOOSE,
	    .also = "KSR-ALGORITHM-SET" },
	{ .rule = "KSR-POLICY-ALG", .formats = FILES(IN_TEXT),
	    .mutate = an_algorithm_of_no_policy,
	    .also = "KSR-ALGORITHM-SET" },
	{ .rule = "KSR-BUNDLE-KEYS", .formats = FILES(IN_ICANN),
	    .mutate = a_size_that_no_key_has },
	{ .rule = "KSR-CHAIN-KEYS", .formats = FILES(IN_ALL),
	    .mutate = a_key_from_nowhere, .policy = POLICY_LOOSE },
	{ .rule = "KSR-CHAIN-KEYS", .formats = FILES(IN_ICANN),
	    .mutate = a_key_under_a_new_id },
	/* Whatever is not shared was not published either. */
	{ .rule = "KSR-ZSK-CONTINUITY", .formats = FILES(IN_ALL),
	    .mutate = no_key_of_before, .policy = POLICY_LOOSE,
	    .also = "KSR-CHAIN-KEYS" },
	{ .rule = "KSR-CHAIN-OVERLAP", .formats = FILES(IN_ALL),
	    .mutate = too_late_for_the_last_response },
	{ .rule = "KSR-CHAIN-OVERLAP", .formats = FILES(IN_ICANN),
	    .mutate = eight_days_late },
	{ .rule = "KSR-CHAIN-OVERLAP", .formats = FILES(IN_ICANN),
	    .mutate = six_days_early },
};

const struct ksrmutants ksrmutants_limits = { limits, N_OF(limits) };
