/*
 * Rolls to the second, as BIND, OpenDNSSEC and Knot under one policy did them
 * under a controlled clock; where kmgr's own number differs by design, the
 * other's stands beside it. kmgr keeps retire-safety for every DS change and
 * every withdrawal (BIND not without a predecessor, and not for DNSKEYs;
 * OpenDNSSEC not for DSs), and rolls algorithms in the conservative order.
 */
#include "tests/unit/unit.h"

#include "tests/unit/lifecase.h"

#define H LIFE_HIDDEN
#define R LIFE_RUMOURED
#define O LIFE_OMNIPRESENT
#define U LIFE_UNRETENTIVE
#define OLD 0
#define NEW 1
#define RUN(zone, until_s, registration_s, expected) \
	lifecase_run(zone, until_s, registration_s, expected, N_OF(expected))

/* A roll from OLD to NEW that has just begun, all the way. */
static void
run_roll(enum life_roll roll, int64_t registration_s,
    const struct lifecase_change *expected, size_t n)
{
	struct life_zone zone;

	lifecase_begin_roll(&zone);
	zone.roll = roll;
	lifecase_run(&zone, 400000, registration_s, expected, n);
	life_zone_clear(&zone);
}

static void
v1_enable(void **state)
{
	static const struct lifecase_change expected[] = {
		{ 0, 'K', R, 0 }, { 0, 'K', O, 50400 },
		{ 0, 'D', R, 129600 },
		{ 0, 'D', O, 229599 },	/* BIND, OpenDNSSEC: 225999 */
	};
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.first_signed_at = zone.signed_until_at = 0;
	zone.algs[0].signed_at = T0;
	lifecase_fresh(&zone, "first");
	RUN(&zone, 400000, 0, expected);
	life_zone_clear(&zone);
}

/* Also V10, kmgr's own. */
static void
v2_v3_double_signature(void **state)
{
	static const struct lifecase_change expected[] = {
		{ NEW, 'K', R, 0 }, { NEW, 'K', O, 50400 },
		{ NEW, 'D', R, 50400 }, { OLD, 'D', U, 50400 },
		{ NEW, 'D', O, 150399 }, /* OpenDNSSEC: 146799 */
		{ OLD, 'D', H, 150399 },
		{ OLD, 'K', U, 150399 },
		{ OLD, 'K', H, 200799 }, /* BIND, OpenDNSSEC: 197199 */
	};

	(void)state;
	run_roll(LIFE_DOUBLE_SIGNATURE, 0, expected, N_OF(expected));
}

static void
v4_double_ds(void **state)
{
	static const struct lifecase_change expected[] = {
		{ NEW, 'D', R, 0 },
		{ NEW, 'D', O, 99999 },	/* OpenDNSSEC: 96399 */
		{ NEW, 'K', R, 99999 }, { OLD, 'K', U, 99999 },
		{ NEW, 'K', O, 150399 }, { OLD, 'K', H, 150399 },
		{ OLD, 'D', U, 150399 },
		{ OLD, 'D', H, 250398 },	/* OpenDNSSEC: 243198 */
	};

	(void)state;
	run_roll(LIFE_DOUBLE_DS, 0, expected, N_OF(expected));
}

static void
v5_double_rrset(void **state)
{
	static const struct lifecase_change expected[] = {
		{ NEW, 'D', R, 0 }, { NEW, 'K', R, 0 },
		{ NEW, 'K', O, 50400 }, { OLD, 'D', U, 50400 },
		{ NEW, 'D', O, 99999 },	/* OpenDNSSEC: 96399 */
		{ OLD, 'K', U, 99999 },
		{ OLD, 'D', H, 150399 }, /* OpenDNSSEC: 146799 */
		{ OLD, 'K', H, 150399 },
	};

	(void)state;
	run_roll(LIFE_DOUBLE_RRSET, 0, expected, N_OF(expected));
}

