#include <stdlib.h>
#include <string.h>

#include "kmgr/store/db_ahead.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_zone.h"

#define SIGNATURE_COLUMNS                                           \
	"ksk_id, zone, type_covered, tbs_hash, inception_at, expiration_at, " \
	"rrsig, created_at"

static const struct db_question ask_signature_put = { "record a signature",
	"INSERT INTO signature (" SIGNATURE_COLUMNS ") VALUES ($1, $2, $3, "
	"$4, $5, $6, $7, $8)" };
static const struct db_question ask_signature_list = {
	"list a zone's signatures",
	"SELECT id, " SIGNATURE_COLUMNS " FROM signature WHERE zone = $1 "
	"ORDER BY id DESC LIMIT 1000" };
_Static_assert(STORE_SIGNATURE_FEW == 64, "as in SQL");
static const struct db_of_zone ask_signature_few = {
	{ "list a zone's newest signatures",
	"SELECT id, " SIGNATURE_COLUMNS " FROM signature WHERE zone = $1 "
	"ORDER BY id DESC LIMIT 64" },
	"SELECT zone.zone, id, ksk_id, signature.zone, type_covered, "
	"tbs_hash, inception_at, expiration_at, rrsig, created_at "
	"FROM zone CROSS JOIN signature WHERE zone.zone > $1 "
	"AND zone.zone <= $2 AND signature.zone = zone.zone "
	"AND id >= coalesce((SELECT few.id FROM signature AS few "
	"WHERE few.zone = zone.zone ORDER BY few.id DESC "
	"LIMIT 1 OFFSET 63), 0) ORDER BY zone.zone, id DESC" };
/* What is signed for a response is recorded at the instant of its answer. */
static const struct db_of_zone ask_signature_sets = {
	{ "list what was signed for a zone",
	"SELECT id, " SIGNATURE_COLUMNS " FROM signature WHERE zone = $1 "
	"AND type_covered = 48 AND expiration_at > $2 AND created_at NOT IN "
	"(SELECT answered_at FROM ksr WHERE zone = $1) "
	"ORDER BY id DESC LIMIT 1000" },
	"SELECT zone, id, " SIGNATURE_COLUMNS " FROM signature "
	"WHERE zone > $1 AND zone <= $2 AND type_covered = 48 "
	"AND expiration_at > $3 AND created_at NOT IN "
	"(SELECT answered_at FROM ksr WHERE ksr.zone = signature.zone) "
	"ORDER BY zone, id DESC" };
/*
 * From the newest of them down to the first that was made in another instant,
 * so that a long history is not looked at.
 */
#define NEWEST(column, of) \
	"(SELECT n." column " FROM signature AS n WHERE n.zone = " of \
	" AND n.type_covered = 48 AND n.created_at NOT IN " \
	"(SELECT answered_at FROM ksr WHERE ksr.zone = " of ") " \
	"ORDER BY n.id DESC LIMIT 1)"
#define IN_NEWEST(of) \
	"signature.zone = " of " AND type_covered = 48 " \
	"AND id <= " NEWEST("id", of) " AND id > coalesce((SELECT o.id " \
	"FROM signature AS o WHERE o.zone = " of " AND o.type_covered = 48 " \
	"AND o.id < " NEWEST("id", of) " AND o.created_at <> " \
	NEWEST("created_at", of) " ORDER BY o.id DESC LIMIT 1), 0) "
static const struct db_of_zone ask_signature_newest = {
	{ "list what was signed for a zone last",
	"SELECT id, " SIGNATURE_COLUMNS " FROM signature WHERE "
	IN_NEWEST("$1") "ORDER BY id DESC" },
	"SELECT zone.zone, id, ksk_id, signature.zone, type_covered, "
	"tbs_hash, inception_at, expiration_at, rrsig, created_at "
	"FROM zone CROSS JOIN signature WHERE zone.zone > $1 "
	"AND zone.zone <= $2 AND " IN_NEWEST("zone.zone")
	"ORDER BY zone.zone, id DESC" };
static const struct db_of_zone ask_signature_times = {
	{ "find when a zone's DNSKEY RRset was signed, and until when",
	"SELECT created_at, expiration_at FROM signature WHERE zone = $1 "
	"AND type_covered = 48 ORDER BY id DESC LIMIT 1" },
	"SELECT zone.zone, created_at, expiration_at FROM zone "
	"JOIN signature ON id = (SELECT last.id FROM signature AS last "
	"WHERE last.zone = zone.zone AND last.type_covered = 48 "
	"ORDER BY last.id DESC LIMIT 1) "
	"WHERE zone.zone > $1 AND zone.zone <= $2 ORDER BY zone.zone" };
