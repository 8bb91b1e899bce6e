#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/replay_internal.h"

#define SHOWN_MAX 64		/* characters of a value that are shown */
#define LINE_MAX_LEN 1500	/* a zone's name and two values */

/* A comparison of one table. */
struct comparison {
	const struct replay_table *table;
	void			(*each)(void *arg, enum replay_difference kind,
				    const char *line);
	void			*arg;
};

/* A member of row as text. */
static char *
show(const struct replay_field *field, const void *row)
{
	const void *p = (const char *)row + field->offset;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	const struct buf *bytes = p;
	const char *text;

	switch (field->kind) {
	case REPLAY_TEXT:
		text = *(const char *const *)p;
		return mem_strdup(text == NULL ? "nothing" : text);
	case REPLAY_ID:
		return mem_strdup(p);
	case REPLAY_INT:
		return mem_printf("%lld", (long long)*(const int64_t *)p);
	case REPLAY_U16:
		return mem_printf("%u", *(const uint16_t *)p);
	case REPLAY_U8:
		return mem_printf("%u", *(const uint8_t *)p);
	case REPLAY_UINT:
		return mem_printf("%u", *(const unsigned int *)p);
	case REPLAY_BOOL:
		return mem_strdup(*(const bool *)p ? "true" : "false");
	case REPLAY_HASH:
		return mem_strdup(text_hex(p, CRYPTO_SHA256_LEN, hex));
	case REPLAY_BYTES:
		break;
	}
	return crypto_base64(bytes->data, bytes->len);
}

static void
compare_field(const struct comparison *c, const struct replay_field *field,
    const char *name, const void *told, const void *found)
{
	char *was = show(field, told), *is = show(field, found);
	char line[LINE_MAX_LEN];

	if (strcmp(was, is) != 0) {
		if (strlen(was) <= SHOWN_MAX && strlen(is) <= SHOWN_MAX)
			(void)snprintf(line, sizeof(line), "%s %s: the store "
			    "says that its %s is %s, the ledger %s",
			    c->table->what, name, field->name, is, was);
		else
			(void)snprintf(line, sizeof(line), "%s %s: its %s in "
			    "the store is not what the ledger tells",
			    c->table->what, name, field->name);
		c->each(c->arg, REPLAY_CHANGED, line);
	}
	free(was);
	free(is);
}

