#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_inner.h"

#define TYPE_MAX 64		/* characters of a record's type */
#define PAGE	 1000		/* records verified at a time */
#define HEX_LEN	 (2 * CRYPTO_SHA256_LEN + 1)

static const char tag[] = "kmgr/ledger/v1";	/* its final 0 included */

static const struct db_question ask_append = { "append to the ledger",
	"INSERT INTO ledger (seq, prev, hash, type, payload, actor, at) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7)" };
static const struct db_question ask_head = { "read the ledger's head",
	"SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1" };
static const struct db_question ask_list = { "read the ledger",
	"SELECT seq, prev, hash, type, payload, actor, at FROM ledger "
	"WHERE seq >= $1 ORDER BY seq LIMIT $2" };

static void
clear_record(void *out)
{
	struct ledger_record *record = out;

	free(record->type);
	free(record->payload);
	free(record->actor);
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

static const struct db_shape shape = { sizeof(struct ledger_record),
	read_record, clear_record };

void
ledger_records_free(struct ledger_record *records, size_t n)
{

	db_list_free(&shape, records, n);
}

/*
 * The canonical JSON of a record, put together from parts that are canonical
 * JSON themselves: keys in their order, and a type that needs no escape.
 */
static void
hash_record(const struct ledger_record *record,
    uint8_t out[static CRYPTO_SHA256_LEN])
{
	char prev[HEX_LEN];
	struct buf text = BUF_INIT;

	buf_add(&text, tag, sizeof(tag));
	buf_printf(&text, "{\"actor\":%s,\"at\":%lld,\"payload\":%s,"
	    "\"prev\":\"%s\",\"seq\":%lld,\"type\":\"%s\"}", record->actor,
	    (long long)record->at, record->payload,
	    text_hex(record->prev, sizeof(record->prev), prev),
	    (long long)record->seq, record->type);
	crypto_sha256(text.data, text.len, out);
	buf_free(&text);
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

	if (db_one(store->db, &ask_head, NULL, 0, &head_shape, &head, &found,
	    err) != 0)
		return -1;
	*seq = head.seq;
	memcpy(hash, head.hash, sizeof(head.hash));
	return 0;
}

static int
put_record(struct store *store, const struct ledger_record *record,
    struct error *err)
{
	const struct db_value args[] = {
		db_int(record->seq),
		db_blob(record->prev, sizeof(record->prev)),
		db_blob(record->hash, sizeof(record->hash)),
		db_text(record->type),
		db_text(record->payload),
		db_text(record->actor),
		db_int(record->at),
	};

	return db_change(store->db, &ask_append, args, STORE_N(args), NULL,
	    err);
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
	hash_record(&record, record.hash);
	rc = put_record(store, &record, err);
	clear_record(&record);
	return rc;
}

int
ledger_list(struct store *store, int64_t from, size_t max,
    struct ledger_record **out, size_t *n, struct error *err)
{
	const struct db_value args[] = {
		db_int(from),
		db_int(max > INT32_MAX ? INT32_MAX : (int64_t)max),
	};

	*out = NULL;
	*n = 0;
	return db_list(store->db, &ask_list, args, STORE_N(args), &shape, out,
	    n, err);
}

/*
 * Whether the text is one canonical JSON value. Else bytes could move from
 * one column to another, and the hash of all would stay the same.
 */
static bool
is_canonical(const char *text)
{
	struct error ignored = ERR_INIT;
	struct buf again = BUF_INIT;
	struct json *json = NULL;
	bool is_same = false;

	if (json_read(text, strlen(text), &json, &ignored) == 0) {
		json_canonical(json, &again);
		is_same = strcmp(buf_text(&again), text) == 0;
	}
	json_free(json);
	buf_free(&again);
	return is_same;
}

static int
verify_record(const struct ledger_record *record, int64_t seq,
    const uint8_t prev[static CRYPTO_SHA256_LEN], struct error *err)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	const char *what = NULL;

	if (record->seq != seq)
		return err_set(err, ERR_INTEGRITY, "ledger: record %lld "
		    "stands where %lld should be", (long long)record->seq,
		    (long long)seq);
	if (memcmp(record->prev, prev, sizeof(hash)) != 0)
		what = "does not follow the one before it";
	else if (!text_is_label(record->type, TYPE_MAX))
		what = "has a type that kmgr never writes";
	else if (!is_canonical(record->payload) ||
	    !is_canonical(record->actor))
		what = "is not canonical JSON";
	if (what == NULL) {
		hash_record(record, hash);
		if (memcmp(record->hash, hash, sizeof(hash)) != 0)
			what = "does not match its hash";
	}
	if (what == NULL)
		return 0;
	return err_set(err, ERR_INTEGRITY, "ledger: record %lld (%s) %s",
	    (long long)seq, record->type, what);
}

int
ledger_verify(struct store *store, size_t *n, struct error *err)
{
	uint8_t prev[CRYPTO_SHA256_LEN] = { 0 };
	struct ledger_record *records;
	int64_t from = INT64_MIN;	/* what is before the first, too */
	size_t i, total = 0, page = 0;
	int rc = 0;

	do {
		if (ledger_list(store, from, PAGE, &records, &page, err) != 0)
			return -1;
		for (i = 0; rc == 0 && i < page; i++) {
			rc = verify_record(&records[i], (int64_t)++total,
			    prev, err);
			memcpy(prev, records[i].hash, sizeof(prev));
		}
		ledger_records_free(records, page);
		from = (int64_t)total + 1;
	} while (rc == 0 && page == PAGE);
	if (rc == 0)
		*n = total;
	return rc;
}
