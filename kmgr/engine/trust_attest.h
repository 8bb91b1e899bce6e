/*
 * The inside of trust.h: signing the ledger's head in a transaction of its own.
 */
#ifndef ENGINE_TRUST_ATTEST_H
#define ENGINE_TRUST_ATTEST_H

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"

/**
 * trust_attest_now(session, store, cmk, err):
 * Sign a checkpoint of ${cmk}, which was proved, as the store has it now, and
 * commit it.
 *
 * Errors: those of trust_attest().
 */
int trust_attest_now(struct session *session, struct store *store,
    const struct cmk *cmk, struct error *err);

#endif
