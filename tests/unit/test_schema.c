/* What the schema itself refuses, whoever writes to the database. */
#include "tests/unit/storehelp.h"

struct bad {
	const char *sql;
	const char *why;	/* part of the message */
};

static void
refuses_all(struct storehelp *help, const struct bad *bad, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (storehelp_sql(help, bad[i].sql) == 0)
			fail_msg("allowed: %s", bad[i].sql);
		if (strstr(help->err.msg, bad[i].why) == NULL)
			fail_msg("%s: %s", bad[i].sql, help->err.msg);
		err_clear(&help->err);
	}
}

#define OPEN "WHERE state = 'open'"
#define WAITS "WHERE state = 'waiting'"
#define LAST "actor, at, cmk_id, zone FROM ledger WHERE seq = 2"

/* Triggers: a column at a time, so that each is in its trigger's list. */
static const struct bad final[] = {
	{ "UPDATE ledger SET at = 1", "append-only" },
	{ "UPDATE ledger SET payload = '{}' WHERE seq = 2",
	    "append-only" },
	{ "UPDATE ledger SET cmk_id = 'x'", "append-only" },
	{ "UPDATE ledger SET zone = 'x'", "append-only" },
	{ "DELETE FROM ledger WHERE seq = 2", "append-only" },
	{ "INSERT INTO ledger SELECT 4, hash, hash, type, payload, "
	  LAST, "is a chain" },
	{ "INSERT INTO ledger SELECT 3, prev, hash, type, payload, "
	  LAST, "is a chain" },
	{ "UPDATE cmk SET id = upper(id)", "a CMK is" },
	{ "UPDATE cmk SET token = 'x'", "a CMK is" },
	{ "UPDATE cmk SET seal_token = 'x'", "a CMK is" },
	{ "UPDATE cmk SET key_id = id", "a CMK is" },
	{ "UPDATE cmk SET created_at = 1", "a CMK is" },
	{ "UPDATE cmk SET token_identity = ''", "a CMK is" },
	{ "UPDATE cmk SET probe = ''", "a CMK is" },
	{ "UPDATE cmk SET policy = 'x' WHERE name = 'cmk-1'",
	    "a sealed policy" },
	{ "UPDATE cmk SET policy_hash = zeroblob(32) "
	  "WHERE name = 'cmk-1'", "a sealed policy" },
	{ "UPDATE cmk SET sealed_at = 1 WHERE name = 'cmk-1'",
	    "a sealed policy" },
	{ "UPDATE cmk SET seal = 'x' WHERE name = 'cmk-1'",
	    "a sealed policy" },
	{ "UPDATE cmk SET seal_signature = 'x' WHERE name = 'cmk-1'",
	    "a sealed policy" },
	{ "UPDATE cmk SET state = 'draft', sealed_at = NULL, "
	  "seal = NULL, seal_signature = NULL WHERE name = 'cmk-1'",
	    "a sealed policy" },
	{ "UPDATE cmk SET identity_key_id = key_id WHERE name = 'cmk-1'",
	    "an identity key" },
	{ "UPDATE cmk SET identity = 'x' WHERE name = 'cmk-1'",
	    "an identity key" },
	{ "UPDATE cmk SET identity_signature = 'x' WHERE name = 'cmk-1'",
	    "an identity key" },
	{ "UPDATE cmk SET identity_key_id = NULL, identity = NULL, "
	  "identity_signature = NULL WHERE name = 'cmk-1'",
	    "an identity key" },
	{ "UPDATE cmk SET state = 'enabled' WHERE state = 'deleted'",
	    "does not come back" },
	{ "UPDATE cmk SET horizon_at = horizon_at - 1 "
	  "WHERE name = 'cmk-1'", "never comes nearer" },
	{ "UPDATE cmk SET horizon_at = NULL WHERE name = 'cmk-1'",
	    "never comes nearer" },
	{ "DELETE FROM cmk WHERE name = 'cmk-2'", "never forgotten" },
	{ "UPDATE key SET label = 'x'", "a key is" },
	{ "UPDATE key SET spki = zeroblob(1)", "a key is" },
	{ "UPDATE key SET blob = zeroblob(1), wrap_key_id = id",
	    "a key is" },
	{ "DELETE FROM key", "never forgotten" },
	{ "UPDATE ksk SET id = upper(id)", "a KSK is" },
	{ "UPDATE ksk SET cmk_id = id", "a KSK is" },
	{ "UPDATE ksk SET key_id = id", "a KSK is" },
	{ "UPDATE ksk SET zone = 'b.'", "a KSK is" },
	{ "UPDATE ksk SET generation = 9", "a KSK is" },
	{ "UPDATE ksk SET alg = 8", "a KSK is" },
	{ "UPDATE ksk SET key_tag = 1", "a KSK is" },
	{ "UPDATE ksk SET revoked_tag = 1", "a KSK is" },
	{ "UPDATE ksk SET dnskey = zeroblob(9)", "a KSK is" },
	{ "UPDATE ksk SET created_at = 1", "a KSK is" },
	{ "UPDATE ksk SET endorsement = 'x'", "a KSK is" },
	{ "UPDATE ksk SET endorsement_signature = 'x'", "a KSK is" },
	{ "UPDATE ksk SET state = 'active' WHERE state = 'removed'",
	    "does not come back" },
	{ "UPDATE ksk SET retirement = 'x' WHERE state = 'removed'",
	    "a retirement" },
	{ "UPDATE ksk SET retirement_signature = 'x' "
	  "WHERE state = 'removed'", "a retirement" },
	{ "UPDATE ksk SET horizon_at = 1 WHERE horizon_at > 0",
	    "never comes nearer" },
	{ "UPDATE ksk SET horizon_at = NULL WHERE horizon_at > 0",
	    "never comes nearer" },
	{ "UPDATE ksk SET revoke_at = revoke_at - 1 WHERE revoke_at > 0",
	    "a revocation" },
	{ "UPDATE ksk SET revoke_at = NULL WHERE revoke_at > 0",
	    "a revocation" },
	{ "UPDATE ksk SET compromised_at = NULL WHERE compromised_at > 0",
	    "stays one" },
	{ "UPDATE ksk SET compromised_at = 1 WHERE compromised_at > 0",
	    "stays one" },
	{ "DELETE FROM ksk", "never forgotten" },
	{ "UPDATE zone SET zone = 'c.' WHERE zone = 'a.'", "the name of a" },
	{ "DELETE FROM zone", "a zone is never forgotten" },
	{ "UPDATE foreign_key SET id = id", "foreign key is" },
	{ "UPDATE foreign_key SET zone = 'a.'", "foreign key is" },
	{ "UPDATE foreign_key SET alg = 8", "foreign key is" },
	{ "UPDATE foreign_key SET key_tag = 1", "foreign key is" },
	{ "UPDATE foreign_key SET dnskey = zeroblob(9)", "foreign key is" },
	{ "UPDATE foreign_key SET added_at = 1", "foreign key is" },
	{ "UPDATE foreign_key SET removed_at = NULL WHERE removed_at > 0",
	    "does not come back" },
	{ "UPDATE foreign_key SET retire_at = 1 WHERE removed_at > 0",
	    "does not come back" },
	{ "DELETE FROM foreign_key", "never forgotten" },
	{ "UPDATE signature SET expiration_at = 9", "was signed" },
	{ "UPDATE zsk_set SET text = ''", "was admitted" },
	{ "UPDATE ksr SET id = upper(id)", "was answered" },
	{ "UPDATE ksr SET cmk_id = id", "was answered" },
	{ "UPDATE ksr SET zone = 'b.'", "was answered" },
	{ "UPDATE ksr SET format = 'knot'", "was answered" },
	{ "UPDATE ksr SET kind = 'emergency'", "was answered" },
	{ "UPDATE ksr SET request_hash = zeroblob(32)", "was answered" },
	{ "UPDATE ksr SET request_id = 'x'", "was answered" },
	{ "UPDATE ksr SET bundle_ids = 'x'", "was answered" },
	{ "UPDATE ksr SET response_hash = zeroblob(32)", "was answered" },
	{ "UPDATE ksr SET plan_hash = zeroblob(32)", "was answered" },
	{ "UPDATE ksr SET ksk_ids = 'x'", "was answered" },
	{ "UPDATE ksr SET answered_at = 1", "was answered" },
	{ "UPDATE ksr SET expires_at = 9999999999", "was answered" },
	{ "UPDATE ksr SET request = 'x'", "was answered" },
	{ "UPDATE ksr SET response = 'x'", "was answered" },
	{ "UPDATE ksr SET superseded_at = 1 WHERE superseded_at > 0",
	    "stays one" },
	{ "UPDATE ksr SET superseded_at = NULL WHERE superseded_at > 0",
	    "stays one" },
	{ "DELETE FROM ksr", "never forgotten" },
	{ "UPDATE intent SET id = 9 " OPEN, "was intended" },
	{ "UPDATE intent SET kind = 'x' " OPEN, "was intended" },
	{ "UPDATE intent SET token = 'x' " OPEN, "was intended" },
	{ "UPDATE intent SET key_id = label " OPEN, "was intended" },
	{ "UPDATE intent SET label = 'x' " OPEN, "was intended" },
	{ "UPDATE intent SET payload = 'x' " OPEN, "was intended" },
	{ "UPDATE intent SET created_at = 1 " OPEN, "was intended" },
	{ "UPDATE intent SET state = 'open', resolved_at = NULL "
	  "WHERE state = 'done'", "is resolved" },
	{ "UPDATE intent SET resolved_at = 1 WHERE state = 'done'",
	    "is resolved" },
	{ "DELETE FROM intent", "never forgotten" },
	{ "UPDATE plan SET hash = upper(hash) " WAITS, "was planned" },
	{ "UPDATE plan SET cmk_id = 'x' " WAITS, "was planned" },
	{ "UPDATE plan SET op = 'x' " WAITS, "was planned" },
	{ "UPDATE plan SET text = 'x' " WAITS, "was planned" },
	{ "UPDATE plan SET created_at = 1 " WAITS, "was planned" },
	{ "UPDATE plan SET expires_at = 9999999999 " WAITS,
	    "was planned" },
	{ "UPDATE plan SET state = 'waiting', resolved_at = NULL "
	  "WHERE state = 'applied'", "is resolved" },
	{ "UPDATE plan SET resolved_at = 1 WHERE state = 'applied'",
	    "is resolved" },
	{ "DELETE FROM plan", "never forgotten" },
	{ "UPDATE approval SET fingerprint = 'x'", "was approved" },
	{ "UPDATE approval SET signature = 'x'", "was approved" },
	{ "UPDATE approval SET who = 'x'", "was approved" },
	{ "UPDATE approval SET at = 1", "was approved" },
	{ "DELETE FROM approval", "never forgotten" },
	{ "INSERT INTO approval SELECT hash, 'SHA256:b', 'bob', 's', 1 "
	  "FROM plan WHERE state = 'applied'", "is resolved" },
};

