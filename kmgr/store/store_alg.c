/* Since when all data of a zone is signed with an algorithm. */
#include <stdlib.h>

#include "kmgr/store/db_ahead.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_life.h"

static const struct db_question ask_alg_put = {
	"write since when a zone is signed",
	"INSERT INTO zone_alg (zone, alg, signed_at) VALUES ($1, $2, $3) "
	"ON CONFLICT (zone, alg) DO UPDATE SET signed_at = $3" };
static const struct db_question ask_alg_drop = {
	"forget since when a zone is signed",
	"DELETE FROM zone_alg WHERE zone = $1 AND alg = $2" };
static const struct db_of_zone ask_alg_list = {
	{ "list what a zone is signed with",
	"SELECT zone, alg, signed_at FROM zone_alg WHERE zone = $1 "
	"ORDER BY alg" },
	"SELECT zone, zone, alg, signed_at FROM zone_alg WHERE zone > $1 "
	"AND zone <= $2 ORDER BY zone, alg" };
static const struct db_question ask_alg_all = {
	"list what zones are signed with",
	"SELECT zone, alg, signed_at FROM zone_alg ORDER BY zone, alg" };

static void
read_alg(const struct db_rows *rows, void *out)
{
	struct zone_alg_row *row = out;

	row->zone = db_get_text(rows, 0);
	row->alg = (uint8_t)db_get_int(rows, 1);
	row->signed_at = db_get_int(rows, 2);
}

static void
clear_alg(void *out)
{
	struct zone_alg_row *row = out;

	free(row->zone);
}

static const struct db_shape alg_shape = { sizeof(struct zone_alg_row),
	read_alg, clear_alg };

void
zone_alg_rows_free(struct zone_alg_row *rows, size_t n)
{

	db_list_free(&alg_shape, rows, n);
}

int
store_zone_alg_put(struct store *store, const struct zone_alg_row *row,
    struct error *err)
{
	const struct db_value args[] = { db_text(row->zone), db_int(row->alg),
		db_time(row->signed_at) };

	if (store_zone_touch(store, row->zone, err) != 0)
		return -1;
	return db_change_later(store->db, &ask_alg_put, args,
	    STORE_N(args), err);
}

int
store_zone_alg_drop(struct store *store, const char *zone, uint8_t alg,
    struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_int(alg) };

	if (store_zone_touch(store, zone, err) != 0)
		return -1;
	return db_change(store->db, &ask_alg_drop, args, STORE_N(args), NULL,
	    err);
}

int
store_zone_alg_list(struct store *store, const char *zone,
    struct zone_alg_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	*out = NULL;
	*n = 0;
	return zone == NULL ? db_list(store->db, &ask_alg_all, NULL, 0,
	    &alg_shape, out, n, err) : db_zone_list(store->db, &ask_alg_list,
	    args, STORE_N(args), &alg_shape, out, n, err);
}
