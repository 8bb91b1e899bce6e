/*
 * Rows from events: a ledger of the past makes the rows that it made then, in
 * however many steps, and no row can say something else unseen.
 */
#include "tests/unit/storehelp.h"

#include "kmgr/base/buf.h"
#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/history.h"
#include "kmgr/engine/ledger_file.h"
#include "kmgr/engine/replay.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/ledgerhelp.h"

static void
a_ledger_of_the_past_makes_its_rows(void **state)
{
	struct storehelp *help = *state;
	struct ledger_record *records;
	struct buf file = BUF_INIT;
	char *text = NULL;
	size_t len, n;
	FILE *stream;
	int64_t all;

	records = ledgerhelp_read(LEDGERHELP_PAST, &n);
	ledgerhelp_happen(help, records, 0, n);
	unit_ok(history_check(help->store, &help->err), &help->err);
	/* And is exported as it was. */
	stream = open_memstream(&text, &len);
	assert_non_null(stream);
	unit_ok(ledger_file_write(help->store, stream, &all, &help->err),
	    &help->err);
	(void)fclose(stream);
	assert_int_equal(all, n);
	fixtures_read(LEDGERHELP_PAST, &file);
	assert_int_equal(len, file.len);
	assert_memory_equal(text, file.data, len);
	free(text);
	buf_free(&file);
	ledger_records_free(records, n);
}

static void
a_recovery_makes_its_rows(void **state)
{
	struct storehelp *help = *state;
	struct ledger_record *records;
	struct ksk_row *ksks;
	size_t n, n_ksks;

	records = ledgerhelp_read(LEDGERHELP_RECOVERED, &n);
	ledgerhelp_happen(help, records, 0, n);
	unit_ok(history_check(help->store, &help->err), &help->err);
	unit_ok(store_ksk_list(help->store, NULL, NULL, &ksks, &n_ksks,
	    &help->err), &help->err);
	assert_int_equal(n_ksks, 1);
	assert_string_equal(ksks[0].state, "published");
	assert_true(ksks[0].horizon_at > ksks[0].created_at);
	ksk_rows_free(ksks, n_ksks);
	ledger_records_free(records, n);
}

/* A store that has some of the events is brought up to all of them. */
static void
in_two_steps(struct storehelp *help, size_t first)
{
	struct ledger_record *records;
	size_t n;

	records = ledgerhelp_read(LEDGERHELP_PAST, &n);
	assert_true(first < n);
	ledgerhelp_happen(help, records, 0, first);
	ledgerhelp_happen(help, records, first, n);
	unit_ok(history_check(help->store, &help->err), &help->err);
	ledger_records_free(records, n);
}

#define STEP(first)							\
	static void							\
	from_##first(void **state)					\
	{								\
									\
		in_two_steps(*state, first);				\
	}
STEP(1) STEP(2) STEP(3) STEP(5) STEP(6) STEP(8) STEP(10) STEP(12) STEP(14)
STEP(16) STEP(18) STEP(20) STEP(22) STEP(24)

struct differences {
	char	*first;
	size_t	 n;
};

static void
take(void *arg, enum replay_difference kind, const char *line)
{
	struct differences *differences = arg;

	(void)kind;
	if (differences->n++ == 0)
		differences->first = mem_strdup(line);
}

static void
ignore(void *arg, const char *line)
{

	(void)arg;
	fail_msg("%s", line);
}