static int
compare_texts(const void *a, const void *b)
{

	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Rows that the ledger tells of and the store has not. */
static void
report_missing(const struct comparison *c, const struct replay_rows *told,
    const char **ids, size_t n)
{
	const char *id;
	char *line;
	size_t i;

	if (n > 0)
		qsort(ids, n, sizeof(*ids), compare_texts);
	for (i = 0; i < told->n; i++) {
		id = told->rows[i];
		if (n > 0 && bsearch(&id, ids, n, sizeof(*ids),
		    compare_texts) != NULL)
			continue;
		line = mem_printf("the store has no record of %s %s",
		    c->table->what, id);
		c->each(c->arg, REPLAY_REMOVED, line);
		free(line);
	}
}

/* An id is the first member of each of the n rows of so many bytes. */
static void
compare_rows(const struct comparison *c, const struct replay_rows *told,
    const void *rows, size_t n, size_t size)
{
	const char **ids = mem_new((n + 1) * sizeof(*ids));
	const void *wanted;
	char *name, *line;
	size_t i, k;

	for (i = 0; i < n; i++) {
		ids[i] = (const char *)rows + i * size;
		wanted = replay_rows_find(told, ids[i]);
		name = c->table->name(ids[i]);
		for (k = 0; wanted != NULL && k < c->table->n_fields; k++)
			compare_field(c, &c->table->fields[k], name, wanted,
			    ids[i]);
		if (wanted == NULL) {
			line = mem_printf("no event tells of %s %s",
			    c->table->what, name);
			c->each(c->arg, REPLAY_ADDED, line);
			free(line);
		}
		free(name);
	}
	report_missing(c, told, ids, n);
	free(ids);
}

static int
compare_cmks(const struct replay *replay, struct store *store,
    struct comparison c, struct error *err)
{
	struct cmk_row *rows;
	size_t n;

	c.table = &replay_cmk_table;
	if (store_cmk_list(store, &rows, &n, err) != 0)
		return -1;
	compare_rows(&c, &replay->cmks, rows, n, sizeof(*rows));
	cmk_rows_free(rows, n);
	return 0;
}

static int
compare_keys(const struct replay *replay, struct store *store,
    struct comparison c, struct error *err)
{
	struct key_row *rows;
	size_t n;

	c.table = &replay_key_table;
	if (store_key_list(store, &rows, &n, err) != 0)
		return -1;
	compare_rows(&c, &replay->keys, rows, n, sizeof(*rows));
	key_rows_free(rows, n);
	return 0;
}

static int
compare_ksks(const struct replay *replay, struct store *store,
    struct comparison c, struct error *err)
{
	struct ksk_row *rows;
	size_t n;

	c.table = &replay_ksk_table;
	if (store_ksk_list(store, NULL, NULL, &rows, &n, err) != 0)
		return -1;
	compare_rows(&c, &replay->ksks, rows, n, sizeof(*rows));
	ksk_rows_free(rows, n);
	return 0;
}

static int
compare_foreign(const struct replay *replay, struct store *store,
    struct comparison c, struct error *err)
{
	struct foreign_key_row *rows;
	size_t n;

	c.table = &replay_foreign_table;
	if (store_foreign_list(store, NULL, &rows, &n, err) != 0)
		return -1;
	compare_rows(&c, &replay->foreign, rows, n, sizeof(*rows));
	foreign_key_rows_free(rows, n);
	return 0;
}

static int
compare_plans(const struct replay *replay, struct store *store,
    struct comparison c, struct error *err)
{
	struct plan_row *rows;
	size_t n;

	c.table = &replay_plan_table;
	if (store_plan_list(store, NULL, &rows, &n, err) != 0)
		return -1;
	compare_rows(&c, &replay->plans, rows, n, sizeof(*rows));
	plan_rows_free(rows, n);
	return replay_compare_approvals(replay, store, c.each, c.arg,
	    err);
}

static int
compare_ksrs(const struct replay *replay, struct store *store,
    struct comparison c, struct error *err)
{
	struct ksr_row *rows;
	size_t n;

	c.table = &replay_ksr_table;
	if (store_ksr_list(store, NULL, &rows, &n, err) != 0)
		return -1;
	compare_rows(&c, &replay->ksrs, rows, n, sizeof(*rows));
	ksr_rows_free(rows, n);
	return 0;
}

int
replay_compare(const struct replay *replay, struct store *store,
    void (*each)(void *arg, enum replay_difference kind, const char *line),
    void *arg, struct error *err)
{
	const struct comparison c = { .each = each, .arg = arg };

	if (compare_cmks(replay, store, c, err) != 0 ||
	    compare_keys(replay, store, c, err) != 0 ||
	    compare_ksks(replay, store, c, err) != 0 ||
	    compare_foreign(replay, store, c, err) != 0 ||
	    replay_compare_zones(replay, store, each, arg, err) != 0 ||
	    compare_ksrs(replay, store, c, err) != 0)
		return -1;
	return compare_plans(replay, store, c, err);
}

static void
keep_first(void *arg, enum replay_difference kind, const char *line)
{
	struct error *first = arg;

	(void)kind;
	if (first->class == ERR_NONE)
		(void)err_set(first, ERR_INTEGRITY, "%s", line);
}

int
replay_check(const struct replay *replay, struct store *store,
    struct error *err)
{
	struct error first = ERR_INIT;

	if (replay_compare(replay, store, keep_first, &first, err) != 0)
		return -1;
	if (first.class == ERR_NONE)
		return 0;
	*err = first;
	return -1;
}
