#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/db_ahead.h"

#define LOCK_WAIT_S 30

static const struct db_driver *const drivers[] = { &sqlite_driver,
	&pgsql_driver };

const struct db_driver *
db_find_driver(const char *url, const char **place, struct error *err)
{
	size_t i, len;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		len = strlen(drivers[i]->scheme);
		if (strncmp(url, drivers[i]->scheme, len) != 0 ||
		    url[len] != ':')
			continue;
		*place = url + len + 1;
		return drivers[i]->check(*place, err) == 0 ? drivers[i] : NULL;
	}
	/* What stands behind may hold a password. */
	(void)err_set(err, ERR_CONFIG, "store: unknown URL \"%.*s\"",
	    (int)strcspn(url, strchr(url, '@') != NULL ? ":" : ""), url);
	(void)err_hint(err, "write it as sqlite:/var/lib/kmgr/kmgr.db or "
	    "postgresql://user@host/database");
	return NULL;
}

static int
refuse_foreign(struct db *db, struct error *err)
{

	(void)err_set(err, ERR_STORE, "store %s: this database belongs to "
	    "another program", db->name);
	return err_hint(err, "name %s in store: of the configuration",
	    db->driver->own);
}

static int
refuse_newer(struct db *db, int64_t version, struct error *err)
{

	(void)err_set(err, ERR_STORE, "store %s: its schema is version %lld, "
	    "this kmgr knows up to %lld", db->name, (long long)version,
	    (long long)db->driver->steps_n);
	return err_hint(err, "use the newer kmgr that wrote it; it was not "
	    "changed");
}

/* In one transaction, so that a schema is whole or not there. */
static int
migrate_locked(struct db *db, struct error *err)
{
	const struct db_driver *driver = db->driver;
	enum db_content content;
	int64_t version = 0;
	int rc = -1;

	if (db_begin(db, err) != 0)
		return -1;
	/* Another process may have done it while this one waited. */
	if (driver->content(db, &content, &version, err) != 0)
		goto out;
	for (; version < driver->steps_n; version++)
		if (driver->script(db, driver->steps[version], err) != 0 ||
		    driver->set_version(db, version + 1, err) != 0)
			goto out;
	rc = db_commit(db, err);
 out:
	db_rollback(db);
	if (rc != 0)
		return err_wrap(err, "bring the schema to version %lld",
		    (long long)driver->steps_n);
	return 0;
}

static int
migrate(struct db *db, struct error *err)
{
	enum db_content content;
	int64_t version = 0;
	int rc;

	if (db->driver->content(db, &content, &version, err) != 0)
		return -1;
	if (content == DB_FOREIGN)
		return refuse_foreign(db, err);
	if (version > db->driver->steps_n)
		return refuse_newer(db, version, err);
	if (version == db->driver->steps_n)
		return 0;
	/* An operator with the older program may be at work. */
	if (db->driver->lock(db, LOCK_WAIT_S, err) != 0)
		return -1;
	rc = migrate_locked(db, err);
	db->driver->unlock(db);
	return rc;
}

int
db_open(const char *url, enum store_mode mode, struct db **out,
    struct error *err)
{
	const struct db_driver *driver;
	const char *place = NULL;
	struct db *db = NULL;

