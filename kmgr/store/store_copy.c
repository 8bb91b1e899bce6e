#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_copy.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_replace_inner.h"

#define COLUMNS_MAX 32

/* The rows behind $1, by a column that sorts them. */
#define PAGE(table, column, also)                                            \
	{ "copy table " table, "SELECT * FROM " table " WHERE " column       \
	    " > $1" also " ORDER BY " column " LIMIT 1000" }
#define COUNT(table) { "count rows", "SELECT count(*) FROM " table }

/*
 * In an order that the guards allow: what is named before what names it,
 * approvals before the plans that they resolved, KSKs that are removed before
 * those whose tags they had once. CMKs and their own keys name each other: all
 * of them before the keys of KSKs, as long as anything named is missing SQLite
 * looks through all keys for each one that comes.
 */
static const struct copied {
	const char *table;
	enum db_kind kind;		/* of key; DB_NULL: all rows are one
					 * page */
	const char *key;		/* the column that sorts its pages */
	struct db_question page[2];
	struct db_question count;
} tables[] = {
	{ "cmk", DB_TEXT, "id", { PAGE("cmk", "id", "") }, COUNT("cmk") },
	{ "key", DB_TEXT, "id", { PAGE("key", "id", " AND role <> 'ksk'"),
	    PAGE("key", "id", " AND role = 'ksk'") }, COUNT("key") },
	{ "zone", DB_TEXT, "zone", { PAGE("zone", "zone", "") },
	    COUNT("zone") },
	{ "zone_alg", DB_NULL, NULL, { { "copy table zone_alg",
	    "SELECT * FROM zone_alg ORDER BY zone, alg" } },
	    COUNT("zone_alg") },
	{ "ksk", DB_TEXT, "id", { PAGE("ksk", "id", " AND state = 'removed'"),
	    PAGE("ksk", "id", " AND state <> 'removed'") }, COUNT("ksk") },
	{ "foreign_key", DB_TEXT, "id", { PAGE("foreign_key", "id", "") },
	    COUNT("foreign_key") },
	{ "observation", DB_INT, "id", { PAGE("observation", "id", "") },
	    COUNT("observation") },
	{ "signature", DB_INT, "id", { PAGE("signature", "id", "") },
	    COUNT("signature") },
	{ "zsk_set", DB_INT, "id", { PAGE("zsk_set", "id", "") },
	    COUNT("zsk_set") },
	{ "ksr", DB_TEXT, "id", { PAGE("ksr", "id", "") }, COUNT("ksr") },
	{ "intent", DB_INT, "id", { PAGE("intent", "id", "") },
	    COUNT("intent") },
	{ "ledger", DB_INT, "seq", { PAGE("ledger", "seq", "") },
	    COUNT("ledger") },
	{ "approval", DB_NULL, NULL, { { "copy table approval",
	    "SELECT * FROM approval ORDER BY plan_hash, fingerprint" } },
	    COUNT("approval") },
	{ "plan", DB_TEXT, "hash", { PAGE("plan", "hash", "") },
	    COUNT("plan") },
};

/* The rows of a table on their way. */
struct travel {
	struct db *from, *to;		/* to is NULL: they are only read */
	struct db_question insert;	/* made from the names of its columns */
	int64_t n;
	uint8_t hash[CRYPTO_SHA256_LEN];	/* of all that was read */
	int width, order[COLUMNS_MAX];	/* its columns by their names */
	char *last_text;		/* the key of the last row */
	int64_t last;
};

/* Two stores may have a table's columns in different places. */
static void
sort_columns(struct travel *t, const struct db_rows *rows)
{
	const struct db_driver *driver = rows->db->driver;
	int i, k;

	t->width = driver->width(rows);
	assert(t->width > 0 && t->width <= COLUMNS_MAX);
	for (i = 0; i < t->width; i++) {
		for (k = i; k > 0 && strcmp(driver->column(rows, i),
		    driver->column(rows, t->order[k - 1])) < 0; k--)
			t->order[k] = t->order[k - 1];
		t->order[k] = i;
	}
}

