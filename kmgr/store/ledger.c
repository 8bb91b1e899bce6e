#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/store/ledger_inner.h"
#include "kmgr/store/store_inner.h"

#define TYPE_MAX 64		/* characters of a record's type */
#define PAGE	 1000		/* records verified at a time */
#define HEX_LEN	 (2 * CRYPTO_SHA256_LEN + 1)

static const char tag[] = "kmgr/ledger/v1";	/* its final 0 included */

static const struct db_question ask_append = { "append to the ledger",
	"INSERT INTO ledger (seq, prev, hash, type, payload, actor, at, "
	"cmk_id, zone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" };

/*
 * The canonical JSON of a record, put together from parts that are canonical
 * JSON themselves: keys in their order, and a type that needs no escape.
 */
void
ledger_record_hash(const struct ledger_record *record,
    uint8_t out[static CRYPTO_SHA256_LEN])
{
	char prev[HEX_LEN];
	struct buf text = BUF_INIT;

	buf_add(&text, tag, sizeof(tag));
	buf_add_text(&text, "{\"actor\":");
	buf_add_text(&text, record->actor);
	buf_add_text(&text, ",\"at\":");
	buf_add_int(&text, record->at);
	buf_add_text(&text, ",\"payload\":");
	buf_add_text(&text, record->payload);
	buf_add_text(&text, ",\"prev\":\"");
	buf_add_text(&text, text_hex(record->prev, sizeof(record->prev),
	    prev));
	buf_add_text(&text, "\",\"seq\":");
	buf_add_int(&text, record->seq);
	buf_add_text(&text, ",\"type\":\"");
	buf_add_text(&text, record->type);
	buf_add_text(&text, "\"}");
	crypto_sha256(text.data, text.len, out);
	buf_free(&text);
}

/* payload is that of the record, read. */
static int
put_record(struct store *store, const struct ledger_record *record,
    const struct json *payload, struct error *err)
{
	const struct db_value args[] = {
		db_int(record->seq),
		db_blob(record->prev, sizeof(record->prev)),
		db_blob(record->hash, sizeof(record->hash)),
		db_text(record->type),
		db_text(record->payload),
		db_text(record->actor),
		db_int(record->at),
		db_text(json_get_text(payload, "cmk_id")),
		db_text(json_get_text(payload, "zone")),
	};

	return db_change_later(store->db, &ask_append, args,
	    STORE_N(args), err);
}

static void
note_head(struct store *store, const struct ledger_record *record)
{

	if (store->own_seq == 0)
		store->own_seq = record->seq;
	store->head_seq = record->seq;
	memcpy(store->head, record->hash, sizeof(store->head));
}

int
ledger_append(struct store *store, const char *type,
    const struct json *payload, const struct json *actor, int64_t at,
    struct error *err)
{
	struct ledger_record record = { .at = at };
	struct buf text = BUF_INIT;
	int rc = -1;

	if (!text_is_label(type, TYPE_MAX))
		return err_set(err, ERR_INTERNAL,
		    "ledger: \"%s\" is no type of a record", type);
	if (ledger_head(store, &record.seq, record.prev, err) != 0)
		return -1;
	record.seq++;
	record.type = mem_strdup(type);
	json_canonical(payload, &text);
	record.payload = buf_take(&text);
	json_canonical(actor, &text);
	record.actor = buf_take(&text);
	ledger_record_hash(&record, record.hash);
	store->head_seq = 0;
	rc = put_record(store, &record, payload, err);
	if (rc == 0)
		note_head(store, &record);
	ledger_record_clear(&record);
	return rc;
}

int64_t
ledger_own(const struct store *store)
{

	return store->own_seq;
}

/*
 * Read a text that is one canonical JSON value; NULL where it is not. Else
 * bytes could move from one column to another, and the hash of all would stay
 * the same.
 */
static struct json *
read_canonical(const char *text)
{
	struct error ignored = ERR_INIT;
	struct buf again = BUF_INIT;
	struct json *json = NULL;

	if (json_read(text, strlen(text), &json, &ignored) != 0)
		return NULL;
	json_canonical(json, &again);
	if (strcmp(buf_text(&again), text) != 0) {
		json_free(json);
		json = NULL;
	}
	buf_free(&again);
	return json;
}

