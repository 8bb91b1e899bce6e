/*
 * What the store says of KSKs, of others' keys and of a zone is believed where
 * the ledger tells the same, under the CMK that answers for it.
 */
#include "tests/unit/zonestore.h"

#include "kmgr/base/mem.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/zone_facts.h"

#define DAY	INT64_C(86400)
#define NOW	ZONESTORE_NOW
#define NOBODY	"00112233445566778899aabbccddeeff"

static const struct life_key all = { .standby = LIFE_STANDBY_DS,
	.dnskey_in_at = 1001, .dnskey_out_at = 1002, .ds_add_at = 1003,
	.ds_seen_at = 1004, .ds_remove_at = 1005, .ds_gone_at = 1006,
	.retire_at = 1007, .revoke_at = 1008, .backup_at = 1009,
	.is_compromised = true };
static const struct life_key few = { .dnskey_in_at = 1001 };

static struct json *
read_json(const char *text)
{
	struct error err = ERR_INIT;
	struct json *json = NULL;

	unit_ok(json_read(text, strlen(text), &json, &err), &err);
	return json;
}

static int
check_ksk(struct zonestore *zs, size_t i)
{
	struct storehelp *help = zs->help;
	struct ksk_row row = { .standby = NULL };
	bool found;
	int rc;

	unit_ok(store_ksk_find(help->store, zs->ksks[i]->ksk.row.id, &row,
	    &found, &help->err), &help->err);
	assert_true(found);
	rc = ksk_facts_check(help->store, &row, &help->err);
	ksk_row_clear(&row);
	return rc;
}

/* --- KSKs ---------------------------------------------------------------- */

static void
facts_of_a_ksk_come_back_as_they_were(void **state)
{
	static const char *const bad[][2] = {
		{ "{}", "no state or no standby" },
		{ "[]", "no state or no standby" },
		{ "{\"state\":\"active\"}", "no state or no standby" },
		{ "{\"standby\":\"none\"}", "no state or no standby" },
		{ "{\"state\":1,\"standby\":\"none\"}", "no state" },
		{ "{\"state\":\"active\",\"standby\":\"none\","
		    "\"dnskey_in_at\":7,\"backup_at\":\"8\"}", "its backup" },
		{ "{\"state\":\"active\",\"standby\":\"none\","
		    "\"compromised_at\":-1}", "its compromised_at" },
	};
	struct error err = ERR_INIT;
	struct ksk_row row = { .standby = NULL }, copy = { .standby = NULL };
	struct json *json;
	size_t i;

	(void)state;
	row.state = mem_strdup("published");
	zone_life_facts(&all, &row);
	row.backup_at = 1009;
	row.compromised_at = 1010;
	json = ksk_facts_json(&row);
	unit_ok(ksk_facts_read(json, &copy, &err), &err);
	assert_string_equal(copy.state, row.state);
	assert_true(ksk_facts_are_same(&row, &copy));
	json_free(json);
	/* What is not told is not changed; nothing is half told. */
	for (i = 0; i < N_OF(bad); i++) {
		json = read_json(bad[i][0]);
		unit_fails(ksk_facts_read(json, &copy, &err), &err,
		    ERR_INTEGRITY, bad[i][1]);
		json_free(json);
		assert_true(ksk_facts_are_same(&row, &copy));
	}
	/* A state is but a word; what is left out is 0. */
	free(copy.state);
	copy.state = mem_strdup("active");
	assert_true(ksk_facts_are_same(&row, &copy));
	json = read_json("{\"state\":\"active\",\"standby\":\"none\"}");
	unit_ok(ksk_facts_read(json, &copy, &err), &err);
	json_free(json);
	assert_int_equal(copy.dnskey_in_at + copy.backup_at, 0);
	assert_false(ksk_facts_are_same(&row, &copy));
	ksk_row_clear(&row);
	ksk_row_clear(&copy);
}

