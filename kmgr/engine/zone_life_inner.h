/* What the files of zone_life share. */
#ifndef ENGINE_ZONE_LIFE_INNER_H
#define ENGINE_ZONE_LIFE_INNER_H

#include "kmgr/engine/zone_life.h"

/* What is made of what the store says. */
enum zone_life_proof { ZONE_LIFE_PROVED, ZONE_LIFE_BELIEVED };

/**
 * zone_life_fill(zone):
 * Fill zone->life with what the KSKs, their policies and the foreign keys of
 * ${zone} say.
 */
void zone_life_fill(struct zone_life *zone);

/**
 * zone_life_time(session, zone, err):
 * Fill zone->life.timing, and since when shared pairs of its keys are there.
 *
 * Errors: ERR_STORE.
 */
int zone_life_time(struct session *session, struct zone_life *zone,
    struct error *err);

/**
 * zone_life_signed(store, zone, proof, now_at, err):
 * Fill in what was signed: by us, and by the zone signer. Of ZSKs that are
 * believed nothing but the algorithm is read.
 *
 * Errors: ERR_STORE, ERR_INTEGRITY.
 */
int zone_life_signed(struct store *store, struct zone_life *zone,
    enum zone_life_proof proof, int64_t now_at, struct error *err);

/**
 * zone_life_has_ds(zone, now_at):
 * Whether a cache may have a DS of any key.
 */
bool zone_life_has_ds(const struct zone_life *zone, int64_t now_at);

#endif
