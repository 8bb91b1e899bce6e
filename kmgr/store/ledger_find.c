#include <stdlib.h>
#include <string.h>

#include "kmgr/store/db_ahead.h"
#include "kmgr/store/ledger_inner.h"
#include "kmgr/store/store_inner.h"

#define COLUMNS "seq, prev, hash, type, payload, actor, at"

static const struct db_question ask_head = { "read the ledger's head",
	"SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1" };
static const struct db_question ask_list = { "read the ledger",
	"SELECT " COLUMNS ", cmk_id, zone FROM ledger "
	"WHERE seq >= $1 ORDER BY seq LIMIT $2" };
static const struct db_question ask_of_cmk = { "read a CMK's events",
	"SELECT " COLUMNS " FROM ledger WHERE cmk_id = $1 AND type = $2 "
	"AND seq >= $3 ORDER BY seq LIMIT $4" };
static const struct db_question ask_of_zone = { "read a zone's events",
	"SELECT " COLUMNS " FROM ledger WHERE zone = $1 AND type = $2 "
	"AND seq >= $3 ORDER BY seq LIMIT $4" };
static const struct db_question ask_of_type = { "read events of a type",
	"SELECT " COLUMNS " FROM ledger WHERE type = $1 AND seq >= $2 "
	"ORDER BY seq LIMIT $3" };
static const struct db_question ask_last = { "read a CMK's last event",
	"SELECT " COLUMNS " FROM ledger WHERE cmk_id = $1 AND type = $2 "
	"ORDER BY seq DESC LIMIT 1" };
static const struct db_question ask_newest = { "read the last event of a type",
	"SELECT " COLUMNS " FROM ledger WHERE type = $1 "
	"ORDER BY seq DESC LIMIT 1" };
static const struct db_question ask_before = {
	"read a zone's event before another one",
	"SELECT " COLUMNS ", cmk_id, zone FROM ledger WHERE zone = $1 "
	"AND type = $2 AND seq < $3 ORDER BY seq DESC LIMIT 1" };
/*
 * Of each zone by its own way into the index: no other event is touched. A
 * database that knows nothing of its rows yet (no statistics) takes a type for
 * rarer than zones are, and goes over all events of it; so the type is one that
 * is known only once the zone is.
 */
#define OF_EACH(what) \
	" FROM zone CROSS JOIN ledger " \
	"WHERE zone.zone > $1 AND zone.zone <= $2 AND " what
#define OF_TYPE "ledger.zone = zone.zone AND type = " \
	"CASE zone.zone WHEN '' THEN '' ELSE $3 END"
#define ROW_COLUMNS \
	"seq, prev, hash, type, payload, actor, at, cmk_id, ledger.zone"
static const struct db_of_zone ask_newest_of_zone = {
	{ "read a zone's last event",
	"SELECT " ROW_COLUMNS " FROM ledger WHERE zone = $1 AND type = $2 "
	"ORDER BY seq DESC LIMIT 1" },
	"SELECT zone.zone, " ROW_COLUMNS OF_EACH("seq = (SELECT max(seq) "
	"FROM ledger WHERE ledger.zone = zone.zone AND type = $3)")
	" ORDER BY zone.zone" };
static const struct db_of_zone ask_seq_of_zone = {
	{ "find a zone's last event",
	"SELECT max(seq) FROM ledger WHERE zone = $1 AND type = $2" },
	"SELECT zone.zone, max(seq)" OF_EACH(OF_TYPE)
	" GROUP BY zone.zone ORDER BY zone.zone" };
static const struct db_of_zone ask_all_of_zone = {
	{ "read all events of a zone",
	"SELECT " ROW_COLUMNS " FROM ledger WHERE zone = $1 AND type = $2 "
	"ORDER BY seq" },
	"SELECT zone.zone, " ROW_COLUMNS OF_EACH(OF_TYPE)
	" ORDER BY zone.zone, seq" };
#define SINCE(of, type) " AND seq > coalesce((SELECT max(last.seq) " \
	"FROM ledger AS last WHERE last.zone = " of " AND last.type = " type \
	"), 0)"
