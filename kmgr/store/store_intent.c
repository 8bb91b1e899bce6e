#include <stdlib.h>

#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_intent.h"

#define COLUMNS                                                        \
	"id, kind, token, key_id, label, payload, state, created_at, " \
	"resolved_at"

static const struct db_question ask_put = { "write down an intent",
	"INSERT INTO intent (kind, token, key_id, label, payload, state, "
	"created_at) VALUES ($1, $2, $3, $4, $5, 'open', $6) RETURNING id" };
static const struct db_question ask_resolve = { "resolve an intent",
	"UPDATE intent SET state = $1, resolved_at = $2 "
	"WHERE id = $3 AND state = 'open'" };
static const struct db_question ask_all = { "list intents",
	"SELECT " COLUMNS " FROM intent ORDER BY id" };
static const struct db_question ask_state = { "list intents",
	"SELECT " COLUMNS " FROM intent WHERE state = $1 ORDER BY id" };

void
intent_row_clear(struct intent_row *row)
{

	free(row->kind);
	free(row->token);
	free(row->label);
	free(row->payload);
	free(row->state);
	*row = (struct intent_row) { 0 };
}

static void
clear_row(void *row)
{

	intent_row_clear(row);
}

static void
read_row(const struct db_rows *rows, void *out)
{
	struct intent_row *row = out;

	row->id = db_get_int(rows, 0);
	row->kind = db_get_text(rows, 1);
	row->token = db_get_text(rows, 2);
	db_get_id(rows, 3, row->key_id);
	row->label = db_get_text(rows, 4);
	row->payload = db_get_text(rows, 5);
	row->state = db_get_text(rows, 6);
	row->created_at = db_get_int(rows, 7);
	row->resolved_at = db_get_int(rows, 8);
}

static const struct db_shape shape = { sizeof(struct intent_row), read_row,
	clear_row };

void
intent_rows_free(struct intent_row *rows, size_t n)
{

	db_list_free(&shape, rows, n);
}

int
store_intent_put(struct store *store, struct intent_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(row->kind),
		db_text(row->token),
		db_text(row->key_id),
		db_text(row->label),
		db_text(row->payload),
		db_int(row->created_at),
	};

	return db_insert(store->db, &ask_put, args, STORE_N(args), &row->id,
	    err);
}

int
store_intent_resolve(struct store *store, int64_t id, const char *state,
    int64_t at, struct error *err)
{
	const struct db_value args[] = {
		db_text(state),
		db_int(at),
		db_int(id),
	};
	int64_t changed = 0;

	if (db_change(store->db, &ask_resolve, args, STORE_N(args), &changed,
	    err) != 0)
		return -1;
	if (changed == 1)
		return 0;
	return err_set(err, ERR_INTEGRITY, "intent %lld is not open",
	    (long long)id);
}

int
store_intent_list(struct store *store, const char *state,
    struct intent_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(state) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, state != NULL ? &ask_state : &ask_all, args,
	    state != NULL ? 1 : 0, &shape, out, n, err);
}
