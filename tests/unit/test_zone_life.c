/* What a zone is by its store: keys, policy, waits, and the clock. */
#include "tests/unit/zonestore.h"

#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/zone_ttl.h"

#define DAY	INT64_C(86400)
#define NOW	ZONESTORE_NOW

static const struct life_key used = { .dnskey_in_at = NOW - 200 * DAY,
	.ds_add_at = NOW - 198 * DAY, .ds_seen_at = NOW - 197 * DAY };
static const struct life_key standby = { .standby = LIFE_STANDBY_DS,
	.ds_add_at = NOW - 90 * DAY, .ds_seen_at = NOW - 89 * DAY };
static const struct life_key lost = { .dnskey_in_at = NOW - 200 * DAY,
	.ds_seen_at = NOW - 197 * DAY, .retire_at = NOW - DAY,
	.is_compromised = true, .backup_at = NOW - 3 * DAY };

static void
loaded(struct zonestore *zs)
{

	unit_ok(zonestore_load(zs), &zs->help->err);
}

static void
keys_come_in_their_order(void **state)
{
	struct foreign_key_row foreign[2];
	struct zone_life *zone;
	struct zonestore zs;
	size_t i;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, "");
	foreign[0] = zonestore_foreign(&zs, 1, &used);
	foreign[1] = zonestore_foreign(&zs, 2, NULL);
	(void)zonestore_ksk(&zs, 0, &used);
	(void)zonestore_ksk(&zs, 0, &lost);
	(void)zonestore_ksk(&zs, 0, &standby);
	loaded(&zs);
	zone = zs.zone;
	assert_int_equal(zone->n_ksks, 3);
	assert_int_equal(zone->n_foreign, 2);
	assert_int_equal(zone->life.n_keys, 5);
	for (i = 0; i < 3; i++) {
		const struct ksk_row *row = &zs.ksks[i]->ksk.row;

		assert_int_equal(zone_life_find(zone, row->id), i);
		assert_int_equal(zone->life.keys[i].key_tag, row->key_tag);
		assert_int_equal(dnskey_tag(zone_life_dnskey(zone, i)),
		    row->key_tag);
		assert_false(zone->life.keys[i].is_foreign);
	}
	for (; i < 5; i++) {
		assert_int_equal(zone_life_find(zone, foreign[i - 3].id), i);
		assert_int_equal(dnskey_tag(zone_life_dnskey(zone, i)),
		    foreign[i - 3].key_tag);
		assert_true(zone->life.keys[i].is_foreign);
		assert_string_equal(strrchr(zone->names[i], '/') + 1,
		    strrchr(zone->life.keys[i].name, '/') + 1);
		foreign_facts_clear(&foreign[i - 3]);
	}
	assert_int_equal(zone_life_find(zone, "x"), LIFE_NONE);
	assert_int_equal(zone->life.keys[0].ds_seen_at, used.ds_seen_at);
	assert_true(zone->life.keys[0].is_usable);
	assert_int_equal(zone->life.keys[2].standby, LIFE_STANDBY_DS);
	assert_int_equal(zone->life.keys[3].dnskey_in_at, used.dnskey_in_at);
	/* Its token is not there, and nobody waits for that one. */
	assert_true(zone->life.keys[1].is_compromised);
	assert_false(zone->life.keys[1].is_usable);
	assert_int_equal(zone->life.keys[1].backup_at, lost.backup_at);
	zonestore_close(&zs);
}

/* A removed one is behind those in use, wherever it was; its event counts. */
static void
foreign_keys_that_are_removed_go_to_the_end(void **state)
{
	struct foreign_key_row rows[3];
	struct storehelp *help = *state;
	struct zonestore zs;
	struct json *event = json_new_object();
	size_t i;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, &used);
	for (i = 0; i < N_OF(rows); i++)
		rows[i] = zonestore_foreign(&zs, (unsigned int)i + 1, NULL);
	rows[0].removed_at = NOW - 5;
	json_put_text(event, "cmk_id", zs.cmks[0]->cmk.row.id);
	json_put_text(event, "foreign_id", rows[0].id);
	json_put_text(event, "zone", ZONESTORE_ZONE);
	json_put_take(event, "life", foreign_facts_json(&rows[0]));
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_foreign_set(help->store, &rows[0], &help->err),
	    &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	unit_fails(zonestore_load(&zs), &help->err, ERR_INTEGRITY,
	    "what the ledger does not");
	zonestore_tell(&zs, "foreign-step", event);
	loaded(&zs);
	assert_int_equal(zs.zone->n_foreign, 2);
	assert_int_equal(zs.zone->n_foreign_rows, 3);
	assert_int_equal(zs.zone->life.n_keys, 3);
	assert_int_equal(zone_life_find(zs.zone, rows[0].id), LIFE_NONE);
	for (i = 1; i < N_OF(rows); i++)
		assert_int_not_equal(zone_life_find(zs.zone, rows[i].id),
		    LIFE_NONE);
	for (i = 0; i < N_OF(rows); i++)
		foreign_facts_clear(&rows[i]);
	zonestore_close(&zs);
}