	*out = NULL;
	if ((driver = db_find_driver(url, &place, err)) == NULL)
		return -1;
	if (driver->open(place, mode, &db, err) != 0)
		return -1;
	if (migrate(db, err) != 0) {
		db_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

void
db_close(struct db *db)
{
	struct db was;

	if (db == NULL)
		return;
	db_release(db);
	db_rollback(db);
	was = *db;
	db->driver->close(db);
	while (was.kept_n > 0)
		free(was.kept[--was.kept_n]);
	free(was.kept);
}

struct db_value
db_int(int64_t v)
{

	return (struct db_value){ .kind = DB_INT, .i = v };
}

struct db_value
db_time(int64_t at)
{

	return at == 0 ? db_text(NULL) : db_int(at);
}

struct db_value
db_text(const char *s)
{

	return (struct db_value){ .kind = s == NULL ? DB_NULL : DB_TEXT,
		.p = s,
		.len = s == NULL ? 0 : strlen(s) };
}

struct db_value
db_blob(const void *p, size_t len)
{

	return (struct db_value){ .kind = DB_BLOB, .p = p, .len = len };
}

struct db_value
db_buf(const struct buf *buf)
{

	return db_blob(buf->data, buf->len);
}

int
db_change(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, int64_t *changed, struct error *err)
{
	struct db_rows *rows = NULL;
	int step = -1;

	assert(db->is_writing);
	db_ahead_end(db);
	if (db->driver->ask(db, question, args, n, &rows, err) == 0)
		step = db->driver->next(rows, err);
	if (step == 0 && changed != NULL)
		*changed = db->driver->changed(rows);
	db->driver->done(rows);
	return step == 0 ? 0 : err_wrap(err, "%s", question->what);
}

static int
change_later(struct db *db, const struct db_question *question,
    const char *none, const struct db_value *args, size_t n,
    struct error *err)
{

	assert(db->is_writing);
	db_ahead_end(db);
	return db->driver->later(db, question, none, args, n, err) == 0 ? 0 :
	    err_wrap(err, "%s", question->what);
}

int
db_change_later(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, struct error *err)
{

	return db->driver->later == NULL ?
	    db_change(db, question, args, n, NULL, err) :
	    change_later(db, question, NULL, args, n, err);
}

int
db_change_one_later(struct db *db, const struct db_question *question,
    const char *none, const struct db_value *args, size_t n,
    struct error *err)
{
	int64_t changed = 0;

	if (db->driver->later != NULL)
		return change_later(db, question, none, args, n, err);
	if (db_change(db, question, args, n, &changed, err) != 0)
		return -1;
	if (changed == 1)
		return 0;
	(void)err_set(err, ERR_STORE, "%s", none);
	return err_wrap(err, "%s", question->what);
}

static void
read_int(const struct db_rows *rows, void *row)
{

	*(int64_t *)row = db_get_int(rows, 0);
}

static const struct db_shape number = { sizeof(int64_t), read_int, NULL };

int
db_insert(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, int64_t *id, struct error *err)
{
	int64_t *ids = NULL;
	size_t ids_n = 0;

	assert(db->is_writing);
	db_ahead_end(db);
	/* To its end: only then has the INSERT been done. */
	if (db_list(db, question, args, n, &number, &ids, &ids_n, err) != 0)
		return -1;
	assert(ids_n == 1);
	*id = ids[0];
	free(ids);
	return 0;
}

int
db_list(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, const struct db_shape *shape,
    void *out, size_t *out_n, struct error *err)
{
	struct db_rows *rows = NULL;
	void *list = NULL;
	size_t list_n = 0;
	int step = -1;

	if (db->driver->ask(db, question, args, n, &rows, err) == 0)
		while ((step = db->driver->next(rows, err)) == 1) {
			shape->read(rows,
			    mem_push(&list, list_n, shape->size));
			list_n++;
		}
	db->driver->done(rows);
	if (step != 0) {
		db_list_free(shape, list, list_n);
		return err_wrap(err, "%s", question->what);
	}
	*(void **)out = list;
	*out_n = list_n;
	return 0;
}

void
db_list_free(const struct db_shape *shape, void *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n && shape->clear != NULL; i++)
		shape->clear((char *)rows + i * shape->size);
	free(rows);
}

int
db_one(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, const struct db_shape *shape,
    void *out, bool *found, struct error *err)
{
	struct db_rows *rows = NULL;
	int step = -1;

	*found = false;
	if (db->driver->ask(db, question, args, n, &rows, err) == 0)
		step = db->driver->next(rows, err);
	if (step == 1) {
		shape->read(rows, out);
		*found = true;
	}
	db->driver->done(rows);
	return step >= 0 ? 0 : err_wrap(err, "%s", question->what);
}

int
db_number(struct db *db, const struct db_question *question,
    const struct db_value *args, size_t n, int64_t *out, struct error *err)
{
	bool found;

	*out = 0;
	return db_one(db, question, args, n, &number, out, &found, err);
}

enum db_fault
db_fault(const struct db *db)
{

	return db->driver->fault(db);
}

int64_t
db_get_int(const struct db_rows *rows, int column)
{

	return rows->db->driver->get_int(rows, column);
}

char *
db_get_text_or_null(const struct db_rows *rows, int column)
{

	return mem_strdup(rows->db->driver->get_text(rows, column));
}

char *
db_get_text(const struct db_rows *rows, int column)
{
	char *text = db_get_text_or_null(rows, column);

	/* A store that was tampered with has NULL where there is none. */
	return text != NULL ? text : mem_strdup("");
}

void
db_get_buf(const struct db_rows *rows, int column, struct buf *out)
{
	size_t len = 0;
	const uint8_t *p = rows->db->driver->get_blob(rows, column, &len);

	if (len > 0)
		buf_add(out, p, len);
}

void
db_get_fixed(const struct db_rows *rows, int column, uint8_t *out, size_t len)
{
	size_t got = 0;
	const uint8_t *p = rows->db->driver->get_blob(rows, column, &got);

	memset(out, 0, len);
	if (got == len)
		memcpy(out, p, len);
}

void
db_get_id(const struct db_rows *rows, int column,
    char out[static STORE_ID_TEXT])
{
	const char *text = rows->db->driver->get_text(rows, column);

	memset(out, 0, STORE_ID_TEXT);
	if (text != NULL && strlen(text) == STORE_ID_TEXT - 1)
		memcpy(out, text, STORE_ID_TEXT - 1);
}
