/* KSKs whose token is gone for good. */
#ifndef ENGINE_KSK_LOST_H
#define ENGINE_KSK_LOST_H

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"

/**
 * ksk_lost_signer(session, cache, cmk, out, err):
 * Whose seal key ends a KSK of ${cmk}: its own; where its token is away, and
 * another CMK answers for it, that one's. Owner: ${cache}.
 *
 * Errors: ERR_STORE, ERR_INTEGRITY.
 */
int ksk_lost_signer(struct session *session, struct cmk_cache *cache,
    struct cmk *cmk, struct cmk **out, struct error *err);

/**
 * ksk_lost_check(session, zone, err):
 * Before something is signed for ${zone}: that none of its KSKs which were
 * ended as lost is in a token that is there. Who answers for a lost CMK could
 * end a KSK with it that is in use.
 *
 * Errors: ERR_INTEGRITY (one is), ERR_TOKEN, ERR_CONFIG, ERR_STORE.
 */
int ksk_lost_check(struct session *session, const char *zone,
    struct error *err);

#endif
