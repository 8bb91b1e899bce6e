/* Ways through life that are not a plain roll. */
#include "tests/unit/unit.h"

#include "tests/unit/lifecase.h"

#define OLD 0
#define NEW 1
#define DAY INT64_C(86400)

static void
sets_are_signed_in_time(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "key");
	lifecase_due(&zone, 11 * DAY - 1, "");
	lifecase_waits(&zone, 0, LIFE_SIGN, LIFE_NONE, LIFE_WAITS_TIME,
	    11 * DAY, "refresh 3d");
	lifecase_next_is(&zone, 0, 11 * DAY);
	/* Not where responses are served, nor beside what signs anyway. */
	zone.has_response = true;
	lifecase_due(&zone, 11 * DAY, "");
	zone.has_response = false;
	lifecase_due(&zone, 11 * DAY, "sign");
	lifecase_due(&zone, 11 * DAY, "");
	assert_int_equal(zone.signed_until_at, T0 + 25 * DAY);
	lifecase_fresh(&zone, "another");
	lifecase_due(&zone, 22 * DAY, "publish-dnskey 1");
	lifecase_due(&zone, 22 * DAY, "");
	/* Nobody knows what is served: it is signed. */
	zone.signed_until_at = 0;
	lifecase_due(&zone, 22 * DAY, "sign");
	/* A refresh that the validity cannot keep is no reason to spin. */
	zone.timing.refresh_s = 15 * DAY;
	lifecase_due(&zone, 22 * DAY, "");
	life_zone_clear(&zone);
}

/* Followers know a key after the add hold-down, and forget one that says so. */
static void
rfc5011_revokes(void **state)
{
	const int64_t publish_s = PUBLISH_S + 2 * 3600 + 30 * DAY;
	const int64_t revoke_s = RETIRE_S + 3600 + 30 * DAY;
	struct life_zone zone;

	(void)state;
	lifecase_begin_roll(&zone);
	zone.has_response = true;
	zone.timing.is_rfc5011 = true;
	zone.timing.query_interval_s = 3600;
	lifecase_due(&zone, 0, "publish-dnskey 1");
	lifecase_due(&zone, publish_s - 1, "");
	lifecase_due(&zone, publish_s, "add-ds 1, remove-ds 0");
	zone.keys[NEW].ds_seen_at = T0 + publish_s - 9;
	zone.keys[NEW].ds_add_at = T0 + publish_s - 9;
	zone.keys[OLD].ds_gone_at = T0 + publish_s;
	lifecase_due(&zone, publish_s + DS_S - 1, "");
	lifecase_due(&zone, publish_s + DS_S, "revoke-dnskey 0");
	lifecase_waits(&zone, publish_s + DS_S, LIFE_WITHDRAW_DNSKEY, OLD,
	    LIFE_WAITS_TIME, publish_s + DS_S + revoke_s,
	    "remove hold-down");
	lifecase_due(&zone, publish_s + DS_S + revoke_s - 1, "");
	lifecase_due(&zone, publish_s + DS_S + revoke_s,
	    "withdraw-dnskey 0");
	life_zone_clear(&zone);
}

/* Some may trust it already: by hand, or as they looked at the right time. */
static void
rfc5011_revokes_what_not_all_trust(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.has_response = true;
	zone.timing.is_rfc5011 = true;
	zone.timing.query_interval_s = 3600;
	lifecase_key(&zone, "main");
	lifecase_fresh(&zone, "new");
	lifecase_due(&zone, 0, "publish-dnskey 1");
	zone.keys[NEW].retire_at = T0 + 5;
	zone.keys[NEW].ds_gone_at = T0 + 5 - DS_S;
	lifecase_due(&zone, 5, "revoke-dnskey 1");
	lifecase_due(&zone, RETIRE_S + 3600 + 30 * DAY + 4, "");
	lifecase_due(&zone, RETIRE_S + 3600 + 30 * DAY + 5,
	    "withdraw-dnskey 1");
	life_zone_clear(&zone);
}

