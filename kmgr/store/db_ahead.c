#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/db_ahead.h"

#define ARGS_MAX 4
#define WAYS_MAX 16		/* that one question is asked in, with other
				 * arguments behind the zone */
#define BLOCK_LEN 65536

/* A row, and the zone that it is of. */
struct line {
	const char		*zone;
	const struct db_value	*values;
};

/* What was asked, and the answer for all zones, in their order. */
struct answer {
	const struct db_of_zone	 *question;
	struct db_value		  args[ARGS_MAX];	/* behind the zone */
	struct line		 *lines;
	size_t			  n;
	int			  width;
};

/* What lines point to: it is freed at once. */
struct block {
	struct block		*next;
	size_t			 used, len;
	_Alignas(max_align_t) uint8_t data[];
};

struct ahead_rows {
	struct db_rows		 base;
	const struct line	*lines;
	size_t			 next, end;
	int			 width;
	bool			 is_open;
};

struct db_ahead {
	struct db		 base;		/* that its rows are of */
	struct ahead_rows	 rows;		/* of one answer at a time */
	char			*after, *last;
	struct answer		*answers;
	size_t			 n;
	const struct answer	*current;	/* to what is asked now */
	struct block		*blocks;
};

static const struct ahead_rows *
rows_of(const struct db_rows *rows)
{

	return (const struct ahead_rows *)(const void *)rows;
}

static const struct db_value *
value_of(const struct db_rows *base, int column)
{
	const struct ahead_rows *rows = rows_of(base);

	assert(column < rows->width);
	return &rows->lines[rows->next - 1].values[column];
}