static void
v6_scheduled(void **state)
{
	static const struct lifecase_change expected[] = {
		{ 0, 'D', R, 0 }, { 0, 'D', O, 99999 },
		{ 1, 'K', R, 2541600 }, { 1, 'K', O, 2592000 },
		{ 1, 'D', R, 2592000 }, { 0, 'D', U, 2592000 },
		{ 1, 'D', O, 2691999 }, { 0, 'D', H, 2691999 },
		{ 0, 'K', U, 2691999 },
		{ 0, 'K', H, 2742399 },	/* BIND: 2738799 */
		{ 2, 'K', R, 5133600 }, { 2, 'K', O, 5184000 },
		{ 2, 'D', R, 5184000 }, { 1, 'D', U, 5184000 },
		{ 2, 'D', O, 5283999 }, { 1, 'D', H, 5283999 },
		{ 1, 'K', U, 5283999 },
		{ 1, 'K', H, 5334399 },	/* BIND: 5330799 */
	};
	struct life_zone zone;
	struct life_key *key;

	(void)state;
	lifecase_zone(&zone);
	zone.lifetime_s = 30 * 86400;
	key = lifecase_key(&zone, "first");
	key->lifetime_s = zone.lifetime_s;
	key->ds_add_at = key->ds_seen_at = T0;
	RUN(&zone, 5400000, 0, expected);
	life_zone_clear(&zone);
}

/*
 * V7 (BIND, OpenDNSSEC: the liberal order, DS swap at 129600) and V7k (Knot:
 * signatures only at 0, DNSKEY 129600, its submission without publish-safety
 * at 176400): kmgr adds its margins, and removes a DS of another algorithm
 * only once the new one is everywhere.
 */
static void
v7_algorithm(void **state)
{
	static const struct lifecase_change expected[] = {
		{ NEW, 'K', R, 129600 },
		{ NEW, 'K', O, 180000 },	/* Knot: 176400 */
		{ NEW, 'D', R, 180000 }, { NEW, 'D', O, 279999 },
		{ OLD, 'D', U, 279999 }, { OLD, 'D', H, 379998 },
		{ OLD, 'K', U, 379998 }, { OLD, 'K', H, 430398 },
	};
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.alg = 8;
	zone.algs[0].alg = 8;
	lifecase_key(&zone, "old")->retire_at = T0;
	zone.alg = 13;
	lifecase_fresh(&zone, "new");
	RUN(&zone, 600000, 0, expected);
	/* The old algorithm's signatures went last. */
	assert_int_equal(zone.n_algs, 1);
	assert_int_equal(zone.algs[0].alg, 13);
	assert_int_equal(zone.algs[0].signed_at, T0);
	assert_true(zone.algs[0].has_zsk);
	life_zone_clear(&zone);
}

static void
v9_insecure(void **state)
{
	static const struct lifecase_change expected[] = {
		{ 0, 'D', U, 0 }, { 0, 'D', H, 99999 },
		{ 0, 'K', U, 99999 }, { 0, 'K', H, 150399 },
	};
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.goal = LIFE_INSECURE;
	lifecase_key(&zone, "only");
	RUN(&zone, 400000, 0, expected);
	assert_int_equal(zone.n_algs, 0);
	life_zone_clear(&zone);
}

static void
v10_registrar(void **state)
{
	static const struct lifecase_change expected[] = {
		{ NEW, 'K', R, 0 }, { NEW, 'K', O, 50400 },
		{ NEW, 'D', R, 50400 }, { OLD, 'D', U, 50400 },
		{ NEW, 'D', O, 157599 }, { OLD, 'D', H, 157599 },
		{ OLD, 'K', U, 157599 }, { OLD, 'K', H, 207999 },
	};

	(void)state;
	run_roll(LIFE_DOUBLE_SIGNATURE, 7200, expected, N_OF(expected));
}

/* What became of the key in use: others know it, too, or nobody has it. */
enum plight { STOLEN, LOST };

static void
run_standby(enum life_standby kind, enum plight plight,
    const struct lifecase_change *expected, size_t n)
{
	static const enum life_roll rolls[] = { LIFE_DOUBLE_SIGNATURE,
		LIFE_DOUBLE_DS, LIFE_DOUBLE_RRSET };
	struct life_zone zone;
	struct life_key *key;
	size_t i;

	for (i = 0; i < N_OF(rolls); i++) {
		lifecase_zone(&zone);
		zone.roll = rolls[i];
		key = lifecase_key(&zone, "old");
		key->is_compromised = true;
		key->is_usable = plight != LOST;
		key = lifecase_key(&zone, "standby");
		key->standby = kind;
		if (kind == LIFE_STANDBY_DS)
			key->dnskey_in_at = 0;
		else
			key->ds_add_at = key->ds_seen_at = 0;
		lifecase_run(&zone, 400000, 0, expected, n);
		life_zone_clear(&zone);
	}
}

