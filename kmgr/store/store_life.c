#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/store/db_ahead.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_life.h"

#define COLUMNS                                                             \
	"zone, goal, goal_at, next_at, waiting_since_at, waits_for, "       \
	"told_at, settings"
#define READ                                                                \
	COLUMNS ", published_hash, published_at, published_signature, "     \
	"published_changes, changes"
#define CHANGED "changes = zone.changes + 1"

static const struct db_of_zone ask_find = { { "find a zone",
	"SELECT " READ " FROM zone WHERE zone = $1" },
	"SELECT zone, " READ " FROM zone "
	"WHERE zone > $1 AND zone <= $2 "
	"ORDER BY zone" };
static const struct db_of_zone ask_changes = {
	{ "count a zone's changes",
	"SELECT changes FROM zone WHERE zone = $1" },
	"SELECT zone, changes FROM zone WHERE zone > $1 AND zone <= $2 "
	"ORDER BY zone" };
static const struct db_question ask_put = { "write a zone",
	"INSERT INTO zone (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, "
	"$8) ON CONFLICT (zone) DO UPDATE SET goal = $2, goal_at = $3, "
	"next_at = $4, waiting_since_at = $5, waits_for = $6, told_at = $7, "
	"settings = $8, " CHANGED };
static const struct db_question ask_schedule = { "schedule a zone",
	"UPDATE zone SET next_at = $1, waiting_since_at = $2, "
	"waits_for = $3, told_at = $4, settings = $5 WHERE zone = $6" };
static const struct db_question ask_publish = {
	"write what was published",
	"UPDATE zone SET published_hash = $1, published_at = $2, "
	"published_signature = $3, published_changes = $4 WHERE zone = $5" };
static const struct db_question ask_unpublish = {
	"forget what was published",
	"UPDATE zone SET next_at = 0, published_hash = NULL, "
	"published_at = NULL, published_signature = NULL, "
	"published_changes = NULL, " CHANGED " WHERE zone = $1" };
static const struct db_question ask_touch = { "make a zone due",
	"INSERT INTO zone (zone, goal, next_at, waits_for) "
	"VALUES ($1, 'secure', 0, '') "
	"ON CONFLICT (zone) DO UPDATE SET next_at = " STORE_ZONE_NEXT
	", " CHANGED };
/* One that is due at once is left as it is: that costs nothing. */
static const struct db_question ask_signed = { "make signed zones due",
	"UPDATE zone SET next_at = 0 WHERE next_at > 0 AND zone IN "
	"(SELECT zone FROM signature ORDER BY id DESC LIMIT $1)" };
/*
 * The instant is looked for in the index, not the name: what is due is little
 * of what there is. An expression hides the name from the planner.
 */
static const struct db_question ask_due = { "list zones that are due",
	"SELECT zone FROM zone WHERE next_at <= $1 AND zone || '' > $2 "
	"AND " STORE_ZONE_USED " ORDER BY zone || '' LIMIT $3" };
static const struct db_question ask_list = { "list zones",
	"SELECT zone FROM zone WHERE zone > $1 AND " STORE_ZONE_USED
	" ORDER BY zone LIMIT $2" };
static const struct db_question ask_names = { "list all zones",
	"SELECT zone FROM zone WHERE zone > $1 ORDER BY zone LIMIT $2" };
static const struct db_question ask_before = { "find the zone before one",
	"SELECT zone FROM zone WHERE zone < $1 ORDER BY zone DESC LIMIT 1" };
static const struct db_question ask_between = { "count zones",
	"SELECT count(*) FROM (SELECT zone FROM zone WHERE zone >= $1 "
	"AND zone <= $2 LIMIT $3) AS page" };
static const struct db_question ask_of_cmk = { "list a CMK's zones",
	"SELECT DISTINCT zone FROM ksk WHERE cmk_id = $1 AND zone > $2 "
	"ORDER BY zone LIMIT $3" };
static const struct db_question ask_next = { "find when a zone is due",
	"SELECT coalesce((SELECT next_at FROM zone WHERE " STORE_ZONE_USED
	" ORDER BY next_at LIMIT 1), 9223372036854775807)" };
static const struct db_question ask_page = { "read zones",
	"SELECT " READ " FROM zone WHERE zone > $1 "
	"ORDER BY zone LIMIT $2"
};

void
zone_row_clear(struct zone_row *row)
{

	free(row->zone);
	free(row->goal);
	free(row->waits_for);
	*row = (struct zone_row){ 0 };
}

static void
clear_row(void *row)
{

	zone_row_clear(row);
}

static void
read_row(const struct db_rows *rows, void *out)
{
	struct zone_row *row = out;

	row->zone = db_get_text(rows, 0);
	row->goal = db_get_text(rows, 1);
	row->goal_at = db_get_int(rows, 2);
	row->next_at = db_get_int(rows, 3);
	row->waiting_since_at = db_get_int(rows, 4);
	row->waits_for = db_get_text(rows, 5);
	row->told_at = db_get_int(rows, 6);
	row->settings = db_get_int(rows, 7);
	db_get_fixed(rows, 8, row->published_hash, CRYPTO_SHA256_LEN);
	row->published_at = db_get_int(rows, 9);
	row->published_signature = db_get_int(rows, 10);
	row->published_changes = db_get_int(rows, 11);
	row->changes = db_get_int(rows, 12);
}