static bool
is_hashed(const struct ledger_record *record)
{
	uint8_t hash[CRYPTO_SHA256_LEN];

	ledger_record_hash(record, hash);
	return memcmp(record->hash, hash, sizeof(hash)) == 0;
}

/* As ledger_record_check(); *payload is that of the record, read. */
static int
check_record(const struct ledger_record *record, int64_t seq,
    const uint8_t prev[static CRYPTO_SHA256_LEN], struct json **payload,
    struct error *err)
{
	struct json *actor = NULL;
	const char *what = NULL;

	*payload = NULL;
	if (record->seq != seq)
		return err_set(err, ERR_INTEGRITY, "ledger: record %lld "
		    "stands where %lld should be", (long long)record->seq,
		    (long long)seq);
	if (memcmp(record->prev, prev, CRYPTO_SHA256_LEN) != 0)
		what = "does not follow the one before it";
	else if (!text_is_label(record->type, TYPE_MAX))
		what = "has a type that kmgr never writes";
	else if ((*payload = read_canonical(record->payload)) == NULL ||
	    (actor = read_canonical(record->actor)) == NULL)
		what = "is not canonical JSON";
	else if (!is_hashed(record))
		what = "does not match its hash";
	json_free(actor);
	if (what == NULL)
		return 0;
	json_free(*payload);
	*payload = NULL;
	return err_set(err, ERR_INTEGRITY, "ledger: record %lld (%s) %s",
	    (long long)seq, record->type, what);
}

int
ledger_record_check(const struct ledger_record *record, int64_t seq,
    const uint8_t prev[static CRYPTO_SHA256_LEN], struct error *err)
{
	struct json *payload;
	const int rc = check_record(record, seq, prev, &payload, err);

	json_free(payload);
	return rc;
}

int
ledger_append_record(struct store *store, const struct ledger_record *record,
    struct error *err)
{
	uint8_t prev[CRYPTO_SHA256_LEN];
	struct json *payload = NULL;
	int64_t seq;
	int rc = -1;

	if (ledger_head(store, &seq, prev, err) == 0 &&
	    check_record(record, seq + 1, prev, &payload, err) == 0) {
		store->head_seq = 0;
		rc = put_record(store, record, payload, err);
	}
	json_free(payload);
	return rc;
}

/* What the payload says and what the column has; each may be NULL. */
static bool
is_same(const struct json *payload, const char *key, const char *column)
{
	const char *said = json_get_text(payload, key);

	if (said == NULL || column == NULL)
		return said == column;
	return strcmp(said, column) == 0;
}

static int
check_row(const struct ledger_row *row, int64_t seq,
    const uint8_t prev[static CRYPTO_SHA256_LEN], struct error *err)
{
	struct json *payload;
	int rc;

	if (check_record(&row->record, seq, prev, &payload, err) != 0)
		return -1;
	rc = is_same(payload, "cmk_id", row->cmk_id) &&
	    is_same(payload, "zone", row->zone) ? 0 : err_set(err,
	    ERR_INTEGRITY, "ledger: record %lld (%s) is filed under another "
	    "CMK or zone than it tells of", (long long)seq, row->record.type);
	json_free(payload);
	return rc;
}

int
ledger_verify(struct store *store, size_t *n, struct error *err)
{
	uint8_t prev[CRYPTO_SHA256_LEN] = { 0 };
	struct ledger_row *rows;
	int64_t from = INT64_MIN;	/* what is before the first, too */
	size_t i, total = 0, page = 0;
	int rc = 0;

	do {
		if (ledger_row_list(store, from, PAGE, &rows, &page, err) != 0)
			return -1;
		for (i = 0; rc == 0 && i < page; i++) {
			rc = check_row(&rows[i], (int64_t)++total, prev, err);
			memcpy(prev, rows[i].record.hash, sizeof(prev));
		}
		ledger_row_list_free(rows, page);
		from = (int64_t)total + 1;
	} while (rc == 0 && page == PAGE);
	if (rc == 0)
		*n = total;
	return rc;
}
