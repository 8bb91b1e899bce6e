/* States, waits and words that follow from facts. */
#include "tests/unit/unit.h"

#include "tests/unit/lifecase.h"

#define DAY INT64_C(86400)

static void
a_whole_roll(void **state)
{
	struct life_zone zone;
	struct timing *timing = &zone.timing;

	(void)state;
	lifecase_zone(&zone);
	assert_int_equal(timing_data_s(timing), DATA_S);
	timing->parent_registration_delay_s = 7200;
	assert_int_equal(life_roll_s(timing, LIFE_DOUBLE_SIGNATURE),
	    PUBLISH_S + 7200 + DS_S + RETIRE_S);
	assert_int_equal(life_roll_s(timing, LIFE_DOUBLE_DS),
	    2 * (7200 + DS_S) + PUBLISH_S);
	assert_int_equal(life_roll_s(timing, LIFE_DOUBLE_RRSET),
	    2 * (7200 + DS_S));
	life_zone_clear(&zone);
}

struct facts {
	int64_t	in_s, out_s, revoke_s;	/* after T0; 0: never */
	int64_t	at_s;
	enum life_state state;
	int64_t	until_s;
};

static int64_t
after_t0(int64_t s)
{

	return s == 0 ? 0 : s == LIFE_NEVER ? LIFE_NEVER : T0 + s;
}

static void
dnskey_states(void **state)
{
	static const struct facts t[] = {
		{ 0, 0, 0, 9, LIFE_HIDDEN, LIFE_NEVER },
		{ 10, 0, 0, 9, LIFE_HIDDEN, LIFE_NEVER },
		{ 10, 0, 0, 10, LIFE_RUMOURED, 50410 },
		{ 10, 0, 0, 50409, LIFE_RUMOURED, 50410 },
		{ 10, 0, 0, 50410, LIFE_OMNIPRESENT, LIFE_NEVER },
		/* Taken out: to come, now, long ago, before it was in. */
		{ 10, 60000, 0, 59999, LIFE_OMNIPRESENT, LIFE_NEVER },
		{ 10, 60000, 0, 60000, LIFE_UNRETENTIVE, 110400 },
		{ 10, 60000, 0, 110399, LIFE_UNRETENTIVE, 110400 },
		{ 10, 60000, 0, 110400, LIFE_HIDDEN, LIFE_NEVER },
		{ 10, 20, 0, 20, LIFE_UNRETENTIVE, 50420 },
		{ 10, 5, 0, 11, LIFE_RUMOURED, 50410 },
		/* Revoked: not what it was, there as long as we leave it. */
		{ 10, 0, 60000, 60000, LIFE_UNRETENTIVE, LIFE_NEVER },
		{ 10, 0, 60000, 990000, LIFE_UNRETENTIVE, LIFE_NEVER },
		{ 10, 70000, 60000, 70000, LIFE_UNRETENTIVE, 120400 },
		{ 10, 70000, 60000, 120400, LIFE_HIDDEN, LIFE_NEVER },
	};
	struct life_zone zone;
	struct life_key *key;
	size_t i;

	(void)state;
	lifecase_zone(&zone);
	key = lifecase_fresh(&zone, "key");
	for (i = 0; i < N_OF(t); i++) {
		key->dnskey_in_at = after_t0(t[i].in_s);
		key->dnskey_out_at = after_t0(t[i].out_s);
		key->revoke_at = after_t0(t[i].revoke_s);
		if (life_dnskey_state(&zone, 0, T0 + t[i].at_s) != t[i].state)
			fail_msg("row %zu", i);
		assert_true(life_dnskey_until(&zone, 0, T0 + t[i].at_s) ==
		    after_t0(t[i].until_s));
	}
	life_zone_clear(&zone);
}

