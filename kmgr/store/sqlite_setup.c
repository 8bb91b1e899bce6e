#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmgr/base/when.h"
#include "kmgr/store/lock.h"
#include "kmgr/store/schema.h"
#include "kmgr/store/sqlite_setup.h"

#define APPLICATION_ID 0x6b6d6772	/* "kmgr" */

const char *const sqlite_setup_steps[SQLITE_SETUP_STEPS] = { schema_sql };

/* A PRAGMA each: as one SELECT they take a hundred times as long. */
static const struct db_question ask_application = { "read its owner",
	"PRAGMA application_id" };
static const struct db_question ask_version = { "read its version",
	"PRAGMA user_version" };
static const struct db_question ask_tables = { "read its schema",
	"SELECT count(*) FROM sqlite_master" };
static const struct db_question ask_journal = { "read its journal's mode",
	"PRAGMA journal_mode" };

static void
read_is_wal(const struct db_rows *rows, void *out)
{
	char *mode = db_get_text(rows, 0);

	*(bool *)out = strcmp(mode, "wal") == 0;
	free(mode);
}

int
sqlite_setup_content(struct db *db, enum db_content *content, int64_t *version,
    struct error *err)
{
	int64_t application = 0, tables = 0;

	if (db_number(db, &ask_application, NULL, 0, &application, err) != 0 ||
	    db_number(db, &ask_version, NULL, 0, version, err) != 0 ||
	    db_number(db, &ask_tables, NULL, 0, &tables, err) != 0)
		return -1;
	if (application == APPLICATION_ID)
		*content = DB_KMGR;
	else if (application == 0 && *version == 0 && tables == 0)
		*content = DB_EMPTY;
	else
		*content = DB_FOREIGN;
	return 0;
}

int
sqlite_setup_version(struct db *db, int64_t version, struct error *err)
{
	char sql[96];

	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; "
	    "PRAGMA user_version = %lld", APPLICATION_ID, (long long)version);
	return db->driver->script(db, sql, err);
}

int
sqlite_setup_check(const char *place, struct error *err)
{
	const size_t len = strlen(place);

	if (place[0] == '/' && place[len - 1] != '/')
		return 0;
	(void)err_set(err, ERR_CONFIG, "store: \"sqlite:%s\" does not name a "
	    "file by its whole path", place);
	return err_hint(err, "write it as sqlite:/var/lib/kmgr/kmgr.db");
}

static int
is_wal(struct db *db, bool *yes, struct error *err)
{
	static const struct db_shape shape = { sizeof(*yes), read_is_wal,
		NULL };
	bool found = false;

	return db_one(db, &ask_journal, NULL, 0, &shape, yes, &found, err);
}

/* The log is written before the database, by one process at a time. */
static int
use_wal(struct db *db, int64_t wait_s, struct error *err)
{
	bool yes = false;
	int rc = -1;

	if (is_wal(db, &yes, err) != 0)
		return -1;
	if (yes)
		return 0;
	if (db->driver->lock(db, wait_s, err) != 0)
		return -1;
	/* Another one may have been put in its place while we waited. */
	if (!place_is(db->name, db->file)) {
		(void)err_set(err, ERR_STORE, "store %s was replaced just now",
		    db->name);
		(void)err_hint(err, "run the command again");
	} else if (db->driver->script(db, "PRAGMA journal_mode = WAL",
	    err) == 0 &&
	    is_wal(db, &yes, err) == 0)
		rc = yes ? 0 : err_set(err, ERR_STORE,
		    "store %s: no write-ahead log here", db->name);
	db->driver->unlock(db);
	return rc;
}

int
sqlite_setup(struct db *db, int64_t wait_s, struct error *err)
{
	static const char pragmas[] = "PRAGMA synchronous = FULL; "
	    "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; "
	    "PRAGMA recursive_triggers = ON; PRAGMA cell_size_check = ON";
	enum db_content content;
	int64_t version = 0;

	if (db->driver->script(db, pragmas, err) != 0 ||
	    sqlite_setup_content(db, &content, &version, err) != 0)
		return -1;
	/* Somebody else's stays as it is. */
	return content == DB_FOREIGN ? 0 : use_wal(db, wait_s, err);
}

bool
sqlite_setup_is_there(const char *place)
{

	return access(place, F_OK) == 0;
}

static void
read_line(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 0);
}

static void
clear_line(void *line)
{

	free(*(char **)line);
}

int
sqlite_setup_inspect(struct db *db, void (*each)(void *arg, const char *line),
    void *arg, struct error *err)
{
	static const struct db_question ask = { "check the database",
		"PRAGMA integrity_check(100)" };
	static const struct db_shape shape = { sizeof(char *), read_line,
		clear_line };
	char **lines = NULL;
	size_t i, n = 0;

	if (db_list(db, &ask, NULL, 0, &shape, &lines, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (strcmp(lines[i], "ok") != 0)
			each(arg, lines[i]);
	db_list_free(&shape, lines, n);
	return 0;
}

int
sqlite_setup_lock(struct db *db, int64_t wait_s, struct error *err)
{

	assert(db->lock == NULL);
	return lock_take(db->lock_base, wait_s, &db->lock, err);
}

void
sqlite_setup_unlock(struct db *db)
{

	lock_free(db->lock);
	db->lock = NULL;
}

int
sqlite_setup_snapshot(struct db *db, struct error *err)
{

	return db->driver->script(db, "BEGIN", err) == 0 ? 0 :
	    err_wrap(err, "begin to read");
}

int
sqlite_setup_begin(struct db *db, struct error *err)
{

	return db->driver->script(db, "BEGIN IMMEDIATE", err) == 0 ? 0 :
	    err_wrap(err, "begin to write");
}

/* All who use the file are on this machine. */
int
sqlite_setup_clock(struct db *db, int64_t *now_at, struct error *err)
{

	(void)db;
	(void)err;
	*now_at = when_now();
	return 0;
}

int
sqlite_setup_commit(struct db *db, struct error *err)
{

	return db->driver->script(db, "COMMIT", err) == 0 ? 0 :
	    err_wrap(err, "commit");
}
