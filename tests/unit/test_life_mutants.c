/*
 * The judges of test_life_population.c can tell: with each gate and each wait
 * of kmgr/life removed in turn, and each fact told wrongly, one of them finds
 * a failure. The list is in the output.
 */
#include "tests/unit/unit.h"

#include "tests/unit/lifegates.h"
#include "tests/unit/lifestory.h"

#define STORIES 600	/* one of them is to show it */

static void
no_dnskey_ttl(struct timing *timing)
{

	timing->dnskey_ttl_s = 0;
}

static void
no_zone_propagation(struct timing *timing)
{

	timing->zone_propagation_delay_s = 0;
}

static void
no_publish_safety(struct timing *timing)
{

	timing->publish_safety_s = 0;
}

static void
no_retire_safety(struct timing *timing)
{

	timing->retire_safety_s = 0;
}

static void
no_max_zone_ttl(struct timing *timing)
{

	timing->max_zone_ttl_s = 0;
}

static void
no_ds_ttl(struct timing *timing)
{

	timing->parent_ds_ttl_s = 0;
}

static void
no_parent_propagation(struct timing *timing)
{

	timing->parent_propagation_delay_s = 0;
}

static void
no_query_interval(struct timing *timing)
{

	timing->query_interval_s = 0;
}

static void
no_rfc5011(struct timing *timing)
{

	timing->is_rfc5011 = false;
}

static void
no_refresh(struct timing *timing)
{

	timing->refresh_s = 0;
}

/*
 * What stands behind another lock shows only where that is open: there it
 * must be what keeps the story sound.
 */
static const struct mutant {
	const char		*what;	/* is missing */
	enum lifegates_missing	 gate;
	struct lifehost_fault	 fault;
	enum lifegates_missing	 behind;
} mutants[] = {
	{ "rule R1, a DS stays", LIFEGATES_SECURED, { 0 },
	    LIFEGATES_ORDER },
	{ "rule R2, a chain", LIFEGATES_CHAIN, { 0 }, 0 },
	{ "rule R2 for our own servers", LIFEGATES_OWN_CHAIN, { 0 },
	    LIFEGATES_ORDER },
	{ "rule R3, signed data", LIFEGATES_DATA, { 0 }, 0 },
	{ "patience with what time mends", LIFEGATES_PATIENCE, { 0 }, 0 },
	{ "rules for publish-dnskey", LIFEGATES_PUBLISH, { 0 }, 0 },
	{ "rules for withdraw-dnskey", LIFEGATES_WITHDRAW, { 0 }, 0 },
	{ "rules for add-ds", LIFEGATES_ADD_DS, { 0 }, 0 },
	{ "rules for remove-ds", LIFEGATES_REMOVE_DS, { 0 }, 0 },
	{ "wait for a new DNSKEY", LIFEGATES_PUBLISH_WAIT, { 0 }, 0 },
	{ "wait for an old DNSKEY", LIFEGATES_RETIRE_WAIT, { 0 }, 0 },
	{ "wait for a DS", LIFEGATES_DS_WAIT, { 0 }, 0 },
	{ "wait for signed data", LIFEGATES_DATA_WAIT, { 0 }, 0 },
	{ "wait for the first DS", LIFEGATES_FIRST_WAIT, { 0 },
	    LIFEGATES_ADD_DS },
	{ "signing anew in time", LIFEGATES_REFRESH, { 0 }, 0 },
	{ "add hold-down", LIFEGATES_ADD_HOLD_DOWN, { 0 }, 0 },
	{ "remove hold-down", LIFEGATES_REMOVE_HOLD_DOWN, { 0 }, 0 },
	{ "revocation", 0, { .forgets_revoke = true }, 0 },
	{ "the followers' query interval", 0,
	    { .timing = no_query_interval }, 0 },
	{ "rfc5011", 0, { .timing = no_rfc5011 }, 0 },
	{ "dnskey-ttl", 0, { .timing = no_dnskey_ttl }, 0 },
	{ "zone-propagation-delay", 0, { .timing = no_zone_propagation }, 0 },
	{ "publish-safety", 0, { .timing = no_publish_safety }, 0 },
	{ "retire-safety", 0, { .timing = no_retire_safety }, 0 },
	{ "max-zone-ttl", 0, { .timing = no_max_zone_ttl }, 0 },
	{ "parent-ds-ttl", 0, { .timing = no_ds_ttl }, 0 },
	{ "parent-propagation-delay", 0,
	    { .timing = no_parent_propagation }, 0 },
	{ "refresh", 0, { .timing = no_refresh }, 0 },
	{ "ds-seen, before it is", 0, { .sees_at_once = true }, 0 },
	{ "ds-gone, before it is", 0, { .gone_at_once = true }, 0 },
	{ "the DNSKEY TTL that was", 0, { .forgets_ttl = true }, 0 },
	{ "the TTL that the parent serves", 0, { .ignores_ds_ttl = true }, 0 },
};

static bool
is_found(const struct mutant *mutant, const struct lifehost_story *story,
    struct lifestory_verdict *v)
{
	static const struct lifehost_fault none;
	bool found;

	lifegates_remove(mutant->gate, mutant->behind);
	found = !lifestory_judge(story, &mutant->fault, v);
	if (found && mutant->behind != LIFEGATES_NOTHING) {
		struct lifestory_verdict whole;

		lifegates_remove(LIFEGATES_NOTHING, mutant->behind);
		found = lifestory_judge(story, &none, &whole);
	}
	lifegates_remove(LIFEGATES_NOTHING, LIFEGATES_NOTHING);
	return found;
}

/* The first story that shows it; 0: none does. */
static uint64_t
find(const struct mutant *mutant, struct lifestory_verdict *v)
{
	struct lifehost_story story;
	uint64_t seed;

	for (seed = 1; seed <= STORIES; seed++) {
		lifestory_make(seed, &story);
		if (is_found(mutant, &story, v))
			return seed;
	}
	return 0;
}

static void
test_mutants(void **state)
{
	struct lifestory_verdict v;
	size_t i, n_survive = 0;
	uint64_t seed;

	(void)state;
	for (i = 0; i < N_OF(mutants); i++) {
		seed = find(&mutants[i], &v);
		n_survive += seed == 0;
		print_message("# without %s: %s%s%s%s, story %llu\n",
		    mutants[i].what, seed == 0 ? "SURVIVES" : "found by",
		    v.by_population ? " population" : "",
		    v.by_oracle ? " oracle" : "",
		    v.by_facts ? " facts" : "", (unsigned long long)seed);
	}
	assert_int_equal(n_survive, 0);
}

/* All of it is there: the wrappers change nothing. */
static void
test_whole(void **state)
{
	const struct lifehost_fault none = { 0 };
	struct lifestory_verdict v;
	struct lifehost_story story;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		lifestory_make(seed, &story);
		if (!lifestory_judge(&story, &none, &v))
			fail_msg("%s", v.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_mutants),
	};

	return cmocka_run_group_tests_name("life_mutants", tests, NULL, NULL);
}
