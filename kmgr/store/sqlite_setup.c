#include <stdio.h>
#include <string.h>

#include "kmgr/store/schema.h"
#include "kmgr/store/sqlite_setup.h"

#define APPLICATION_ID 0x6b6d6772	/* "kmgr" */

const char *const sqlite_setup_steps[SQLITE_SETUP_STEPS] = { schema_sql };

/* What a database says of itself, whosesoever it is. */
struct about {
	int64_t application;
	int64_t version;
	int64_t tables;
	bool is_wal;
};

static void
read_about(const struct db_rows *rows, void *out)
{
	struct about *about = out;

	about->application = db_get_int(rows, 0);
	about->version = db_get_int(rows, 1);
	about->tables = db_get_int(rows, 2);
	about->is_wal = db_get_int(rows, 3) != 0;
}

static int
ask_about(struct db *db, struct about *about, struct error *err)
{
	static const struct db_question question = { "read its version",
		"SELECT application_id, user_version, "
		"(SELECT count(*) FROM sqlite_master), journal_mode = 'wal' "
		"FROM pragma_application_id, pragma_user_version, "
		"pragma_journal_mode" };
	static const struct db_shape shape = { sizeof(*about), read_about,
		NULL };
	bool found = false;

	return db_one(db, &question, NULL, 0, &shape, about, &found, err);
}

int
sqlite_setup_content(struct db *db, enum db_content *content, int64_t *version,
    struct error *err)
{
	struct about about = { 0, 0, 0, false };

	if (ask_about(db, &about, err) != 0)
		return -1;
	*version = about.version;
	if (about.application == APPLICATION_ID)
		*content = DB_KMGR;
	else if (about.application == 0 && about.version == 0 &&
	    about.tables == 0)
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

/* The log is written before the database, by one process at a time. */
static int
use_wal(struct db *db, int64_t wait_s, struct error *err)
{
	struct about about = { 0, 0, 0, false };
	int rc = -1;

	if (ask_about(db, &about, err) != 0)
		return -1;
	if (about.is_wal)
		return 0;
	if (db->driver->lock(db, wait_s, err) != 0)
		return -1;
	if (db->driver->script(db, "PRAGMA journal_mode = WAL", err) == 0 &&
	    ask_about(db, &about, err) == 0)
		rc = about.is_wal ? 0 : err_set(err, ERR_STORE,
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