/* The first line that is not of a zone before this one. */
static size_t
find_line(const struct answer *answer, const char *zone)
{
	size_t low = 0, high = answer->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(answer->lines[middle].zone, zone) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The rows of one zone in the answer that was found. */
static int
ahead_ask(struct db *base, const struct db_question *question,
    const struct db_value *args, size_t n, struct db_rows **out,
    struct error *err)
{
	struct db_ahead *ahead = (struct db_ahead *)(void *)base;
	const struct answer *answer = ahead->current;
	struct ahead_rows *rows = &ahead->rows;

	(void)n;
	(void)err;
	assert(question == &answer->question->one && !rows->is_open);
	rows->is_open = true;
	rows->base.db = base;
	rows->lines = answer->lines;
	rows->width = answer->width;
	rows->next = rows->end = find_line(answer, args[0].p);
	while (rows->end < answer->n &&
	    strcmp(answer->lines[rows->end].zone, args[0].p) == 0)
		rows->end++;
	*out = &rows->base;
	return 0;
}

static int
ahead_next(struct db_rows *base, struct error *err)
{
	struct ahead_rows *rows = (struct ahead_rows *)(void *)base;

	(void)err;
	return rows->next++ < rows->end ? 1 : 0;
}

static int64_t
ahead_get_int(const struct db_rows *rows, int column)
{
	const struct db_value *value = value_of(rows, column);

	return value->kind == DB_INT ? value->i : 0;
}

static const char *
ahead_get_text(const struct db_rows *rows, int column)
{

	return value_of(rows, column)->p;
}

static const uint8_t *
ahead_get_blob(const struct db_rows *rows, int column, size_t *len)
{

	*len = value_of(rows, column)->len;
	return value_of(rows, column)->p;
}

static void
ahead_done(struct db_rows *base)
{
	struct ahead_rows *rows = (struct ahead_rows *)(void *)base;

	rows->is_open = false;
}

static const struct db_driver driver = {
	.ask = ahead_ask,
	.next = ahead_next,
	.get_int = ahead_get_int,
	.get_text = ahead_get_text,
	.get_blob = ahead_get_blob,
	.done = ahead_done,
};

void
db_ahead(struct db *db, const char *after, const char *last)
{

	assert(db->is_snapshot || db->is_writing);
	db_ahead_end(db);
	db->ahead = mem_new(sizeof(*db->ahead));
	db->ahead->base.driver = &driver;
	db->ahead->after = mem_strdup(after);
	db->ahead->last = mem_strdup(last);
}

void
db_ahead_end(struct db *db)
{
	struct db_ahead *ahead = db->ahead;
	struct block *block;

	db->ahead = NULL;
	if (ahead == NULL)
		return;
	while (ahead->n > 0)
		free(ahead->answers[--ahead->n].lines);
	free(ahead->answers);
	while ((block = ahead->blocks) != NULL) {
		ahead->blocks = block->next;
		free(block);
	}
	free(ahead->after);
	free(ahead->last);
	free(ahead);
}

/* Room for len bytes until the end. */
static void *
take(struct db_ahead *ahead, size_t len)
{
	const size_t align = _Alignof(max_align_t);
	struct block *block = ahead->blocks;
	void *p;

	len = (len + align - 1) / align * align;
	if (block == NULL || block->len - block->used < len) {
		const size_t room = len > BLOCK_LEN ? len : BLOCK_LEN;

		block = mem_new(sizeof(*block) + room);
		block->len = room;
		block->next = ahead->blocks;
		ahead->blocks = block;
	}
	p = block->data + block->used;
	block->used += len;
	return p;
}

/* The bytes, ended by a zero, as drivers give texts. */
static struct db_value
keep(struct db_ahead *ahead, struct db_value value)
{
	uint8_t *copy;

	if (value.kind != DB_TEXT && value.kind != DB_BLOB)
		return value;
	copy = take(ahead, value.len + 1);
	if (value.len > 0)
		memcpy(copy, value.p, value.len);
	copy[value.len] = '\0';
	value.p = copy;
	return value;
}

static bool
is_same(const struct db_value *a, const struct db_value *b)
{

	if (a->kind != b->kind || a->len != b->len)
		return false;
	return a->kind == DB_INT ? a->i == b->i : a->len == 0 ||
	    memcmp(a->p, b->p, a->len) == 0;
}

/* To the question with the same arguments behind the zone. */
static const struct answer *
find(const struct db_ahead *ahead, const struct db_of_zone *question,
    const struct db_value *args, size_t n, size_t *n_ways)
{
	const struct answer *answer;
	size_t i, k;

	*n_ways = 0;
	for (i = 0; i < ahead->n; i++) {
		answer = &ahead->answers[i];
		if (answer->question != question)
			continue;
		(*n_ways)++;
		for (k = 0; k < n && is_same(&answer->args[k], &args[k]); k++)
			continue;
		if (k == n)
			return answer;
	}
	return NULL;
}

static void
take_line(struct db_ahead *ahead, const struct db_rows *rows,
    struct answer *answer)
{
	const struct db_driver *from = rows->db->driver;
	struct db_value *values;
	struct line *line;
	int i;

	line = mem_push(&answer->lines, answer->n, sizeof(*line));
	line->zone = keep(ahead, from->value(rows, 0)).p;
	answer->width = from->width(rows) - 1;
	values = take(ahead, (size_t)answer->width * sizeof(*values));
	for (i = 0; i < answer->width; i++)
		values[i] = keep(ahead, from->value(rows, i + 1));
	line->values = values;
	assert(line->zone != NULL && (answer->n == 0 ||
	    strcmp(line->zone, line[-1].zone) >= 0));
	answer->n++;
}

/* Ask it of all zones; args are those behind the zone. */
static int
read_all(struct db *db, const struct db_of_zone *question,
    const struct db_value *args, size_t n, struct answer *out,
    struct error *err)
{
	const struct db_question all = { question->one.what, question->all };
	struct db_ahead *ahead = db->ahead;
	struct db_value of_all[ARGS_MAX + 2] = { db_text(ahead->after),
		db_text(ahead->last) };
	struct db_rows *rows = NULL;
	int step = -1;
	size_t i;

	*out = (struct answer) { .question = question };
	for (i = 0; i < n; i++) {
		of_all[i + 2] = args[i];
		out->args[i] = keep(ahead, args[i]);
	}
	if (db->driver->ask(db, &all, of_all, n + 2, &rows, err) == 0)
		while ((step = db->driver->next(rows, err)) == 1)
			take_line(ahead, rows, out);
	db->driver->done(rows);
	if (step == 0)
		return 0;
	free(out->lines);
	return err_wrap(err, "%s", all.what);
}

/* Who answers: what was read ahead, now at the latest, or the database. */
static struct db *
who_answers(struct db *db, const struct db_of_zone *question,
    const struct db_value *args, size_t n, struct error *err)
{
	struct db_ahead *ahead = db->ahead;
	struct answer read;
	size_t n_ways;

	if (ahead == NULL || strcmp(args[0].p, ahead->after) <= 0 ||
	    strcmp(args[0].p, ahead->last) > 0)
		return db;
	assert(n - 1 <= ARGS_MAX);
	ahead->current = find(ahead, question, args + 1, n - 1, &n_ways);
	if (ahead->current != NULL)
		return &ahead->base;
	if (n_ways == WAYS_MAX)
		return db;
	if (read_all(db, question, args + 1, n - 1, &read, err) != 0)
		return NULL;
	*(struct answer *)mem_push(&ahead->answers, ahead->n,
	    sizeof(read)) = read;
	ahead->current = &ahead->answers[ahead->n++];
	return &ahead->base;
}

int
db_zone_list(struct db *db, const struct db_of_zone *question,
    const struct db_value *args, size_t n, const struct db_shape *shape,
    void *out, size_t *out_n, struct error *err)
{
	struct db *who = who_answers(db, question, args, n, err);

	return who == NULL ? -1 : db_list(who, &question->one, args, n, shape,
	    out, out_n, err);
}

int
db_zone_one(struct db *db, const struct db_of_zone *question,
    const struct db_value *args, size_t n, const struct db_shape *shape,
    void *out, bool *found, struct error *err)
{
	struct db *who = who_answers(db, question, args, n, err);

	*found = false;
	return who == NULL ? -1 : db_one(who, &question->one, args, n, shape,
	    out, found, err);
}

int
db_zone_number(struct db *db, const struct db_of_zone *question,
    const struct db_value *args, size_t n, int64_t *out, struct error *err)
{
	struct db *who = who_answers(db, question, args, n, err);

	*out = 0;
	return who == NULL ? -1 : db_number(who, &question->one, args, n, out,
	    err);
}