/* Who signs what a policy wants signed sees it when it is due, and gates it. */
static void
a_revocation_is_approved(void **state)
{
	const int64_t publish_s = PUBLISH_S + 2 * 3600 + 30 * DAY;
	struct life_zone zone;

	(void)state;
	lifecase_begin_roll(&zone);
	zone.has_response = true;
	zone.timing.is_rfc5011 = true;
	zone.timing.query_interval_s = 3600;
	zone.keys[OLD].lacks_approval = true;
	lifecase_due(&zone, 0, "publish-dnskey 1");
	lifecase_due(&zone, publish_s, "add-ds 1, remove-ds 0");
	lifecase_waits(&zone, publish_s, LIFE_REVOKE_DNSKEY, OLD,
	    LIFE_WAITS_DS_GONE, 0, "old");
	zone.keys[NEW].ds_seen_at = T0 + publish_s;
	zone.keys[OLD].ds_gone_at = T0 + publish_s;
	lifecase_waits(&zone, publish_s, LIFE_REVOKE_DNSKEY, OLD,
	    LIFE_WAITS_TIME, publish_s + DS_S, "ds-gone of old");
	lifecase_due(&zone, publish_s + DS_S, "");
	lifecase_waits(&zone, publish_s + DS_S, LIFE_REVOKE_DNSKEY, OLD,
	    LIFE_WAITS_APPROVAL, 0, "until approvers sign the revocation of "
	    "old");
	/* Nor is it taken out without having been revoked. */
	lifecase_due(&zone, publish_s + DS_S + 100 * DAY, "");
	zone.keys[OLD].lacks_approval = false;
	lifecase_due(&zone, publish_s + DS_S + 100 * DAY, "revoke-dnskey 0");
	life_zone_clear(&zone);
}

/* The root has no parent: its followers are all that there is. */
static void
the_root_has_no_ds(void **state)
{
	const int64_t publish_s = PUBLISH_S + 2 * 3600 + 30 * DAY;
	struct life_zone zone;

	(void)state;
	lifecase_begin_roll(&zone);
	zone.name = ".";
	zone.has_response = true;
	zone.timing.is_rfc5011 = true;
	zone.timing.query_interval_s = 3600;
	zone.keys[OLD].ds_add_at = zone.keys[OLD].ds_seen_at = 0;
	lifecase_due(&zone, 0, "publish-dnskey 1");
	lifecase_wants_not(&zone, publish_s, LIFE_ADD_DS, NEW);
	lifecase_due(&zone, publish_s - 1, "");
	lifecase_due(&zone, publish_s, "revoke-dnskey 0");
	life_zone_clear(&zone);
}

/* A zone joins from another provider, without a gap. */
static void
a_zone_joins(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.has_response = true;
	zone.first_signed_at = 0;
	lifecase_key(&zone, "theirs")->is_foreign = true;
	zone.keys[0].dnskey_in_at = 0;
	lifecase_fresh(&zone, "ours");
	lifecase_due(&zone, 0, "publish-dnskey 0, publish-dnskey 1");
	lifecase_due(&zone, 129599, "");
	lifecase_due(&zone, 129600, "add-ds 1");
	zone.keys[1].ds_seen_at = T0 + 129600;
	/* Shared for good, if nobody says otherwise. */
	lifecase_due(&zone, 900000, "");
	zone.keys[0].retire_at = T0 + 129600;
	/* The DS of one provider goes only once that of the other is known. */
	lifecase_due(&zone, 129600 + DS_S - 1, "");
	lifecase_due(&zone, 129600 + DS_S, "remove-ds 0");
	zone.keys[0].ds_gone_at = T0 + 129600 + DS_S;
	lifecase_due(&zone, 129600 + 2 * DS_S - 1, "");
	lifecase_due(&zone, 129600 + 2 * DS_S, "withdraw-dnskey 0");
	life_zone_clear(&zone);
}

/* And leaves: the mirror image. */
static void
a_zone_leaves(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.has_response = true;
	lifecase_key(&zone, "ours");
	lifecase_fresh(&zone, "theirs")->is_foreign = true;
	zone.keys[1].is_usable = false;
	lifecase_due(&zone, 0, "publish-dnskey 1");
	zone.keys[0].retire_at = T0;
	lifecase_due(&zone, 50399, "");
	lifecase_due(&zone, 50400, "add-ds 1");
	zone.keys[1].ds_seen_at = T0 + 50400;
	lifecase_due(&zone, 50400 + DS_S - 1, "");
	lifecase_due(&zone, 50400 + DS_S, "remove-ds 0");
	zone.keys[0].ds_gone_at = T0 + 50400 + DS_S;
	lifecase_due(&zone, 50400 + 2 * DS_S, "withdraw-dnskey 0");
	/* No key is made for a zone that has gone. */
	lifecase_due(&zone, 900000, "");
	zone.keys[1].retire_at = T0 + 900000;
	lifecase_due(&zone, 900000, "");
	life_zone_clear(&zone);
}

