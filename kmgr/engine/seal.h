/* The moment of first use. */
#ifndef ENGINE_SEAL_H
#define ENGINE_SEAL_H

#include "hsm/key.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"

/**
 * seal_first_use(session, cmk, seal_key, err):
 * Seal the draft ${cmk} with ${seal_key}; under custody wrapped its wrapping
 * key is made before, and the seal names it.
 *
 * Errors: ERR_INTEGRITY (it had KSKs already), ERR_TOKEN, ERR_STORE.
 */
int seal_first_use(struct session *session, struct cmk *cmk,
    struct hsm_key *seal_key, struct error *err);

#endif