static const struct db_of_zone ask_signature_last = {
	{ "find a zone's newest signature",
	"SELECT max(id) FROM signature WHERE zone = $1" },
	"SELECT zone, (SELECT max(id) FROM signature "
	"WHERE signature.zone = zone.zone) FROM zone "
	"WHERE zone > $1 AND zone <= $2 ORDER BY zone" };
static const struct db_question ask_signature_since = {
	"count a zone's new signatures",
	"SELECT count(*) FROM signature WHERE zone = $1 AND id > $2" };
static const struct db_question ask_signature_page = {
	"list signatures",
	"SELECT id, " SIGNATURE_COLUMNS " FROM signature WHERE id > $1 "
	"AND expiration_at > $2 ORDER BY id LIMIT $3" };
static const struct db_question ask_signature_horizon = {
	"find until when a KSK signed",
	"SELECT max(expiration_at) FROM signature WHERE zone = $1 "
	"AND ksk_id = $2" };
static const struct db_question ask_set_put = { "record a ZSK set",
	"INSERT INTO zsk_set (zone, hash, text, admitted_at) "
	"VALUES ($1, $2, $3, $4)" };
static const struct db_of_zone ask_set_last = { { "find a zone's ZSK set",
	"SELECT id, zone, hash, text, admitted_at FROM zsk_set "
	"WHERE zone = $1 ORDER BY id DESC LIMIT 1" },
	"SELECT zone.zone, id, zsk_set.zone, hash, text, admitted_at "
	"FROM zone JOIN zsk_set ON id = (SELECT max(id) FROM zsk_set "
	"WHERE zsk_set.zone = zone.zone) "
	"WHERE zone.zone > $1 AND zone.zone <= $2 ORDER BY zone.zone" };
static const struct db_question ask_set_page = { "list ZSK sets",
	"SELECT id, zone, hash, text, admitted_at FROM zsk_set WHERE id > $1 "
	"ORDER BY id LIMIT $2" };

static void
clear_signature(void *out)
{
	struct signature_row *row = out;

	free(row->zone);
	buf_free(&row->rrsig);
}

static void
clear_set(void *row)
{

	zsk_set_row_clear(row);
}

void
zsk_set_row_clear(struct zsk_set_row *row)
{

	free(row->zone);
	free(row->text);
	*row = (struct zsk_set_row){ 0 };
}

static void
read_signature(const struct db_rows *rows, void *out)
{
	struct signature_row *row = out;

	row->id = db_get_int(rows, 0);
	db_get_id(rows, 1, row->ksk_id);
	row->zone = db_get_text(rows, 2);
	row->type_covered = (uint16_t)db_get_int(rows, 3);
	db_get_fixed(rows, 4, row->tbs_hash, sizeof(row->tbs_hash));
	row->inception_at = db_get_int(rows, 5);
	row->expiration_at = db_get_int(rows, 6);
	db_get_buf(rows, 7, &row->rrsig);
	row->created_at = db_get_int(rows, 8);
}

static const struct db_shape signature_shape = { sizeof(struct signature_row),
	read_signature, clear_signature };

void
signature_rows_free(struct signature_row *rows, size_t n)
{

	db_list_free(&signature_shape, rows, n);
}

int
store_signature_put(struct store *store, const struct signature_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(row->ksk_id),
		db_text(row->zone),
		db_int(row->type_covered),
		db_blob(row->tbs_hash, sizeof(row->tbs_hash)),
		db_int(row->inception_at),
		db_int(row->expiration_at),
		db_buf(&row->rrsig),
		db_int(row->created_at),
	};

	return db_change_later(store->db, &ask_signature_put, args,
	    STORE_N(args), err);
}

int
store_signature_list(struct store *store, const char *zone,
    struct signature_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_signature_list, args, STORE_N(args),
	    &signature_shape, out, n, err);
}

int
store_signature_few(struct store *store, const char *zone,
    struct signature_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	*out = NULL;
	*n = 0;
	return db_zone_list(store->db, &ask_signature_few, args,
	    STORE_N(args), &signature_shape, out, n, err);
}

