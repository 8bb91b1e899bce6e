#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_copy.h"
#include "kmgr/store/store_replace_inner.h"

#define N_NAMES 100		/* tried for the old store */

static const struct db_question ask_journal = { "read its journal's mode",
	"PRAGMA journal_mode" };

static void
read_text(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 0);
}

/*
 * Be the only one who has the database open, and have all of it in its file:
 * who leaves the write-ahead log must be alone, and stays so until the end of
 * a transaction that never comes.
 */
static int
seize(struct db *db, struct error *err)
{
	static const struct db_shape shape = { sizeof(char *), read_text,
		NULL };
	char *mode = NULL;
	bool found = false, is_alone;

	if (db->driver->script(db, "PRAGMA journal_mode = DELETE; "
	    "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", err) != 0 ||
	    db_one(db, &ask_journal, NULL, 0, &shape, &mode, &found, err) != 0)
		return err_wrap(err, "have %s alone", db->name);
	is_alone = mode != NULL && strcmp(mode, "delete") == 0;
	free(mode);
	return is_alone ? 0 : err_set(err, ERR_STORE,
	    "store %s: its write-ahead log is in use", db->name);
}

/* Nothing has come since it was looked at. */
static int
check_end(struct db *db, int64_t last_seq, struct error *err)
{
	struct store store = { .db = db };
	uint8_t head[CRYPTO_SHA256_LEN];
	int64_t seq;

	if (last_seq < 0)
		return 0;
	if (ledger_head(&store, &seq, head, err) != 0)
		return -1;
	if (seq == last_seq)
		return 0;
	(void)err_set(err, ERR_STORE, "store %s was written to meanwhile",
	    db->name);
	return err_hint(err, "run the command again");
}

/* The old store, held by nobody else; NULL for a damaged one or none. */
static int
seize_current(const char *url, const char *place, int64_t last_seq,
    struct db **out, struct error *err)
{

	*out = NULL;
	if (access(place, F_OK) != 0)
		return 0;
	if (db_open(url, STORE_OPEN, out, err) == 0 &&
	    seize(*out, err) == 0 && check_end(*out, last_seq, err) == 0)
		return 0;
	db_close(*out);
	*out = NULL;
	if (!store_is_damage(err))
		return -1;
	err_clear(err);
	return 0;
}

/* Another name for the old store. */
static int
keep(const char *place, int64_t at, char **kept, struct error *err)
{
	char time[WHEN_TEXT_LEN];
	size_t i;

	for (i = 1; i <= N_NAMES; i++) {
		*kept = i == 1 ? mem_printf("%s.before-restore-%s", place,
		    when_dns(at, time)) : mem_printf("%s.before-restore-%s-%zu",
		    place, when_dns(at, time), i);
		if (link(place, *kept) == 0)
			return 0;
		if (errno != EEXIST) {
			(void)err_set_errno(err, "keep the old store as %s",
			    *kept);
			i = N_NAMES;
		}
		free(*kept);
		*kept = NULL;
	}
	if (err->class != ERR_NONE)
		return -1;
	return err_set(err, ERR_SYSTEM, "no name is left for the old store");
}

/* What a damaged store has beside it goes where it goes. */
static int
move_beside(const char *from, const char *to, struct error *err)
{
	const char *suffix;
	char *old, *new;
	size_t i;
	int rc = 0;

	for (i = 0; (suffix = store_replace_beside(i)) != NULL && rc == 0;
	    i++) {
		old = mem_printf("%s%s", from, suffix);
		new = mem_printf("%s%s", to, suffix);
		if (rename(old, new) != 0 && errno != ENOENT)
			rc = err_set_errno(err, "rename %s", old);
		free(old);
		free(new);
	}
	return rc;
}

/* The step that counts is the last one; whoever fails before takes all back. */
static int
swap(const char *temp, const char *place, int64_t at, char **kept,
    struct error *err)
{
	struct error ignored = ERR_INIT;

	if (access(place, F_OK) == 0 && keep(place, at, kept, err) != 0)
		return -1;
	if ((*kept == NULL || move_beside(place, *kept, err) == 0) &&
	    rename(temp, place) == 0) {
		file_sync_folder(place);
		return 0;
	}
	if (err->class == ERR_NONE)
		(void)err_set_errno(err, "rename %s to %s", temp, place);
	if (*kept == NULL)
		return -1;
	(void)move_beside(*kept, place, &ignored);
	(void)unlink(*kept);
	free(*kept);
	*kept = NULL;
	return -1;
}

/* A file in the place of the file. */
static int
install_file(struct db *staged, const char *url, const char *place,
    int64_t last_seq, int64_t at, char **kept, struct error *err)
{
	struct db *current = NULL;
	int rc = -1;

	if (seize(staged, err) == 0 && file_sync(staged->name, err) == 0 &&
	    seize_current(url, place, last_seq, &current, err) == 0)
		rc = swap(staged->name, place, at, kept, err);
	db_close(current);
	return rc;
}

/* What is there goes to another place, and the schema is made anew. */
static int
make_room(struct db *db, int64_t last_seq, int64_t at, char **kept,
    struct error *err)
{
	const struct db_driver *driver = db->driver;
	struct store_content content = { 0 };
	char time[WHEN_TEXT_LEN], *suffix;
	int64_t i;
	int rc;

	if (store_copy_count(db, &content, err) != 0 ||
	    check_end(db, last_seq, err) != 0)
		return -1;
	if (store_copy_is_empty(&content))
		return 0;
	suffix = mem_printf("_before_restore_%s", when_dns(at, time));
	rc = driver->set_aside(db, suffix, kept, err);
	free(suffix);
	for (i = 0; rc == 0 && i < driver->steps_n; i++)
		rc = driver->script(db, driver->steps[i], err);
	return rc != 0 ? -1 : driver->set_version(db, driver->steps_n, err);
}

/* Rows in the place of the rows, in one transaction. */
static int
install_rows(struct db *staged, const char *url, int64_t last_seq, int64_t at,
    char **kept, struct error *err)
{
	struct store_content content = { 0 };
	struct db *db = NULL;
	int rc = -1;

	if (db_open(url, STORE_CREATE, &db, err) != 0)
		return -1;
	if (db->driver->lock(db, 0, err) != 0)
		goto out;
	if (db_begin(db, err) == 0 &&
	    make_room(db, last_seq, at, kept, err) == 0 &&
	    db_snapshot(staged, err) == 0 &&
	    store_copy_rows(staged, db, &content, err) == 0)
		rc = db_commit(db, err);
	db_release(staged);
	db_rollback(db);
	db->driver->unlock(db);
 out:
	db_close(db);
	if (rc != 0) {
		free(*kept);
		*kept = NULL;
	}
	return rc;
}

int
store_install(struct store *staged_take, const char *url, int64_t last_seq,
    int64_t at, char **kept, struct error *err)
{
	const char *place = NULL;
	const struct db_driver *driver = db_find_driver(url, &place, err);
	struct db *staged = staged_take->db;
	char *temp = mem_strdup(staged->name);
	int rc = -1;

	*kept = NULL;
	assert(!staged->is_writing && !staged->is_snapshot);
	if (driver != NULL && driver->set_aside == NULL)
		rc = install_file(staged, url, place, last_seq, at, kept, err);
	else if (driver != NULL)
		rc = install_rows(staged, url, last_seq, at, kept, err);
	store_close(staged_take);
	/* It has its new name, or is of no use. */
	store_replace_remove(temp);
	free(temp);
	return rc;
}