static const struct db_of_zone ask_since = {
	{ "read a zone's events since one",
	"SELECT " ROW_COLUMNS " FROM ledger WHERE zone = $1 AND type = $2"
	SINCE("$1", "$3") " ORDER BY seq" },
	"SELECT zone.zone, " ROW_COLUMNS OF_EACH(OF_TYPE)
	SINCE("zone.zone", "$4") " ORDER BY zone.zone, seq" };
_Static_assert(LEDGER_FEW == 16, "as in SQL");
static const struct db_of_zone ask_last_few = {
	{ "read a zone's last events",
	"SELECT " ROW_COLUMNS " FROM ledger WHERE zone = $1 AND type = $2 "
	"ORDER BY seq DESC LIMIT 16" },
	"SELECT zone.zone, " ROW_COLUMNS OF_EACH(OF_TYPE)
	" AND seq >= coalesce((SELECT few.seq FROM ledger AS few "
	"WHERE few.zone = zone.zone AND few.type = $3 "
	"ORDER BY few.seq DESC LIMIT 1 OFFSET 15), 0) "
	"ORDER BY zone.zone, seq DESC" };
static const struct db_of_zone ask_count = { { "count a zone's events",
	"SELECT count(*) FROM ledger WHERE zone = $1 AND type = $2" },
	"SELECT zone.zone, count(*)" OF_EACH(OF_TYPE)
	" GROUP BY zone.zone ORDER BY zone.zone" };

void
ledger_record_clear(struct ledger_record *record)
{

	free(record->type);
	free(record->payload);
	free(record->actor);
	*record = (struct ledger_record){ 0 };
}

static void
clear_record(void *out)
{

	ledger_record_clear(out);
}

static void
read_record(const struct db_rows *rows, void *out)
{
	struct ledger_record *record = out;

	record->seq = db_get_int(rows, 0);
	db_get_fixed(rows, 1, record->prev, sizeof(record->prev));
	db_get_fixed(rows, 2, record->hash, sizeof(record->hash));
	record->type = db_get_text(rows, 3);
	record->payload = db_get_text(rows, 4);
	record->actor = db_get_text(rows, 5);
	record->at = db_get_int(rows, 6);
}

static const struct db_shape record_shape = { sizeof(struct ledger_record),
	read_record, clear_record };

void
ledger_records_free(struct ledger_record *records, size_t n)
{

	db_list_free(&record_shape, records, n);
}

void
ledger_row_clear(struct ledger_row *row)
{

	ledger_record_clear(&row->record);
	free(row->cmk_id);
	free(row->zone);
	*row = (struct ledger_row){ 0 };
}

static void
clear_row(void *out)
{

	ledger_row_clear(out);
}

static void
read_row(const struct db_rows *rows, void *out)
{
	struct ledger_row *row = out;

	read_record(rows, &row->record);
	row->cmk_id = db_get_text_or_null(rows, 7);
	row->zone = db_get_text_or_null(rows, 8);
}

static const struct db_shape row_shape = { sizeof(struct ledger_row),
	read_row, clear_row };

void
ledger_row_list_free(struct ledger_row *rows, size_t n)
{

	db_list_free(&row_shape, rows, n);
}

struct head {
	int64_t seq;
	uint8_t hash[CRYPTO_SHA256_LEN];
};

static void
read_head(const struct db_rows *rows, void *out)
{
	struct head *head = out;

	head->seq = db_get_int(rows, 0);
	db_get_fixed(rows, 1, head->hash, sizeof(head->hash));
}

int
ledger_head(struct store *store, int64_t *seq,
    uint8_t hash[static CRYPTO_SHA256_LEN], struct error *err)
{
	static const struct db_shape head_shape = { sizeof(struct head),
		read_head, NULL };
	struct head head = { 0 };
	bool found = false;

	if (store->db->is_writing && store->head_seq != 0) {
		*seq = store->head_seq;
		memcpy(hash, store->head, sizeof(store->head));
		return 0;
	}
	if (db_one(store->db, &ask_head, NULL, 0, &head_shape, &head, &found,
	    err) != 0)
		return -1;
	*seq = head.seq;
	memcpy(hash, head.hash, sizeof(head.hash));
	return 0;
}

static struct db_value
limit(size_t max)
{

	return db_int(max > INT32_MAX ? INT32_MAX : (int64_t)max);
}

static int
list(struct store *store, int64_t from, size_t max,
    const struct db_shape *shape, void *out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_int(from), limit(max) };

	*n = 0;
	return db_list(store->db, &ask_list, args, STORE_N(args), shape, out,
	    n, err);
}