static void
each_fact_of_a_ksk_is_compared(void **state)
{
	static const char *const columns[] = { "dnskey_in_at",
		"dnskey_out_at", "ds_add_at", "ds_seen_at", "ds_remove_at",
		"ds_gone_at", "retire_at", "revoke_at", "compromised_at",
		"backup_at" };
	struct storehelp *help = *state;
	struct zonestore zs;
	char sql[120];
	size_t i;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, &all);
	unit_ok(check_ksk(&zs, 0), &help->err);
	storehelp_unguard_all(help);
	for (i = 0; i < N_OF(columns); i++) {
		(void)snprintf(sql, sizeof(sql), "UPDATE ksk SET %s = %s + 1",
		    columns[i], columns[i]);
		unit_ok(storehelp_sql(help, sql), &help->err);
		unit_fails(check_ksk(&zs, 0), &help->err, ERR_INTEGRITY,
		    "what the ledger does not");
		sql[strlen(sql) - 3] = '-';
		unit_ok(storehelp_sql(help, sql), &help->err);
		unit_ok(check_ksk(&zs, 0), &help->err);
	}
	unit_ok(storehelp_sql(help, "UPDATE ksk SET standby = 'none'"),
	    &help->err);
	unit_fails(check_ksk(&zs, 0), &help->err, ERR_INTEGRITY, "");
	zonestore_close(&zs);
}

/* The event about the first KSK, with one member told otherwise. */
static struct json *
event_with(const struct zonestore *zs, const struct life_key *facts,
    const char *member, const char *value)
{
	struct ksk_row row = zs->ksks[0]->ksk.row;
	struct json *event;

	row.state = mem_strdup(row.state);
	row.standby = NULL;
	zone_life_facts(facts, &row);
	row.backup_at = row.compromised_at = 0;
	event = ksk_facts_event(&row);
	if (member != NULL)
		json_put_text(event, member, value);
	free(row.state);
	free(row.standby);
	return event;
}

/* Which events are about it, and which of them is the newest. */
static void
the_newest_event_that_is_its_own_counts(void **state)
{
	static const char *const others[][2] = { { "zone", "x." },
		{ "cmk_id", NOBODY }, { "ksk_id", NOBODY } };
	static const char *const types[] = { "ksk-step", "confirm-backup",
		"ds-seen", "ds-gone", "adopt-ksk" };
	struct storehelp *help = *state;
	struct zonestore zs;
	size_t i;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, &few);
	for (i = 0; i < N_OF(others); i++) {
		zonestore_tell(&zs, "ksk-step", event_with(&zs, &all,
		    others[i][0], others[i][1]));
		unit_ok(check_ksk(&zs, 0), &help->err);
	}
	/* One that names the CMK of another KSK, and is filed there. */
	zonestore_tell(&zs, "ksk-step", event_with(&zs, &all, "cmk_id",
	    zs.cmks[1]->cmk.row.id));
	unit_ok(check_ksk(&zs, 0), &help->err);
	/* Types that tell no facts. */
	zonestore_tell(&zs, "refusal", event_with(&zs, &all, NULL, NULL));
	zonestore_tell(&zs, "hook", event_with(&zs, &all, NULL, NULL));
	unit_ok(check_ksk(&zs, 0), &help->err);
	for (i = 0; i < N_OF(types); i++) {
		zonestore_tell(&zs, types[i], event_with(&zs, &all, NULL,
		    NULL));
		unit_fails(check_ksk(&zs, 0), &help->err, ERR_INTEGRITY,
		    "what the ledger does not");
		zonestore_tell(&zs, types[N_OF(types) - 1 - i],
		    event_with(&zs, &few, NULL, NULL));
		unit_ok(check_ksk(&zs, 0), &help->err);
	}
	/* Facts that cannot be read are none. */
	zonestore_tell(&zs, "ksk-step", event_with(&zs, &few, "life", "x"));
	unit_fails(check_ksk(&zs, 0), &help->err, ERR_INTEGRITY, "");
	zonestore_close(&zs);
}

