/* What the store says of a zone, for health.h. */
#ifndef SERVICE_HEALTH_FACTS_H
#define SERVICE_HEALTH_FACTS_H

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/service/health.h"

/**
 * health_facts(session, life, zone, err):
 * Fill ${zone} with what ${life} and the store say. It borrows from ${life}.
 *
 * Errors: ERR_STORE, ERR_INTEGRITY.
 */
int health_facts(struct session *session, struct zone_life *life,
    struct health_zone *zone, struct error *err);

/**
 * health_facts_released(session, life, zone, err):
 * Put the DNSKEY RRset that was released last, with its signatures, into
 * ${zone}: what was signed is in the store as hashes and signatures, and the
 * set follows from who signed, when, and the ZSK set that was admitted last.
 * Where a response is served it is that of the bundle that holds now. It stays
 * empty where none does, and where nothing was ever signed.
 *
 * Errors: ERR_STORE, ERR_INTEGRITY.
 */
int health_facts_released(struct session *session,
    const struct zone_life *life, struct health_zone *zone,
    struct error *err);

/**
 * health_seen(session, zone):
 * Record the TTLs that the servers in ${zone}, which were asked, have: where
 * whoever checks may write to the store. Else a note says so.
 */
void health_seen(struct session *session, const struct health_zone *zone);

#endif
