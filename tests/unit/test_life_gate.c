/* The rules, each by what it allows and what it does not. */
#include "tests/unit/unit.h"

#include "tests/unit/lifecase.h"

#define H LIFE_HIDDEN
#define R LIFE_RUMOURED
#define O LIFE_OMNIPRESENT
#define U LIFE_UNRETENTIVE
#define KEYS_MAX 3

/* Up to three keys as "KD", each in a state; the first step is asked for. */
struct row {
	enum life_state	states[KEYS_MAX][2];	/* all H: no such key */
	enum life_goal	goal;
	enum life_step_kind kind;
	size_t		key;
	bool		is_allowed;
};

static void
put(struct life_key *key, enum life_state dnskey, enum life_state ds)
{

	key->dnskey_in_at = dnskey == H ? 0 : dnskey == R ? T0 : LONG_AGO;
	key->dnskey_out_at = dnskey == U ? T0 : 0;
	key->ds_add_at = key->ds_seen_at = ds == H ? 0 : ds == R ? T0 :
	    LONG_AGO;
	key->ds_remove_at = ds == U ? T0 : 0;
}

static void
check(const struct row *rows, size_t n)
{
	struct life_zone zone;
	size_t r, i;

	for (r = 0; r < n; r++) {
		lifecase_zone(&zone);
		zone.goal = rows[r].goal;
		for (i = 0; i < KEYS_MAX; i++)
			put(lifecase_fresh(&zone, "key"),
			    rows[r].states[i][0], rows[r].states[i][1]);
		for (i = 0; i < KEYS_MAX; i++) {
			assert_int_equal(life_dnskey_state(&zone, i, T0),
			    rows[r].states[i][0]);
			assert_int_equal(life_ds_state(&zone, i, T0),
			    rows[r].states[i][1]);
		}
		if (life_allowed(&zone, rows[r].kind, rows[r].key, T0) !=
		    rows[r].is_allowed)
			fail_msg("row %zu", r);
		life_zone_clear(&zone);
	}
}

static void
r1_there_is_a_ds(void **state)
{
	static const struct row rows[] = {
		{ { { O, O } }, LIFE_SECURE, LIFE_REMOVE_DS, 0, false },
		{ { { O, O } }, LIFE_INSECURE, LIFE_REMOVE_DS, 0, true },
		{ { { O, O }, { O, H } }, LIFE_SECURE, LIFE_REMOVE_DS, 0,
		    false },
		{ { { O, O }, { O, R } }, LIFE_SECURE, LIFE_REMOVE_DS, 0,
		    true },
		{ { { O, O }, { O, U } }, LIFE_SECURE, LIFE_REMOVE_DS, 0,
		    false },
	};

	(void)state;
	check(rows, N_OF(rows));
}

static void
r2_there_is_a_chain(void **state)
{
	static const struct row rows[] = {
		/* 3b: a key that is everywhere. */
		{ { { O, O } }, LIFE_SECURE, LIFE_WITHDRAW_DNSKEY, 0, false },
		{ { { O, O }, { O, O } }, LIFE_SECURE, LIFE_WITHDRAW_DNSKEY,
		    0, true },
		{ { { O, O }, { H, H } }, LIFE_SECURE, LIFE_ADD_DS, 1, true },
		{ { { O, O }, { H, H } }, LIFE_SECURE, LIFE_PUBLISH_DNSKEY, 1,
		    true },
		{ { { O, R }, { H, H } }, LIFE_SECURE, LIFE_ADD_DS, 1,
		    false },
		/* 3c: the DS swapped; the DNSKEY of neither may go. */
		{ { { O, O }, { O, R } }, LIFE_SECURE, LIFE_REMOVE_DS, 0,
		    true },
		{ { { O, U }, { O, R } }, LIFE_SECURE, LIFE_WITHDRAW_DNSKEY,
		    0, false },
		{ { { O, U }, { O, R } }, LIFE_SECURE, LIFE_WITHDRAW_DNSKEY,
		    1, false },
		/* Beside a DS whose DNSKEY is not there. */
		{ { { O, O }, { O, R }, { H, O } }, LIFE_SECURE,
		    LIFE_REMOVE_DS, 0, true },
		/* 3d: the DNSKEY swapped; the DS of neither may go. */
		{ { { O, O }, { R, O } }, LIFE_SECURE, LIFE_WITHDRAW_DNSKEY,
		    0, true },
		{ { { O, O }, { H, O } }, LIFE_SECURE, LIFE_WITHDRAW_DNSKEY,
		    0, false },
		{ { { O, O }, { R, R } }, LIFE_SECURE, LIFE_WITHDRAW_DNSKEY,
		    0, false },
		{ { { U, O }, { R, O } }, LIFE_SECURE, LIFE_REMOVE_DS, 0,
		    false },
		{ { { U, O }, { R, O } }, LIFE_SECURE, LIFE_REMOVE_DS, 1,
		    false },
		/* 3e: no DS without its DNSKEY. */
		{ { { R, H } }, LIFE_SECURE, LIFE_ADD_DS, 0, false },
		{ { { O, H } }, LIFE_SECURE, LIFE_ADD_DS, 0, true },
		{ { { O, H } }, LIFE_SECURE, LIFE_WITHDRAW_DNSKEY, 0, true },
		{ { { O, U } }, LIFE_INSECURE, LIFE_WITHDRAW_DNSKEY, 0,
		    false },
		/* What is broken already may be healed. */
		{ { { H, O } }, LIFE_SECURE, LIFE_PUBLISH_DNSKEY, 0, true },
		{ { { H, O }, { O, H } }, LIFE_SECURE, LIFE_ADD_DS, 1, true },
	};

	(void)state;
	check(rows, N_OF(rows));
}