/* Filed under another CMK than it names: nobody judged it with its own. */
static void
an_event_that_is_filed_elsewhere_counts_for_nothing(void **state)
{
	struct storehelp *help = *state;
	struct zonestore zs;
	char sql[200];

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, &few);
	zonestore_change(&zs, 0, &all);
	unit_ok(check_ksk(&zs, 0), &help->err);
	storehelp_unguard_all(help);
	(void)snprintf(sql, sizeof(sql), "UPDATE ledger SET cmk_id = '%s' "
	    "WHERE type = 'ksk-step'", zs.cmks[1]->cmk.row.id);
	unit_ok(storehelp_sql(help, sql), &help->err);
	unit_fails(check_ksk(&zs, 0), &help->err, ERR_INTEGRITY, "");
	unit_ok(storehelp_sql(help, "UPDATE ledger SET cmk_id = NULL "
	    "WHERE type = 'ksk-step'"), &help->err);
	unit_fails(check_ksk(&zs, 0), &help->err, ERR_INTEGRITY, "");
	zonestore_close(&zs);
}

/* --- foreign keys -------------------------------------------------------- */

static int
check_zone(struct zonestore *zs)
{

	return zone_facts_check(zs->help->store, ZONESTORE_ZONE,
	    &zs->help->err);
}

static struct json *
zone_event(const struct zonestore *zs, size_t cmk, const char *more)
{
	char *text = mem_printf("{\"cmk_id\":\"%s\",\"zone\":\""
	    ZONESTORE_ZONE "\",%s}", zs->cmks[cmk]->cmk.row.id, more);
	struct json *json = read_json(text);

	free(text);
	return json;
}

static void
each_fact_of_a_foreign_key_is_compared(void **state)
{
	static const char *const changes[][2] = {
		{ "UPDATE foreign_key SET dnskey_in_at = 7", NULL },
		{ "UPDATE foreign_key SET dnskey_out_at = 7", NULL },
		{ "UPDATE foreign_key SET ds_add_at = 7", NULL },
		{ "UPDATE foreign_key SET ds_seen_at = 7", NULL },
		{ "UPDATE foreign_key SET ds_remove_at = 7", NULL },
		{ "UPDATE foreign_key SET ds_gone_at = 7", NULL },
		{ "UPDATE foreign_key SET retire_at = 7", NULL },
		{ "UPDATE foreign_key SET removed_at = 7", NULL },
		{ "UPDATE foreign_key SET added_at = 7", NULL },
		{ "UPDATE foreign_key SET alg = 8", NULL },
		{ "UPDATE foreign_key SET key_tag = 8", NULL },
		{ "UPDATE foreign_key SET dnskey = x'0101030d00'", NULL },
		{ "UPDATE foreign_key SET dnskey = CAST(dnskey || x'00' AS "
		    "BLOB)", NULL },
		{ "UPDATE foreign_key SET id = '" NOBODY "'", NULL },
		{ "UPDATE foreign_key SET zone = 'x.'", "tells of 1 foreign" },
		{ "DELETE FROM foreign_key", "tells of 1 foreign keys, the "
		    "store of 0" },
		{ "INSERT INTO foreign_key (id, zone, alg, key_tag, dnskey, "
		    "added_at) SELECT '" NOBODY "', zone, 13, 7, dnskey, 7 "
		    "FROM foreign_key", "foreign key example.com./7" },
	};
	struct storehelp *help = *state;
	struct foreign_key_row row;
	struct zonestore zs;
	size_t i;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, NULL);
	row = zonestore_foreign(&zs, 1, &all);
	unit_ok(check_zone(&zs), &help->err);
	storehelp_unguard_all(help);
	for (i = 0; i < N_OF(changes); i++) {
		unit_ok(store_begin(help->store, &help->err), &help->err);
		unit_ok(storehelp_sql(help, changes[i][0]), &help->err);
		if (check_zone(&zs) == 0)
			fail_msg("not seen: %s", changes[i][0]);
		unit_fails(-1, &help->err, ERR_INTEGRITY, changes[i][1] ==
		    NULL ? "what the ledger does not" : changes[i][1]);
		store_rollback(help->store);
	}
	foreign_facts_clear(&row);
	zonestore_close(&zs);
}

