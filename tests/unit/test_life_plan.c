/* What is due, in which order, and what the rest waits for. */
#include "tests/unit/unit.h"

#include "tests/unit/lifecase.h"

#define OLD 0
#define NEW 1
#define DAY INT64_C(86400)

/* The whole of a roll, as an operator sees it. */
static void
a_roll_step_by_step(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_begin_roll(&zone);
	lifecase_due(&zone, 0, "publish-dnskey 1");
	lifecase_waits(&zone, 0, LIFE_ADD_DS, NEW, LIFE_WAITS_TIME, 50400,
	    "until 2027-01-15T22:00:00Z: DNSKEY TTL 1h + "
	    "zone-propagation-delay 12h + publish-safety 1h after "
	    "publication of new");
	lifecase_waits(&zone, 0, LIFE_REMOVE_DS, OLD, LIFE_WAITS_TIME, 50400,
	    "new");
	lifecase_wants_not(&zone, 0, LIFE_WITHDRAW_DNSKEY, OLD);
	lifecase_next_is(&zone, 0, 50400);
	lifecase_due(&zone, 50399, "");
	lifecase_due(&zone, 50400, "add-ds 1, remove-ds 0");
	lifecase_waits(&zone, 60000, LIFE_ADD_DS, NEW, LIFE_WAITS_DS_SEEN, 0,
	    "new");
	lifecase_waits(&zone, 60000, LIFE_REMOVE_DS, OLD, LIFE_WAITS_DS_GONE, 0,
	    "old");
	lifecase_waits(&zone, 60000, LIFE_WITHDRAW_DNSKEY, OLD,
	    LIFE_WAITS_DS_GONE, 0, "old");
	zone.keys[NEW].ds_seen_at = T0 + 61000;
	lifecase_due(&zone, 900000, "");
	zone.keys[OLD].ds_gone_at = T0 + 62000;
	lifecase_waits(&zone, 62000, LIFE_WITHDRAW_DNSKEY, OLD, LIFE_WAITS_TIME,
	    161999, "DS TTL 1d + parent-propagation-delay 2h46m39s + "
	    "retire-safety 1h after ds-gone of old");
	lifecase_next_is(&zone, 62000, 160999);
	lifecase_due(&zone, 161998, "");
	lifecase_due(&zone, 161999, "withdraw-dnskey 0");
	lifecase_wants_not(&zone, 212398, LIFE_DONE, OLD);
	lifecase_due(&zone, 212399, "");
	lifecase_waits(&zone, 212399, LIFE_DONE, OLD, LIFE_DUE, 212399, "");
	life_zone_clear(&zone);
}

static void
a_first_signing(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.first_signed_at = zone.signed_until_at = 0;
	zone.algs[0].signed_at = LONG_AGO;
	lifecase_fresh(&zone, "first")->needs_backup = true;
	lifecase_due(&zone, 0, "publish-dnskey 0");
	lifecase_waits(&zone, 0, LIFE_ADD_DS, 0, LIFE_WAITS_BACKUP, 0, "first");
	lifecase_due(&zone, 900000, "");
	zone.keys[0].backup_at = T0 + 5;
	/* Who has the zone as it was unsigned must forget that first. */
	lifecase_waits(&zone, 5, LIFE_ADD_DS, 0, LIFE_WAITS_TIME, 129600,
	    "max-zone-ttl 1d + zone-propagation-delay 12h");
	lifecase_due(&zone, 129599, "");
	zone.algs[0].signed_at = T0 + 1;
	lifecase_due(&zone, 129600, "");
	zone.algs[0].has_zsk = false;
	lifecase_due(&zone, 129601, "");
	lifecase_waits(&zone, 129601, LIFE_ADD_DS, 0, LIFE_WAITS_SIGNER, 0,
	    "algorithm 13");
	zone.algs[0].has_zsk = true;
	lifecase_due(&zone, 129601, "add-ds 0");
	/* No roll goes on, and its lifetime has no end. */
	zone.keys[0].ds_seen_at = T0 + 129601;
	lifecase_next_is(&zone, 129601, 229600);
	life_zone_clear(&zone);
}

/* One wait longer than the other: the longer one counts. */
static void
a_first_ds_waits_for_the_dnskey_too(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.timing.max_zone_ttl_s = 60;
	zone.roll = LIFE_DOUBLE_DS;	/* not with the first one */
	zone.first_signed_at = zone.signed_until_at = 0;
	lifecase_fresh(&zone, "first");
	lifecase_due(&zone, 0, "publish-dnskey 0");
	lifecase_due(&zone, 50399, "");
	lifecase_due(&zone, 50400, "add-ds 0");
	life_zone_clear(&zone);
}

