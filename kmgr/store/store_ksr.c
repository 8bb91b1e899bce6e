#include <stdlib.h>

#include "kmgr/store/db_ahead.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_ksr.h"

#define COLUMNS                                                            \
	"id, cmk_id, zone, format, kind, request_hash, request_id, "       \
	"bundle_ids, response_hash, plan_hash, ksk_ids, answered_at, "     \
	"expires_at, superseded_at"
#define IN_ORDER "answered_at, expires_at, kind DESC, id"

static const struct db_question ask_put = { "record a response",
	"INSERT INTO ksr (" COLUMNS ", request, response) VALUES ($1, $2, "
	"$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)" };
static const struct db_question ask_all = { "list responses",
	"SELECT " COLUMNS ", NULL, NULL FROM ksr ORDER BY " IN_ORDER };
static const struct db_of_zone ask_zone = { { "list a zone's responses",
	"SELECT " COLUMNS ", NULL, NULL FROM ksr WHERE zone = $1 ORDER BY "
	IN_ORDER },
	"SELECT zone, " COLUMNS ", NULL, NULL FROM ksr WHERE zone > $1 "
	"AND zone <= $2 ORDER BY zone, " IN_ORDER };
static const struct db_question ask_get = { "find a response",
	"SELECT " COLUMNS ", request, response FROM ksr WHERE id = $1" };
static const struct store_change supersede = { { "supersede a response",
	"UPDATE ksr SET superseded_at = $1 WHERE id = $2 "
	"AND superseded_at IS NULL" },
	"response", ERR_INTEGRITY, "it is superseded already or gone" };

void
ksr_row_clear(struct ksr_row *row)
{

	free(row->zone);
	free(row->format);
	free(row->kind);
	free(row->request_id);
	free(row->bundle_ids);
	free(row->ksk_ids);
	free(row->request);
	free(row->response);
	*row = (struct ksr_row){ 0 };
}

static void
clear_row(void *row)
{

	ksr_row_clear(row);
}

static void
read_row(const struct db_rows *rows, void *out)
{
	struct ksr_row *row = out;

	db_get_id(rows, 0, row->id);
	db_get_id(rows, 1, row->cmk_id);
	row->zone = db_get_text(rows, 2);
	row->format = db_get_text(rows, 3);
	row->kind = db_get_text(rows, 4);
	db_get_fixed(rows, 5, row->request_hash, CRYPTO_SHA256_LEN);
	row->request_id = db_get_text_or_null(rows, 6);
	row->bundle_ids = db_get_text(rows, 7);
	db_get_fixed(rows, 8, row->response_hash, CRYPTO_SHA256_LEN);
	db_get_fixed(rows, 9, row->plan_hash, CRYPTO_SHA256_LEN);
	row->ksk_ids = db_get_text(rows, 10);
	row->answered_at = db_get_int(rows, 11);
	row->expires_at = db_get_int(rows, 12);
	row->superseded_at = db_get_int(rows, 13);
	row->request = db_get_text_or_null(rows, 14);
	row->response = db_get_text_or_null(rows, 15);
}

static const struct db_shape shape = { sizeof(struct ksr_row), read_row,
	clear_row };

void
ksr_rows_free(struct ksr_row *rows, size_t n)
{

	db_list_free(&shape, rows, n);
}

int
store_ksr_put(struct store *store, const struct ksr_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(row->id),
		db_text(row->cmk_id),
		db_text(row->zone),
		db_text(row->format),
		db_text(row->kind),
		db_blob(row->request_hash, CRYPTO_SHA256_LEN),
		db_text(row->request_id),
		db_text(row->bundle_ids),
		db_blob(row->response_hash, CRYPTO_SHA256_LEN),
		db_blob(row->plan_hash, CRYPTO_SHA256_LEN),
		db_text(row->ksk_ids),
		db_int(row->answered_at),
		db_int(row->expires_at),
		db_time(row->superseded_at),
		db_text(row->request),
		db_text(row->response),
	};

	return db_change(store->db, &ask_put, args, STORE_N(args), NULL, err);
}

int
store_ksr_list(struct store *store, const char *zone, struct ksr_row **out,
    size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	*out = NULL;
	*n = 0;
	return zone == NULL ? db_list(store->db, &ask_all, NULL, 0, &shape,
	    out, n, err) : db_zone_list(store->db, &ask_zone, args,
	    STORE_N(args), &shape, out, n, err);
}

int
store_ksr_get(struct store *store, const char *id, struct ksr_row *out,
    bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(id) };

	return db_one(store->db, &ask_get, args, STORE_N(args), &shape, out,
	    found, err);
}

int
store_ksr_supersede(struct store *store, const char *id, int64_t at,
    struct error *err)
{
	const struct db_value args[] = { db_int(at), db_text(id) };

	return store_change(store, &supersede, args, STORE_N(args), id, err);
}
