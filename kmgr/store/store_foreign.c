/* Other providers' keys (store_life.h). */
#include <stdlib.h>

#include "kmgr/store/db_ahead.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_life.h"

#define COLUMNS                                                             \
	"id, zone, alg, key_tag, dnskey, added_at, dnskey_in_at, "          \
	"dnskey_out_at, ds_add_at, ds_seen_at, ds_remove_at, ds_gone_at, "  \
	"retire_at, removed_at"
#define IN_ORDER " ORDER BY zone, added_at, id"

static const struct db_question ask_put = { "add a foreign key",
	"INSERT INTO foreign_key (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, "
	"$6, $7, $8, $9, $10, $11, $12, $13, $14)" };
static const struct store_change set = { { "write what became of a key",
	"UPDATE foreign_key SET dnskey_in_at = $1, dnskey_out_at = $2, "
	"ds_add_at = $3, ds_seen_at = $4, ds_remove_at = $5, "
	"ds_gone_at = $6, retire_at = $7, removed_at = $8 WHERE id = $9" },
	"foreign key", ERR_STORE, "the store has none of this id" };
static const struct db_question ask_all = { "list foreign keys",
	"SELECT " COLUMNS " FROM foreign_key" IN_ORDER };
static const struct db_of_zone ask_zone = { { "list a zone's foreign keys",
	"SELECT " COLUMNS " FROM foreign_key WHERE zone = $1" IN_ORDER },
	"SELECT zone, " COLUMNS " FROM foreign_key WHERE zone > $1 "
	"AND zone <= $2" IN_ORDER };

static void
read_row(const struct db_rows *rows, void *out)
{
	struct foreign_key_row *row = out;

	db_get_id(rows, 0, row->id);
	row->zone = db_get_text(rows, 1);
	row->alg = (uint8_t)db_get_int(rows, 2);
	row->key_tag = (uint16_t)db_get_int(rows, 3);
	db_get_buf(rows, 4, &row->dnskey);
	row->added_at = db_get_int(rows, 5);
	row->dnskey_in_at = db_get_int(rows, 6);
	row->dnskey_out_at = db_get_int(rows, 7);
	row->ds_add_at = db_get_int(rows, 8);
	row->ds_seen_at = db_get_int(rows, 9);
	row->ds_remove_at = db_get_int(rows, 10);
	row->ds_gone_at = db_get_int(rows, 11);
	row->retire_at = db_get_int(rows, 12);
	row->removed_at = db_get_int(rows, 13);
}

static void
clear_row(void *out)
{
	struct foreign_key_row *row = out;

	free(row->zone);
	buf_free(&row->dnskey);
}

static const struct db_shape shape = { sizeof(struct foreign_key_row),
	read_row, clear_row };

void
foreign_key_rows_free(struct foreign_key_row *rows, size_t n)
{

	db_list_free(&shape, rows, n);
}

int
store_foreign_put(struct store *store, const struct foreign_key_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(row->id),
		db_text(row->zone),
		db_int(row->alg),
		db_int(row->key_tag),
		db_buf(&row->dnskey),
		db_int(row->added_at),
		db_time(row->dnskey_in_at),
		db_time(row->dnskey_out_at),
		db_time(row->ds_add_at),
		db_time(row->ds_seen_at),
		db_time(row->ds_remove_at),
		db_time(row->ds_gone_at),
		db_time(row->retire_at),
		db_time(row->removed_at),
	};

	if (db_change(store->db, &ask_put, args, STORE_N(args), NULL, err) ==
	    0)
		return store_zone_touch(store, row->zone, err);
	if (db_fault(store->db) != DB_FAULT_TAKEN)
		return -1;
	return err_set(err, ERR_INPUT, "zone %s has a foreign key of key tag "
	    "%u already", row->zone, (unsigned int)row->key_tag);
}

int
store_foreign_set(struct store *store, const struct foreign_key_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_time(row->dnskey_in_at),
		db_time(row->dnskey_out_at),
		db_time(row->ds_add_at),
		db_time(row->ds_seen_at),
		db_time(row->ds_remove_at),
		db_time(row->ds_gone_at),
		db_time(row->retire_at),
		db_time(row->removed_at),
		db_text(row->id),
	};

	if (store_change(store, &set, args, STORE_N(args), row->id, err) != 0)
		return -1;
	return store_zone_touch(store, row->zone, err);
}

int
store_foreign_list(struct store *store, const char *zone,
    struct foreign_key_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	*out = NULL;
	*n = 0;
	return zone == NULL ? db_list(store->db, &ask_all, NULL, 0, &shape,
	    out, n, err) : db_zone_list(store->db, &ask_zone, args,
	    STORE_N(args), &shape, out, n, err);
}
