/* Custody shared: one key pair of a CMK is the KSK of many zones. */
#ifndef ENGINE_KSK_SHARED_H
#define ENGINE_KSK_SHARED_H

#include "hsm/key.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

/**
 * ksk_shared_endorse(session, cmk, seal_key, actions, n, err):
 * Make the shared key pair of ${cmk} a KSK of the zones of ${n} ${actions}: a
 * statement and a row each, some zones to a transaction, nothing new in the
 * token, which must hold the pair that was endorsed for its first zone. It
 * ends with the first zone that fails; of the transactions before, all is
 * recorded. After a signal that was noted (stop_signal()) no more begin.
 *
 * Errors: ERR_POLICY (its key tag collides in the zone), ERR_TOKEN,
 * ERR_STORE, ERR_INTEGRITY.
 */
int ksk_shared_endorse(struct session *session, struct cmk *cmk,
    struct hsm_key *seal_key, const struct action *actions, size_t n,
    struct error *err);

#endif
