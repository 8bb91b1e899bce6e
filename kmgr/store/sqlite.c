#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/db_shut.h"
#include "kmgr/store/sqlite_setup.h"
#include "kmgr/store/sqlite_shut.h"

#define BUSY_S 30

/* A question that was asked before. */
struct statement {
	const char *sql;
	sqlite3_stmt *stmt;
};

struct sqlite {
	struct db base;
	sqlite3 *conn;
	struct statement *cache;
	size_t cache_n;
	const char *target;		/* of a backup under way, or NULL */
	enum db_fault fault;
};

struct sqlite_rows {
	struct db_rows base;
	sqlite3_stmt *stmt;
};

static struct sqlite *
sqlite_of(struct db *db)
{

	return (struct sqlite *)(void *)db;
}

static sqlite3_stmt *
stmt_of(const struct db_rows *rows)
{

	return ((const struct sqlite_rows *)(const void *)rows)->stmt;
}

static enum place_trouble
trouble_of(int code)
{

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return PLACE_BUSY;
	case SQLITE_FULL:
		return PLACE_FULL;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return PLACE_DENIED;
	case SQLITE_NOTADB:
		return PLACE_FOREIGN;
	case SQLITE_CORRUPT:
		return PLACE_DAMAGED;
	default:
		return PLACE_OTHER;
	}
}

static enum db_fault
fault_of(int code)
{

	if ((code & 0xff) != SQLITE_CONSTRAINT)
		return DB_FAULT_OTHER;
	return code == SQLITE_CONSTRAINT_UNIQUE ||
	    code == SQLITE_CONSTRAINT_PRIMARYKEY ? DB_FAULT_TAKEN :
	    DB_FAULT_GUARD;
}

static int
fail(struct sqlite *db, struct error *err)
{
	const char *name = db->target != NULL ? db->target : db->base.name;
	const int saved = errno;
	const int code = sqlite3_extended_errcode(db->conn);
	int sys = sqlite3_system_errno(db->conn);

	/* SQLite does not keep it on every path. */
	if (sys == 0 && (code & 0xff) == SQLITE_IOERR)
		sys = saved;
	db->fault = fault_of(code);
	(void)err_set(err, ERR_STORE, "%s %s: %s", db->target != NULL ?
	    "copy" : "store", name, sqlite3_errmsg(db->conn));
	err->code = (unsigned long)code;
	db_shut_hint(sqlite3_errmsg(db->conn), err);
	place_hint(trouble_of(code), name, sys, err);
	return -1;
}

static int
sqlite_script(struct db *base, const char *sql, struct error *err)
{
	struct sqlite *db = sqlite_of(base);

	return sqlite3_exec(db->conn, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 :
	    fail(db, err);
}

/* Parameters are numbered as in PostgreSQL; here that is their order. */
static void
check_parameters(sqlite3_stmt *stmt)
{
	const int n = sqlite3_bind_parameter_count(stmt);
	char name[16];
	int i;

	for (i = 1; i <= n; i++) {
		(void)snprintf(name, sizeof(name), "$%d", i);
		assert(strcmp(sqlite3_bind_parameter_name(stmt, i), name) ==
		    0);
	}
}

static int
prepare(struct sqlite *db, const char *sql, sqlite3_stmt **out,
    struct error *err)
{
	struct statement *slot;
	size_t i;

	for (i = 0; i < db->cache_n; i++)
		if (db->cache[i].sql == sql) {
			*out = db->cache[i].stmt;
			assert(!sqlite3_stmt_busy(*out));
			return 0;
		}
	if (sqlite3_prepare_v3(db->conn, sql, -1, SQLITE_PREPARE_PERSISTENT,
	    out, NULL) != SQLITE_OK)
		return fail(db, err);
	check_parameters(*out);
	slot = mem_push(&db->cache, db->cache_n, sizeof(*slot));
	slot->sql = sql;
	slot->stmt = *out;
	db->cache_n++;
	return 0;
}

static int
bind(sqlite3_stmt *stmt, int i, const struct db_value *arg)
{

	switch (arg->kind) {
	case DB_INT:
		return sqlite3_bind_int64(stmt, i, arg->i);
	case DB_TEXT:
		return sqlite3_bind_text64(stmt, i, arg->p, arg->len,
		    SQLITE_STATIC, SQLITE_UTF8);
	case DB_BLOB:
		/* A blob of no bytes is not NULL. */
		return sqlite3_bind_blob64(stmt, i,
		    arg->p == NULL ? "" : arg->p, arg->len, SQLITE_STATIC);
	case DB_NULL:
		break;
	}
	return sqlite3_bind_null(stmt, i);
}

static int
sqlite_ask(struct db *base, const struct db_question *question,
    const struct db_value *args, size_t n, struct db_rows **out,
    struct error *err)
{
	struct sqlite *db = sqlite_of(base);
	struct sqlite_rows *rows;
	sqlite3_stmt *stmt = NULL;
	size_t i;

	db->fault = DB_FAULT_NONE;
	if (prepare(db, question->sql, &stmt, err) != 0)
		return -1;
	assert((size_t)sqlite3_bind_parameter_count(stmt) == n);
	for (i = 0; i < n; i++)
		if (bind(stmt, (int)i + 1, &args[i]) != SQLITE_OK)
			return fail(db, err);
	rows = mem_new(sizeof(*rows));
	rows->base.db = base;
	rows->stmt = stmt;
	*out = &rows->base;
	return 0;
}

static int
sqlite_next(struct db_rows *rows, struct error *err)
{

	switch (sqlite3_step(stmt_of(rows))) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return fail(sqlite_of(rows->db), err);
	}
}