static void
a_zone_without_a_key_is_none(void **state)
{
	struct storehelp *help = *state;
	struct zonestore zs;

	zonestore_open(&zs, help, "");
	unit_fails(zonestore_load(&zs), &help->err, ERR_INPUT,
	    "zone example.com. has no KSK");
	assert_null(zs.zone);
	zonestore_close(&zs);
}

/* What decides of new KSKs is the policy of the newest that is no standby. */
static void
the_policy_is_that_of_the_newest_main_ksk(void **state)
{
	const struct life_zone *life;
	struct zonestore zs;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, "ksk: { roll-type: double-ds, "
	    "lifetime: 300d, automation: [report] }\n");
	(void)zonestore_cmk(&zs, "ksk: { roll-type: double-rrset, "
	    "lifetime: 200d, standby: { kind: ds }, require-backup: true, "
	    "algorithm: ed25519, automation: [start, expire, done] }\n"
	    "zsk: { algorithms: [ed25519] }\n");
	(void)zonestore_cmk(&zs, "ksk: { lifetime: 100d }\n");
	(void)zonestore_ksk(&zs, 0, &used);
	loaded(&zs);
	life = &zs.zone->life;
	assert_int_equal(life->roll, LIFE_DOUBLE_DS);
	assert_int_equal(life->alg, 13);
	assert_int_equal(life->automation, LIFE_AUTO_REPORT);
	(void)zonestore_ksk(&zs, 1, NULL);
	(void)zonestore_ksk(&zs, 2, &standby);
	loaded(&zs);
	life = &zs.zone->life;
	assert_int_equal(life->roll, LIFE_DOUBLE_RRSET);
	assert_int_equal(life->standby, LIFE_STANDBY_DS);
	assert_int_equal(life->alg, 15);
	assert_int_equal(life->lifetime_s, 200 * DAY);
	assert_true(life->needs_backup);
	assert_int_equal(life->automation, LIFE_AUTO_START |
	    LIFE_AUTO_EXPIRE | LIFE_AUTO_DONE);
	/* Each key keeps that of its own. */
	assert_int_equal(life->keys[0].lifetime_s, 300 * DAY);
	assert_int_equal(life->keys[2].lifetime_s, 100 * DAY);
	assert_false(life->keys[0].needs_backup);
	zonestore_close(&zs);
}

static void
with_nothing_but_a_standby_that_decides(void **state)
{
	struct zonestore zs;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, "ksk: { roll-type: double-ds }\n");
	(void)zonestore_ksk(&zs, 0, &standby);
	loaded(&zs);
	assert_int_equal(zs.zone->life.roll, LIFE_DOUBLE_DS);
	zonestore_close(&zs);
}

static void
a_goal_is_the_one_that_was_told_of(void **state)
{
	struct storehelp *help = *state;
	struct json *event = json_new_object();
	struct zonestore zs;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, &used);
	loaded(&zs);
	assert_int_equal(zs.zone->life.goal, LIFE_SECURE);
	unit_ok(storehelp_sql(help, "UPDATE zone SET goal = 'insecure', "
	    "goal_at = 1799999000"), &help->err);
	unit_fails(zonestore_load(&zs), &help->err, ERR_INTEGRITY,
	    "of its goal what the ledger does not");
	json_put_text(event, "cmk_id", zs.cmks[0]->cmk.row.id);
	json_put_text(event, "zone", ZONESTORE_ZONE);
	json_put_text(event, "goal", "insecure");
	json_put_int(event, "goal_at", 1799999000);
	zonestore_tell(&zs, "zone-goal", event);
	loaded(&zs);
	assert_int_equal(zs.zone->life.goal, LIFE_INSECURE);
	assert_int_equal(zs.zone->life.goal_at, 1799999000);
	zonestore_close(&zs);
}