int
store_signature_sets(struct store *store, const char *zone,
    int64_t since_at, struct signature_row **out, size_t *n,
    struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_int(since_at) };

	*out = NULL;
	*n = 0;
	/* All that was ever signed is too much for many zones at once. */
	if (since_at == 0)
		return db_list(store->db, &ask_signature_sets.one, args,
		    STORE_N(args), &signature_shape, out, n, err);
	return db_zone_list(store->db, &ask_signature_sets, args,
	    STORE_N(args), &signature_shape, out, n, err);
}

int
store_signature_newest(struct store *store, const char *zone,
    struct signature_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	*out = NULL;
	*n = 0;
	return db_zone_list(store->db, &ask_signature_newest, args,
	    STORE_N(args), &signature_shape, out, n, err);
}

int
store_signature_page(struct store *store, int64_t after, int64_t at,
    size_t max, struct signature_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_int(after), db_int(at),
		db_int((int64_t)max) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_signature_page, args, STORE_N(args),
	    &signature_shape, out, n, err);
}

int
store_signature_horizon(struct store *store, const char *zone,
    const char *ksk_id, int64_t *at, struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_text(ksk_id) };

	return db_number(store->db, &ask_signature_horizon, args,
	    STORE_N(args), at, err);
}

static void
read_times(const struct db_rows *rows, void *out)
{
	int64_t *times = out;

	times[0] = db_get_int(rows, 0);
	times[1] = db_get_int(rows, 1);
}

int
store_signature_times(struct store *store, const char *zone, int64_t *made_at,
    int64_t *end_at, struct error *err)
{
	static const struct db_shape shape = { 2 * sizeof(int64_t), read_times,
		NULL };
	const struct db_value args[] = { db_text(zone) };
	int64_t times[2] = { 0, 0 };
	bool found;

	if (db_zone_one(store->db, &ask_signature_times, args, STORE_N(args),
	    &shape, times, &found, err) != 0)
		return -1;
	*made_at = times[0];
	*end_at = times[1];
	return 0;
}

int
store_signature_last(struct store *store, const char *zone, int64_t *id,
    struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	return db_zone_number(store->db, &ask_signature_last, args,
	    STORE_N(args), id, err);
}

int
store_signature_since(struct store *store, const char *zone, int64_t id,
    int64_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_int(id) };

	return db_number(store->db, &ask_signature_since, args,
	    STORE_N(args), n, err);
}

static void
read_set(const struct db_rows *rows, void *out)
{
	struct zsk_set_row *row = out;

	row->id = db_get_int(rows, 0);
	row->zone = db_get_text(rows, 1);
	db_get_fixed(rows, 2, row->hash, sizeof(row->hash));
	row->text = db_get_text(rows, 3);
	row->admitted_at = db_get_int(rows, 4);
}

static const struct db_shape set_shape = { sizeof(struct zsk_set_row), read_set,
	clear_set };

int
store_zsk_set_last(struct store *store, const char *zone,
    struct zsk_set_row *out, bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(zone) };

	return db_zone_one(store->db, &ask_set_last, args, STORE_N(args),
	    &set_shape, out, found, err);
}

int
store_zsk_set_page(struct store *store, int64_t after, size_t max,
    struct zsk_set_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_int(after), db_int((int64_t)max) };

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_set_page, args, STORE_N(args),
	    &set_shape, out, n, err);
}

void
zsk_set_rows_free(struct zsk_set_row *rows, size_t n)
{

	db_list_free(&set_shape, rows, n);
}

int
store_zsk_set_is_last(struct store *store, const char *zone,
    const uint8_t hash[static CRYPTO_SHA256_LEN], bool *is,
    struct error *err)
{
	struct zsk_set_row last = { 0 };
	bool found = false;

	*is = false;
	if (store_zsk_set_last(store, zone, &last, &found, err) != 0)
		return -1;
	*is = found && memcmp(last.hash, hash, sizeof(last.hash)) == 0;
	zsk_set_row_clear(&last);
	return 0;
}

int
store_zsk_set_put(struct store *store, const struct zsk_set_row *row,
    struct error *err)
{
	const struct db_value args[] = {
		db_text(row->zone),
		db_blob(row->hash, sizeof(row->hash)),
		db_text(row->text),
		db_int(row->admitted_at),
	};

	return db_change_later(store->db, &ask_set_put, args,
	    STORE_N(args), err);
}