int
ledger_row_list(struct store *store, int64_t from, size_t max,
    struct ledger_row **out, size_t *n, struct error *err)
{

	*out = NULL;
	return list(store, from, max, &row_shape, out, n, err);
}

int
ledger_list(struct store *store, int64_t from, size_t max,
    struct ledger_record **out, size_t *n, struct error *err)
{

	*out = NULL;
	return list(store, from, max, &record_shape, out, n, err);
}

/* Those of one CMK or zone, as the question says. */
static int
list_of(struct store *store, const struct db_question *question,
    const char *whose, const char *type, int64_t from, size_t max,
    struct ledger_record **out, size_t *n, struct error *err)
{
	const struct db_value args[] = {
		db_text(whose),
		db_text(type),
		db_int(from),
		limit(max),
	};

	*out = NULL;
	*n = 0;
	return db_list(store->db, question, args, STORE_N(args),
	    &record_shape, out, n, err);
}

int
ledger_of_cmk(struct store *store, const char *cmk_id, const char *type,
    int64_t from, size_t max, struct ledger_record **out, size_t *n,
    struct error *err)
{

	return list_of(store, &ask_of_cmk, cmk_id, type, from, max, out, n,
	    err);
}

int
ledger_of_zone(struct store *store, const char *zone, const char *type,
    int64_t from, size_t max, struct ledger_record **out, size_t *n,
    struct error *err)
{

	return list_of(store, &ask_of_zone, zone, type, from, max, out, n,
	    err);
}

int
ledger_before(struct store *store, const char *zone, const char *type,
    int64_t seq, struct ledger_row *out, bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_text(type),
		db_int(seq) };

	if (seq == INT64_MAX)
		return db_zone_one(store->db, &ask_newest_of_zone, args, 2,
		    &row_shape, out, found, err);
	return db_one(store->db, &ask_before, args, STORE_N(args), &row_shape,
	    out, found, err);
}

int
ledger_seq_of_zone(struct store *store, const char *zone, const char *type,
    int64_t *seq, struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_text(type) };

	return db_zone_number(store->db, &ask_seq_of_zone, args,
	    STORE_N(args), seq, err);
}

int
ledger_all_of_zone(struct store *store, const char *zone, const char *type,
    struct ledger_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_text(type) };

	*out = NULL;
	*n = 0;
	return db_zone_list(store->db, &ask_all_of_zone, args, STORE_N(args),
	    &row_shape, out, n, err);
}

int
ledger_last_few(struct store *store, const char *zone, const char *type,
    struct ledger_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_text(type) };

	*out = NULL;
	*n = 0;
	return db_zone_list(store->db, &ask_last_few, args, STORE_N(args),
	    &row_shape, out, n, err);
}

int
ledger_since(struct store *store, const char *zone, const char *type,
    const char *last, struct ledger_row **out, size_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_text(type),
		db_text(last) };

	*out = NULL;
	*n = 0;
	return db_zone_list(store->db, &ask_since, args, STORE_N(args),
	    &row_shape, out, n, err);
}

int
ledger_of_type(struct store *store, const char *type, int64_t from,
    size_t max, struct ledger_record **out, size_t *n, struct error *err)
{
	const struct db_value args[] = {
		db_text(type),
		db_int(from),
		limit(max),
	};

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_of_type, args, STORE_N(args),
	    &record_shape, out, n, err);
}

int
ledger_last(struct store *store, const char *cmk_id, const char *type,
    struct ledger_record *out, bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(cmk_id), db_text(type) };

	return db_one(store->db, &ask_last, args, STORE_N(args),
	    &record_shape, out, found, err);
}

int
ledger_newest(struct store *store, const char *type,
    struct ledger_record *out, bool *found, struct error *err)
{
	const struct db_value args[] = { db_text(type) };

	return db_one(store->db, &ask_newest, args, STORE_N(args),
	    &record_shape, out, found, err);
}

int
ledger_count_of_zone(struct store *store, const char *zone, const char *type,
    int64_t *n, struct error *err)
{
	const struct db_value args[] = { db_text(zone), db_text(type) };

	return db_zone_number(store->db, &ask_count, args, STORE_N(args), n,
	    err);
}
