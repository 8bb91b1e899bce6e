/* Whether a KSK may go: pure, the zone's life in, the reason out. */
#ifndef ENGINE_KSK_END_CHECK_H
#define ENGINE_KSK_END_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/zone_life.h"

/**
 * ksk_end_check(zone, i, horizon_at, now_at, err):
 * Whether the ${i}th key of ${zone}, a KSK of ours which signed something
 * until ${horizon_at} (0: nothing), may be deleted at ${now_at}: it was never
 * used, or DS and DNSKEY are gone from every cache and no signature by it is
 * valid.
 *
 * Errors: ERR_POLICY, with what to do; ERR_NOT_YET, with the instant.
 */
int ksk_end_check(const struct zone_life *zone, size_t i, int64_t horizon_at,
    int64_t now_at, struct error *err);

/**
 * ksk_end_at(zone, i, horizon_at):
 * From when on ksk_end_check() lets it go, for all that is known: LIFE_NEVER
 * where somebody has to do something first.
 */
int64_t ksk_end_at(const struct zone_life *zone, size_t i,
    int64_t horizon_at);

#endif
