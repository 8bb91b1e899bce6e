#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/pgsql_inner.h"
#include "kmgr/store/pgsql_setup.h"
#include "kmgr/store/schema.h"

#define VERSION_MIN 130000	/* as server_version_num has it */
#define POLL_MAX_MS 50		/* between two looks; the first come sooner */

/* Two locks a schema, in the upper half of their numbers. */
#define WRITER	    0x6b6d6777LL	/* "kmgw": has a transaction open */
#define OPERATOR    0x6b6d676fLL	/* "kmgo": changes tokens */

#define HERE "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"

const char *const pgsql_setup_steps[PGSQL_SETUP_STEPS] = { schema_pgsql };

static const struct db_question ask_server = { "look at the server",
	"SELECT current_setting('server_version_num')::bigint, "
	"pg_is_in_recovery(), current_setting('server_encoding'), "
	"coalesce(" HERE "::bigint, 0), "
	"current_setting('transaction_read_only')" };
static const struct db_question ask_tables = { "read its schema",
	"SELECT count(*) FROM pg_class WHERE relnamespace = " HERE
	" AND relkind IN ('r', 'p', 'v', 'm', 'f')" };
static const struct db_question ask_is_ours = { "read its owner",
	"SELECT count(*) FROM pg_class WHERE relnamespace = " HERE
	" AND relkind = 'r' AND relname = 'kmgr_schema'" };
static const struct db_question ask_version = { "read its version",
	"SELECT version FROM kmgr_schema" };
static const struct db_question ask_sound = { "check the database",
	"SELECT 'trigger ' || tgname || ' of ' || relname || ' is off' "
	"FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
	"WHERE relnamespace = " HERE " AND tgenabled NOT IN ('O', 'A') "
	"UNION ALL SELECT 'constraint ' || conname || ' of ' || "
	"conrelid::regclass || ' was never checked' FROM pg_constraint "
	"WHERE connamespace = " HERE " AND NOT convalidated "
	"UNION ALL SELECT 'index ' || relname || ' is not valid' "
	"FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
	"WHERE relnamespace = " HERE " AND NOT indisvalid LIMIT 100" };
static const struct db_question ask_settings = { "look at the settings",
	"SELECT name || ' of the server is off: a crash of its machine loses "
	"what was committed' FROM (VALUES ('fsync'), ('full_page_writes')) "
	"AS x (name) WHERE current_setting(name) = 'off'" };
static const struct db_question ask_clock = { "read the server's clock",
	"SELECT extract(epoch FROM clock_timestamp())::bigint" };
static const struct db_question ask_lock = { "lock the store",
	"SELECT pg_try_advisory_lock($1::bigint)" };
static const struct db_question ask_unlock = { "unlock the store",
	"SELECT pg_advisory_unlock($1::bigint)" };
static const struct db_question ask_holder = { "find who has the lock",
	"SELECT application_name FROM pg_locks JOIN pg_stat_activity "
	"USING (pid) WHERE locktype = 'advisory' AND granted AND "
	"pg_locks.database = (SELECT oid FROM pg_database WHERE "
	"datname = current_database()) AND classid::bigint = $1::bigint >> 32 "
	"AND objid::bigint = $1::bigint & 4294967295 LIMIT 1" };

/*
 * What is unset waits for ever; a commit is one when the disk has it. Questions
 * are written for nested loops over indexes, the only joins that SQLite has:
 * so are plans, which are kept as long as the connection, and which otherwise
 * would be made for tables that were empty, or unknown, when it began.
 */
static const char settings[] =
	"SELECT set_config(name, value, false) FROM (VALUES "
	"('lock_timeout', '30s'), ('statement_timeout', '5min'), "
	"('idle_in_transaction_session_timeout', '5min')) AS x (name, value) "
	"WHERE current_setting(name) = '0'; "
	"SELECT set_config(name, 'off', false) FROM (VALUES "
	"('enable_hashjoin'), ('enable_mergejoin'), ('enable_seqscan'), "
	"('jit')) AS x (name); "
	"SELECT set_config('synchronous_commit', 'on', false) WHERE "
	"current_setting('synchronous_commit') NOT IN ('on', 'remote_apply'); "
	/* Of a machine that is gone the server hears nothing: what it holds is
	 * free after a minute, and not after the two hours of its system. On a
	 * socket of Unix, which ends with its process, they are nothing. */
	"SELECT set_config(name, value::text, false) FROM (VALUES "
	"('tcp_keepalives_idle', 30), ('tcp_keepalives_interval', 10), "
	"('tcp_keepalives_count', 3), ('tcp_user_timeout', 60000)) "
	"AS x (name, value) "
	"WHERE current_setting(name)::bigint NOT BETWEEN 1 AND value; "
	/* Since 14, and where its system can: in the middle of a question. */
	"SELECT set_config('client_connection_check_interval', '10s', false) "
	"WHERE current_setting('client_connection_check_interval', true) = '0' "
	"AND version() LIKE '%linux%'";

