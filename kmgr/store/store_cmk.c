#include <stdlib.h>
#include <string.h>

#include "kmgr/store/store_inner.h"

#define COLUMNS                                                              \
	"id, name, token, seal_token, state, deletion_at, key_id, "          \
	"created_at, token_identity, probe, policy, policy_hash, "           \
	"sealed_at, seal, seal_signature, identity_key_id, identity, "       \
	"identity_signature, horizon_at, contact, tags"

static const struct db_question ask_put = { "add a CMK",
	"INSERT INTO cmk (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, "
	"$8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, "
	"$21)" };
static const struct db_question ask_find = { "find a CMK",
	"SELECT " COLUMNS " FROM cmk WHERE name = $1 OR id = $1" };
static const struct db_question ask_list = { "list CMKs",
	"SELECT " COLUMNS " FROM cmk ORDER BY name" };

static const struct store_change seal = { { "seal a CMK",
	"UPDATE cmk SET state = $1, sealed_at = $2, seal = $3, "
	"seal_signature = $4 WHERE id = $5 AND sealed_at IS NULL" },
	"CMK", ERR_INTEGRITY, "the store has no draft of it to seal; it is "
	"sealed already or gone" };
static const struct store_change set_policy = { { "replace a draft's policy",
	"UPDATE cmk SET policy = $1, policy_hash = $2 "
	"WHERE id = $3 AND sealed_at IS NULL" },
	"CMK", ERR_INTEGRITY, "the store has no draft of it whose policy "
	"could be replaced; it is sealed or gone" };
static const struct store_change set_identity = {
	{ "write the identity key of a CMK",
	"UPDATE cmk SET identity_key_id = $1, identity = $2, "
	"identity_signature = $3 WHERE id = $4 AND identity IS NULL" },
	"CMK", ERR_INTEGRITY, "it has an identity key already or is gone" };

#define GONE "CMK", ERR_STORE, "the store has no CMK of this id"

static const struct store_change set_state = { { "write the state of a CMK",
	"UPDATE cmk SET state = $1, deletion_at = $2 WHERE id = $3" }, GONE };
static const struct store_change set_info = { { "write what a CMK is called",
	"UPDATE cmk SET name = $1, contact = $2, tags = $3 WHERE id = $4" },
	GONE };
static const struct store_change raise_horizon = {
	{ "raise the horizon of a CMK",
	"UPDATE cmk SET horizon_at = CASE WHEN horizon_at > $1 "
	"THEN horizon_at ELSE $1 END WHERE id = $2" }, GONE };

static const struct store_change settle = { { "note what a token was told",
	"UPDATE cmk SET settled_seq = $1 WHERE id = $2" }, GONE };
static const struct db_question ask_unsettled = { "find what tokens are owed",
	"SELECT id FROM cmk WHERE state <> 'deleted' AND settled_seq < "
	"(SELECT coalesce(max(seq), 0) FROM ledger WHERE cmk_id = cmk.id AND "
	"type = 'checkpoint') ORDER BY id" };

void
cmk_row_clear(struct cmk_row *row)
{

	free(row->name);
	free(row->token);
	free(row->seal_token);
	free(row->state);
	free(row->key_id);
	free(row->token_identity);
	free(row->probe);
	free(row->policy);
	free(row->seal);
	free(row->seal_signature);
	free(row->identity_key_id);
	free(row->identity);
	free(row->identity_signature);
	free(row->contact);
	free(row->tags);
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
	cmk->seal_token = db_get_text(rows, 3);
	cmk->state = db_get_text(rows, 4);
	cmk->deletion_at = db_get_int(rows, 5);
	cmk->key_id = db_get_text(rows, 6);
	cmk->created_at = db_get_int(rows, 7);
	cmk->token_identity = db_get_text(rows, 8);
	cmk->probe = db_get_text(rows, 9);
	cmk->policy = db_get_text(rows, 10);
	db_get_fixed(rows, 11, cmk->policy_hash, sizeof(cmk->policy_hash));
	cmk->sealed_at = db_get_int(rows, 12);
	cmk->seal = db_get_text_or_null(rows, 13);
	cmk->seal_signature = db_get_text_or_null(rows, 14);
	cmk->identity_key_id = db_get_text_or_null(rows, 15);
	cmk->identity = db_get_text_or_null(rows, 16);
	cmk->identity_signature = db_get_text_or_null(rows, 17);
	cmk->horizon_at = db_get_int(rows, 18);
	cmk->contact = db_get_text(rows, 19);
	cmk->tags = db_get_text(rows, 20);
}