static void
ds_states(void **state)
{
	static const struct {
		int64_t	add_s, seen_s, remove_s, gone_s, at_s;
		enum life_state state;
		int64_t	until_s;
	} t[] = {
		{ 0, 0, 0, 0, 9, LIFE_HIDDEN, LIFE_NEVER },
		{ 10, 0, 0, 0, 9, LIFE_HIDDEN, LIFE_NEVER },
		{ 10, 0, 0, 0, 10, LIFE_RUMOURED, LIFE_NEVER },
		/* Without ds-seen it stays what it is. */
		{ 10, 0, 0, 0, 9990000, LIFE_RUMOURED, LIFE_NEVER },
		{ 10, 20, 0, 0, 19, LIFE_RUMOURED, LIFE_NEVER },
		{ 10, 20, 0, 0, 20, LIFE_RUMOURED, 100019 },
		{ 10, 20, 0, 0, 100018, LIFE_RUMOURED, 100019 },
		{ 10, 20, 0, 0, 100019, LIFE_OMNIPRESENT, LIFE_NEVER },
		{ 0, 20, 0, 0, 100019, LIFE_OMNIPRESENT, LIFE_NEVER },
		/* Seen before it was asked for again: not this time. */
		{ 30, 20, 0, 0, 100029, LIFE_RUMOURED, LIFE_NEVER },
		{ 10, 20, 30, 0, 30, LIFE_UNRETENTIVE, LIFE_NEVER },
		{ 10, 20, 30, 0, 9990000, LIFE_UNRETENTIVE, LIFE_NEVER },
		{ 10, 20, 30, 40, 40, LIFE_UNRETENTIVE, 100039 },
		{ 10, 20, 30, 40, 100038, LIFE_UNRETENTIVE, 100039 },
		{ 10, 20, 30, 40, 100039, LIFE_HIDDEN, LIFE_NEVER },
		{ 10, 20, 0, 40, 40, LIFE_UNRETENTIVE, 100039 },
		/* Gone before that was asked: somebody else's doing. */
		{ 10, 20, 50, 40, 100039, LIFE_UNRETENTIVE, LIFE_NEVER },
		/* Asked for again. */
		{ 60, 20, 30, 40, 60, LIFE_RUMOURED, LIFE_NEVER },
		/* Never seen, but it may have been there. */
		{ 10, 0, 30, 0, 30, LIFE_UNRETENTIVE, LIFE_NEVER },
	};
	struct life_zone zone;
	struct life_key *key;
	size_t i;

	(void)state;
	lifecase_zone(&zone);
	key = lifecase_fresh(&zone, "key");
	for (i = 0; i < N_OF(t); i++) {
		key->ds_add_at = after_t0(t[i].add_s);
		key->ds_seen_at = after_t0(t[i].seen_s);
		key->ds_remove_at = after_t0(t[i].remove_s);
		key->ds_gone_at = after_t0(t[i].gone_s);
		if (life_ds_state(&zone, 0, T0 + t[i].at_s) != t[i].state)
			fail_msg("row %zu", i);
		assert_true(life_ds_until(&zone, 0, T0 + t[i].at_s) ==
		    after_t0(t[i].until_s));
	}
	life_zone_clear(&zone);
}

static void
words_of_operators(void **state)
{
	struct life_zone zone;
	struct life_key *key;

	(void)state;
	lifecase_zone(&zone);
	key = lifecase_fresh(&zone, "key");
	assert_string_equal(life_word(&zone, 0, T0), "generated");
	key->dnskey_in_at = T0;
	assert_string_equal(life_word(&zone, 0, T0), "published");
	assert_string_equal(life_word(&zone, 0, T0 + PUBLISH_S), "ready");
	key->ds_add_at = key->ds_seen_at = T0 + PUBLISH_S;
	assert_string_equal(life_word(&zone, 0, T0 + PUBLISH_S), "active");
	key->is_foreign = true;
	assert_string_equal(life_word(&zone, 0, T0 + PUBLISH_S), "foreign");
	key->is_foreign = false;
	key->standby = LIFE_STANDBY_DS;
	assert_string_equal(life_word(&zone, 0, T0 + PUBLISH_S), "standby");
	key->standby = LIFE_NO_STANDBY;
	key->dnskey_in_at = 0;
	assert_string_equal(life_word(&zone, 0, T0 + PUBLISH_S + 1),
	    "published");
	assert_string_equal(life_word(&zone, 0, T0 + PUBLISH_S + DS_S),
	    "ready");
	key->dnskey_in_at = T0;
	key->retire_at = T0 + PUBLISH_S;
	assert_string_equal(life_word(&zone, 0, T0 + PUBLISH_S), "retired");
	key->ds_remove_at = key->ds_gone_at = key->revoke_at =
	    T0 + PUBLISH_S;
	assert_string_equal(life_word(&zone, 0, T0 + PUBLISH_S), "revoked");
	key->dnskey_out_at = T0 + PUBLISH_S;
	assert_string_equal(life_word(&zone, 0, T0 + PUBLISH_S + DS_S),
	    "dead");
	life_zone_clear(&zone);
}

