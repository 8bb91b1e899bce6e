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

/**
 * ksk_wrapped_create(session, cmk, seal_key, wrap, zone, standby, made,
 * err):
 * Make a key pair for ${zone}, a ${standby} or NULL, in the token, wrapped by
 * ${wrap} at once, endorse and record it. Nothing of it stays in the token, so
 * that there is nothing to undo. Where its key tag collides *${made} is false.
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY.
 */
int ksk_wrapped_create(struct session *session, const struct cmk *cmk,
    struct hsm_key *seal_key, struct hsm_wrap_key *wrap,
    const struct name *zone, const char *standby, bool *made,
    struct error *err);

#endif
