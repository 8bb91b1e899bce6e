/* What the population of resolvers found: each is a case. */
#include "tests/unit/unit.h"

#include "tests/unit/lifecase.h"

/*
 * After a double-RRset roll the old DNSKEY is forgotten, and the new one not
 * trusted yet, as publish-safety is the longer margin. That is no broken zone
 * in which anything goes: a second roll waits with what it takes away.
 */
static void
test_longer_margin(void **state)
{
	struct life_zone zone;
	struct life_plan plan;
	struct life_key *key;
	const int64_t now_at = T0 + 2 * 86400;

	(void)state;
	lifecase_zone(&zone);
	zone.roll = LIFE_DOUBLE_RRSET;
	zone.timing.publish_safety_s = 7 * 86400;
	key = lifecase_key(&zone, "used");
	key->dnskey_in_at = T0;
	key->retire_at = now_at;
	key = lifecase_fresh(&zone, "next");
	key->dnskey_in_at = now_at;
	key->ds_add_at = now_at;
	assert_int_equal(life_dnskey_state(&zone, 0, now_at), LIFE_RUMOURED);
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, now_at));
	assert_false(life_allowed(&zone, LIFE_REMOVE_DS, 0, now_at));
	assert_true(life_allowed(&zone, LIFE_PUBLISH_DNSKEY, 1, now_at));
	life_plan(&zone, now_at, &plan);
	assert_int_equal(plan.n_due, 0);
	life_plan_clear(&plan);
	life_zone_clear(&zone);
}

/* A TTL that is raised makes what was known everywhere doubtful again. */
static void
test_raised_ttl(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	(void)lifecase_key(&zone, "used");
	zone.timing.dnskey_ttl_s = 365 * 86400;
	assert_int_equal(life_dnskey_state(&zone, 0, T0), LIFE_RUMOURED);
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0));
	life_zone_clear(&zone);
}

/* A zone that time does not heal may be healed. */
static void
test_broken(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "dangling")->dnskey_in_at = 0;
	assert_true(life_allowed(&zone, LIFE_PUBLISH_DNSKEY, 0, T0));
	assert_false(life_allowed(&zone, LIFE_REMOVE_DS, 0, T0));
	lifecase_key(&zone, "dangling too")->dnskey_in_at = 0;
	assert_true(life_allowed(&zone, LIFE_REMOVE_DS, 0, T0));
	life_zone_clear(&zone);
}

/*
 * A KSK of a new algorithm comes with a ZSK of it: else a DNSKEY RRset
 * without one would be in caches when the DS is.
 */
static void
test_zsk(void **state)
{
	const struct life_step signer = { .kind = LIFE_SIGNER_ADD_ALG,
		.key = LIFE_NONE, .alg = 15 };
	const struct life_step *step;
	struct life_zone zone;
	struct life_plan plan;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "used")->retire_at = T0;
	zone.alg = 15;
	(void)lifecase_fresh(&zone, "next");
	life_apply(&zone, &signer, T0 - DATA_S);
	life_plan(&zone, T0, &plan);
	assert_int_equal(plan.n_due, 0);
	step = lifecase_find(&plan, LIFE_PUBLISH_DNSKEY, 1);
	assert_non_null(step);
	assert_int_equal(step->wait, LIFE_WAITS_SIGNER);
	life_plan_clear(&plan);
	zone.algs[1].has_zsk = true;
	life_plan(&zone, T0, &plan);
	assert_int_equal(plan.n_due, 1);
	assert_int_equal(plan.steps[0].kind, LIFE_PUBLISH_DNSKEY);
	life_plan_clear(&plan);
	life_zone_clear(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_longer_margin),
		cmocka_unit_test(test_raised_ttl),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_zsk),
	};

	return cmocka_run_group_tests_name("life_found", tests, NULL, NULL);
}
