/* Custody shared: one key pair of a CMK is the KSK of many zones. */
#ifndef ENGINE_KSK_SHARED_H
#define ENGINE_KSK_SHARED_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ksk_batch.h"
#include "kmgr/engine/plan.h"

/**
 * ksk_shared_endorse(batch, cmk, actions, n, err):
 * Make the shared key pair of ${cmk}, that of ${batch}, a KSK of the zones of
 * ${n} ${actions}: a statement and a row each, some zones to a transaction,
 * nothing new in the token, which must hold the pair that was endorsed for its
 * first zone. A zone that is to blame for its error is told to the request. It
 * ends with the first failure of another kind; of the transactions before, all
 * is recorded. After a signal that was noted (stop_signal()) no more begin.
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY; where nobody is told, that of
 * the zone, ERR_POLICY where the pair's key tag collides in it.
 */
int ksk_shared_endorse(const struct ksk_batch *batch, struct cmk *cmk,
    const struct action *actions, size_t n, struct error *err);

/**
 * ksk_shared_refuse(tag, zone, err):
 * Set ${err}: the pair's key ${tag} collides in ${zone}. Returns -1.
 *
 * Errors: ERR_POLICY.
 */
int ksk_shared_refuse(uint16_t tag, const struct name *zone,
    struct error *err);

#endif