/* Whoever leaves takes his standby along; who was hurt stays. */
static void
a_shared_zone_with_a_standby(void **state)
{
	struct life_zone zone;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		lifecase_zone(&zone);
		lifecase_key(&zone, "theirs")->is_foreign = true;
		lifecase_key(&zone, "ours")->retire_at = T0;
		lifecase_key(&zone, "standby")->standby = LIFE_STANDBY_DS;
		zone.keys[2].dnskey_in_at = 0;
		zone.keys[1].is_compromised = i != 0;
		lifecase_due(&zone, 0, i == 0 ?
		    "retire 2, remove-ds 1, remove-ds 2" :
		    "promote 2, publish-dnskey 2, withdraw-dnskey 1");
		life_zone_clear(&zone);
	}
}

/* Insecure in the middle of rolls, from the last record in to the first. */
static void
insecure_in_the_middle(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_begin_roll(&zone);
	zone.roll = LIFE_DOUBLE_DS;
	lifecase_due(&zone, 0, "add-ds 1");
	zone.keys[NEW].ds_seen_at = T0;
	zone.goal = LIFE_INSECURE;
	/* The DS whose DNSKEY is not there first; it is gone for all; then
	 * the other. */
	lifecase_due(&zone, 100, "remove-ds 1");
	zone.keys[NEW].ds_gone_at = T0 + 100;
	lifecase_due(&zone, 99 + DS_S, "");
	lifecase_due(&zone, 100 + DS_S, "remove-ds 0");
	zone.keys[OLD].ds_gone_at = T0 + 100 + DS_S;
	lifecase_due(&zone, 99 + 2 * DS_S, "");
	lifecase_due(&zone, 100 + 2 * DS_S, "withdraw-dnskey 0");
	lifecase_waits(&zone, 100 + 2 * DS_S + RETIRE_S,
	    LIFE_SIGNER_DROP_ALG, LIFE_NONE, LIFE_WAITS_SIGNER, 0, "13");
	/* And back: as if for the first time. */
	zone.goal = LIFE_SECURE;
	zone.goal_at = T0 + 10 * DAY;
	zone.roll = LIFE_DOUBLE_SIGNATURE;
	lifecase_due(&zone, 10 * DAY, "publish-dnskey 1");
	lifecase_due(&zone, 10 * DAY + DATA_S - 1, "");
	lifecase_due(&zone, 10 * DAY + DATA_S, "add-ds 1");
	life_zone_clear(&zone);
}

/* A key that nobody has to know yet is taken back. */
static void
a_new_key_is_retired(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "main");
	lifecase_fresh(&zone, "new");
	lifecase_due(&zone, 0, "publish-dnskey 1");
	zone.keys[1].retire_at = T0 + 5;
	/* Nobody told of its DS: it may be anywhere, until that is told. */
	lifecase_due(&zone, 5, "remove-ds 1");
	lifecase_waits(&zone, 5, LIFE_WITHDRAW_DNSKEY, 1,
	    LIFE_WAITS_DS_GONE, 0, "new");
	zone.keys[1].ds_remove_at = 0;
	zone.keys[1].ds_gone_at = T0 + 5 - DS_S;
	lifecase_due(&zone, 5, "withdraw-dnskey 1");
	lifecase_wants_not(&zone, 4 + RETIRE_S, LIFE_DONE, 1);
	lifecase_waits(&zone, 5 + RETIRE_S, LIFE_DONE, 1, LIFE_DUE,
	    5 + RETIRE_S, "");
	life_zone_clear(&zone);
	/* Not so if its DS was asked for: it may be anywhere. */
	lifecase_begin_roll(&zone);
	lifecase_due(&zone, 0, "publish-dnskey 1");
	lifecase_due(&zone, 50400, "add-ds 1, remove-ds 0");
	zone.keys[1].retire_at = T0 + 50401;
	lifecase_fresh(&zone, "third");
	lifecase_due(&zone, 50401, "publish-dnskey 2");
	lifecase_due(&zone, 100800, "");
	lifecase_due(&zone, 100801, "add-ds 2, remove-ds 1");
	life_zone_clear(&zone);
}

