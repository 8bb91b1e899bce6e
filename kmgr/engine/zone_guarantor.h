/* The CMK whose key signs for what is told of a zone. */
#ifndef ENGINE_ZONE_GUARANTOR_H
#define ENGINE_ZONE_GUARANTOR_H

#include <stddef.h>

#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/zone_life.h"

/**
 * zone_guarantor(session, zone):
 * The CMK that answers for events of ${zone} and of other providers' keys: of
 * the KSKs whose token is there that of the newest, an enabled one before all
 * others; where no token is there that of the newest KSK. NULL where no KSK is
 * ours. Owner: ${zone}.
 *
 * zone_guarantor_of(session, zone, i): for the ${i}th key of ${zone}: of one of
 * ours its own CMK, for which another vouches where it is lost; of others
 * zone_guarantor().
 */
const struct cmk *zone_guarantor(struct session *session,
    const struct zone_life *zone);
const struct cmk *zone_guarantor_of(struct session *session,
    const struct zone_life *zone, size_t i);

#endif