static void
automation_leaves_steps_to_the_operator(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "old")->lifetime_s = 60 * DAY;
	zone.automation = LIFE_AUTO_ALL & ~(unsigned int)LIFE_AUTO_START;
	lifecase_due(&zone, 7, "");
	lifecase_waits(&zone, 7, LIFE_MAKE_KSK, OLD, LIFE_WAITS_OPERATOR, 7,
	    "by hand");
	life_zone_clear(&zone);

	lifecase_begin_roll(&zone);
	zone.automation = LIFE_AUTO_DONE;
	lifecase_due(&zone, 0, "publish-dnskey 1");
	lifecase_due(&zone, 50400, "");
	lifecase_waits(&zone, 50400, LIFE_ADD_DS, NEW, LIFE_WAITS_OPERATOR,
	    50400, "by hand");
	zone.automation = LIFE_AUTO_EXPIRE;
	lifecase_due(&zone, 50400, "add-ds 1, remove-ds 0");
	zone.keys[NEW].ds_seen_at = zone.keys[OLD].ds_gone_at = T0 + 50400;
	lifecase_due(&zone, 150399, "");
	lifecase_waits(&zone, 150399, LIFE_WITHDRAW_DNSKEY, OLD,
	    LIFE_WAITS_OPERATOR, 150399, "by hand");
	zone.automation = LIFE_AUTO_DONE;
	lifecase_due(&zone, 150399, "withdraw-dnskey 0");
	life_zone_clear(&zone);
}

/* A key that was made by hand takes over; no third one is asked for. */
static void
a_successor_is_made_by_hand(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.automation = LIFE_AUTO_ALL & ~(unsigned int)LIFE_AUTO_START;
	lifecase_key(&zone, "old")->lifetime_s = 110 * DAY;
	lifecase_fresh(&zone, "new")->lifetime_s = 110 * DAY;
	lifecase_due(&zone, 0, "publish-dnskey 1");
	lifecase_due(&zone, 50400, "add-ds 1");
	zone.keys[NEW].ds_seen_at = T0 + 50400;
	lifecase_wants_not(&zone, 200000, LIFE_MAKE_KSK, OLD);
	lifecase_waits(&zone, 200000, LIFE_RETIRE, OLD, LIFE_WAITS_TIME,
	    10 * DAY - PUBLISH_S, "lifetime");
	lifecase_waits(&zone, 10 * DAY, LIFE_RETIRE, OLD, LIFE_WAITS_OPERATOR,
	    10 * DAY, "by hand");
	zone.automation = LIFE_AUTO_ALL;
	lifecase_due(&zone, 10 * DAY, "retire 0, remove-ds 0");
	zone.keys[OLD].ds_gone_at = T0 + 10 * DAY;
	lifecase_due(&zone, 12 * DAY, "withdraw-dnskey 0");
	/* It follows one key, and is followed in its turn. */
	lifecase_due(&zone, 50400 + 110 * DAY - PUBLISH_S,
	    "make-ksk 1, retire 1, publish-dnskey 2");
	life_zone_clear(&zone);
	/* Who was there at the same time is no successor. */
	lifecase_zone(&zone);
	lifecase_key(&zone, "a")->lifetime_s = 100 * DAY;
	lifecase_key(&zone, "b");
	lifecase_due(&zone, 0, "make-ksk 0, retire 0, publish-dnskey 2");
	life_zone_clear(&zone);
}

