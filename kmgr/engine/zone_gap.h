/*
 * A time without a chain of trust: the parent had a DS of a zone, and is asked
 * to remove the last one before another one comes. Nobody is bogus of that,
 * and whoever asks the parent meanwhile takes the zone for insecure.
 */
#ifndef ENGINE_ZONE_GAP_H
#define ENGINE_ZONE_GAP_H

#include <stdint.h>

#include "kmgr/life/life.h"

struct zone_gap {
	int64_t	from_at;	/* 0: there is none */
	int64_t	until_at;	/* when no cache knows of no DS any more;
				 * LIFE_NEVER: no DS comes */
};

/**
 * zone_gap_find(zone, from_at, until_at, out):
 * The first one of which something is between ${from_at} and ${until_at}, if
 * the facts of the keys of ${zone}, also those that are to come, are what
 * happens. Where one DS is asked for when another one is to go there is none,
 * as the parent does both at once; nor where there was no DS before.
 */
void zone_gap_find(const struct life_zone *zone, int64_t from_at,
    int64_t until_at, struct zone_gap *out);

#endif
