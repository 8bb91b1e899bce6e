/* What was signed for a zone, and which ZSK sets were admitted. */
#ifndef STORE_STORE_ZONE_H
#define STORE_STORE_ZONE_H

#include "kmgr/store/store.h"

/* What was signed, until when. */
struct signature_row {
	int64_t	 id;			/* given by the store */
	char	 ksk_id[STORE_ID_TEXT];
	char	*zone;
	uint16_t type_covered;
	uint8_t	 tbs_hash[CRYPTO_SHA256_LEN];
	int64_t	 inception_at;
	int64_t	 expiration_at;
	struct buf rrsig;		/* RDATA */
	int64_t	 created_at;
};
void signature_rows_free(struct signature_row *rows, size_t n);

int store_signature_put(struct store *store, const struct signature_row *row,
    struct error *err);

/**
 * store_signature_list(store, zone, out, n, err):
 * The signatures made for ${zone}, newest first, at most 1000.
 *
 * store_signature_few(store, zone, out, n, err): at most STORE_SIGNATURE_FEW.
 */
#define STORE_SIGNATURE_FEW 64
int store_signature_list(struct store *store, const char *zone,
    struct signature_row **out, size_t *n, struct error *err);
int store_signature_few(struct store *store, const char *zone,
    struct signature_row **out, size_t *n, struct error *err);

/**
 * store_signature_sets(store, zone, since_at, out, n, err):
 * Of the signatures over the DNSKEY RRset of ${zone} those that are of no
 * response to a request and are valid after ${since_at}, newest first, at most
 * 1000.
 */
int store_signature_sets(struct store *store, const char *zone,
    int64_t since_at, struct signature_row **out, size_t *n,
    struct error *err);

/**
 * store_signature_newest(store, zone, out, n, err):
 * Of these, valid or not, all that were made in the same instant as the last.
 */
int store_signature_newest(struct store *store, const char *zone,
    struct signature_row **out, size_t *n, struct error *err);

/**
 * store_signature_times(store, zone, made_at, end_at, err):
 * When the signature over the DNSKEY RRset of ${zone} that was made last was
 * made, and when it expires; 0 where none was made.
 */
int store_signature_times(struct store *store, const char *zone,
    int64_t *made_at, int64_t *end_at, struct error *err);

/**
 * store_signature_last(store, zone, id, err):
 * The number of the newest signature of ${zone}, of whatever RRset; 0 where
 * none was made.
 *
 * store_signature_since(store, zone, id, n, err): how many are newer than the
 * one with the number ${id}.
 */
int store_signature_last(struct store *store, const char *zone, int64_t *id,
    struct error *err);
int store_signature_since(struct store *store, const char *zone, int64_t id,
    int64_t *n, struct error *err);

/**
 * store_signature_page(store, after, at, max, out, n, err):
 * At most ${max} signatures with a number above ${after} that are valid
 * beyond ${at}, in the order of their numbers.
 */
int store_signature_page(struct store *store, int64_t after, int64_t at,
    size_t max, struct signature_row **out, size_t *n, struct error *err);

/**
 * store_signature_horizon(store, zone, ksk_id, at, err):
 * The latest expiration of what a KSK of ${zone} signed; 0 where it signed
 * nothing. All that was ever signed for the zone is looked at.
 */
int store_signature_horizon(struct store *store, const char *zone,
    const char *ksk_id, int64_t *at, struct error *err);

/* A ZSK set that was admitted. */
struct zsk_set_row {
	int64_t	 id;			/* given by the store */
	char	*zone;
	uint8_t	 hash[CRYPTO_SHA256_LEN]; /* of its canonical wire form */
	char	*text;			/* zone-file form */
	int64_t	 admitted_at;
};
void zsk_set_row_clear(struct zsk_set_row *row);

/**
 * store_zsk_set_put(store, row, err), store_zsk_set_last(store, zone, out,
 * found, err), store_zsk_set_is_last(store, zone, hash, is, err):
 * Record an admitted set; the last one of ${zone}; whether that is the one with
 * ${hash}, which is not to be recorded again.
 */
int store_zsk_set_put(struct store *store, const struct zsk_set_row *row,
    struct error *err);
int store_zsk_set_last(struct store *store, const char *zone,
    struct zsk_set_row *out, bool *found, struct error *err);
int store_zsk_set_is_last(struct store *store, const char *zone,
    const uint8_t hash[static CRYPTO_SHA256_LEN], bool *is,
    struct error *err);

/**
 * store_zsk_set_page(store, after, max, out, n, err):
 * At most ${max} sets with a number above ${after}, in the order of their
 * numbers. Owner: the caller, zsk_set_rows_free().
 */
int store_zsk_set_page(struct store *store, int64_t after, size_t max,
    struct zsk_set_row **out, size_t *n, struct error *err);
void zsk_set_rows_free(struct zsk_set_row *rows, size_t n);

#endif