static void
read_text(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 0);
}

static void
clear_text(void *text)
{

	free(*(char **)text);
}

static const struct db_shape text_shape = { sizeof(char *), read_text,
	clear_text };

struct server {
	int64_t version, schema;
	bool is_standby, is_utf8, is_read_only;
};

static void
read_server(const struct db_rows *rows, void *out)
{
	char *encoding = db_get_text(rows, 2), *mode = db_get_text(rows, 4);
	struct server *server = out;

	server->version = db_get_int(rows, 0);
	server->is_standby = db_get_int(rows, 1) != 0;
	server->is_utf8 = strcmp(encoding, "UTF8") == 0;
	server->schema = db_get_int(rows, 3);
	server->is_read_only = strcmp(mode, "on") == 0;
	free(encoding);
	free(mode);
}

static int
check_server(const char *name, const struct server *server, struct error *err)
{
	const char *what, *hint;

	if (server->version < VERSION_MIN) {
		what = "the server is older than PostgreSQL 13";
		hint = "upgrade the server";
	} else if (server->is_standby) {
		what = "the server is a standby in recovery, and takes no "
		    "writes";
		hint = "name the primary, or all of them with "
		    "target_session_attrs=read-write in the URL";
	} else if (server->is_read_only) {
		what = "the database is set to read only";
		hint = "default_transaction_read_only must be off";
	} else if (!server->is_utf8) {
		what = "the database's encoding is not UTF8";
		hint = "createdb -E UTF8 -T template0 makes one that is";
	} else if (server->schema == 0) {
		what = "no schema of the search_path is there";
		hint = "CREATE SCHEMA it, for the user of the store";
	} else {
		return 0;
	}
	(void)err_set(err, ERR_STORE, "store %s: %s", name, what);
	return err_hint(err, "%s", hint);
}

/*
 * Who writes is alone, as SQLite has it: whatever a transaction reads is what
 * it changes. A lock that is asked for in the first question of READ COMMITTED
 * does it: each later question sees all that was committed before the lock was
 * had. (A snapshot of REPEATABLE READ would be older than the lock.)
 */
static char *
begin_sql(int64_t schema)
{

	return mem_printf("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
	    "SELECT pg_advisory_xact_lock(%lld)",
	    (long long)(WRITER << 32 | schema));
}

int
pgsql_setup(struct db *db, struct error *err)
{
	static const struct db_shape shape = { sizeof(struct server),
		read_server, NULL };
	struct server server = { 0 };
	bool found = false;

	if (db_one(db, &ask_server, NULL, 0, &shape, &server, &found, err) !=
	    0 || check_server(db->name, &server, err) != 0)
		return -1;
	pgsql_of(db)->schema = server.schema;
	pgsql_of(db)->begin = begin_sql(server.schema);
	return db->driver->script(db, settings, err);
}

/* The clocks of those who use it differ. */
int
pgsql_setup_clock(struct db *db, int64_t *now_at, struct error *err)
{

	return db_number(db, &ask_clock, NULL, 0, now_at, err);
}

int
pgsql_setup_content(struct db *db, enum db_content *content, int64_t *version,
    struct error *err)
{
	int64_t tables = 0, ours = 0;

	*version = 0;
	if (db_number(db, &ask_tables, NULL, 0, &tables, err) != 0 ||
	    db_number(db, &ask_is_ours, NULL, 0, &ours, err) != 0)
		return -1;
	*content = tables == 0 ? DB_EMPTY : ours == 0 ? DB_FOREIGN : DB_KMGR;
	return *content != DB_KMGR ? 0 :
	    db_number(db, &ask_version, NULL, 0, version, err);
}

int
pgsql_setup_version(struct db *db, int64_t version, struct error *err)
{
	char sql[320];

	(void)snprintf(sql, sizeof(sql), "CREATE TABLE IF NOT EXISTS "
	    "kmgr_schema (one BIGINT PRIMARY KEY CHECK (one = 1), "
	    "version BIGINT NOT NULL); INSERT INTO kmgr_schema (one, version) "
	    "VALUES (1, %lld) ON CONFLICT (one) DO UPDATE SET version = %lld",
	    (long long)version, (long long)version);
	return db->driver->script(db, sql, err);
}

