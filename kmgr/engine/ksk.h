/* Key-signing keys as the store has them, proved by their endorsement. */
#ifndef ENGINE_KSK_H
#define ENGINE_KSK_H

#include <stdbool.h>
#include <stddef.h>

#include "hsm/wrap.h"
#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/signer.h"
#include "kmgr/store/store.h"

struct ksk {
	struct ksk_row	 row;
	struct name	 zone;
	struct dnskey	 dnskey;
	struct cmk	*cmk;		/* borrowed from the cache */
	/* Under custody wrapped; else empty. */
	uint8_t		 blob_hash[CRYPTO_SHA256_LEN];	/* as endorsed */
	struct buf	 blob;		/* after ksk_wrapped_fetch() */
	bool		 is_made;	/* by the ksk_create_apply() that gave
					 * it */
};

/**
 * ksk_open(session, ksk, wrap, out, err):
 * The key pair of ${ksk} in its token, which must be the endorsed one; under
 * custody wrapped it is opened with ${wrap}, its CMK's wrapping key, after
 * ksk_wrapped_fetch(). No store is asked.
 *
 * Owner: the caller, signer_key_free(), before ${wrap}.
 * Errors: ERR_TOKEN, ERR_INTEGRITY.
 */
int ksk_open(struct session *session, const struct ksk *ksk,
    struct hsm_wrap_key *wrap, struct signer_key **out, struct error *err);

/**
 * ksk_check_count(store, zone, n_rows, err):
 * Whether the ${n_rows} KSKs of ${zone} that the store has, removed ones too,
 * are no fewer than the ledger tells of. A row that somebody deleted would drop
 * a KSK from the signed set, or have another one made in its place.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int ksk_check_count(struct store *store, const char *zone, size_t n_rows,
    struct error *err);

/**
 * ksk_load(store, cache, zone, cmk_id, out, n, err):
 * The KSKs that are not removed, of one zone or one CMK where ${zone} or
 * ${cmk_id} is not NULL, each checked: its endorsement is signed by its
 * CMK's seal key and says the same as the row. Of those that are removed the
 * retirement is checked, and of a zone whether the store has all KSKs that
 * the ledger tells of.
 *
 * Owner: the caller, ksk_list_free(); before that, not ${cache}.
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int ksk_load(struct store *store, struct cmk_cache *cache,
    const struct name *zone, const char *cmk_id, struct ksk **out, size_t *n,
    struct error *err);

/**
 * ksk_find(store, cache, text, out, err):
 * The KSK that ${text} names: "ZONE/KEYTAG" or its id.
 *
 * Owner: the caller, ksk_list_free(*${out}, 1).
 * Errors: ERR_INPUT (none such), ERR_INTEGRITY, ERR_STORE.
 */
int ksk_find(struct store *store, struct cmk_cache *cache, const char *text,
    struct ksk **out, struct error *err);

/**
 * ksk_find_removed(store, text, out, found, err):
 * The record of the removed KSK that ${text} names, as it is in the store: the
 * last one where several had its key tag.
 *
 * Owner: the caller, ksk_row_clear().
 * Errors: ERR_STORE.
 */
int ksk_find_removed(struct store *store, const char *text,
    struct ksk_row *out, bool *found, struct error *err);

/**
 * ksk_check(cmk, row, ksk, err):
 * Check ${row} against its endorsement and fill all of ${ksk} but its row. One
 * thread at a time does so with ${cmk}.
 *
 * Errors: ERR_INTEGRITY.
 */
int ksk_check(struct cmk *cmk, const struct ksk_row *row, struct ksk *ksk,
    struct error *err);

/**
 * ksk_endorsement(cmk, key, row, seq, head):
 * The text of the statement that binds the KSK ${row}, whose key pair is
 * ${key}, to ${cmk}, its policy, and the ledger's head ${head} at ${seq}.
 * Owner: the caller, free().
 */
char *ksk_endorsement(const struct cmk *cmk, const struct key_row *key,
    const struct ksk_row *row, int64_t seq,
    const uint8_t head[static CRYPTO_SHA256_LEN]);

/**
 * ksk_list_free(list, n):
 * Free an array of KSKs.
 */
void ksk_list_free(struct ksk *list, size_t n);

#endif
