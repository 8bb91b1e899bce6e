/* When the parent may have the DS of a key that is on its way to one. */
#ifndef ENGINE_DS_READY_H
#define ENGINE_DS_READY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/engine/zone_life.h"

struct ds_ready {
	bool	is_ready;	/* it is to have it, now */
	/* Else what is missing, and from when on it may. */
	bool	is_unpublished;	/* no DNSKEY RRset has the key yet */
	bool	lacks_backup;
	int64_t	at;		/* LIFE_NEVER: that depends on a fact */
};

/**
 * ds_ready_ahead(zone, i, now_at, out):
 * What the plan of ${zone} says of the DS of its ${i}th key, where
 * zone_life_wants_ds() does not hold.
 */
void ds_ready_ahead(const struct zone_life *zone, size_t i, int64_t now_at,
    struct ds_ready *out);

#endif
