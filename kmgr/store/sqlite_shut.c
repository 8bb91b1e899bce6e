#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/db_shut.h"
#include "kmgr/store/sqlite_shut.h"

/* A guard for each of what can be done to each table. */
static const struct db_question ask_guards = { "list its tables",
	"SELECT 'CREATE TRIGGER shut_' || name || '_' || lower(op) || "
	"' BEFORE ' || op || ' ON ' || name || ' BEGIN SELECT RAISE(ABORT, ' "
	"FROM sqlite_master, (SELECT 'INSERT' AS op UNION ALL SELECT 'UPDATE' "
	"UNION ALL SELECT 'DELETE') "
	"WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'" };
#define GUARDS "sqlite_master WHERE type = 'trigger' AND name LIKE " \
	"'shut!_%' ESCAPE '!'"
static const struct db_question ask_drops = { "list its guards",
	"SELECT 'DROP TRIGGER main.' || name FROM main." GUARDS };
static const struct db_question ask_copy_drops = { "list its guards",
	"SELECT 'DROP TRIGGER copy.' || name FROM copy." GUARDS };

/* Between the first quote and the last one. */
const struct db_question sqlite_shut_ask = { "read whether it is shut",
	"SELECT replace(substr(sql, instr(sql, '''') + 1, length(sql) - "
	"instr(sql, '''') - length('''); END')), '''''', '''') "
	"FROM sqlite_master WHERE name = 'shut_ledger_insert'" };

static void
read_sql(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 0);
}

static void
clear_sql(void *sql)
{

	free(*(char **)sql);
}

/* Do each line of the answer, with the literal that its end is made of. */
static int
do_each(struct db *db, const struct db_question *ask, const char *literal,
    struct error *err)
{
	static const struct db_shape shape = { sizeof(char *), read_sql,
		clear_sql };
	char **lines = NULL, *sql;
	size_t i, n = 0;
	int rc;

	rc = db_list(db, ask, NULL, 0, &shape, &lines, &n, err);
	for (i = 0; rc == 0 && i < n; i++) {
		sql = literal == NULL ? mem_strdup(lines[i]) :
		    mem_printf("%s%s); END", lines[i], literal);
		rc = db->driver->script(db, sql, err);
		free(sql);
	}
	db_list_free(&shape, lines, n);
	return rc;
}

int
sqlite_shut(struct db *db, const char *literal, struct error *err)
{

	return do_each(db, &ask_guards, literal, err);
}

int
sqlite_shut_reopen(struct db *db, struct error *err)
{

	return do_each(db, &ask_drops, NULL, err);
}

int
sqlite_shut_clean(struct db *db, const char *path, struct error *err)
{
	static const struct db_question ask_attach = { "open the copy",
		"ATTACH $1 AS copy" };
	static const struct db_question ask_drop = { "empty table claim",
		"DELETE FROM copy.claim" };
	const struct db_value args[] = { db_text(path) };
	struct error second = ERR_INIT;
	int64_t ignored;
	int rc;

	if (db_number(db, &ask_attach, args, 1, &ignored, err) != 0)
		return -1;
	rc = do_each(db, &ask_copy_drops, NULL, err);
	if (rc == 0)
		rc = db_number(db, &ask_drop, NULL, 0, &ignored, err);
	if (db->driver->script(db, "DETACH copy", rc == 0 ? err :
	    &second) != 0)
		rc = -1;
	return rc;
}
