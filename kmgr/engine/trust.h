/*
 * What a run demands before it believes store and token of a CMK, and what it
 * leaves behind for the next one: checkpoints of the ledger, signed in the
 * token, kept there too and told to outside witnesses.
 */
#ifndef ENGINE_TRUST_H
#define ENGINE_TRUST_H

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"

/**
 * trust_prove(session, cmk, err):
 * Before anything is generated or signed under ${cmk}, once a run: its public
 * key is the pinned one where the configuration pins it; the clock is neither
 * behind the last event nor too far ahead of it; the token has the key that
 * answers for ${cmk} and it signs a fresh challenge; the token holds no valid
 * seal of another policy; the store is not behind the token; the state of
 * ${cmk} is the one that the ledger tells. A checkpoint that a run which died
 * still owed the token is made up for.
 *
 * Errors: ERR_INTEGRITY (another token, tampering, rollback), ERR_POLICY (the
 * clock), ERR_TOKEN, ERR_STORE.
 */
int trust_prove(struct session *session, const struct cmk *cmk,
    struct error *err);

/**
 * trust_settle(session, cmk, err):
 * After life-cycle events of ${cmk} were committed: sign the ledger's head,
 * record the checkpoint, put it into the token and tell the witnesses; at the
 * first call after the seal put the sealed policy into the token as well.
 * Nothing where no event came since the last checkpoint. Called under
 * session_lock(), once for an applied plan.
 *
 * Errors: ERR_TOKEN, ERR_STORE. What was committed before stays, and the next
 * run makes up for the rest.
 */
int trust_settle(struct session *session, const struct cmk *cmk,
    struct error *err);

#endif