/* Each value with its kind and length, so that no two rows hash alike. */
static void
hash_row(struct travel *t, const struct db_value *values, size_t n)
{
	struct buf text = BUF_INIT;
	size_t i;

	buf_add(&text, t->hash, sizeof(t->hash));
	for (i = 0; i < n; i++) {
		buf_add_u8(&text, (uint8_t)values[i].kind);
		buf_add(&text, &values[i].i, sizeof(values[i].i));
		buf_add(&text, &values[i].len, sizeof(values[i].len));
		if (values[i].len > 0)
			buf_add(&text, values[i].p, values[i].len);
	}
	crypto_sha256(text.data, text.len, t->hash);
	buf_free(&text);
}

static const char *
compose_insert(const struct travel *t, const char *table,
    const struct db_rows *rows)
{
	struct buf names = BUF_INIT, values = BUF_INIT, sql = BUF_INIT;
	int i;

	for (i = 0; i < t->width; i++) {
		buf_printf(&names, "%s%s", i == 0 ? "" : ", ",
		    rows->db->driver->column(rows, t->order[i]));
		buf_printf(&values, "%s$%d", i == 0 ? "" : ", ", i + 1);
	}
	buf_printf(&sql, "INSERT INTO %s (%s) VALUES (%s)", table,
	    buf_text(&names), buf_text(&values));
	buf_free(&names);
	buf_free(&values);
	return buf_take(&sql);
}

/* Where the next page begins. */
static void
note_key(struct travel *t, const struct copied *c, const struct db_rows *rows)
{
	int i = 0;

	if (c->key == NULL)
		return;
	while (strcmp(rows->db->driver->column(rows, i), c->key) != 0)
		i++;
	if (c->kind == DB_INT) {
		t->last = db_get_int(rows, i);
		return;
	}
	free(t->last_text);
	t->last_text = db_get_text(rows, i);
}

static int
move_row(struct travel *t, const struct copied *c, const struct db_rows *rows,
    struct error *err)
{
	struct db_value values[COLUMNS_MAX];
	int i;

	if (t->width == 0)
		sort_columns(t, rows);
	for (i = 0; i < t->width; i++)
		values[i] = rows->db->driver->value(rows, t->order[i]);
	hash_row(t, values, (size_t)t->width);
	t->n++;
	note_key(t, c, rows);
	if (t->to == NULL)
		return 0;
	if (t->insert.sql == NULL)
		t->insert = (struct db_question){ "write a copied row",
			compose_insert(t, c->table, rows) };
	return db_change(t->to, &t->insert, values, (size_t)t->width, NULL,
	    err);
}

/* One page; *n rows of it. */
static int
move_page(struct travel *t, const struct copied *c,
    const struct db_question *page, size_t *n, struct error *err)
{
	const struct db_value key = c->kind == DB_INT ? db_int(t->last) :
	    db_text(t->last_text);
	struct db_rows *rows = NULL;
	int step = -1;

	*n = 0;
	if (stop_signal() != 0)
		return stop_error(err);
	if (t->from->driver->ask(t->from, page, &key, c->kind == DB_NULL ? 0 :
	    1, &rows, err) == 0)
		while ((step = t->from->driver->next(rows, err)) == 1) {
			if (move_row(t, c, rows, err) != 0) {
				step = -1;
				break;
			}
			(*n)++;
		}
	t->from->driver->done(rows);
	return step == 0 ? 0 : err_wrap(err, "%s", page->what);
}

static int
move_table(struct travel *t, const struct copied *c, struct error *err)
{
	size_t i, n;

	for (i = 0; i < 2 && c->page[i].sql != NULL; i++) {
		free(t->last_text);
		t->last_text = mem_strdup("");
		t->last = INT64_MIN;
		do {
			if (move_page(t, c, &c->page[i], &n, err) != 0)
				return -1;
		} while (n > 0 && c->kind != DB_NULL);
	}
	return 0;
}

/* What is in the copy is what was read. */
static int
compare(const struct travel *read, const struct travel *again,
    const char *table, struct error *err)
{

	if (read->n == again->n && memcmp(read->hash, again->hash,
	    sizeof(read->hash)) == 0)
		return 0;
	return err_set(err, ERR_STORE, "the copy of table %s has %lld rows "
	    "that are not the %lld of the original", table,
	    (long long)again->n, (long long)read->n);
}