static void
sqlite_done(struct db_rows *rows)
{

	if (rows == NULL)
		return;
	(void)sqlite3_reset(stmt_of(rows));
	(void)sqlite3_clear_bindings(stmt_of(rows));
	free(rows);
}

static int64_t
sqlite_changed(const struct db_rows *rows)
{

	return sqlite3_changes64(sqlite_of(rows->db)->conn);
}

static int64_t
sqlite_get_int(const struct db_rows *rows, int column)
{

	return sqlite3_column_int64(stmt_of(rows), column);
}

static const char *
sqlite_get_text(const struct db_rows *rows, int column)
{

	return (const char *)sqlite3_column_text(stmt_of(rows), column);
}

static const uint8_t *
sqlite_get_blob(const struct db_rows *rows, int column, size_t *len)
{
	const uint8_t *p = sqlite3_column_blob(stmt_of(rows), column);

	*len = (size_t)sqlite3_column_bytes(stmt_of(rows), column);
	return p;
}

static int
sqlite_width(const struct db_rows *rows)
{

	return sqlite3_column_count(stmt_of(rows));
}

static const char *
sqlite_column(const struct db_rows *rows, int column)
{

	return sqlite3_column_name(stmt_of(rows), column);
}

static struct db_value
sqlite_value(const struct db_rows *rows, int column)
{
	struct db_value value = { .kind = DB_TEXT };

	switch (sqlite3_column_type(stmt_of(rows), column)) {
	case SQLITE_NULL:
		return db_text(NULL);
	case SQLITE_INTEGER:
		return db_int(sqlite_get_int(rows, column));
	case SQLITE_BLOB:
		value.kind = DB_BLOB;
		break;
	}
	/* Of no bytes is not NULL. */
	value.p = sqlite_get_blob(rows, column, &value.len);
	value.p = value.len == 0 ? "" : value.p;
	return value;
}

static enum db_fault
sqlite_fault(const struct db *db)
{

	return ((const struct sqlite *)(const void *)db)->fault;
}

static void
sqlite_rollback(struct db *base)
{
	struct sqlite *db = sqlite_of(base);

	/* Some failures have rolled back already. */
	if (sqlite3_get_autocommit(db->conn) == 0)
		(void)sqlite3_exec(db->conn, "ROLLBACK", NULL, NULL, NULL);
}

/* One statement reads one state, whoever writes meanwhile. */
static int
sqlite_copy(struct db *base, const char *path, struct error *err)
{
	static const struct db_question ask = { "copy", "VACUUM INTO $1" };
	const struct db_value args[] = { db_text(path) };
	int64_t ignored;
	int rc = -1;

	sqlite_of(base)->target = path;
	if (db_number(base, &ask, args, 1, &ignored, err) == 0)
		rc = sqlite_shut_clean(base, path, err);
	sqlite_of(base)->target = NULL;
	return rc;
}

static void
sqlite_close(struct db *base)
{
	struct sqlite *db = sqlite_of(base);
	size_t i;

	sqlite_setup_unlock(base);
	for (i = 0; i < db->cache_n; i++)
		(void)sqlite3_finalize(db->cache[i].stmt);
	free(db->cache);
	(void)sqlite3_close(db->conn);
	free(base->name);
	free(base->lock_base);
	free(db);
}

static int
sqlite_open(const char *place, enum store_mode mode, struct db **out,
    struct error *err)
{
	struct sqlite *db;
	int rc;

	if (place_prepare(place, mode, err) != 0)
		return -1;
	db = mem_new(sizeof(*db));
	db->base.driver = &sqlite_driver;
	db->base.name = mem_strdup(place);
	db->base.file = place_id_of(place);
	db->base.lock_base = mem_strdup(place);
	rc = sqlite3_open_v2(place, &db->conn,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	assert(db->conn != NULL);
	(void)sqlite3_busy_timeout(db->conn, BUSY_S * 1000);
	(void)sqlite3_db_config(db->conn, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	rc = rc != SQLITE_OK ? fail(db, err) :
	    sqlite_setup(&db->base, BUSY_S, err);
	if (rc != 0) {
		sqlite_close(&db->base);
		return err_wrap(err, "open the store");
	}
	*out = &db->base;
	return 0;
}

const struct db_driver sqlite_driver = {
	.scheme = "sqlite",
	.own = "a file of kmgr's own, or one that is not there yet,",
	.steps = sqlite_setup_steps,
	.steps_n = SQLITE_SETUP_STEPS,
	.check = sqlite_setup_check,
	.is_there = sqlite_setup_is_there,
	.beside = mem_strdup,
	.open = sqlite_open,
	.close = sqlite_close,
	.lock = sqlite_setup_lock,
	.unlock = sqlite_setup_unlock,
	.content = sqlite_setup_content,
	.set_version = sqlite_setup_version,
	.inspect = sqlite_setup_inspect,
	.script = sqlite_script,
	.snapshot = sqlite_setup_snapshot,
	.begin = sqlite_setup_begin,
	.begin_beside = sqlite_setup_begin,
	.clock = sqlite_setup_clock,
	.commit = sqlite_setup_commit,
	.rollback = sqlite_rollback,
	.copy = sqlite_copy,
	.shut = sqlite_shut,
	.reopen = sqlite_shut_reopen,
	.ask_shut = &sqlite_shut_ask,
	.ask = sqlite_ask,
	.next = sqlite_next,
	.changed = sqlite_changed,
	.get_int = sqlite_get_int,
	.get_text = sqlite_get_text,
	.get_blob = sqlite_get_blob,
	.width = sqlite_width,
	.column = sqlite_column,
	.value = sqlite_value,
	.done = sqlite_done,
	.fault = sqlite_fault,
};