/* A key is lost: what it signed is kept until another DS is everywhere. */
static void
a_key_is_lost(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "lost")->is_compromised = true;
	zone.keys[0].is_usable = false;
	lifecase_due(&zone, 0, "make-ksk 0, add-ds 1");
	lifecase_due(&zone, 5 * DAY, "");
	zone.keys[1].ds_seen_at = T0 + 5 * DAY;
	lifecase_waits(&zone, 5 * DAY, LIFE_PUBLISH_DNSKEY, 1,
	    LIFE_WAITS_TIME, 5 * DAY + DS_S, "DS TTL");
	lifecase_due(&zone, 5 * DAY + DS_S - 1, "");
	lifecase_due(&zone, 5 * DAY + DS_S,
	    "publish-dnskey 1, withdraw-dnskey 0");
	lifecase_due(&zone, 5 * DAY + DS_S + PUBLISH_S, "remove-ds 0");
	life_zone_clear(&zone);
}

/* Its CMK is disabled: that may end, where a loss does not. */
static void
a_stopped_key_stays(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	lifecase_key(&zone, "stopped")->retire_at = T0;
	lifecase_key(&zone, "new")->dnskey_in_at = T0;
	zone.keys[0].is_usable = false;
	zone.keys[0].stopped_by = "prod";
	lifecase_due(&zone, 0, "");
	zone.keys[0].stopped_by = NULL;
	lifecase_due(&zone, 0, "withdraw-dnskey 0");
	life_zone_clear(&zone);
}

/* There is no time for that: at the last moment the least harm is done. */
static void
a_lost_keys_signature_ends(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_zone(&zone);
	zone.signed_until_at = T0 + 60000;
	lifecase_key(&zone, "lost")->is_compromised = true;
	zone.keys[0].is_usable = false;
	lifecase_due(&zone, 0, "make-ksk 0, add-ds 1");
	lifecase_waits(&zone, 0, LIFE_SIGN, LIFE_NONE, LIFE_WAITS_OPERATOR, 0,
	    "lost can sign again");
	zone.keys[1].ds_seen_at = T0;
	lifecase_waits(&zone, 0, LIFE_PUBLISH_DNSKEY, 1, LIFE_WAITS_TIME,
	    16800, "cannot sign again");
	lifecase_due(&zone, 16799, "");
	lifecase_due(&zone, 16800, "publish-dnskey 1, withdraw-dnskey 0");
	/* Who has the old set needs the old DS; who has neither, none. */
	lifecase_due(&zone, DS_S - 1, "");
	lifecase_due(&zone, DS_S, "remove-ds 0");
	life_zone_clear(&zone);
	/* Nobody said that it is lost: nothing is done behind his back. */
	lifecase_zone(&zone);
	zone.roll = LIFE_DOUBLE_RRSET;
	lifecase_key(&zone, "away")->is_usable = false;
	lifecase_fresh(&zone, "another");
	lifecase_due(&zone, 0, "");
	lifecase_due(&zone, 20 * DAY, "");
	life_zone_clear(&zone);
}

