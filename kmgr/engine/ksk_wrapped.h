/* KSKs under custody wrapped: they lie in the store, as ciphertext. */
#ifndef ENGINE_KSK_WRAPPED_H
#define ENGINE_KSK_WRAPPED_H

#include <stdbool.h>

#include "hsm/key.h"
#include "hsm/wrap.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/ksk.h"

/**
 * ksk_wrapped_put(key, statement):
 * Bind the wrapped half of ${key}, if it is wrapped, in the endorsement
 * ${statement}: "wrap_key_id" and "wrapped_key_sha256", of the blob.
 */
void ksk_wrapped_put(const struct key_row *key, struct json *statement);

/**
 * ksk_wrapped_read(statement, ksk, err):
 * Read what the endorsement ${statement} of ${ksk}, whose CMK is known, says
 * of its wrapped half: it says nothing under another custody, and the wrapping
 * key is the one that the CMK's seal names.
 *
 * Errors: ERR_INTEGRITY.
 */
int ksk_wrapped_read(const struct json *statement, struct ksk *ksk,
    struct error *err);

/**
 * ksk_wrapped_check(ksk, key, err):
 * Whether the record ${key} of ${ksk}'s pair has the endorsed blob.
 *
 * Errors: ERR_INTEGRITY.
 */
int ksk_wrapped_check(const struct ksk *ksk, const struct key_row *key,
    struct error *err);

/**
 * ksk_wrapped_fetch(store, ksk, err):
 * Read the blob of ${ksk}, which must be the endorsed one; nothing under
 * another custody.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int ksk_wrapped_fetch(struct store *store, struct ksk *ksk,
    struct error *err);

/**
 * ksk_wrapped_outlives(ksk, row):
 * Whether the pair of the KSK ${row}, which is ${ksk}, is removed and a copy
 * of its blob could still be opened: that it has ended is not provable until
 * its wrapping key is destroyed.
 */
bool ksk_wrapped_outlives(const struct ksk *ksk, const struct ksk_row *row);

/**
 * ksk_wrapped_open(ksk, wrap, out, err):
 * Open the blob of ${ksk}, that was fetched, with ${wrap}.
 *
 * Owner: the caller, hsm_key_free(), before ${wrap}.
 * Errors: ERR_TOKEN, ERR_INTEGRITY.
 */
int ksk_wrapped_open(const struct ksk *ksk, struct hsm_wrap_key *wrap,
    struct hsm_key **out, struct error *err);

/* A wrapped pair that was opened, and what the token told of it then. */
struct ksk_like {
	struct hsm_key	*key;		/* NULL: none yet */
	char		*attributes;	/* key_record_attributes() */
};

/**
 * ksk_wrapped_make(cmk, wrap, ksk_id, at, like, row, public, err):
 * Make a key pair in the token, wrapped by ${wrap} at once, for the KSK
 * ${ksk_id}: its record and its public half. Nothing of it stays in the token,
 * so that there is nothing to undo.
 *
 * Where ${like} has none the pair is opened again and has to make a signature,
 * and ${like} has it then. Else its record has the attributes of ${like},
 * which ${wrap} opened before: the wrapping key's template allows no others,
 * and its first signature, which is verified before its DNSKEY goes out, is
 * what proves it; so not of one whose DS goes out before.
 *
 * ksk_like_clear(like): before ${wrap}.
 *
 * Owner: the caller, key_row_clear(), crypto_key_free(), ksk_like_clear().
 * Errors: ERR_TOKEN, ERR_INTEGRITY.
 */
int ksk_wrapped_make(const struct cmk *cmk, struct hsm_wrap_key *wrap,
    const char *ksk_id, int64_t at, struct ksk_like *like,
    struct key_row *row, struct crypto_key **public, struct error *err);
void ksk_like_clear(struct ksk_like *like);

#endif
