/* What servers were seen to serve (store_life.h). */
#include <stdlib.h>

#include "kmgr/store/db_ahead.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_life.h"

#define COLUMNS "zone, kind, value, text, first_at, last_at"

static const struct db_question ask_again = { "record it as seen again",
	"UPDATE observation SET last_at = CASE WHEN last_at > $1 "
	"THEN last_at ELSE $1 END WHERE id = (SELECT max(id) FROM observation "
	"WHERE zone = $2 AND kind = $3) AND value = $4 AND text = $5" };
static const struct db_question ask_put = { "record what was seen",
	"INSERT INTO observation (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, "
	"$6)" };
/* What no list reaches any more. */
static const struct db_question ask_trim = { "forget what was seen long ago",
	"DELETE FROM observation WHERE zone = $1 AND kind = $2 AND id <= "
	"(SELECT id FROM observation WHERE zone = $1 AND kind = $2 "
	"ORDER BY id DESC LIMIT 1 OFFSET 1000)" };
/* What a value that came after it says, too. */
static const struct db_question ask_exceeded = {
	"forget what was seen to be no more",
	"DELETE FROM observation WHERE zone = $1 AND kind = $2 "
	"AND value <= $3 AND id < (SELECT max(id) FROM observation "
	"WHERE zone = $1 AND kind = $2)" };
/* Without the one between, those before it count for longer, not shorter. */
static const struct db_question ask_between = {
	"forget one of very many",
	"DELETE FROM observation WHERE id = (SELECT id FROM observation "
	"WHERE zone = $1 AND kind = $2 ORDER BY id DESC LIMIT 1 OFFSET 1) "
	"AND (SELECT count(*) FROM observation "
	"WHERE zone = $1 AND kind = $2) > 64" };
static const struct db_of_zone ask_list = { { "list what was seen",
	"SELECT " COLUMNS " FROM observation WHERE zone = $1 AND kind = $2 "
	"AND last_at >= $3 ORDER BY id DESC LIMIT 1000" },
	"SELECT zone, " COLUMNS " FROM observation WHERE zone > $1 "
	"AND zone <= $2 AND kind = $3 AND last_at >= $4 "
	"ORDER BY zone, id DESC" };

static void
read_row(const struct db_rows *rows, void *out)
{
	struct observation_row *row = out;

	row->zone = db_get_text(rows, 0);
	row->kind = db_get_text(rows, 1);
	row->value = db_get_int(rows, 2);
	row->text = db_get_text(rows, 3);
	row->first_at = db_get_int(rows, 4);
	row->last_at = db_get_int(rows, 5);
}

static void
clear_row(void *out)
{
	struct observation_row *row = out;

	free(row->zone);
	free(row->kind);
	free(row->text);
}

static const struct db_shape shape = { sizeof(struct observation_row),
	read_row, clear_row };

void
observation_rows_free(struct observation_row *rows, size_t n)
{

	db_list_free(&shape, rows, n);
}

/* As it was seen last, or else a new row. */
static int
put(struct store *store, const struct observation_row *row, bool *is_new,
    struct error *err)
{
	const struct db_value again[] = {
		db_int(row->last_at),
		db_text(row->zone),
		db_text(row->kind),
		db_int(row->value),
		db_text(row->text == NULL ? "" : row->text),
	};
	const struct db_value new[] = { again[1], again[2], again[3],
		again[4], db_int(row->first_at), again[0] };
	int64_t changed = 0;

	*is_new = false;
	if (db_change(store->db, &ask_again, again, STORE_N(again), &changed,
	    err) != 0)
		return -1;
	*is_new = changed == 0;
	return changed != 0 ? 0 : db_change_later(store->db, &ask_put, new,
	    STORE_N(new), err);
}

int
store_observe(struct store *store, const struct observation_row *row,
    struct error *err)
{
	const struct db_value args[] = { db_text(row->zone),
		db_text(row->kind) };
	bool is_new;

	if (put(store, row, &is_new, err) != 0)
		return -1;
	return !is_new ? 0 : db_change_later(store->db, &ask_trim, args,
	    STORE_N(args), err);
}

int
store_observe_now(struct store *store, const struct observation_row *row,
    struct error *err)
{

	if (store_begin(store, err) != 0)
		return -1;
	if (store_observe(store, row, err) == 0 &&
	    store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

int
store_observe_max(struct store *store, const struct observation_row *row,
    bool *is_new, struct error *err)
{
	const struct db_value args[] = { db_text(row->zone),
		db_text(row->kind), db_int(row->value) };

	if (put(store, row, is_new, err) != 0)
		return -1;
	if (!*is_new)
		return 0;
	return db_change_later(store->db, &ask_exceeded, args, 3, err) != 0 ||
	    db_change_later(store->db, &ask_between, args, 2, err) != 0 ?
	    -1 : 0;
}

int
store_observation_list(struct store *store, const char *zone,
    const char *kind, int64_t since_at, struct observation_row **out,
    size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_text(kind),
		db_int(since_at) };

	*out = NULL;
	*n = 0;
	return db_zone_list(store->db, &ask_list, args, STORE_N(args), &shape,
	    out, n, err);
}