/* What differs after sql, which is undone then. */
static void
changed(struct storehelp *help, const struct replay *replay, const char *sql,
    const char *part)
{
	struct differences differences = { 0 };

	unit_ok(storehelp_sql(help, "SAVEPOINT before"), &help->err);
	unit_ok(storehelp_sql(help, sql), &help->err);
	unit_ok(replay_compare(replay, help->store, take, &differences,
	    &help->err), &help->err);
	unit_ok(storehelp_sql(help, "ROLLBACK TO before; RELEASE before"),
	    &help->err);
	if (differences.n == 0)
		fail_msg("not seen: %s", sql);
	if (strstr(differences.first, part) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", part, differences.first);
	free(differences.first);
}

/* What somebody might do, and what is to be said of it. */
static const char *const changes[][2] = {
	{ "UPDATE cmk SET name = 'x'", "its name is x" },
	{ "UPDATE cmk SET token = 'x'", "its token is x" },
	{ "UPDATE cmk SET seal_token = 'x'", "seal token" },
	{ "UPDATE cmk SET state = 'disabled'",
	    "its state is disabled, the ledger enabled" },
	{ "UPDATE cmk SET key_id = (SELECT id FROM key "
	    "WHERE role = 'ksk' LIMIT 1)", "seal key" },
	{ "UPDATE cmk SET created_at = created_at + 1", "birth" },
	{ "UPDATE cmk SET token_identity = '{}'", "identity" },
	{ "UPDATE cmk SET probe = '[]'", "probe" },
	{ "UPDATE cmk SET policy = '{}'", "its policy in" },
	{ "UPDATE cmk SET policy_hash = zeroblob(32)",
	    "its policy hash is 0000" },
	{ "UPDATE cmk SET sealed_at = sealed_at + 1", "its seal" },
	{ "UPDATE cmk SET seal = seal || ' '", "its seal in" },
	{ "UPDATE cmk SET seal_signature = 'AAAA'", "signature" },
	{ "UPDATE cmk SET horizon_at = horizon_at - 1", "horizon" },
	{ "UPDATE cmk SET contact = ''", "its contact is , the" },
	{ "UPDATE cmk SET tags = '{}'", "its tags is {}" },
	{ "UPDATE key SET role = 'wrap'", "role" },
	{ "UPDATE key SET label = 'x'", "label" },
	{ "UPDATE key SET alg = 8", "algorithm" },
	{ "UPDATE key SET bits = 2048", "size" },
	{ "UPDATE key SET spki = x'00'", "public key" },
	{ "UPDATE key SET attributes = '{}'", "attributes" },
	{ "UPDATE key SET is_shared = 1 - is_shared", "shared" },
	{ "UPDATE key SET created_at = 1", "birth" },
	{ "UPDATE ksk SET zone = 'x.', generation = key_tag",
	    "zone is x." },
	{ "UPDATE ksk SET generation = generation + 7",
	    "generation" },
	{ "UPDATE ksk SET alg = 8", "algorithm" },
	{ "UPDATE ksk SET key_tag = key_tag - 1", "key tag" },
	{ "UPDATE ksk SET revoked_tag = revoked_tag - 1",
	    "revoked key tag" },
	{ "UPDATE ksk SET dnskey = x'0101030d00'", "DNSKEY" },
	{ "UPDATE ksk SET state = 'ready' WHERE state <> 'removed'",
	    "its state is ready" },
	{ "UPDATE ksk SET created_at = 1", "birth" },
	{ "UPDATE ksk SET endorsement = '{}'", "endorsement" },
	{ "UPDATE ksk SET endorsement_signature = 'AAAA'",
	    "signature" },
	{ "UPDATE ksk SET ds_seen_at = ds_seen_at + 1 "
	    "WHERE ds_seen_at IS NOT NULL", "first sight" },
	{ "UPDATE ksk SET ds_seen_at = 5, ds_gone_at = 6",
	    "its DS" },
	{ "UPDATE ksk SET horizon_at = 9", "horizon is 9" },
	{ "UPDATE ksk SET retirement = '{}' "
	    "WHERE retirement IS NOT NULL", "retirement" },
	{ "UPDATE ksk SET retirement_signature = 'AAAA' "
	    "WHERE retirement IS NOT NULL", "signature" },
	{ "DELETE FROM ksk WHERE state = 'removed'",
	    "the store has no record of KSK" },
	{ "DELETE FROM key WHERE id NOT IN (SELECT key_id FROM ksk "
	    "UNION SELECT key_id FROM cmk) OR id IN (SELECT key_id "
	    "FROM ksk WHERE state = 'removed')",
	    "the store has no record of key pair" },
	{ "INSERT INTO ksk (id, cmk_id, key_id, zone, generation, alg, "
	    "key_tag, revoked_tag, dnskey, state, created_at, endorsement, "
	    "endorsement_signature, standby) "
	    "SELECT '00112233445566778899aabbccddeeff', "
	    "cmk_id, key_id, 'x.', 9, alg, key_tag, revoked_tag, "
	    "dnskey, 'ready', created_at, endorsement, "
	    "endorsement_signature, 'none' "
	    "FROM ksk LIMIT 1", "no event tells of KSK x./" },
	{ "UPDATE ksk SET standby = 'ds'", "standby is ds" },
	{ "UPDATE ksk SET dnskey_in_at = 7", "DNSKEY's birth is 7" },
	{ "UPDATE ksk SET dnskey_out_at = 8", "DNSKEY's end is 8" },
	{ "UPDATE ksk SET ds_add_at = 7", "request for a DS is 7" },
	{ "UPDATE ksk SET ds_remove_at = 7",
	    "request to remove the DS is 7" },
	{ "UPDATE ksk SET retire_at = 7", "retirement is 7" },
	{ "UPDATE ksk SET revoke_at = 7", "revocation is 7" },
	{ "UPDATE ksk SET compromised_at = 7", "compromise is 7" },
	{ "UPDATE ksk SET backup_at = 7", "backup is 7" },
	{ "UPDATE zone SET goal = 'insecure', goal_at = 7",
	    "goal is insecure" },
	{ "UPDATE zone SET goal_at = 7", "goal is of 7" },
	{ "UPDATE zone SET zone = 'x' || zone", "no record of zone" },
	{ "INSERT INTO zone (zone, goal, next_at, waits_for) "
	    "VALUES ('x.', 'secure', 0, '')",
	    "no event tells of a key of zone x." },
	{ "INSERT INTO zone_alg SELECT zone, 14, 7 FROM zone LIMIT 1",
	    "no event tells that it is signed with algorithm 14" },
	{ "INSERT INTO zone_alg VALUES ('x.', 14, 7)",
	    "no event tells of a key of zone x., which" },
	{ "INSERT INTO foreign_key (id, zone, alg, key_tag, dnskey, "
	    "added_at) SELECT '00112233445566778899aabbccddeeff', zone, 13, "
	    "7, x'0101030d00', 7 FROM zone LIMIT 1",
	    "no event tells of foreign key" },
};

static void
no_row_says_something_else(void **state)
{
	struct storehelp *help = *state;
	struct replay *replay = replay_new();
	struct ledger_record *records;
	size_t i, n;

	records = ledgerhelp_read(LEDGERHELP_PAST, &n);
	ledgerhelp_happen(help, records, 0, n);
	unit_ok(replay_ledger(replay, help->store, 1, ignore, NULL,
	    &help->err), &help->err);
	storehelp_unguard_all(help);
	for (i = 0; i < N_OF(changes); i++)
		changed(help, replay, changes[i][0], changes[i][1]);
	replay_free(replay);
	ledger_records_free(records, n);
}

/* No event can happen twice, or before what it follows. */
static void
events_that_contradict_change_nothing(void **state)
{
	static const char *const twice[] = { "create-cmk", "seal",
		"create-ksk", "delete-ksk" };
	struct replay *replay = replay_new();
	struct ledger_record *records;
	struct error err = ERR_INIT;
	size_t i, k, n;

	(void)state;
	records = ledgerhelp_read(LEDGERHELP_PAST, &n);
	for (i = 0; i < n; i++) {
		/* Alone, nearly all tell of what nobody knows. */
		if (i > 0 && (strcmp(records[i].type, "seal") == 0 ||
		    strcmp(records[i].type, "ds-seen") == 0 ||
		    strcmp(records[i].type, "cmk-state") == 0)) {
			struct replay *empty = replay_new();

			unit_fails(replay_event(empty, &records[i], &err),
			    &err, ERR_INTEGRITY, "no event tells of");
			replay_free(empty);
		}
		unit_ok(replay_event(replay, &records[i], &err), &err);
		for (k = 0; k < N_OF(twice); k++)
			if (strcmp(records[i].type, twice[k]) == 0)
				unit_fails(replay_event(replay, &records[i],
				    &err), &err, ERR_INTEGRITY, "already");
	}
	replay_free(replay);
	ledger_records_free(records, n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOREHELP_TEST(a_ledger_of_the_past_makes_its_rows),
		STOREHELP_TEST(a_recovery_makes_its_rows),
		STOREHELP_TEST(from_1),
		STOREHELP_TEST(from_2),
		STOREHELP_TEST(from_3),
		STOREHELP_TEST(from_5),
		STOREHELP_TEST(from_6),
		STOREHELP_TEST(from_8),
		STOREHELP_TEST(from_10),
		STOREHELP_TEST(from_12),
		STOREHELP_TEST(from_14),
		STOREHELP_TEST(from_16),
		STOREHELP_TEST(from_18),
		STOREHELP_TEST(from_20),
		STOREHELP_TEST(from_22),
		STOREHELP_TEST(from_24),
		STOREHELP_TEST(no_row_says_something_else),
		STOREHELP_TEST(events_that_contradict_change_nothing),
	};

	return storehelp_run_sqlite(tests, N_OF(tests));
}