static int
tell_lines(struct db *db, const struct db_question *ask,
    void (*each)(void *arg, const char *line), void *arg, struct error *err)
{
	char **lines = NULL;
	size_t i, n = 0;

	if (db_list(db, ask, NULL, 0, &text_shape, &lines, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		each(arg, lines[i]);
	db_list_free(&text_shape, lines, n);
	return 0;
}

int
pgsql_setup_inspect(struct db *db, void (*each)(void *arg, const char *line),
    void *arg, struct error *err)
{

	return tell_lines(db, &ask_sound, each, arg, err);
}

int
pgsql_setup_settings(struct db *db, void (*each)(void *arg, const char *line),
    void *arg, struct error *err)
{

	return tell_lines(db, &ask_settings, each, arg, err);
}

int
pgsql_setup_renumber(struct db *db, struct error *err)
{

	return db->driver->script(db, "DO $$ DECLARE t regclass; BEGIN "
	    "FOR t IN SELECT attrelid FROM pg_attribute JOIN pg_class "
	    "ON pg_class.oid = attrelid WHERE relnamespace = " HERE
	    " AND attidentity <> '' LOOP EXECUTE format('SELECT setval("
	    "pg_get_serial_sequence(%L, ''id''), (SELECT coalesce(max(id), 0) "
	    "+ 1 FROM %s), false)', t, t); END LOOP; END $$", err);
}

/* Its schema is another one then. */
static int
check_may_create(struct db *db, struct error *err)
{
	static const struct db_question ask = { "read what its user may",
		"SELECT has_database_privilege(current_database(), "
		"'CREATE')::int::bigint" };
	int64_t may = 0;

	if (db_number(db, &ask, NULL, 0, &may, err) != 0)
		return -1;
	if (may != 0)
		return 0;
	(void)err_set(err, ERR_STORE, "store %s: its user may not create the "
	    "schema that the old store is kept in", db->name);
	return err_hint(err, "GRANT CREATE ON DATABASE to that user, as the "
	    "database's owner, and run the command again");
}

int
pgsql_setup_set_aside(struct db *db, const char *suffix, char **kept,
    struct error *err)
{
	static const struct db_question ask = { "read the schema's name",
		"SELECT current_schema()::text" };
	char *sql, *name = NULL;
	bool found = false;
	int rc;

	if (check_may_create(db, err) != 0 ||
	    db_one(db, &ask, NULL, 0, &text_shape, &name, &found, err) != 0)
		return -1;
	sql = mem_printf("DO $$ DECLARE old name := current_schema(); "
	    "new name := current_schema() || '%s'; x text; BEGIN "
	    "EXECUTE format('CREATE SCHEMA %%I', new); "
	    "FOR x IN SELECT DISTINCT tgfoid::regprocedure FROM pg_trigger "
	    "JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal "
	    "AND relnamespace = " HERE " LOOP "
	    "EXECUTE format('ALTER FUNCTION %%s SET SCHEMA %%I', x, new); "
	    "END LOOP; "
	    "FOR x IN SELECT relname FROM pg_class WHERE relkind = 'r' "
	    "AND relnamespace = " HERE " LOOP "
	    "EXECUTE format('ALTER TABLE %%I.%%I SET SCHEMA %%I', old, x, "
	    "new); END LOOP; END $$", suffix);
	rc = db->driver->script(db, sql, err);
	if (rc == 0)
		*kept = mem_printf("schema %s%s", name, suffix);
	free(sql);
	free(name);
	return rc;
}

static int
refuse_held(struct db *db, const struct db_value *key, struct error *err)
{
	char *holder = NULL;
	bool found = false;

	(void)db_one(db, &ask_holder, key, 1, &text_shape, &holder, &found,
	    err);
	err_clear(err);
	(void)err_set(err, ERR_STORE, "store %s: another kmgr is at work",
	    db->name);
	(void)err_hint(err, "%s holds the lock; wait for it or end it, then "
	    "run the command again; a machine that is dead loses it after a "
	    "minute", holder == NULL ? "another session" :
	    holder);
	free(holder);
	return -1;
}

static struct db_value
operator_key(struct db *db)
{

	return db_int(OPERATOR << 32 | pgsql_of(db)->schema);
}

/* Of the session: the server gives it up when the connection ends. */
int
pgsql_setup_lock(struct db *db, int64_t wait_s, struct error *err)
{
	struct timespec pause = { 0, 1000000L };
	const struct db_value key = operator_key(db);
	struct timespec now;
	int64_t taken = 0;
	time_t until;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	until = now.tv_sec + (time_t)wait_s;
	for (;;) {
		if (db_number(db, &ask_lock, &key, 1, &taken, err) != 0)
			return -1;
		if (taken != 0)
			return 0;
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= until)
			return refuse_held(db, &key, err);
		(void)nanosleep(&pause, NULL);
		if (pause.tv_nsec < POLL_MAX_MS * 1000000L / 2)
			pause.tv_nsec *= 2;
	}
}

void
pgsql_setup_unlock(struct db *db)
{
	const struct db_value key = operator_key(db);
	struct error ignored = ERR_INIT;
	int64_t was;

	(void)db_number(db, &ask_unlock, &key, 1, &was, &ignored);
}