static const struct db_shape shape = { sizeof(struct zone_row), read_row,
	clear_row };

void
zone_rows_free(struct zone_row *rows, size_t n)
{

	db_list_free(&shape, rows, n);
}

int
store_zone_find(struct store *store, const char *zone, struct zone_row *out,
    bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	return db_zone_one(store->db, &ask_find, args, STORE_N(args), &shape,
	    out, found, err);
}

int
store_zone_changes(struct store *store, const char *zone, int64_t *changes,
    struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	return db_zone_number(store->db, &ask_changes, args, STORE_N(args),
	    changes, err);
}

int
store_zone_page(struct store *store, const char *after, size_t max,
    struct zone_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(after),
		db_int((int64_t)max) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_page, args, STORE_N(args), &shape, out,
	    n, err);
}

int
store_zone_put(struct store *store, const struct zone_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(row->zone),
		db_text(row->goal == NULL ? "secure" : row->goal),
		db_time(row->goal_at),
		db_int(row->next_at),
		db_time(row->waiting_since_at),
		db_text(row->waits_for == NULL ? "" : row->waits_for),
		db_time(row->told_at),
		db_time(row->settings),
	};

	return db_change(store->db, &ask_put, args, STORE_N(args), NULL, err);
}

int
store_zone_schedule(struct store *store, const struct zone_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_int(row->next_at),
		db_time(row->waiting_since_at),
		db_text(row->waits_for == NULL ? "" : row->waits_for),
		db_time(row->told_at),
		db_time(row->settings),
		db_text(row->zone),
	};

	return db_change_later(store->db, &ask_schedule, args,
	    STORE_N(args), err);
}

int
store_zone_publish(struct store *store, const struct zone_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_blob(row->published_hash, CRYPTO_SHA256_LEN),
		db_int(row->published_at),
		db_int(row->published_signature),
		db_int(row->published_changes),
		db_text(row->zone),
	};

	return db_change_later(store->db, &ask_publish, args,
	    STORE_N(args), err);
}

int
store_zone_touch(struct store *store, const char *zone, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	return db_change_later(store->db, &ask_touch, args,
	    STORE_N(args), err);
}

int
store_zone_hasten(struct store *store, const char *zone, struct error *err)
{

	return store_zone_touch(store, zone, err);
}

int
store_zone_signed(struct store *store, size_t n, struct error *err)
{
	const struct db_value args[] = { db_int((int64_t)n) };

	return db_change_later(store->db, &ask_signed, args,
	    STORE_N(args), err);
}

int
store_zone_unpublish(struct store *store, const char *zone,
    struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	if (store_begin(store, err) != 0)
		return -1;
	if (db_change(store->db, &ask_unpublish, args, STORE_N(args), NULL,
	    err) == 0 && store_commit_anyway(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

static void
read_name(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 0);
}

static void
clear_name(void *name)
{

	free(*(char **)name);
}

const struct db_shape store_name_shape = { sizeof(char *), read_name,
	clear_name };

void
zone_names_free(char **names, size_t n)
{

	db_list_free(&store_name_shape, names, n);
}

int
store_zone_due(struct store *store, int64_t now_at, const char *after,
    size_t max, char ***out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_int(now_at), db_text(after),
		db_int((int64_t)max) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_due, args, STORE_N(args),
	    &store_name_shape, out, n, err);
}

int
store_zone_list(struct store *store, const char *after, size_t max,
    char ***out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(after),
		db_int((int64_t)max) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_list, args, STORE_N(args),
	    &store_name_shape, out, n, err);
}

void
store_ahead_of(struct store *store, const char *const *zones, size_t n)
{
	const char *first = zones[0], *last = zones[0];
	struct error ignored = ERR_INIT;
	struct db_value args[3];
	char *before = NULL;
	bool found = false;
	int64_t between;
	size_t i;

	for (i = 1; i < n; i++) {
		if (strcmp(zones[i], first) < 0)
			first = zones[i];
		if (strcmp(zones[i], last) > 0)
			last = zones[i];
	}
	args[0] = db_text(first);
	args[1] = db_text(last);
	args[2] = db_int(2 * (int64_t)n + 1);
	if (db_number(store->db, &ask_between, args, STORE_N(args), &between,
	    &ignored) == 0 && between <= 2 * (int64_t)n &&
	    db_one(store->db, &ask_before, args, 1, &store_name_shape, &before,
	    &found, &ignored) == 0)
		store_ahead(store, found ? before : "", last);
	free(before);
}

int
store_zone_of_cmk(struct store *store, const char *cmk_id, const char *after,
    size_t max, char ***out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(cmk_id), db_text(after),
		db_int((int64_t)max) };

	*out = NULL;
	*n = 0;
	return cmk_id == NULL ? db_list(store->db, &ask_names, args + 1, 2,
	    &store_name_shape, out, n, err) :
	    db_list(store->db, &ask_of_cmk, args,
	    STORE_N(args), &store_name_shape, out, n, err);
}

int
store_zone_next(struct store *store, int64_t *next_at, struct error *err)
{

	return db_number(store->db, &ask_next, NULL, 0, next_at, err);
}