static void
a_roll_begins_at_its_time(void **state)
{
	static const struct {
		enum life_roll	  roll;
		enum life_standby standby;
		int64_t		  before_s;
	} t[] = {
		{ LIFE_DOUBLE_SIGNATURE, LIFE_NO_STANDBY, 50400 + 7200 },
		{ LIFE_DOUBLE_SIGNATURE, LIFE_STANDBY_DS, 50400 + 7200 },
		{ LIFE_DOUBLE_SIGNATURE, LIFE_STANDBY_DNSKEY, 7200 },
		{ LIFE_DOUBLE_DS, LIFE_NO_STANDBY, 99999 + 7200 },
		{ LIFE_DOUBLE_DS, LIFE_STANDBY_DNSKEY, 99999 + 7200 },
		{ LIFE_DOUBLE_DS, LIFE_STANDBY_DS, 0 },
		{ LIFE_DOUBLE_RRSET, LIFE_NO_STANDBY, 0 },
	};
	struct life_zone zone;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++) {
		lifecase_zone(&zone);
		zone.timing.parent_registration_delay_s = 7200;
		zone.roll = t[i].roll;
		lifecase_key(&zone, "key")->lifetime_s = 200 * DAY;
		lifecase_key(&zone, "other")->standby = t[i].standby;
		assert_int_equal(life_roll_at(&zone, 0),
		    LONG_AGO + 200 * DAY - t[i].before_s);
		assert_true(life_roll_at(&zone, 1) == LIFE_NEVER);
		/* In use since both of its records are. */
		zone.keys[0].ds_add_at = LONG_AGO + 7;
		assert_int_equal(life_roll_at(&zone, 0),
		    LONG_AGO + 7 + 200 * DAY - t[i].before_s);
		/* A pair that is shared has one life, wherever it is used. */
		zone.keys[0].pair_at = LONG_AGO - 50 * DAY;
		assert_int_equal(life_roll_at(&zone, 0),
		    LONG_AGO + 150 * DAY - t[i].before_s);
		zone.keys[0].ds_add_at = zone.keys[0].ds_seen_at = 0;
		assert_true(life_roll_at(&zone, 0) == LIFE_NEVER);
		life_zone_clear(&zone);
	}
}

/* Several keys in use: each has its own time, and its own successor. */
static void
keys_roll_one_by_one(void **state)
{
	struct life_zone zone;
	char why[LIFE_WHY_LEN];

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "a")->lifetime_s = 100 * DAY + PUBLISH_S;
	lifecase_key(&zone, "b")->lifetime_s = 100 * DAY + PUBLISH_S + 60;
	assert_true(life_may_roll(&zone, T0, why));
	lifecase_due(&zone, -1, "");
	lifecase_due(&zone, 0, "make-ksk 0, retire 0, publish-dnskey 2");
	assert_false(life_may_roll(&zone, T0 + 60, why));
	assert_non_null(strstr(why, "the roll of a goes on"));
	assert_non_null(strstr(why, "2027-01-15T22:00:00Z"));
	lifecase_due(&zone, 60, "");
	lifecase_waits(&zone, 60, LIFE_RETIRE, 1, LIFE_WAITS_ROLL, 0, "a");
	/* No key goes while the one that follows it still comes. */
	lifecase_due(&zone, 50399, "");
	lifecase_due(&zone, 50400, "add-ds 2, remove-ds 0");
	zone.keys[2].ds_seen_at = zone.keys[0].ds_gone_at = T0 + 50400;
	lifecase_due(&zone, 150399, "withdraw-dnskey 0");
	lifecase_due(&zone, 200798, "");
	lifecase_waits(&zone, 200798, LIFE_MAKE_KSK, 1, LIFE_WAITS_ROLL, 0,
	    "a");
	lifecase_due(&zone, 200799, "make-ksk 1, retire 1, publish-dnskey 3");
	life_zone_clear(&zone);
}

/* Nor does a DNSKEY, though another would do. */
static void
a_dnskey_waits_for_its_successor(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.roll = LIFE_DOUBLE_DS;
	lifecase_key(&zone, "a")->retire_at = T0;
	lifecase_key(&zone, "b");
	lifecase_fresh(&zone, "new");
	lifecase_due(&zone, 0, "add-ds 2");
	zone.keys[2].ds_seen_at = T0;
	lifecase_due(&zone, DS_S - 1, "");
	lifecase_due(&zone, DS_S,
	    "publish-dnskey 2, remove-ds 0, withdraw-dnskey 0");
	life_zone_clear(&zone);
}

/* A crash between the two halves of a beginning makes no second successor. */
static void
a_successor_is_made_once(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "old")->lifetime_s = 50 * DAY;
	lifecase_fresh(&zone, "new");
	lifecase_due(&zone, 0, "retire 0, publish-dnskey 1");
	life_zone_clear(&zone);
	/* Retired without one: it is made. */
	lifecase_zone(&zone);
	lifecase_key(&zone, "old")->retire_at = T0;
	lifecase_due(&zone, 0, "make-ksk 0, publish-dnskey 1");
	life_zone_clear(&zone);
}