/* The zone signer has to sign with an algorithm before it is seen. */
static void
an_algorithm_comes_and_goes(void **state)
{
	struct life_zone zone;
	struct life_step added = { .kind = LIFE_SIGNER_ADD_ALG, .alg = 15 };

	(void)state;
	lifecase_begin_roll(&zone);
	zone.has_response = true;
	zone.keys[NEW].alg = zone.alg = 15;
	lifecase_due(&zone, 0, "");
	lifecase_waits(&zone, 0, LIFE_SIGNER_ADD_ALG, LIFE_NONE,
	    LIFE_WAITS_SIGNER, 0, "algorithm 15");
	lifecase_waits(&zone, 0, LIFE_PUBLISH_DNSKEY, NEW, LIFE_WAITS_SIGNER,
	    0, "signs all data of the zone with algorithm 15");
	life_apply(&zone, &added, T0 + 10);
	lifecase_waits(&zone, 10, LIFE_PUBLISH_DNSKEY, NEW,
	    LIFE_WAITS_SIGNER, 0, "ZSK");
	zone.algs[1].has_zsk = true;
	lifecase_waits(&zone, 10, LIFE_PUBLISH_DNSKEY, NEW, LIFE_WAITS_TIME,
	    10 + DATA_S, "max-zone-ttl 1d");
	lifecase_due(&zone, 9 + DATA_S, "");
	lifecase_due(&zone, 10 + DATA_S, "publish-dnskey 1");
	lifecase_due(&zone, 200000, "add-ds 1");
	zone.keys[NEW].ds_seen_at = T0 + 200000;
	/* Across algorithms a DS is added, and later one removed. */
	lifecase_due(&zone, 200000 + DS_S, "remove-ds 0");
	zone.keys[OLD].ds_gone_at = T0 + 200000 + DS_S;
	lifecase_waits(&zone, 200000 + DS_S, LIFE_WITHDRAW_DNSKEY, OLD,
	    LIFE_WAITS_TIME, 200000 + 2 * DS_S, "ds-gone of old");
	lifecase_due(&zone, 199999 + 2 * DS_S, "");
	lifecase_due(&zone, 200000 + 2 * DS_S, "");
	lifecase_waits(&zone, 200000 + 2 * DS_S, LIFE_WITHDRAW_DNSKEY, OLD,
	    LIFE_WAITS_SIGNER, 0, "leaves its ZSKs out");
	zone.algs[0].has_zsk = false;
	lifecase_due(&zone, 200000 + 2 * DS_S, "withdraw-dnskey 0");
	lifecase_wants_not(&zone, 200000 + 2 * DS_S + RETIRE_S - 1,
	    LIFE_SIGNER_DROP_ALG, LIFE_NONE);
	lifecase_waits(&zone, 200000 + 2 * DS_S + RETIRE_S,
	    LIFE_SIGNER_DROP_ALG, LIFE_NONE, LIFE_WAITS_SIGNER, 0, "13");
	life_zone_clear(&zone);
}

/* A standby of the algorithm that goes would keep its chain from going. */
static void
a_standby_goes_with_its_algorithm(void **state)
{
	struct life_zone zone;

	(void)state;
	lifecase_begin_roll(&zone);
	zone.standby = LIFE_STANDBY_DS;
	zone.keys[NEW].alg = zone.alg = 15;
	lifecase_key(&zone, "standby")->standby = LIFE_STANDBY_DS;
	zone.keys[2].alg = 13;
	zone.keys[2].dnskey_in_at = 0;
	lifecase_due(&zone, 0, "retire 2");
	life_zone_clear(&zone);
	/* And a scheduled roll to another algorithm does not take it. */
	lifecase_zone(&zone);
	zone.alg = 15;
	lifecase_key(&zone, "main")->lifetime_s = 100 * DAY;
	lifecase_key(&zone, "standby")->standby = LIFE_STANDBY_DNSKEY;
	zone.keys[0].alg = zone.keys[1].alg = 13;
	zone.keys[1].ds_add_at = zone.keys[1].ds_seen_at = 0;
	lifecase_due(&zone, 0, "make-ksk 0, retire 0, retire 1");
	life_zone_clear(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_are_signed_in_time),
		cmocka_unit_test(rfc5011_revokes),
		cmocka_unit_test(rfc5011_revokes_what_not_all_trust),
		cmocka_unit_test(a_revocation_is_approved),
		cmocka_unit_test(the_root_has_no_ds),
		cmocka_unit_test(a_zone_joins),
		cmocka_unit_test(a_zone_leaves),
		cmocka_unit_test(a_shared_zone_with_a_standby),
		cmocka_unit_test(insecure_in_the_middle),
		cmocka_unit_test(a_new_key_is_retired),
		cmocka_unit_test(a_key_is_lost),
		cmocka_unit_test(a_stopped_key_stays),
		cmocka_unit_test(a_lost_keys_signature_ends),
		cmocka_unit_test(an_algorithm_comes_and_goes),
		cmocka_unit_test(a_standby_goes_with_its_algorithm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
