/*
 * Steps of a life cycle that somebody does by hand: only those that the plan
 * has, and not before their time.
 */
#ifndef ENGINE_ZONE_STEP_H
#define ENGINE_ZONE_STEP_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/zone_life.h"

/**
 * zone_step_locate(session, cache, text, out, i, err):
 * The zone of the key that ${text} names, "ZONE/KEYTAG" or the id of a KSK of
 * ours, and which of its keys it is.
 *
 * Owner: the caller, zone_life_free(), before ${cache}.
 * Errors: ERR_INPUT (no such key), and those of zone_life_load().
 */
int zone_step_locate(struct session *session, struct cmk_cache *cache,
    const char *text, struct zone_life **out, size_t *i, struct error *err);

/**
 * zone_step_need(zone, wanted, now_at, out, err):
 * The step of the plan of ${zone} at ${now_at} with kind, key and algorithm of
 * ${wanted}, which may be done now, whoever does it.
 *
 * zone_step_asked(zone, wanted, now_at, err): likewise of a step of the zone
 * signer's, which nobody does here: whether the plan asks for it.
 *
 * Errors: ERR_NOT_YET (it waits; until when, or for what), ERR_POLICY (nobody
 * wants it).
 */
int zone_step_need(const struct zone_life *zone,
    const struct life_step *wanted, int64_t now_at, struct life_step *out,
    struct error *err);
int zone_step_asked(const struct zone_life *zone,
    const struct life_step *wanted, int64_t now_at, struct error *err);

#endif