static void
standbys_are_kept(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.standby = LIFE_STANDBY_DS;
	lifecase_key(&zone, "main");
	lifecase_due(&zone, 0, "make-standby, add-ds 1");
	zone.keys[1].ds_seen_at = T0;
	lifecase_due(&zone, DS_S, "");
	lifecase_wants_not(&zone, DS_S, LIFE_PUBLISH_DNSKEY, 1);
	/* A roll takes it, and when that is over there is another. */
	zone.keys[0].lifetime_s = 100 * DAY + PUBLISH_S;
	lifecase_due(&zone, DS_S, "promote 1, retire 0, publish-dnskey 1");
	lifecase_due(&zone, DS_S + PUBLISH_S, "remove-ds 0");
	zone.keys[0].ds_gone_at = T0 + DS_S + PUBLISH_S;
	lifecase_due(&zone, 2 * DS_S + PUBLISH_S, "withdraw-dnskey 0");
	lifecase_due(&zone, 2 * DS_S + PUBLISH_S + RETIRE_S,
	    "make-standby, add-ds 2");
	life_zone_clear(&zone);
	/* None while the key in use is not in use yet, nor for no DS. */
	lifecase_zone(&zone);
	zone.standby = LIFE_STANDBY_DNSKEY;
	lifecase_key(&zone, "main")->ds_seen_at = T0;
	lifecase_due(&zone, DS_S - 1, "");
	lifecase_due(&zone, DS_S, "make-standby, publish-dnskey 1");
	lifecase_wants_not(&zone, DS_S + PUBLISH_S, LIFE_ADD_DS, 1);
	life_zone_clear(&zone);
}

/* A swap of DSs beside a standby DS waits until the new one is seen. */
static void
a_standby_ds_makes_swaps_wait(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_begin_roll(&zone);
	lifecase_key(&zone, "standby")->standby = LIFE_STANDBY_DS;
	zone.keys[2].dnskey_in_at = 0;
	lifecase_due(&zone, 0, "publish-dnskey 1");
	lifecase_due(&zone, 50400, "add-ds 1");
	lifecase_waits(&zone, 50400, LIFE_REMOVE_DS, OLD, LIFE_WAITS_DS_SEEN, 0,
	    "new");
	zone.keys[NEW].ds_seen_at = T0 + 50500;
	lifecase_due(&zone, 50500, "remove-ds 0");
	life_zone_clear(&zone);
}

static void
a_compromised_key_is_exposed_so_long(void **state)
{
	struct life_zone zone;
	struct life_key *key;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "key");
	assert_int_equal(life_exposure(&zone, 0, T0, LIFE_WITHOUT_MARGINS),
	    146799);
	assert_int_equal(life_exposure(&zone, 0, T0, LIFE_WITH_MARGINS),
	    150399);
	zone.roll = LIFE_DOUBLE_DS;
	assert_int_equal(life_exposure(&zone, 0, T0, LIFE_WITHOUT_MARGINS),
	    146799);
	zone.timing.parent_registration_delay_s = 7200;
	assert_int_equal(life_exposure(&zone, 0, T0, LIFE_WITHOUT_MARGINS),
	    153999);
	zone.timing.parent_registration_delay_s = 0;
	key = lifecase_key(&zone, "standby");
	key->standby = LIFE_STANDBY_DNSKEY;
	key->ds_add_at = key->ds_seen_at = 0;
	assert_int_equal(life_exposure(&zone, 0, T0, LIFE_WITHOUT_MARGINS),
	    96399);
	assert_int_equal(life_exposure(&zone, 0, T0, LIFE_WITH_MARGINS),
	    99999);
	/* Nobody told of its DS; of one that is not published it is known. */
	assert_int_equal(life_exposure(&zone, 1, T0, LIFE_WITH_MARGINS),
	    99999);
	zone.keys[1].dnskey_in_at = 0;
	assert_int_equal(life_exposure(&zone, 1, T0, LIFE_WITH_MARGINS), 0);
	zone.keys[1].dnskey_in_at = zone.keys[0].dnskey_in_at;
	zone.keys[0].ds_remove_at = zone.keys[0].ds_gone_at = T0 - 100;
	assert_int_equal(life_exposure(&zone, 0, T0, LIFE_WITH_MARGINS),
	    99899);
	life_zone_clear(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_roll_step_by_step),
		cmocka_unit_test(a_first_signing),
		cmocka_unit_test(a_first_ds_waits_for_the_dnskey_too),
		cmocka_unit_test(automation_leaves_steps_to_the_operator),
		cmocka_unit_test(a_successor_is_made_by_hand),
		cmocka_unit_test(a_roll_begins_at_its_time),
		cmocka_unit_test(keys_roll_one_by_one),
		cmocka_unit_test(a_dnskey_waits_for_its_successor),
		cmocka_unit_test(a_successor_is_made_once),
		cmocka_unit_test(standbys_are_kept),
		cmocka_unit_test(a_standby_ds_makes_swaps_wait),
		cmocka_unit_test(a_compromised_key_is_exposed_so_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