static void
names(void **state)
{

	(void)state;
	assert_string_equal(life_state_name(LIFE_OMNIPRESENT), "omnipresent");
	assert_string_equal(life_state_name(LIFE_UNRETENTIVE), "unretentive");
	assert_string_equal(life_step_name(LIFE_MAKE_KSK), "make-ksk");
	assert_string_equal(life_step_name(LIFE_ADD_DS), "add-ds");
	assert_string_equal(life_step_name(LIFE_DONE), "done");
	assert_string_equal(life_wait_name(LIFE_DUE), "due");
	assert_string_equal(life_wait_name(LIFE_WAITS_DS_SEEN), "ds-seen");
	assert_string_equal(life_wait_name(LIFE_WAITS_OPERATOR), "operator");
}

/* Each step makes its facts true, and leaves the copy's origin alone. */
static void
steps_make_facts(void **state)
{
	struct life_step step = { .kind = LIFE_MAKE_KSK, .alg = 15 };
	struct life_zone zone, copy;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "key")->dnskey_out_at = T0;
	zone.lifetime_s = 77;
	zone.standby = LIFE_STANDBY_DS;
	life_zone_copy(&zone, &copy);
	life_apply(&copy, &step, T0);
	step.kind = LIFE_MAKE_STANDBY;
	life_apply(&copy, &step, T0 + 1);
	assert_int_equal(copy.n_keys, 3);
	assert_int_equal(zone.n_keys, 1);
	assert_int_equal(copy.keys[1].alg, 15);
	assert_int_equal(copy.keys[1].lifetime_s, 77);
	assert_int_equal(copy.keys[1].made_at, T0);
	assert_int_equal(copy.keys[2].standby, LIFE_STANDBY_DS);
	step = (struct life_step){ .kind = LIFE_PUBLISH_DNSKEY, .key = 0 };
	life_apply(&copy, &step, T0 + 5);
	assert_int_equal(copy.keys[0].dnskey_in_at, T0 + 5);
	assert_int_equal(copy.keys[0].dnskey_out_at, 0);
	assert_int_equal(copy.signed_until_at, T0 + 5 + 14 * DAY);
	assert_int_equal(copy.first_signed_at, LONG_AGO);
	/* The last one: what is signed next is signed for the first time. */
	step.kind = LIFE_WITHDRAW_DNSKEY;
	life_apply(&copy, &step, T0 + 6);
	assert_int_equal(copy.first_signed_at, 0);
	assert_int_equal(copy.signed_until_at, 0);
	step = (struct life_step){ .kind = LIFE_SIGNER_ADD_ALG, .alg = 15 };
	life_apply(&copy, &step, T0 + 7);
	assert_int_equal(copy.n_algs, 2);
	assert_int_equal(copy.algs[1].signed_at, T0 + 7);
	step = (struct life_step){ .kind = LIFE_SIGNER_DROP_ALG, .alg = 13 };
	life_apply(&copy, &step, T0 + 7);
	assert_int_equal(copy.n_algs, 1);
	assert_int_equal(copy.algs[0].alg, 15);
	assert_int_equal(zone.keys[0].dnskey_in_at, LONG_AGO);
	assert_int_equal(zone.n_algs, 1);
	life_zone_clear(&copy);
	life_zone_clear(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_roll),
		cmocka_unit_test(dnskey_states),
		cmocka_unit_test(ds_states),
		cmocka_unit_test(words_of_operators),
		cmocka_unit_test(names),
		cmocka_unit_test(steps_make_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
