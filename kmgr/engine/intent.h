/*
 * Token and store are not one transaction: what is about to change in a
 * token is written down first, and whoever comes after a crash finishes or
 * undoes it. All of it happens under store_lock(), so that every open intent
 * belongs to a process that is gone.
 */
#ifndef ENGINE_INTENT_H
#define ENGINE_INTENT_H

#include "hsm/key.h"
#include "hsm/wrap.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_intent.h"

#define INTENT_CREATE_CMK "create-cmk"
#define INTENT_CREATE_KSK "create-ksk"
#define INTENT_CREATE_IDENTITY "create-identity"
#define INTENT_CREATE_WRAP "create-wrap"
#define INTENT_DELETE_CMK "delete-cmk"
#define INTENT_DELETE_KSK "delete-ksk"

/**
 * intent_begin(session, kind, token, label, payload, out, err):
 * Write down, in a transaction of its own, that a key pair labelled
 * ${label} will be made in ${token} under a fresh CKA_ID.
 *
 * Owner: the caller, intent_row_clear().
 * Errors: ERR_STORE.
 */
int intent_begin(struct session *session, const char *kind, const char *token,
    const char *label, const struct json *payload, struct intent_row *out,
    struct error *err);

/**
 * intent_put(session, kind, token, label, payload, out, err):
 * As intent_begin(), inside the caller's transaction.
 */
int intent_put(struct session *session, const char *kind, const char *token,
    const char *label, const struct json *payload, struct intent_row *out,
    struct error *err);

/**
 * intent_make_key(session, intent, spec, out, err):
 * Make the pair of ${intent}; ${spec} says all but id and label. Where that
 * fails the intent is undone.
 *
 * intent_try_key(session, intent, spec, out, err): as that, and nothing is
 * undone; it leaves the store alone.
 *
 * Owner: the caller, hsm_key_free().
 * Errors: ERR_TOKEN.
 */
int intent_try_key(struct session *session, const struct intent_row *intent,
    struct hsm_key_spec *spec, struct hsm_key **out, struct error *err);
int intent_make_key(struct session *session, const struct intent_row *intent,
    struct hsm_key_spec *spec, struct hsm_key **out, struct error *err);

/**
 * intent_make_wrap_key(session, intent, spec, out, err):
 * As intent_make_key(), a wrapping key for pairs of the type of spec->alg.
 *
 * Owner: the caller, hsm_wrap_free().
 * Errors: ERR_TOKEN.
 */
int intent_make_wrap_key(struct session *session,
    const struct intent_row *intent, struct hsm_key_spec *spec,
    struct hsm_wrap_key **out, struct error *err);

/**
 * intent_undo_failed(session, intent, why):
 * As intent_undo(), where ${why} failed already: what cannot be undone now is
 * told to the user, and the next run does it.
 */
void intent_undo_failed(struct session *session,
    const struct intent_row *intent, const struct error *why);

/**
 * intent_undo(session, intent, why, err):
 * Destroy what the token holds for ${intent} and close it: "undone" where
 * nothing is left, "abandoned" where the token would not destroy it. ${why}
 * stands in the ledger.
 *
 * Errors: ERR_TOKEN, ERR_STORE; the intent is then still open.
 */
int intent_undo(struct session *session, const struct intent_row *intent,
    const char *why, struct error *err);

/**
 * intent_key_id(intent, id, err):
 * The CKA_ID of ${intent}.
 *
 * Errors: ERR_INTEGRITY.
 */
int intent_key_id(const struct intent_row *intent,
    uint8_t id[static HSM_ID_LEN], struct error *err);

/**
 * intent_destroy(session, intent, left, err):
 * Destroy what the token holds for ${intent}; *${left} objects it keeps.
 *
 * Errors: ERR_TOKEN.
 */
int intent_destroy(struct session *session, const struct intent_row *intent,
    size_t *left, struct error *err);

/**
 * intent_put_end(session, kind, token, key, payload, err):
 * Write down, inside the caller's transaction, that the recorded pair ${key}
 * will be destroyed in ${token}.
 *
 * Errors: ERR_STORE.
 */
int intent_put_end(struct session *session, const char *kind,
    const char *token, const struct key_row *key, const struct json *payload,
    struct error *err);

/**
 * intent_end(session, intent, err):
 * Destroy the pair of an intent of intent_put_end() and close it: "done" where
 * nothing is left, "abandoned" where the token would not destroy it. Whether
 * the pair has ended at all is for the caller to prove.
 *
 * Errors: ERR_TOKEN, ERR_STORE; the intent is then still open.
 */
int intent_end(struct session *session, const struct intent_row *intent,
    struct error *err);

/**
 * intent_close(session, intent, state, why, err):
 * Close ${intent} as ${state} ("undone", "abandoned"), with ${why} in the
 * ledger.
 *
 * Errors: ERR_STORE.
 */
int intent_close(struct session *session, const struct intent_row *intent,
    const char *state, const char *why, struct error *err);

/**
 * intent_payload(intent, out, err):
 * The payload, parsed. Owner: the caller, json_free().
 *
 * Errors: ERR_INTEGRITY.
 */
int intent_payload(const struct intent_row *intent, struct json **out,
    struct error *err);

#endif
