/*
 * The ledger: an append-only chain of events. The hash of a record covers
 * the one before it, so that no record can change, go or come in between
 * without all later ones changing.
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

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
void ledger_records_free(struct ledger_record *records, size_t n);

/**
 * ledger_append(store, type, payload, actor, at, err):
 * Append an event inside the caller's transaction.
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
 * ledger_verify(store, n, err):
 * Recompute the chain over all *${n} records.
 *
 * Errors: ERR_STORE; ERR_INTEGRITY with the first record that is wrong.
 */
int ledger_verify(struct store *store, size_t *n, struct error *err);

#endif
