/* The public half of a pair, as a token tells it. */
#ifndef HSM_PUBKEY_H
#define HSM_PUBKEY_H

#include "hsm/attr_read.h"
#include "hsm/mech.h"
#include "hsm/module.h"
#include "kmgr/base/crypto.h"

/**
 * pubkey_read(module, session, object, also, mech, out, err):
 * Read the public key object ${object}, and in the same call what ${also} asks
 * for besides, if it is not NULL. *${mech} is the row that is expected, or
 * NULL, which costs one call more; afterwards it is that of the key. Leading
 * zeros of RSA numbers and what stands around a point are taken off.
 *
 * Owner: the caller, crypto_key_free().
 * Errors: ERR_TOKEN, also for a kind of key that is none of ours.
 */
int pubkey_read(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, struct attr_read *also,
    const struct mech **mech, struct crypto_key **out, struct error *err);

/**
 * pubkey_same(a, b):
 * Whether both are one key.
 */
bool pubkey_same(const struct crypto_key *a, const struct crypto_key *b);

#endif
