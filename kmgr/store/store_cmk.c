#include <stdlib.h>
#include <string.h>

#include "kmgr/store/store_inner.h"

#define COLUMNS                                                              \
	"id, name, token, state, key_id, created_at, token_identity, probe, " \
	"policy, policy_hash, sealed_at, seal, seal_signature"

static const struct db_question ask_put = { "add a CMK",
	"INSERT INTO cmk (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, "
	"$8, $9, $10, $11, $12, $13)" };
static const struct db_question ask_seal = { "seal a CMK",
	"UPDATE cmk SET state = $1, sealed_at = $2, seal = $3, "
	"seal_signature = $4 WHERE id = $5 AND sealed_at IS NULL" };
static const struct db_question ask_find = { "find a CMK",
	"SELECT " COLUMNS " FROM cmk WHERE name = $1 OR id = $1" };
static const struct db_question ask_list = { "list CMKs",
	"SELECT " COLUMNS " FROM cmk ORDER BY name" };

void
cmk_row_clear(struct cmk_row *row)
{

	free(row->name);
	free(row->token);
	free(row->state);
	free(row->key_id);
	free(row->token_identity);
	free(row->probe);
	free(row->policy);
	free(row->seal);
	free(row->seal_signature);
	*row = (struct cmk_row){ 0 };
}

static void
clear_row(void *row)
{

	cmk_row_clear(row);
}

static void
read_row(const struct db_rows *rows, void *out)
{
	struct cmk_row *cmk = out;

	db_get_id(rows, 0, cmk->id);
	cmk->name = db_get_text(rows, 1);
	cmk->token = db_get_text(rows, 2);
	cmk->state = db_get_text(rows, 3);
	cmk->key_id = db_get_text(rows, 4);
	cmk->created_at = db_get_int(rows, 5);
	cmk->token_identity = db_get_text(rows, 6);
	cmk->probe = db_get_text(rows, 7);
	cmk->policy = db_get_text(rows, 8);
	db_get_fixed(rows, 9, cmk->policy_hash, sizeof(cmk->policy_hash));
	cmk->sealed_at = db_get_int(rows, 10);
	cmk->seal = db_get_text_or_null(rows, 11);
	cmk->seal_signature = db_get_text_or_null(rows, 12);
}

static const struct db_shape shape = { sizeof(struct cmk_row), read_row,
	clear_row };

void
cmk_rows_free(struct cmk_row *rows, size_t n)
{

	db_list_free(&shape, rows, n);
}

int
store_cmk_put(struct store *store, const struct cmk_row *cmk,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(cmk->id),
		db_text(cmk->name),
		db_text(cmk->token),
		db_text(cmk->state),
		db_text(cmk->key_id),
		db_int(cmk->created_at),
		db_text(cmk->token_identity),
		db_text(cmk->probe),
		db_text(cmk->policy),
		db_blob(cmk->policy_hash, sizeof(cmk->policy_hash)),
		db_time(cmk->sealed_at),
		db_text(cmk->seal),
		db_text(cmk->seal_signature),
	};

	/* store_cmk_find() takes a name or an id: they must differ. */
	if (strlen(cmk->name) == STORE_ID_TEXT - 1 &&
	    strspn(cmk->name, "0123456789abcdef") == STORE_ID_TEXT - 1)
		return err_set(err, ERR_INPUT,
		    "CMK name \"%s\": looks like an id", cmk->name);
	if (db_change(store->db, &ask_put, args, STORE_N(args), NULL, err) ==
	    0)
		return 0;
	if (db_fault(store->db) != DB_FAULT_TAKEN)
		return -1;
	(void)err_set(err, ERR_INPUT, "there is a CMK \"%s\" already",
	    cmk->name);
	return err_hint(err, "choose another name");
}

int
store_cmk_seal(struct store *store, const struct cmk_row *cmk,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(cmk->state),
		db_int(cmk->sealed_at),
		db_text(cmk->seal),
		db_text(cmk->seal_signature),
		db_text(cmk->id),
	};
	int64_t changed = 0;

	if (db_change(store->db, &ask_seal, args, STORE_N(args), &changed,
	    err) != 0)
		return -1;
	if (changed == 1)
		return 0;
	return err_set(err, ERR_INTEGRITY, "CMK %s: the store has no draft of "
	    "it to seal; it is sealed already or gone", cmk->id);
}

int
store_cmk_find(struct store *store, const char *name, struct cmk_row *out,
    bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(name) };

	return db_one(store->db, &ask_find, args, STORE_N(args), &shape, out,
	    found, err);
}

int
store_cmk_list(struct store *store, struct cmk_row **out, size_t *n,
    struct error *err)
{

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_list, NULL, 0, &shape, out, n, err);
}
