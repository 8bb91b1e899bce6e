#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_plan.h"

#define HASH_TEXT (2 * CRYPTO_SHA256_LEN)
#define PLAN_COLUMNS                                               \
	"hash, cmk_id, op, text, state, created_at, expires_at, " \
	"resolved_at"
#define APPROVAL_COLUMNS "plan_hash, fingerprint, who, signature, at"

static const struct db_question ask_put = { "write down a plan",
	"INSERT INTO plan (hash, cmk_id, op, text, state, created_at, "
	"expires_at) VALUES ($1, $2, $3, $4, 'waiting', $5, $6)" };
/* Behind the last hash that begins with $1 is $2. */
static const struct db_question ask_find = { "find a plan",
	"SELECT " PLAN_COLUMNS " FROM plan WHERE hash >= $1 AND hash < $2 "
	"ORDER BY hash LIMIT 2" };
static const struct db_question ask_all = { "list plans",
	"SELECT " PLAN_COLUMNS " FROM plan ORDER BY created_at, hash" };
static const struct db_question ask_state = { "list plans",
	"SELECT " PLAN_COLUMNS " FROM plan WHERE state = $1 "
	"ORDER BY created_at, hash" };
static const struct store_change resolve = { { "resolve a plan",
	"UPDATE plan SET state = $1, resolved_at = $2 "
	"WHERE hash = $3 AND state = 'waiting'" },
	"plan", ERR_INTEGRITY, "it waits no more" };
static const struct db_question ask_approve = { "add an approval",
	"INSERT INTO approval (" APPROVAL_COLUMNS ") "
	"VALUES ($1, $2, $3, $4, $5)" };
static const struct db_question ask_approvals = { "list approvals",
	"SELECT " APPROVAL_COLUMNS " FROM approval WHERE plan_hash = $1 "
	"ORDER BY at, fingerprint" };

void
plan_row_clear(struct plan_row *row)
{

	free(row->op);
	free(row->text);
	free(row->state);
	*row = (struct plan_row){ 0 };
}

static void
clear_plan(void *row)
{

	plan_row_clear(row);
}

/* As it stands in the database; one of another length becomes "". */
static void
read_hash(const struct db_rows *rows, int column, char out[HASH_TEXT + 1])
{
	char *text = db_get_text(rows, column);

	memset(out, 0, HASH_TEXT + 1);
	if (strlen(text) == HASH_TEXT)
		memcpy(out, text, HASH_TEXT);
	free(text);
}

static void
read_plan(const struct db_rows *rows, void *out)
{
	struct plan_row *row = out;

	read_hash(rows, 0, row->hash);
	db_get_id(rows, 1, row->cmk_id);
	row->op = db_get_text(rows, 2);
	row->text = db_get_text(rows, 3);
	row->state = db_get_text(rows, 4);
	row->created_at = db_get_int(rows, 5);
	row->expires_at = db_get_int(rows, 6);
	row->resolved_at = db_get_int(rows, 7);
}

static const struct db_shape plan_shape = { sizeof(struct plan_row),
	read_plan, clear_plan };

void
plan_rows_free(struct plan_row *rows, size_t n)
{

	db_list_free(&plan_shape, rows, n);
}

int
store_plan_put(struct store *store, const struct plan_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(row->hash),
		db_text(row->cmk_id),
		db_text(row->op),
		db_text(row->text),
		db_int(row->created_at),
		db_int(row->expires_at),
	};

	if (db_change(store->db, &ask_put, args, STORE_N(args), NULL, err) ==
	    0)
		return 0;
	if (db_fault(store->db) != DB_FAULT_TAKEN)
		return -1;
	return err_set(err, ERR_INPUT, "plan %.16s is there already",
	    row->hash);
}

int
store_plan_find(struct store *store, const char *hash, struct plan_row *out,
    bool *found, struct error *err)
{
	const size_t len = strspn(hash, "0123456789abcdef");
	char behind[HASH_TEXT + 2];
	struct db_value args[2];
	struct plan_row *rows = NULL;
	size_t n = 0;

	*found = false;
	if (len == 0 || len > HASH_TEXT || hash[len] != '\0')
		return 0;
	(void)snprintf(behind, sizeof(behind), "%sg", hash);
	args[0] = db_text(hash);
	args[1] = db_text(behind);
	if (db_list(store->db, &ask_find, args, STORE_N(args), &plan_shape,
	    &rows, &n, err) != 0)
		return -1;
	if (n == 1) {
		*out = rows[0];
		rows[0] = (struct plan_row){ 0 };	/* the caller's now */
		*found = true;
	}
	plan_rows_free(rows, n);
	return 0;
}

int
store_plan_list(struct store *store, const char *state, struct plan_row **out,
    size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(state) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, state != NULL ? &ask_state : &ask_all, args,
	    state != NULL ? 1 : 0, &plan_shape, out, n, err);
}

int
store_plan_resolve(struct store *store, const char *hash, const char *state,
    int64_t at, struct error *err)
{
	const struct db_value args[] = {
		db_text(state),
		db_int(at),
		db_text(hash),
	};

	return store_change(store, &resolve, args, STORE_N(args), hash, err);
}

static void
clear_approval(void *out)
{
	struct approval_row *row = out;

	free(row->fingerprint);
	free(row->who);
	free(row->signature);
}

static void
read_approval(const struct db_rows *rows, void *out)
{
	struct approval_row *row = out;

	read_hash(rows, 0, row->plan_hash);
	row->fingerprint = db_get_text(rows, 1);
	row->who = db_get_text(rows, 2);
	row->signature = db_get_text(rows, 3);
	row->at = db_get_int(rows, 4);
}

static const struct db_shape approval_shape = { sizeof(struct approval_row),
	read_approval, clear_approval };

void
approval_rows_free(struct approval_row *rows, size_t n)
{

	db_list_free(&approval_shape, rows, n);
}

int
store_approval_put(struct store *store, const struct approval_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(row->plan_hash),
		db_text(row->fingerprint),
		db_text(row->who),
		db_text(row->signature),
		db_int(row->at),
	};

	if (db_change(store->db, &ask_approve, args, STORE_N(args), NULL,
	    err) == 0)
		return 0;
	if (db_fault(store->db) != DB_FAULT_TAKEN)
		return -1;
	return err_set(err, ERR_INPUT, "%s has approved plan %.16s already",
	    row->fingerprint, row->plan_hash);
}

int
store_approval_list(struct store *store, const char *plan_hash,
    struct approval_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(plan_hash) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_approvals, args, STORE_N(args),
	    &approval_shape, out, n, err);
}
