/* What the schema itself refuses, whoever writes to the database. */
#include "tests/unit/storehelp.h"

#include "kmgr/base/mem.h"

#define AT 1800000000

/* A store with something in each table. */
static void
fill(struct storehelp *help)
{
	struct cmk_row cmk = storehelp_cmk(1), draft = storehelp_cmk(2);
	struct key_row key = storehelp_key(102, 2, "seal");
	struct ksk_row ksk = storehelp_ksk(1, "a.", 1);
	struct signature_row signature = { .zone = ksk.zone,
		.type_covered = 48, .expiration_at = AT, .created_at = AT };
	struct zsk_set_row set = { ksk.zone, { 1 }, "text", AT };
	struct intent_row intent = { .kind = "create-ksk", .token = "main",
		.label = "label", .payload = "{}", .created_at = AT };

	storehelp_fill(help);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	cmk.sealed_at = AT;
	free(cmk.state);
	cmk.state = mem_strdup("enabled");
	cmk.seal = mem_strdup("{}");
	cmk.seal_signature = mem_strdup("c2ln");
	unit_ok(store_cmk_seal(help->store, &cmk, &help->err), &help->err);
	unit_ok(store_cmk_put(help->store, &draft, &help->err), &help->err);
	unit_ok(store_key_put(help->store, &key, &help->err), &help->err);
	unit_ok(store_ksk_put(help->store, &ksk, &help->err), &help->err);
	(void)storehelp_id(1001, signature.ksk_id);
	buf_add(&signature.rrsig, "nineteen bytes long", 19);
	unit_ok(store_signature_put(help->store, &signature, &help->err),
	    &help->err);
	unit_ok(store_zsk_set_put(help->store, &set, &help->err), &help->err);
	(void)storehelp_id(1, intent.key_id);
	unit_ok(store_intent_put(help->store, &intent, &help->err),
	    &help->err);
	unit_ok(store_intent_resolve(help->store, intent.id, "done", AT,
	    &help->err), &help->err);
	(void)storehelp_id(2, intent.key_id);
	unit_ok(store_intent_put(help->store, &intent, &help->err),
	    &help->err);
	ksk_row_clear(&ksk);
	ksk = storehelp_ksk(2, "a.", 2);
	free(ksk.state);
	ksk.state = mem_strdup("removed");
	ksk.retirement = mem_strdup("{}");
	ksk.retirement_signature = mem_strdup("c2ln");
	unit_ok(store_ksk_put(help->store, &ksk, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	storehelp_append(help, 2);
	cmk_row_clear(&cmk);
	cmk_row_clear(&draft);
	key_row_clear(&key);
	ksk_row_clear(&ksk);
	buf_free(&signature.rrsig);
}

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

/* Triggers: a column at a time, so that each is in its trigger's list. */
static const struct bad final[] = {
	{ "UPDATE ledger SET at = 1", "append-only" },
	{ "UPDATE ledger SET payload = '{}' WHERE seq = 2",
	    "append-only" },
	{ "DELETE FROM ledger WHERE seq = 2", "append-only" },
	{ "REPLACE INTO ledger SELECT * FROM ledger", "is a chain" },
	{ "INSERT INTO ledger SELECT 4, hash, hash, type, payload, "
	  "actor, at, NULL, NULL FROM ledger WHERE seq = 2", "is a chain" },
	{ "INSERT INTO ledger SELECT 3, prev, hash, type, payload, "
	  "actor, at, NULL, NULL FROM ledger WHERE seq = 2", "is a chain" },
	{ "UPDATE cmk SET id = upper(id)", "a CMK is" },
	{ "UPDATE cmk SET token = 'x'", "a CMK is" },
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
	{ "DELETE FROM cmk WHERE name = 'cmk-2'", "never forgotten" },
	{ "UPDATE key SET label = 'x'", "a key is" },
	{ "UPDATE key SET spki = zeroblob(1)", "a key is" },
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
	{ "DELETE FROM ksk", "never forgotten" },
	{ "UPDATE signature SET expiration_at = 9", "was signed" },
	{ "UPDATE zsk_set SET text = ''", "was admitted" },
	{ "UPDATE intent SET id = 9 " OPEN, "was intended" },
	{ "UPDATE intent SET kind = 'x' " OPEN, "was intended" },
	{ "UPDATE intent SET token = 'x' " OPEN, "was intended" },
	{ "UPDATE intent SET key_id = id " OPEN, "was intended" },
	{ "UPDATE intent SET label = 'x' " OPEN, "was intended" },
	{ "UPDATE intent SET payload = 'x' " OPEN, "was intended" },
	{ "UPDATE intent SET created_at = 1 " OPEN, "was intended" },
	{ "UPDATE intent SET state = 'open', resolved_at = NULL "
	  "WHERE state = 'done'", "is resolved" },
	{ "UPDATE intent SET resolved_at = 1 WHERE state = 'done'",
	    "is resolved" },
	{ "DELETE FROM intent", "never forgotten" },
};

static void
never_rewrites_what_is_final(void **state)
{
	struct storehelp *help = *state;

	fill(help);
	refuses_all(help, final, N_OF(final));
}

#define ID(c)  "'0000000000000000000000000000000" c "'"
#define HASH   "zeroblob(32)"
#define LONG41 "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"

/* A row that fits beside those of fill(), as SQL writes values. */
struct good {
	const char *table;
	const char *values[14];
};

static const struct good good_key = { "key",
	{ ID("a"), ID("1"), "'ksk'", "'label'", "13", "256", "zeroblob(3)",
	    "'{}'", "0", "1" } };
static const struct good good_cmk = { "cmk",
	{ ID("a"), "'new'", "'main'", "'draft'", ID("1"), "1", "'{}'", "'[]'",
	    "'{}'", HASH, "NULL", "NULL", "NULL" } };
static const struct good good_ksk = { "ksk",
	{ ID("a"), ID("1"), ID("1"), "'b.'", "1", "13", "1", "2",
	    "zeroblob(9)", "'generated'", "1", "'{}'", "'c2ln'" } };
static const struct good good_signature = { "signature",
	{ "9", "'000000000000000000000000000003e9'", "'a.'", "48", HASH, "5",
	    "6", "zeroblob(19)", "1" } };
static const struct good good_set = { "zsk_set",
	{ "9", "'a.'", HASH, "'t'", "1" } };
static const struct good good_intent = { "intent",
	{ "9", "'create-ksk'", "'main'", ID("9"), "'label'", "'{}'", "'open'",
	    "1", "NULL" } };

/*
 * The row with its ${i}th value, from 0, replaced; -1: as it is. A value with
 * commas stands for all that follow, too.
 */
static int
insert(struct storehelp *help, const struct good *good, int i,
    const char *value)
{
	struct buf sql = BUF_INIT;
	int at, rc;

	buf_printf(&sql, "INSERT INTO %s VALUES (", good->table);
	for (at = 0; good->values[at] != NULL; at++) {
		buf_printf(&sql, "%s%s", at == 0 ? "" : ", ",
		    at == i ? value : good->values[at]);
		if (at == i && strchr(value, ',') != NULL)
			break;
	}
	buf_printf(&sql, ")");
	rc = storehelp_sql(help, buf_text(&sql));
	buf_free(&sql);
	return rc;
}

/* Each CHECK, UNIQUE and REFERENCES, all else as it should be. */
static const struct {
	const struct good *good;
	int i;
	const char *value;
	const char *why;
} wrong[] = {
	{ &good_key, 0, "'ab'", "length(id)" },
	{ &good_key, 0, "upper(" ID("b") ")", "length(id)" },
	{ &good_key, 0, ID("1"), "UNIQUE" },
	{ &good_key, 1, ID("7"), "FOREIGN KEY" },
	{ &good_key, 2, "'king'", "role IN" },
	{ &good_key, 3, "''", "length(label)" },
	{ &good_key, 3, LONG41, "length(label)" },
	{ &good_key, 4, "256", "alg BETWEEN" },
	{ &good_key, 5, "127", "bits BETWEEN" },
	{ &good_key, 6, "'text'", "key.spki" },
	{ &good_key, 8, "2", "is_shared IN" },
	{ &good_key, 9, "0", "created_at > 0" },
	{ &good_cmk, 0, "'ab'", "length(id)" },
	{ &good_cmk, 0, ID("1"), "UNIQUE" },
	{ &good_cmk, 1, "''", "length(name)" },
	{ &good_cmk, 1, "'cmk-1'", "UNIQUE" },
	{ &good_cmk, 2, "''", "length(token)" },
	{ &good_cmk, 3, "'asleep'", "state IN" },
	{ &good_cmk, 3, "'enabled'", "state = 'deleted'" },
	{ &good_cmk, 4, ID("7"), "FOREIGN KEY" },
	{ &good_cmk, 4, "'00000000000000000000000000000065'",
	    "UNIQUE" },
	{ &good_cmk, 5, "0", "created_at > 0" },
	{ &good_cmk, 8, "''", "length(policy)" },
	{ &good_cmk, 9, "zeroblob(31)", "length(policy_hash)" },
	{ &good_cmk, 10, "5, '{}', 'c2ln'", "state = 'deleted'" },
	{ &good_cmk, 3, "'enabled', " ID("1") ", 1, '{}', '[]', '{}', "
	  HASH ", 0, '{}', 'c2ln'", "sealed_at > 0" },
	{ &good_cmk, 10, "NULL, NULL, 'c2ln'", "seal_signature" },
	{ &good_cmk, 3, "'deleted', " ID("1") ", 1, '{}', '[]', '{}', "
	  HASH ", NULL, '{}', NULL", "= (seal IS NULL)" },
	{ &good_ksk, 0, "'ab'", "length(id)" },
	{ &good_ksk, 1, ID("7"), "FOREIGN KEY" },
	{ &good_ksk, 2, ID("7"), "FOREIGN KEY" },
	{ &good_ksk, 3, "''", "length(zone)" },
	{ &good_ksk, 4, "0", "generation > 0" },
	{ &good_ksk, 5, "0", "alg BETWEEN" },
	{ &good_ksk, 6, "65536", "key_tag BETWEEN" },
	{ &good_ksk, 7, "-1", "revoked_tag BETWEEN" },
	{ &good_ksk, 8, "zeroblob(4)", "length(dnskey)" },
	{ &good_ksk, 9, "'lost'", "state IN" },
	{ &good_ksk, 10, "0", "created_at > 0" },
	{ &good_ksk, 11, "''", "length(endorsement)" },
	{ &good_ksk, 12, "''", "length(endorsement_signature)" },
	{ &good_signature, 1, ID("7"), "FOREIGN KEY" },
	{ &good_signature, 3, "0", "type_covered BETWEEN" },
	{ &good_signature, 4, "zeroblob(33)", "length(tbs_hash)" },
	{ &good_signature, 5, "6", "inception_at < expiration_at" },
	{ &good_signature, 7, "zeroblob(18)", "length(rrsig)" },
	{ &good_signature, 8, "0", "created_at > 0" },
	{ &good_set, 2, "zeroblob(31)", "length(hash)" },
	{ &good_set, 4, "0", "admitted_at > 0" },
	{ &good_intent, 1, "''", "length(kind)" },
	{ &good_intent, 2, "''", "length(token)" },
	{ &good_intent, 3, "'ab'", "length(key_id)" },
	{ &good_intent, 3, ID("2"), "UNIQUE" },
	{ &good_intent, 4, LONG41, "length(label)" },
	{ &good_intent, 6, "'lost'", "state IN" },
	{ &good_intent, 6, "'done'", "resolved_at IS NULL" },
	{ &good_intent, 6, "'done', 1, 0", "resolved_at > 0" },
	{ &good_intent, 7, "0", "created_at > 0" },
	{ &good_intent, 8, "5", "resolved_at IS NULL" },
};

static void
refuses_what_cannot_be(void **state)
{
	struct storehelp *help = *state;
	size_t i;

	fill(help);
	for (i = 0; i < N_OF(wrong); i++) {
		if (insert(help, wrong[i].good, wrong[i].i,
		    wrong[i].value) == 0)
			fail_msg("allowed: %s %s", wrong[i].good->table,
			    wrong[i].value);
		if (strstr(help->err.msg, wrong[i].why) == NULL)
			fail_msg("%s %s: %s", wrong[i].good->table,
			    wrong[i].value, help->err.msg);
		err_clear(&help->err);
		(void)storehelp_sql(help, "ROLLBACK");
		err_clear(&help->err);
	}
}

/* The values that the test above starts from are not to blame. */
static void
takes_the_rows_that_fit(void **state)
{
	static const struct good *const good[] = { &good_key, &good_ksk,
		&good_signature, &good_set, &good_intent };
	struct storehelp *help = *state;
	size_t i;

	fill(help);
	for (i = 0; i < N_OF(good); i++)
		unit_ok(insert(help, good[i], -1, NULL), &help->err);
	unit_ok(insert(help, &good_cmk, -1, NULL), &help->err);
}

static void
refuses_a_ledger_that_is_none(void **state)
{
	static const struct bad bad[] = {
		{ "INSERT INTO ledger SELECT 3, hash, zeroblob(1), type, "
		  "payload, actor, at, NULL, NULL FROM ledger WHERE seq = 2",
		    "length(hash)" },
		{ "INSERT INTO ledger SELECT 3, hash, hash, '', payload, "
		  "actor, at, NULL, NULL FROM ledger WHERE seq = 2", "length(type)" },
		{ "INSERT INTO ledger SELECT 3, hash, hash, type, NULL, "
		  "actor, at, NULL, NULL FROM ledger WHERE seq = 2", "ledger.payload" },
		{ "INSERT INTO ledger SELECT 0, hash, hash, type, payload, "
		  "actor, at, NULL, NULL FROM ledger WHERE seq = 2", "seq > 0" },
		{ "INSERT INTO ledger SELECT 3, zeroblob(1), hash, type, "
		  "payload, actor, at, NULL, NULL FROM ledger WHERE seq = 2",
		    "length(prev)" },
	};
	struct storehelp *help = *state;

	fill(help);
	unit_ok(storehelp_sql(help, "DROP TRIGGER ledger_gap"), &help->err);
	refuses_all(help, bad, N_OF(bad));
}

/* What may change does: the guards above are not simply read-only. */
static void
allows_what_changes(void **state)
{
	static const char *const good[] = {
		"UPDATE cmk SET name = 'renamed' WHERE name = 'cmk-1'",
		"UPDATE cmk SET state = 'disabled' WHERE name = 'renamed'",
		"UPDATE cmk SET policy = 'x', policy_hash = zeroblob(32) "
		"WHERE name = 'cmk-2'",
		"UPDATE ksk SET state = 'active' WHERE state = 'generated'",
		"UPDATE ksk SET state = 'removed'",
		"UPDATE intent SET state = 'undone', resolved_at = 1 "
		"WHERE state = 'open'",
		"DELETE FROM signature",
		"DELETE FROM zsk_set",
		"INSERT INTO ledger SELECT 3, hash, hash, type, payload, "
		"actor, at, NULL, NULL FROM ledger WHERE seq = 2",
	};
	struct storehelp *help = *state;
	size_t i;

	fill(help);
	for (i = 0; i < N_OF(good); i++)
		unit_ok(storehelp_sql(help, good[i]), &help->err);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(never_rewrites_what_is_final),
		STOREHELP_TEST(refuses_what_cannot_be),
		STOREHELP_TEST(takes_the_rows_that_fit),
		STOREHELP_TEST(refuses_a_ledger_that_is_none),
		STOREHELP_TEST(allows_what_changes),
	};

	return storehelp_run(tests, N_OF(tests));
}
