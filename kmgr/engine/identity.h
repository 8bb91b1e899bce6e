/*
 * Two roles: where the seal key lives in another token than the KSKs, an
 * identity key in the token of the KSKs, certified by the seal key, answers
 * challenges and signs checkpoints there, so that daily signing never needs
 * the seal key.
 */
#ifndef ENGINE_IDENTITY_H
#define ENGINE_IDENTITY_H

#include <stdbool.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store_intent.h"

/**
 * identity_is_due(cmk):
 * Whether ${cmk} has its seal key in another token and no identity key yet.
 */
bool identity_is_due(const struct cmk *cmk);

/**
 * identity_read(cmk_id, text, signature, seal_public, out, err):
 * Verify the certificate ${text} of the CMK ${cmk_id} by its seal key; *${out}
 * is the identity key that it names.
 *
 * Owner: the caller, crypto_key_free().
 * Errors: ERR_INTEGRITY.
 */
int identity_read(const char *cmk_id, const char *text, const char *signature,
    const struct crypto_key *seal_public, struct crypto_key **out,
    struct error *err);

/**
 * identity_load(store, cmk, err):
 * Fill in identity_key and identity_public of ${cmk} where it has one.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int identity_load(struct store *store, struct cmk *cmk, struct error *err);

/**
 * identity_make(session, cmk, err):
 * Make the identity key that is due for ${cmk} in the token of its KSKs, have
 * the seal key certify it, and record both. Under session_lock().
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY.
 */
int identity_make(struct session *session, struct cmk *cmk,
    struct error *err);

/**
 * identity_finish(session, intent, key, err):
 * Certify and record the identity key ${key} that was made for ${intent}, in
 * one transaction that closes the intent.
 *
 * Errors: ERR_INPUT (it has one already), ERR_TOKEN, ERR_STORE,
 * ERR_INTEGRITY.
 */
int identity_finish(struct session *session, const struct intent_row *intent,
    struct hsm_key *key, struct error *err);

#endif