static void
saw_dnskey_ttl(struct zonestore *zs, int64_t ttl_s, int64_t at)
{
	struct store *store = zs->help->store;
	struct error *err = &zs->help->err;

	unit_ok(store_begin(store, err), err);
	unit_ok(zone_ttl_record(zs->session, ZONESTORE_ZONE, ZONE_TTL_DNSKEY,
	    (uint32_t)ttl_s, at, err), err);
	unit_ok(store_commit(store, err), err);
}

/* Who looked last when the TTL was long looks again late, cache or not. */
static void
followers_go_by_the_ttl_that_they_saw(void **state)
{
	const int64_t long_s = 4 * DAY, short_s = 7200;
	struct zonestore zs;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, "ksk: { rfc5011: true }\n");
	(void)zonestore_ksk(&zs, 0, &used);
	saw_dnskey_ttl(&zs, long_s, NOW - 60 * DAY);
	saw_dnskey_ttl(&zs, short_s, NOW - 18 * DAY);
	loaded(&zs);
	assert_int_equal(zs.zone->life.timing.dnskey_ttl_s, short_s);
	assert_int_equal(zs.zone->life.timing.query_interval_s, long_s / 2);
	zonestore_close(&zs);
}

/* And when that look is over, nobody does. */
static void
followers_come_to_the_ttl_that_is_served(void **state)
{
	struct zonestore zs;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, "ksk: { rfc5011: true }\n");
	(void)zonestore_ksk(&zs, 0, &used);
	saw_dnskey_ttl(&zs, 4 * DAY, NOW - 60 * DAY);
	saw_dnskey_ttl(&zs, 7200, NOW - 20 * DAY);
	loaded(&zs);
	assert_int_equal(zs.zone->life.timing.query_interval_s, 3600);
	zonestore_close(&zs);
}

/* A clock that is behind a fact by no more than clock.tolerance goes on. */
static void
a_fact_that_is_ahead_is_caught_up_with(void **state)
{
	static const struct {
		int64_t ahead_s, now_s;
	} cases[] = { { -7, 0 }, { 0, 0 }, { 61, 0 }, { 1, 1 }, { 62, 1 },
		{ 61, 61 }, { 5, 61 } };
	static const size_t instants[] = {
		offsetof(struct life_key, dnskey_in_at),
		offsetof(struct life_key, ds_add_at),
		offsetof(struct life_key, ds_seen_at),
		offsetof(struct life_key, ds_remove_at),
		offsetof(struct life_key, ds_gone_at),
		offsetof(struct life_key, retire_at),
		offsetof(struct life_key, revoke_at) };
	struct life_key key;
	struct zonestore zs;
	size_t i;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, "clock: { tolerance: 60s }\n");
	(void)zonestore_ksk(&zs, 0, &used);
	for (i = 0; i < N_OF(cases); i++) {
		key = used;
		*(int64_t *)(void *)((char *)&key + instants[i]) = NOW +
		    cases[i].ahead_s;
		zonestore_change(&zs, 0, &key);
		loaded(&zs);
		assert_int_equal(session_now(zs.session), NOW +
		    cases[i].now_s);
	}
	zonestore_close(&zs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOREHELP_TEST(keys_come_in_their_order),
		STOREHELP_TEST(foreign_keys_that_are_removed_go_to_the_end),
		STOREHELP_TEST(a_zone_without_a_key_is_none),
		STOREHELP_TEST(the_policy_is_that_of_the_newest_main_ksk),
		STOREHELP_TEST(with_nothing_but_a_standby_that_decides),
		STOREHELP_TEST(a_goal_is_the_one_that_was_told_of),
		STOREHELP_TEST(followers_go_by_the_ttl_that_they_saw),
		STOREHELP_TEST(followers_come_to_the_ttl_that_is_served),
		STOREHELP_TEST(a_fact_that_is_ahead_is_caught_up_with),
	};

	return storehelp_run(tests, N_OF(tests));
}
