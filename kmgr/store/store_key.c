#include <stdlib.h>

#include "kmgr/store/db_ahead.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_life.h"

#define COLUMNS                                                         \
	"id, cmk_id, role, label, alg, bits, spki, attributes, is_shared, " \
	"blob, wrap_key_id, created_at"

static const struct db_question ask_put = { "add a key",
	"INSERT INTO key (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, "
	"$8, $9, $10, $11, $12)" };
static const struct db_question ask_find = { "find a key",
	"SELECT " COLUMNS " FROM key WHERE id = $1" };
static const struct db_question ask_list = { "list keys",
	"SELECT " COLUMNS " FROM key ORDER BY created_at, id" };
static const struct db_question ask_shared = { "find a shared key",
	"SELECT " COLUMNS " FROM key WHERE cmk_id = $1 AND is_shared = 1 "
	"AND (EXISTS (SELECT 1 FROM ksk WHERE key_id = key.id "
	"AND state <> 'removed') OR NOT EXISTS (SELECT 1 FROM ksk "
	"WHERE key_id = key.id)) AND NOT EXISTS (SELECT 1 FROM ksk "
	"WHERE key_id = key.id AND compromised_at IS NOT NULL) "
	"ORDER BY created_at DESC, id DESC LIMIT 1" };
#define AGES "ksk.id, key.created_at FROM ksk JOIN key ON key.id = ksk.key_id"
static const struct db_of_zone ask_ages = {
	{ "find since when the key pairs of a zone are there",
	"SELECT " AGES " WHERE zone = $1 ORDER BY generation" },
	"SELECT zone, " AGES " WHERE zone > $1 AND zone <= $2 "
	"ORDER BY zone, generation" };

void
key_row_clear(struct key_row *row)
{

	free(row->role);
	free(row->label);
	buf_free(&row->spki);
	free(row->attributes);
	buf_free(&row->blob);
	free(row->wrap_key_id);
	*row = (struct key_row){ 0 };
}

static void
clear_row(void *row)
{

	key_row_clear(row);
}

static void
read_row(const struct db_rows *rows, void *out)
{
	struct key_row *key = out;

	db_get_id(rows, 0, key->id);
	db_get_id(rows, 1, key->cmk_id);
	key->role = db_get_text(rows, 2);
	key->label = db_get_text(rows, 3);
	key->alg = (uint8_t)db_get_int(rows, 4);
	key->bits = (unsigned int)db_get_int(rows, 5);
	db_get_buf(rows, 6, &key->spki);
	key->attributes = db_get_text(rows, 7);
	key->is_shared = db_get_int(rows, 8) != 0;
	db_get_buf(rows, 9, &key->blob);
	key->wrap_key_id = db_get_text_or_null(rows, 10);
	key->created_at = db_get_int(rows, 11);
}

static const struct db_shape shape = { sizeof(struct key_row), read_row,
	clear_row };

void
key_rows_free(struct key_row *rows, size_t n)
{

	db_list_free(&shape, rows, n);
}

int
store_key_put(struct store *store, const struct key_row *key,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(key->id),
		db_text(key->cmk_id),
		db_text(key->role),
		db_text(key->label),
		db_int(key->alg),
		db_int(key->bits),
		db_buf(&key->spki),
		db_text(key->attributes),
		db_int(key->is_shared ? 1 : 0),
		key->blob.len > 0 ? db_buf(&key->blob) : db_text(NULL),
		db_text(key->wrap_key_id),
		db_int(key->created_at),
	};

	return db_change(store->db, &ask_put, args, STORE_N(args), NULL, err);
}

int
store_key_find(struct store *store, const char *id, struct key_row *out,
    bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(id) };

	return db_one(store->db, &ask_find, args, STORE_N(args), &shape, out,
	    found, err);
}

int
store_key_list(struct store *store, struct key_row **out, size_t *n,
    struct error *err)
{

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_list, NULL, 0, &shape, out, n, err);
}

int
store_key_shared(struct store *store, const char *cmk_id, struct key_row *out,
    bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(cmk_id) };

	return db_one(store->db, &ask_shared, args, STORE_N(args), &shape,
	    out, found, err);
}

static void
read_age(const struct db_rows *rows, void *out)
{
	struct key_age *age = out;

	db_get_id(rows, 0, age->ksk_id);
	age->made_at = db_get_int(rows, 1);
}

int
store_key_ages(struct store *store, const char *zone, struct key_age **out,
    size_t *n, struct error *err)
{
	static const struct db_shape age_shape = { sizeof(struct key_age),
		read_age, NULL };
	const struct db_value args[] = { db_text(zone) };

	*out = NULL;
	*n = 0;
	return db_zone_list(store->db, &ask_ages, args, STORE_N(args),
	    &age_shape, out, n, err);
}
