/*
 * What tokens are owed: a run that dies after its commit leaves a token without
 * the newest checkpoint. The store keeps a note of what each was told, so that
 * no token is asked for nothing.
 */
#ifndef ENGINE_TRUST_OWED_H
#define ENGINE_TRUST_OWED_H

#include "kmgr/base/err.h"
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"

/**
 * trust_owed_note(session, cmk, last, err):
 * The token of ${cmk} has the checkpoint ${last}, and nothing is owed.
 *
 * Errors: ERR_STORE.
 */
int trust_owed_note(struct session *session, const struct cmk *cmk,
    const struct checkpoint *last, struct error *err);

/**
 * trust_owed_settle(session, err):
 * trust_prove() each CMK whose token may be owed something, which makes up
 * for it, and note that it is. One that cannot be proved is told to the user,
 * and no error.
 *
 * Errors: ERR_STORE.
 */
int trust_owed_settle(struct session *session, struct error *err);

#endif