static void
v11_standby_ds(void **state)
{
	static const struct lifecase_change expected[] = {
		{ NEW, 'K', R, 0 }, { OLD, 'K', U, 0 },
		{ NEW, 'K', O, 50400 }, { OLD, 'K', H, 50400 },
		{ OLD, 'D', U, 50400 }, { OLD, 'D', H, 150399 },
	};

	(void)state;
	run_standby(LIFE_STANDBY_DS, STOLEN, expected, N_OF(expected));
	run_standby(LIFE_STANDBY_DS, LOST, expected, N_OF(expected));
}

static void
v13_standby_dnskey(void **state)
{
	static const struct lifecase_change expected[] = {
		{ NEW, 'D', R, 0 }, { OLD, 'D', U, 0 },
		{ NEW, 'D', O, 99999 }, { OLD, 'D', H, 99999 },
		{ OLD, 'K', U, 99999 }, { OLD, 'K', H, 150399 },
	};

	(void)state;
	run_standby(LIFE_STANDBY_DNSKEY, STOLEN, expected, N_OF(expected));
}

/*
 * R3 and V12: Knot withdraws the old DNSKEY in the second in which the new DS
 * is confirmed. Ours stays as long as a cache has the old DS.
 */
static void
hole_r3_no_withdrawal_on_confirmation(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_begin_roll(&zone);
	zone.roll = LIFE_DOUBLE_SIGNATURE;
	zone.keys[NEW].dnskey_in_at = T0;
	zone.keys[NEW].ds_add_at = zone.keys[NEW].ds_seen_at = T0 + 50400;
	zone.keys[OLD].ds_remove_at = zone.keys[OLD].ds_gone_at = T0 + 50400;
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, OLD,
	    T0 + 50400));
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, OLD,
	    T0 + 150398));
	assert_true(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, OLD,
	    T0 + 150399));
	life_zone_clear(&zone);
}

/*
 * R2: BIND's policy "insecure" has delays of its own. With the zone's the
 * DNSKEY stays while the DS may be cached.
 */
static void
hole_r2_insecure_by_the_zones_timing(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.goal = LIFE_INSECURE;
	lifecase_key(&zone, "only");
	zone.keys[0].ds_remove_at = zone.keys[0].ds_gone_at = T0;
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0 + 90000));
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0 + 99998));
	assert_true(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0 + 99999));
	life_zone_clear(&zone);
}

/* V9n: a DS TTL that was observed and is longer than the policy's counts. */
static void
v9n_longer_ds_ttl(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "old");
	zone.keys[0].ds_remove_at = zone.keys[0].ds_gone_at = T0;
	zone.timing.parent_ds_ttl_s = 3600;
	assert_int_equal(life_ds_until(&zone, 0, T0), T0 + 17199);
	assert_int_equal(life_ds_state(&zone, 0, T0 + 17199), LIFE_HIDDEN);
	zone.timing.parent_ds_ttl_s = 86400;
	assert_int_equal(life_ds_state(&zone, 0, T0 + 17199),
	    LIFE_UNRETENTIVE);
	assert_int_equal(life_ds_until(&zone, 0, T0), T0 + 99999);
	life_zone_clear(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v1_enable),
		cmocka_unit_test(v2_v3_double_signature),
		cmocka_unit_test(v4_double_ds),
		cmocka_unit_test(v5_double_rrset),
		cmocka_unit_test(v6_scheduled),
		cmocka_unit_test(v7_algorithm),
		cmocka_unit_test(v9_insecure),
		cmocka_unit_test(v10_registrar),
		cmocka_unit_test(v11_standby_ds),
		cmocka_unit_test(v13_standby_dnskey),
		cmocka_unit_test(hole_r3_no_withdrawal_on_confirmation),
		cmocka_unit_test(hole_r2_insecure_by_the_zones_timing),
		cmocka_unit_test(v9n_longer_ds_ttl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