static void
never_rewrites_what_is_final(void **state)
{
	struct storehelp *help = *state;

	storehelp_fill_all(help);
	refuses_all(help, final, N_OF(final));
}

static void
refuses_a_ledger_that_is_none(void **state)
{
	static const struct bad bad[] = {
		{ "INSERT INTO ledger SELECT 3, hash, zeroblob(1), type, "
		  "payload, " LAST,
		    "length(hash)" },
		{ "INSERT INTO ledger SELECT 3, hash, hash, '', payload, "
		  LAST, "length(type)" },
		{ "INSERT INTO ledger SELECT 3, hash, hash, type, NULL, "
		  LAST, "ledger.payload" },
		{ "INSERT INTO ledger SELECT 0, hash, hash, type, payload, "
		  LAST, "seq > 0" },
		{ "INSERT INTO ledger SELECT 3, zeroblob(1), hash, type, "
		  "payload, " LAST,
		    "length(prev)" },
	};
	struct storehelp *help = *state;

	storehelp_fill_all(help);
	unit_ok(storehelp_sql(help, "DROP TRIGGER ledger_gap"), &help->err);
	refuses_all(help, bad, N_OF(bad));
}

/* What may change does: the guards above are not simply read-only. */
static void
allows_what_changes(void **state)
{
	static const char *const good[] = {
		"UPDATE cmk SET name = 'renamed' WHERE name = 'cmk-1'",
		"UPDATE cmk SET contact = 'x', tags = '{}'",
		"UPDATE cmk SET state = 'disabled' WHERE name = 'renamed'",
		"UPDATE cmk SET state = 'pending-deletion', deletion_at = 1 "
		"WHERE name = 'renamed'",
		"UPDATE cmk SET state = 'enabled', deletion_at = NULL "
		"WHERE name = 'renamed'",
		"UPDATE cmk SET horizon_at = horizon_at + 1 "
		"WHERE name = 'renamed'",
		"UPDATE cmk SET horizon_at = 1 WHERE name = 'cmk-2'",
		"UPDATE cmk SET identity_key_id = key_id, identity = '{}', "
		"identity_signature = 'c2ln' WHERE name = 'cmk-2'",
		"UPDATE cmk SET policy = 'x', policy_hash = zeroblob(32) "
		"WHERE name = 'cmk-2'",
		"UPDATE ksk SET state = 'active' WHERE state = 'generated'",
		"UPDATE ksk SET ds_seen_at = 1",
		"UPDATE ksk SET ds_gone_at = 2",
		"UPDATE ksk SET ds_seen_at = 3, ds_gone_at = NULL",
		"UPDATE ksk SET horizon_at = 1 WHERE horizon_at IS NULL",
		"UPDATE ksk SET horizon_at = horizon_at + 1",
		"UPDATE ksk SET state = 'removed', retirement = '{}', "
		"retirement_signature = 'c2ln' WHERE state = 'active'",
		"UPDATE ksr SET superseded_at = 1 "
		"WHERE superseded_at IS NULL",
		"UPDATE intent SET state = 'undone', resolved_at = 1 "
		"WHERE state = 'open'",
		"INSERT INTO approval SELECT hash, 'SHA256:b', 'bob', 's', 1 "
		"FROM plan WHERE state = 'waiting'",
		"UPDATE plan SET state = 'expired', resolved_at = 1 "
		"WHERE state = 'waiting'",
		"DELETE FROM signature",
		"DELETE FROM zsk_set",
		"INSERT INTO ledger SELECT 3, hash, hash, type, payload, "
		LAST,
	};
	struct storehelp *help = *state;
	size_t i;

	storehelp_fill_all(help);
	for (i = 0; i < N_OF(good); i++)
		unit_ok(storehelp_sql(help, good[i]), &help->err);
}

