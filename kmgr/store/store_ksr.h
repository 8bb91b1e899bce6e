/* Key signing requests that were answered, and the responses. */
#ifndef STORE_STORE_KSR_H
#define STORE_STORE_KSR_H

#include "kmgr/store/store.h"

/* A request and its response. */
struct ksr_row {
	char	 id[STORE_ID_TEXT];
	char	 cmk_id[STORE_ID_TEXT];	/* of the oldest KSK in it */
	char	*zone;
	char	*format;		/* "icann", "bind", "knot" */
	char	*kind;			/* "regular", "emergency" */
	uint8_t	 request_hash[CRYPTO_SHA256_LEN];	/* of the files */
	char	*request_id;		/* or NULL */
	char	*bundle_ids;		/* JSON: a list of texts */
	uint8_t	 response_hash[CRYPTO_SHA256_LEN];
	uint8_t	 plan_hash[CRYPTO_SHA256_LEN];
	char	*ksk_ids;		/* JSON: of the KSKs in it */
	int64_t	 answered_at;
	int64_t	 expires_at;		/* its last signature */
	int64_t	 superseded_at;		/* 0: it is good */
	/* Not in lists; NULL where the store was restored from its ledger. */
	char	*request;
	char	*response;
};
void ksr_row_clear(struct ksr_row *row);
void ksr_rows_free(struct ksr_row *rows, size_t n);

/**
 * store_ksr_put(store, row, err):
 * Record an answered request.
 *
 * Errors: ERR_STORE.
 */
int store_ksr_put(struct store *store, const struct ksr_row *row,
    struct error *err);

/**
 * store_ksr_list(store, zone, out, n, err):
 * All of ${zone}, or of all zones where it is NULL, oldest first, without
 * their texts. Owner: the caller, ksr_rows_free().
 */
int store_ksr_list(struct store *store, const char *zone,
    struct ksr_row **out, size_t *n, struct error *err);

/**
 * store_ksr_get(store, id, out, found, err):
 * The one with ${id}, with its texts. Owner: the caller, ksr_row_clear().
 */
int store_ksr_get(struct store *store, const char *id, struct ksr_row *out,
    bool *found, struct error *err);

/**
 * store_ksr_supersede(store, id, at, err):
 * From ${at} on the response ${id} is not what is to be served.
 *
 * Errors: ERR_STORE; ERR_INTEGRITY where it is superseded or not there.
 */
int store_ksr_supersede(struct store *store, const char *id, int64_t at,
    struct error *err);

#endif
