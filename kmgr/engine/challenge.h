/*
 * A challenge to a token: not its label and not its serial number, but the key
 * that answers for a CMK says that it is the token of its KSKs.
 */
#ifndef ENGINE_CHALLENGE_H
#define ENGINE_CHALLENGE_H

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"

/**
 * challenge_run(session, cmk, err):
 * The token has the key that answers for ${cmk}, once, it is the pinned one,
 * and it signs what nobody could know before.
 *
 * Errors: ERR_INTEGRITY, with what the token seems to be instead; ERR_TOKEN
 * where it cannot be asked.
 */
int challenge_run(struct session *session, const struct cmk *cmk,
    struct error *err);

#endif
