#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/mem.h"
#include "kmgr/store/db_shut.h"

/* As a literal of SQL has it. */
static char *
quote(const char *text)
{
	struct buf out = BUF_INIT;

	buf_printf(&out, "'" DB_SHUT);
	for (; *text != '\0'; text++)
		buf_printf(&out, "%s%c", *text == '\'' ? "'" : "", *text);
	buf_printf(&out, "'");
	return buf_take(&out);
}

int
db_shut(struct db *db, const char *why, struct error *err)
{
	char *said = quote(why);
	int rc;

	assert(db->is_writing);
	rc = db->driver->shut(db, said, err);
	free(said);
	return rc == 0 ? 0 : err_wrap(err, "shut it");
}

int
db_reopen(struct db *db, struct error *err)
{

	assert(db->is_writing);
	return db->driver->reopen(db, err) == 0 ? 0 :
	    err_wrap(err, "open it for changes again");
}

static void
read_said(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 0);
}

int
db_shut_why(struct db *db, char **why, struct error *err)
{
	static const struct db_shape shape = { sizeof(char *), read_said,
		NULL };
	char *said = NULL;
	bool found = false;

	*why = NULL;
	if (db_one(db, db->driver->ask_shut, NULL, 0, &shape, &said, &found,
	    err) != 0)
		return -1;
	if (found && strncmp(said, DB_SHUT, strlen(DB_SHUT)) == 0)
		*why = mem_strdup(said + strlen(DB_SHUT));
	else if (found)
		*why = mem_strdup(said);
	free(said);
	return 0;
}

void
db_shut_hint(const char *said, struct error *err)
{

	if (strncmp(said, DB_SHUT, strlen(DB_SHUT)) == 0)
		(void)err_hint(err, "store: in the configuration is to name "
		    "the store that took its place; kmgr migrate-store says "
		    "of the two what is left to do, and takes a move back");
}
