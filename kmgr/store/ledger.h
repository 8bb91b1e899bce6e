/*
 * The ledger: an append-only chain of events. The hash of a record covers
 * the one before it, so that no record can change, go or come in between
 * without all later ones changing.
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/store/store.h"

struct ledger_record {
	int64_t	 seq;			/* 1, 2, ... without a gap */
	uint8_t	 prev[CRYPTO_SHA256_LEN]; /* hash of seq - 1; zeroes for 1 */
	uint8_t	 hash[CRYPTO_SHA256_LEN];
	char	*type;			/* "create-cmk", "seal", ... */
	char	*payload;		/* canonical JSON */
	char	*actor;			/* canonical JSON: uid, user, host */
	int64_t	 at;
};
void ledger_record_clear(struct ledger_record *record);
void ledger_records_free(struct ledger_record *records, size_t n);

/**
 * ledger_append(store, type, payload, actor, at, err):
 * Append an event inside the caller's transaction.
 *
 * What ${payload} says as "cmk_id" and "zone" is what ledger_of_*() look for.
 *
 * hash = SHA-256("kmgr/ledger/v1\0" || canonical JSON of {actor, at,
 * payload, prev, seq, type}); prev in lower-case hex, at in seconds.
 *
 * Errors: ERR_STORE.
 */
int ledger_append(struct store *store, const char *type,
    const struct json *payload, const struct json *actor, int64_t at,
    struct error *err);

/**
 * ledger_record_hash(record, out):
 * The hash of what ${record} says, as above; that of the record may be another.
 */
void ledger_record_hash(const struct ledger_record *record,
    uint8_t out[static CRYPTO_SHA256_LEN]);

/**
 * ledger_own(store):
 * The number of the first event that was appended in the transaction that is
 * open; 0 where none was. Nobody else can append any behind it.
 */
int64_t ledger_own(const struct store *store);

/**
 * ledger_head(store, seq, hash, err):
 * The last record's number and hash; 0 and zeroes for an empty ledger.
 */
int ledger_head(struct store *store, int64_t *seq,
    uint8_t hash[static CRYPTO_SHA256_LEN], struct error *err);

/**
 * ledger_list(store, from, max, out, n, err):
 * At most ${max} records from number ${from} on.
 *
 * Owner: the caller, ledger_records_free().
 */
int ledger_list(struct store *store, int64_t from, size_t max,
    struct ledger_record **out, size_t *n, struct error *err);

/**
 * ledger_of_cmk(store, cmk_id, type, from, max, out, n, err),
 * ledger_of_zone(store, zone, type, from, max, out, n, err):
 * As ledger_list(), those of ${type} that tell of one CMK or zone.
 */
int ledger_of_cmk(struct store *store, const char *cmk_id, const char *type,
    int64_t from, size_t max, struct ledger_record **out, size_t *n,
    struct error *err);
int ledger_of_zone(struct store *store, const char *zone, const char *type,
    int64_t from, size_t max, struct ledger_record **out, size_t *n,
    struct error *err);

/**
 * ledger_of_type(store, type, from, max, out, n, err):
 * As ledger_list(), those of ${type}.
 */
int ledger_of_type(struct store *store, const char *type, int64_t from,
    size_t max, struct ledger_record **out, size_t *n, struct error *err);

/**
 * ledger_last(store, cmk_id, type, out, found, err):
 * The newest record of ${type} that tells of the CMK.
 *
 * Owner: the caller, ledger_record_clear().
 */
int ledger_last(struct store *store, const char *cmk_id, const char *type,
    struct ledger_record *out, bool *found, struct error *err);

/**
 * ledger_newest(store, type, out, found, err):
 * The newest record of ${type}, of whatever it tells.
 *
 * Owner: the caller, ledger_record_clear().
 */
int ledger_newest(struct store *store, const char *type,
    struct ledger_record *out, bool *found, struct error *err);

/* A record with the columns that it is found by, as the database has them. */
struct ledger_row {
	struct ledger_record record;
	char	*cmk_id;		/* NULL: tells of no CMK */
	char	*zone;			/* NULL: tells of no zone */
};
void ledger_row_clear(struct ledger_row *row);
void ledger_row_list_free(struct ledger_row *rows, size_t n);

/**
 * ledger_before(store, zone, type, seq, out, found, err):
 * The newest record of ${type} below number ${seq} that is filed under
 * ${zone}.
 *
 * Owner: the caller, ledger_row_clear().
 */
int ledger_before(struct store *store, const char *zone, const char *type,
    int64_t seq, struct ledger_row *out, bool *found, struct error *err);

/**
 * ledger_seq_of_zone(store, zone, type, seq, err):
 * The number of the newest record of ${type} that is filed under ${zone}; 0
 * where there is none. It costs no look at a record.
 */
int ledger_seq_of_zone(struct store *store, const char *zone,
    const char *type, int64_t *seq, struct error *err);

/**
 * ledger_all_of_zone(store, zone, type, out, n, err):
 * All records of ${type} that are filed under ${zone}, oldest first.
 *
 * Owner: the caller, ledger_row_list_free().
 */
int ledger_all_of_zone(struct store *store, const char *zone,
    const char *type, struct ledger_row **out, size_t *n, struct error *err);

/**
 * ledger_last_few(store, zone, type, out, n, err):
 * The newest LEDGER_FEW records of ${type} that are filed under ${zone}, or as
 * many as there are, newest first.
 *
 * Owner: the caller, ledger_row_list_free().
 */
#define LEDGER_FEW 16
int ledger_last_few(struct store *store, const char *zone, const char *type,
    struct ledger_row **out, size_t *n, struct error *err);

/**
 * ledger_since(store, zone, type, last, out, n, err):
 * Of these only those behind the newest one of type ${last} that is filed under
 * ${zone}; all of them where there is none.
 *
 * Owner: the caller, ledger_row_list_free().
 */
int ledger_since(struct store *store, const char *zone, const char *type,
    const char *last, struct ledger_row **out, size_t *n, struct error *err);

/**
 * ledger_count_of_zone(store, zone, type, n, err):
 * How many records of ${type} tell of ${zone}.
 */
int ledger_count_of_zone(struct store *store, const char *zone,
    const char *type, int64_t *n, struct error *err);

/**
 * ledger_record_check(record, seq, prev, err):
 * Whether ${record} is number ${seq}, follows the one with hash ${prev}, is
 * canonical, and hashes to its hash.
 *
 * Errors: ERR_INTEGRITY.
 */
int ledger_record_check(const struct ledger_record *record, int64_t seq,
    const uint8_t prev[static CRYPTO_SHA256_LEN], struct error *err);

/**
 * ledger_append_record(store, record, err):
 * Append a record that was exported before, as it is, inside the caller's
 * transaction. It must follow the last one.
 *
 * Errors: ERR_STORE, ERR_INTEGRITY.
 */
int ledger_append_record(struct store *store,
    const struct ledger_record *record, struct error *err);

/**
 * ledger_verify(store, n, err):
 * Recompute the chain over all *${n} records; each must be found by what its
 * payload says.
 *
 * Errors: ERR_STORE; ERR_INTEGRITY with the first record that is wrong.
 */
int ledger_verify(struct store *store, size_t *n, struct error *err);

#endif
