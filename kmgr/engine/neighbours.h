/*
 * The other CMKs of a token: a store that is behind one of them is an old one,
 * whatever it says of the CMK that is to sign.
 */
#ifndef ENGINE_NEIGHBOURS_H
#define ENGINE_NEIGHBOURS_H

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ratchet.h"

/**
 * neighbours_judge(store, cmk, ratchet, err):
 * Whether ${store} knows what the token of ${cmk} keeps in ${ratchet} of the
 * other CMKs that the store has there. Of those that it does not know nothing
 * is said: another store may use the token.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int neighbours_judge(struct store *store, const struct cmk *cmk,
    const struct ratchet *ratchet, struct error *err);

#endif