/* Only CMKs that have, or had, a KSK of the zone tell of it. */
static void
another_cmk_tells_nothing_of_a_zone(void **state)
{
	static const struct {
		const char	*type, *more;
	} events[] = {
		{ "zone-goal", "\"goal\":\"insecure\",\"goal_at\":5" },
		{ "alg-signed", "\"alg\":14,\"signed_at\":5" },
		{ "add-foreign-key", "\"foreign_id\":\"" NOBODY "\","
		    "\"dnskey\":\"257 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJa"
		    "Oau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=="
		    "\",\"added_at\":5,\"life\":{}" },
	};
	struct storehelp *help = *state;
	struct zonestore zs;
	size_t i;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, NULL);
	for (i = 0; i < N_OF(events); i++) {
		zonestore_tell(&zs, events[i].type, zone_event(&zs, 1,
		    events[i].more));
		unit_ok(check_zone(&zs), &help->err);
	}
	/* Its own CMK is believed: the store does not say so. */
	zonestore_tell(&zs, events[1].type, zone_event(&zs, 0,
	    events[1].more));
	unit_fails(check_zone(&zs), &help->err, ERR_INTEGRITY,
	    "what its zone signer signs with");
	unit_ok(storehelp_sql(help, "INSERT INTO zone_alg VALUES ('"
	    ZONESTORE_ZONE "', 14, 5)"), &help->err);
	unit_ok(check_zone(&zs), &help->err);
	unit_ok(storehelp_sql(help, "UPDATE zone_alg SET signed_at = 4"),
	    &help->err);
	unit_fails(check_zone(&zs), &help->err, ERR_INTEGRITY, "signs with");
	zonestore_close(&zs);
}

/* What cannot be read is tampering, whoever it is filed under. */
static void
zone_events_without_sense_are_refused(void **state)
{
	static const struct {
		const char	*type, *more, *part;
	} events[] = {
		{ "alg-signed", "\"signed_at\":5", "no algorithm" },
		{ "alg-signed", "\"alg\":0,\"signed_at\":5", "no algorithm" },
		{ "alg-signed", "\"alg\":256,\"signed_at\":5", "no algorithm" },
		{ "alg-signed", "\"alg\":-1,\"dropped\":true", "no algorithm" },
		{ "alg-signed", "\"alg\":14,\"signed_at\":0", "no instant" },
		{ "alg-signed", "\"alg\":14,\"signed_at\":-9", "no instant" },
		{ "zone-goal", "\"goal_at\":5", "it has no goal" },
		{ "foreign-step", "\"foreign_id\":\"" NOBODY "\",\"life\":{}",
		    "no event tells of its foreign key" },
		{ "foreign-step", "\"life\":{}", "of its foreign key" },
		{ "add-foreign-key", "\"foreign_id\":\"x\"", "it has no id" },
	};
	struct storehelp *help = *state;
	struct zonestore zs;
	char sql[200];
	size_t i;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, NULL);
	storehelp_unguard_all(help);
	for (i = 0; i < N_OF(events); i++) {
		zonestore_tell(&zs, events[i].type, zone_event(&zs, 0,
		    events[i].more));
		unit_fails(check_zone(&zs), &help->err, ERR_INTEGRITY,
		    events[i].part);
		(void)snprintf(sql, sizeof(sql), "DELETE FROM ledger WHERE "
		    "type = '%s'", events[i].type);
		unit_ok(storehelp_sql(help, sql), &help->err);
		unit_ok(check_zone(&zs), &help->err);
	}
	zonestore_close(&zs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOREHELP_TEST(facts_of_a_ksk_come_back_as_they_were),
		STOREHELP_TEST(each_fact_of_a_ksk_is_compared),
		STOREHELP_TEST(the_newest_event_that_is_its_own_counts),
		STOREHELP_TEST(
		    an_event_that_is_filed_elsewhere_counts_for_nothing),
		STOREHELP_TEST(another_cmk_tells_nothing_of_a_zone),
		STOREHELP_TEST(zone_events_without_sense_are_refused),
		STOREHELP_SQLITE_TEST(each_fact_of_a_foreign_key_is_compared),
	};

	return storehelp_run(tests, N_OF(tests));
}