/* The life cycle goes on, and back where a DS is seen again. */
static const char *const living[] = {
	"UPDATE ksk SET dnskey_in_at = 1",
	"UPDATE ksk SET dnskey_in_at = 3, dnskey_out_at = 2",
	"UPDATE ksk SET ds_add_at = 1, ds_remove_at = 1, "
	"retire_at = 1, backup_at = 1, standby = 'ds'",
	"UPDATE ksk SET ds_add_at = NULL, ds_remove_at = NULL, "
	"retire_at = NULL, backup_at = NULL, standby = 'none'",
	"UPDATE ksk SET revoke_at = revoke_at, "
	"compromised_at = compromised_at",
	"UPDATE ksk SET revoke_at = 1, compromised_at = 1 "
	"WHERE revoke_at IS NULL",
	"UPDATE zone SET goal = 'insecure', goal_at = 1, "
	"waiting_since_at = 1, waits_for = 'ds-seen', next_at = 9, "
	"published_hash = zeroblob(32), published_at = 1, "
	"published_signature = 0, published_changes = 0",
	"UPDATE zone SET goal = 'secure', goal_at = NULL, next_at = 0",
	"UPDATE foreign_key SET dnskey_in_at = 1, dnskey_out_at = 2, "
	"ds_add_at = 1, ds_seen_at = 1, ds_remove_at = 1, "
	"ds_gone_at = 1, retire_at = 1 WHERE removed_at IS NULL",
	"UPDATE foreign_key SET removed_at = 1 "
	"WHERE removed_at IS NULL",
	"DELETE FROM zone_alg",
	"DELETE FROM observation",
};

static void
allows_a_life_cycle(void **state)
{
	struct storehelp *help = *state;
	size_t i;

	storehelp_fill_all(help);
	for (i = 0; i < N_OF(living); i++)
		unit_ok(storehelp_sql(help, living[i]), &help->err);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(never_rewrites_what_is_final),
		STOREHELP_TEST(refuses_a_ledger_that_is_none),
		STOREHELP_TEST(allows_what_changes),
		STOREHELP_TEST(allows_a_life_cycle),
	};

	return storehelp_run(tests, N_OF(tests));
}