static int
copy_table(struct db *from, struct db *to, const struct copied *c, int64_t *n,
    char **insert, struct error *err)
{
	struct travel there = { .from = from, .to = to };
	struct travel back = { .from = to };
	int rc = -1;

	if (move_table(&there, c, err) == 0 && move_table(&back, c, err) == 0)
		rc = compare(&there, &back, c->table, err);
	*n = there.n;
	/* The backend may keep it by its address. */
	*insert = (char *)(uintptr_t)there.insert.sql;
	free(there.last_text);
	free(back.last_text);
	return rc;
}

static int
compare_table(struct db *one, struct db *other, const struct copied *c,
    int64_t *n, struct error *err)
{
	struct travel here = { .from = one }, there = { .from = other };
	int rc = -1;

	if (move_table(&here, c, err) == 0 && move_table(&there, c, err) == 0)
		rc = compare(&here, &there, c->table, err);
	*n = here.n;
	free(here.last_text);
	free(there.last_text);
	return rc;
}

static int
check_ledger(struct db *db, struct store_content *out,
    struct error *err)
{
	struct store store = { .db = db };
	size_t n = 0;

	if (ledger_head(&store, &out->seq, out->head, err) != 0)
		return -1;
	return ledger_verify(&store, &n, err);
}

int
store_copy_rows(struct db *from, struct db *to,
    struct store_content *out, struct error *err)
{
	size_t i;
	int rc = 0;

	assert((from->is_snapshot || from->is_writing) && to->is_writing);
	out->n_tables = STORE_N(tables);
	to->is_bulk = true;
	for (i = 0; rc == 0 && i < STORE_N(tables); i++) {
		out->tables[i].table = tables[i].table;
		rc = copy_table(from, to, &tables[i], &out->tables[i].rows,
		    mem_push(&to->kept, to->kept_n++, sizeof(*to->kept)), err);
	}
	if (rc == 0 && to->driver->renumber != NULL)
		rc = to->driver->renumber(to, err);
	if (rc == 0)
		rc = check_ledger(to, out, err);
	to->is_bulk = false;
	return rc;
}

int
store_copy_count(struct db *db, struct store_content *out,
    struct error *err)
{
	struct store store = { .db = db };
	size_t i;

	out->n_tables = STORE_N(tables);
	for (i = 0; i < STORE_N(tables); i++) {
		out->tables[i].table = tables[i].table;
		if (db_number(db, &tables[i].count, NULL, 0,
		    &out->tables[i].rows, err) != 0)
			return -1;
	}
	return ledger_head(&store, &out->seq, out->head, err);
}

int
store_copy_compare(struct db *one, struct db *other,
    struct store_content *out, struct error *err)
{
	struct store store = { .db = one };
	size_t i;

	out->n_tables = STORE_N(tables);
	for (i = 0; i < STORE_N(tables); i++) {
		out->tables[i].table = tables[i].table;
		if (compare_table(one, other, &tables[i],
		    &out->tables[i].rows, err) != 0)
			return -1;
	}
	return ledger_head(&store, &out->seq, out->head, err);
}

bool
store_copy_is_empty(const struct store_content *content)
{
	size_t i;

	for (i = 0; i < STORE_N(tables); i++)
		if (content->tables[i].rows != 0)
			return false;
	return true;
}

/* Into a store of its own beside path, as it is made by kmgr init. */
static int
copy_into(struct db *from, struct db *to, struct error *err)
{
	const bool is_inside = from->is_writing;
	struct store_content content = { 0 };
	int rc = -1;

	if (!is_inside && db_snapshot(from, err) != 0)
		return -1;
	if (db_begin(to, err) == 0) {
		if (store_copy_rows(from, to, &content, err) == 0)
			rc = db_commit(to, err);
		db_rollback(to);
	}
	if (!is_inside)
		db_release(from);
	return rc;
}

/* The copy of that store is what a copy of any SQLite store is. */
int
store_copy_to_file(struct db *db, const char *path, struct error *err)
{
	char *whole = realpath(path, NULL), *work, *url;
	struct db *to = NULL;
	int rc = -1;

	if (whole == NULL)
		return err_set_errno(err, "write %s", path);
	work = mem_printf("%s.rows", whole);
	url = mem_printf("sqlite:%s", work);
	if (db_open(url, STORE_CREATE, &to, err) == 0 &&
	    copy_into(db, to, err) == 0)
		rc = to->driver->copy(to, path, err);
	db_close(to);
	store_replace_remove(work);
	free(whole);
	free(url);
	free(work);
	return rc;
}