static const struct db_shape shape = { sizeof(struct cmk_row), read_row,
	clear_row };

void
cmk_rows_free(struct cmk_row *rows, size_t n)
{

	db_list_free(&shape, rows, n);
}

/* store_cmk_find() takes a name or an id: they must differ. */
static int
check_name(const char *name, struct error *err)
{

	if (strlen(name) != STORE_ID_TEXT - 1 ||
	    strspn(name, "0123456789abcdef") != STORE_ID_TEXT - 1)
		return 0;
	return err_set(err, ERR_INPUT, "CMK name \"%s\": looks like an id",
	    name);
}

/* What a change with a name failed of. */
static int
explain_name(struct store *store, const char *name, struct error *err)
{

	if (db_fault(store->db) != DB_FAULT_TAKEN)
		return -1;
	(void)err_set(err, ERR_INPUT, "there is a CMK \"%s\" already", name);
	return err_hint(err, "choose another name");
}

int
store_cmk_put(struct store *store, const struct cmk_row *cmk,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(cmk->id),
		db_text(cmk->name),
		db_text(cmk->token),
		db_text(cmk->seal_token),
		db_text(cmk->state),
		db_time(cmk->deletion_at),
		db_text(cmk->key_id),
		db_int(cmk->created_at),
		db_text(cmk->token_identity),
		db_text(cmk->probe),
		db_text(cmk->policy),
		db_blob(cmk->policy_hash, sizeof(cmk->policy_hash)),
		db_time(cmk->sealed_at),
		db_text(cmk->seal),
		db_text(cmk->seal_signature),
		db_text(cmk->identity_key_id),
		db_text(cmk->identity),
		db_text(cmk->identity_signature),
		db_time(cmk->horizon_at),
		db_text(cmk->contact),
		db_text(cmk->tags),
	};

	if (check_name(cmk->name, err) != 0)
		return -1;
	if (db_change(store->db, &ask_put, args, STORE_N(args), NULL, err) !=
	    0)
		return explain_name(store, cmk->name, err);
	return 0;
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

	return store_change(store, &seal, args, STORE_N(args), cmk->id, err);
}

int
store_cmk_set_policy(struct store *store, const struct cmk_row *cmk,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(cmk->policy),
		db_blob(cmk->policy_hash, sizeof(cmk->policy_hash)),
		db_text(cmk->id),
	};

	return store_change(store, &set_policy, args, STORE_N(args),
	    cmk->id, err);
}

int
store_cmk_set_identity(struct store *store, const struct cmk_row *cmk,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(cmk->identity_key_id),
		db_text(cmk->identity),
		db_text(cmk->identity_signature),
		db_text(cmk->id),
	};

	return store_change(store, &set_identity, args, STORE_N(args),
	    cmk->id, err);
}

int
store_cmk_set_state(struct store *store, const struct cmk_row *cmk,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(cmk->state),
		db_time(cmk->deletion_at),
		db_text(cmk->id),
	};

	return store_change(store, &set_state, args, STORE_N(args),
	    cmk->id, err);
}

int
store_cmk_set_info(struct store *store, const struct cmk_row *cmk,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(cmk->name),
		db_text(cmk->contact),
		db_text(cmk->tags),
		db_text(cmk->id),
	};

	if (check_name(cmk->name, err) != 0)
		return -1;
	if (store_change(store, &set_info, args, STORE_N(args), cmk->id,
	    err) != 0)
		return explain_name(store, cmk->name, err);
	return 0;
}

int
store_cmk_raise_horizon(struct store *store, const char *id, int64_t at,
    struct error *err)
{
	const struct db_value args[] = { db_int(at), db_text(id) };

	return store_change(store, &raise_horizon, args, STORE_N(args),
	    id, err);
}

int
store_cmk_settle(struct store *store, const char *id, int64_t seq,
    struct error *err)
{
	const struct db_value args[] = { db_int(seq), db_text(id) };

	return store_change(store, &settle, args, STORE_N(args), id, err);
}

static void
read_id(const struct db_rows *rows, void *out)
{
	struct cmk_id *id = out;

	db_get_id(rows, 0, id->id);
}

int
store_cmk_unsettled(struct store *store, struct cmk_id **out, size_t *n,
    struct error *err)
{
	static const struct db_shape id_shape = { sizeof(struct cmk_id),
		read_id, NULL };

	return db_list(store->db, &ask_unsettled, NULL, 0, &id_shape, out, n,
	    err);
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