/* A swap is one only if the new record was there when the old one went. */
static void
r2_a_swap_is_told_by_its_instants(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	put(lifecase_fresh(&zone, "old"), O, U);
	put(lifecase_fresh(&zone, "new"), O, R);
	put(lifecase_fresh(&zone, "between"), O, U);
	zone.keys[0].ds_remove_at = T0 - 1;
	zone.keys[1].ds_add_at = zone.keys[1].ds_seen_at = T0 - 1;
	assert_true(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 2, T0));
	/* One second between them in which only the third led in. */
	zone.keys[1].ds_add_at = zone.keys[1].ds_seen_at = T0;
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 2, T0));
	/* Nor if the old one was not yet in all caches when it went. */
	zone.keys[1].ds_add_at = zone.keys[1].ds_seen_at = T0 - 1;
	zone.keys[0].ds_add_at = zone.keys[0].ds_seen_at = T0 - DS_S;
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 2, T0));
	zone.keys[0].ds_add_at = zone.keys[0].ds_seen_at = T0 - 2 - DS_S;
	assert_true(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 2, T0));
	/* Asked for is not seen. */
	zone.keys[1].ds_seen_at = 0;
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 2, T0));
	life_zone_clear(&zone);
}

/* Likewise the DNSKEY, beside a DS whose key is not there. */
static void
r2_so_is_that_of_dnskeys(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	put(lifecase_fresh(&zone, "old"), U, O);
	put(lifecase_fresh(&zone, "new"), R, O);
	put(lifecase_fresh(&zone, "standby"), H, H);
	zone.keys[0].dnskey_out_at = zone.keys[1].dnskey_in_at = T0 - 1;
	assert_true(life_allowed(&zone, LIFE_ADD_DS, 2, T0));
	zone.keys[1].dnskey_in_at = T0;
	zone.keys[2].ds_add_at = zone.keys[2].ds_seen_at = 0;
	/* Broken before: all is allowed, so look at the step that breaks. */
	zone.keys[0].dnskey_out_at = 0;
	zone.keys[0].dnskey_in_at = LONG_AGO;
	zone.keys[1].dnskey_in_at = T0 + 1;
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0));
	assert_true(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0 + 1));
	/* One second between them in which only a third led in. */
	put(&zone.keys[2], O, O);
	zone.keys[0].dnskey_out_at = T0 - 1;
	zone.keys[1].dnskey_in_at = T0;
	assert_false(life_allowed(&zone, LIFE_REMOVE_DS, 2, T0));
	zone.keys[1].dnskey_in_at = T0 - 1;
	assert_true(life_allowed(&zone, LIFE_REMOVE_DS, 2, T0));
	/* The old one must have been in all caches. */
	put(&zone.keys[2], H, H);
	zone.keys[0].dnskey_out_at = 0;
	zone.keys[1].dnskey_in_at = T0 + 1;
	zone.keys[0].dnskey_in_at = T0 + 1 - PUBLISH_S;
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0 + 1));
	life_zone_clear(&zone);
}

/*
 * R1 of lifecycle.md, OpenDNSSEC: a second roll during a roll withdraws the
 * middle key's DNSKEY with its DS, and who has the DS set of the middle key
 * alone is bogus.
 */
static void
hole_r1_a_roll_during_a_roll(void **state)
{
	const int64_t at = T0 + 100800;
	struct life_zone zone;
	char why[LIFE_WHY_LEN];

	(void)state;
	lifecase_zone(&zone);
	put(lifecase_fresh(&zone, "first"), O, O);
	put(lifecase_fresh(&zone, "middle"), H, H);
	put(lifecase_fresh(&zone, "last"), H, H);
	zone.keys[0].ds_remove_at = zone.keys[0].ds_gone_at = T0 + 50400;
	zone.keys[1].dnskey_in_at = T0;
	zone.keys[1].ds_add_at = zone.keys[1].ds_seen_at = T0 + 50400;
	zone.keys[2].dnskey_in_at = T0 + 50400;
	zone.keys[2].ds_add_at = zone.keys[2].ds_seen_at = at;
	zone.keys[1].ds_remove_at = zone.keys[1].ds_gone_at = at;
	assert_int_equal(life_dnskey_state(&zone, 2, at), O);
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 1, at));
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 1,
	    T0 + 197199));
	assert_true(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 1, at + DS_S));
	/* And the life cycle does not get there: it would have to wait. */
	zone.keys[0].retire_at = T0;
	assert_false(life_may_roll(&zone, T0 + 60000, why));
	assert_non_null(strstr(why, "first"));
	life_zone_clear(&zone);
}

