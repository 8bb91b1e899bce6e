/*
 * The wrapping key of a CMK in custody wrapped: made at the seal, which names
 * it, so that nobody can put another one in its place.
 */
#ifndef ENGINE_WRAPKEY_H
#define ENGINE_WRAPKEY_H

#include <stdbool.h>

#include "hsm/wrap.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_intent.h"

/* One that is in the token and not recorded yet. */
struct wrapkey {
	struct intent_row	intent;
	struct key_row		row;
};

/**
 * wrapkey_make(session, cmk, out, err), wrapkey_clear(wrapkey):
 * Make the wrapping key of the draft ${cmk} in the token of its KSKs, for key
 * pairs of its policy's algorithm. Its intent stays open until
 * wrapkey_record().
 *
 * Owner: the caller, wrapkey_clear().
 * Errors: ERR_TOKEN, ERR_STORE.
 */
int wrapkey_make(struct session *session, const struct cmk *cmk,
    struct wrapkey *out, struct error *err);
void wrapkey_clear(struct wrapkey *wrapkey);

/**
 * wrapkey_record(session, wrapkey, err):
 * Inside the caller's transaction, the one that seals: record ${wrapkey} and
 * close its intent.
 *
 * Errors: ERR_STORE.
 */
int wrapkey_record(struct session *session, const struct wrapkey *wrapkey,
    struct error *err);

/**
 * wrapkey_put(row, seal):
 * Name the wrapping key ${row} in the statement ${seal}: "wrapping_keys":
 * [{"attributes", "key_id"}].
 */
void wrapkey_put(const struct key_row *row, struct json *seal);

/**
 * wrapkey_of(seal):
 * What the statement ${seal} says of its wrapping key, or NULL where it does
 * not name exactly one with an id. Owner: ${seal}.
 */
const struct json *wrapkey_of(const struct json *seal);

/**
 * wrapkey_read(cmk, at, out, err):
 * The record, begun at ${at}, of the wrapping key that the seal of ${cmk}
 * names: as it was made, whatever the token has now.
 *
 * Owner: the caller, key_row_clear().
 * Errors: ERR_INTEGRITY (it names none).
 */
int wrapkey_read(const struct cmk *cmk, int64_t at, struct key_row *out,
    struct error *err);

/**
 * wrapkey_open(session, cmk, out, err):
 * The wrapping key of ${cmk} in its token, every attribute as the seal has it.
 *
 * Owner: the caller, hsm_wrap_free().
 * Errors: ERR_TOKEN (it is not there), ERR_INTEGRITY.
 */
int wrapkey_open(struct session *session, const struct cmk *cmk,
    struct hsm_wrap_key **out, struct error *err);

/**
 * wrapkey_is_spare(session, intent, spare, err):
 * Whether what ${intent} left in the token is a wrapping key that never
 * wrapped anything: made for a CMK that is a draft still. On the store's word
 * no other one is destroyed.
 *
 * Errors: ERR_STORE, ERR_INTEGRITY.
 */
int wrapkey_is_spare(struct session *session, const struct intent_row *intent,
    bool *spare, struct error *err);

#endif
