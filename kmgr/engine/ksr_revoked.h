/* When a KSK is revoked, as the responses that were released have it. */
#ifndef ENGINE_KSR_REVOKED_H
#define ENGINE_KSR_REVOKED_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/store/store.h"

/**
 * ksr_revoked_at(store, ksk, at, err):
 * When the first bundle begins in which ${ksk} has the REVOKE bit (RFC 5011
 * s2.1), in a response that nothing superseded; 0 where there is none.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int ksr_revoked_at(struct store *store, const struct ksk *ksk, int64_t *at,
    struct error *err);

#endif