/* Who asks for all algorithms of the DS set must find each of them. */
static void
r2_for_each_algorithm(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.algs = reallocarray(zone.algs, 2, sizeof(*zone.algs));
	assert_non_null(zone.algs);
	zone.algs[zone.n_algs++] = (struct life_alg){ 15, LONG_AGO, true };
	put(lifecase_fresh(&zone, "old"), O, O);
	put(lifecase_fresh(&zone, "new"), H, H);
	assert_true(life_allowed(&zone, LIFE_ADD_DS, 1, T0));
	zone.keys[1].alg = 15;
	assert_false(life_allowed(&zone, LIFE_ADD_DS, 1, T0));
	zone.keys[1].dnskey_in_at = LONG_AGO;
	assert_true(life_allowed(&zone, LIFE_ADD_DS, 1, T0));
	zone.keys[1].ds_add_at = zone.keys[1].ds_seen_at = LONG_AGO;
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0));
	zone.keys[1].alg = 13;
	assert_true(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0));
	life_zone_clear(&zone);
}

static void
r3_data_is_signed(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.algs[0].signed_at = T0;
	put(lifecase_fresh(&zone, "first"), O, H);
	assert_false(life_allowed(&zone, LIFE_ADD_DS, 0, T0 + DATA_S - 1));
	assert_true(life_allowed(&zone, LIFE_ADD_DS, 0, T0 + DATA_S));
	zone.algs[0].has_zsk = false;
	assert_false(life_allowed(&zone, LIFE_ADD_DS, 0, T0 + DATA_S));
	zone.algs[0].signed_at = 0;
	assert_false(life_allowed(&zone, LIFE_ADD_DS, 0, T0 + DATA_S));
	zone.n_algs = 0;
	assert_false(life_allowed(&zone, LIFE_ADD_DS, 0, T0 + DATA_S));
	/* A zone without DS may have DNSKEYs of anything. */
	put(lifecase_fresh(&zone, "second"), H, H);
	assert_true(life_allowed(&zone, LIFE_PUBLISH_DNSKEY, 1, T0));
	life_zone_clear(&zone);
	/* One with may not. */
	lifecase_zone(&zone);
	put(lifecase_fresh(&zone, "first"), O, O);
	put(lifecase_fresh(&zone, "second"), H, H);
	assert_true(life_allowed(&zone, LIFE_PUBLISH_DNSKEY, 1, T0));
	zone.keys[1].alg = 15;
	assert_false(life_allowed(&zone, LIFE_PUBLISH_DNSKEY, 1, T0));
	life_zone_clear(&zone);
}

/* Another provider's key leads in as ours does. */
static void
foreign_keys_count(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	put(lifecase_fresh(&zone, "ours"), O, O);
	zone.keys[0].retire_at = LONG_AGO;
	assert_false(life_allowed(&zone, LIFE_REMOVE_DS, 0, T0));
	put(lifecase_fresh(&zone, "theirs"), O, O);
	zone.keys[1].is_foreign = true;
	assert_true(life_allowed(&zone, LIFE_REMOVE_DS, 0, T0));
	assert_true(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0));
	zone.keys[1].dnskey_in_at = T0;
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 0, T0 - 1));
	life_zone_clear(&zone);
}

/* But not for who asks our servers, as long as we stay. */
static void
foreign_keys_do_not_sign_for_us(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	put(lifecase_fresh(&zone, "theirs"), O, O);
	zone.keys[0].is_foreign = true;
	put(lifecase_fresh(&zone, "old"), O, O);
	put(lifecase_fresh(&zone, "new"), O, H);
	assert_false(life_allowed(&zone, LIFE_REMOVE_DS, 1, T0));
	assert_false(life_allowed(&zone, LIFE_WITHDRAW_DNSKEY, 1, T0));
	/* The DS set of theirs alone, between two of ours, would do harm. */
	zone.keys[2].ds_add_at = T0;
	assert_false(life_allowed(&zone, LIFE_REMOVE_DS, 1, T0));
	zone.keys[2].ds_seen_at = T0;
	assert_true(life_allowed(&zone, LIFE_REMOVE_DS, 1, T0));
	/* Going insecure: theirs first. */
	zone.n_keys = 2;
	zone.goal = LIFE_INSECURE;
	assert_false(life_allowed(&zone, LIFE_REMOVE_DS, 1, T0));
	assert_true(life_allowed(&zone, LIFE_REMOVE_DS, 0, T0));
	life_zone_clear(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r1_there_is_a_ds),
		cmocka_unit_test(r2_there_is_a_chain),
		cmocka_unit_test(r2_a_swap_is_told_by_its_instants),
		cmocka_unit_test(r2_so_is_that_of_dnskeys),
		cmocka_unit_test(hole_r1_a_roll_during_a_roll),
		cmocka_unit_test(r2_for_each_algorithm),
		cmocka_unit_test(r3_data_is_signed),
		cmocka_unit_test(foreign_keys_count),
		cmocka_unit_test(foreign_keys_do_not_sign_for_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
