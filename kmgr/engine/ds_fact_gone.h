/* When it counts that the parent does not have a DS. */
#ifndef ENGINE_DS_FACT_GONE_H
#define ENGINE_DS_FACT_GONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/zone_life.h"

/**
 * ds_fact_gone_from(zone, i):
 * The first instant at which a DS of the ${i}th key that is not at the parent
 * counts as gone: from when its removal was asked for. One that was never seen
 * may be under way to the parent still, and shows itself, if at all, within
 * parent-registration-delay and as long as a DS change takes to be known.
 *
 * ds_fact_gone_check(zone, i, at, err): whether ${at} is not before it. Until
 * its removal was asked for one that was never seen is not gone.
 *
 * ds_fact_gone_note(session, zone, after):
 * Note it where the parent has no DS of ${zone}, which is as ${after} says by
 * now: a zone without any is not validated. One that it was asked to add it
 * may have.
 *
 * Errors: ERR_NOT_YET.
 */
int64_t ds_fact_gone_from(const struct zone_life *zone, size_t i);
int ds_fact_gone_check(const struct zone_life *zone, size_t i, int64_t at,
    struct error *err);
void ds_fact_gone_note(struct session *session, const struct zone_life *zone,
    const struct life_zone *after);

/**
 * ds_fact_gone_hint(zone, i, err):
 * Add to ${err}, by which something of the ${i}th key of ${zone} waits for its
 * DS to be gone, what has to be done before and for ds-gone. Always -1.
 *
 * ds_fact_gone_comes(zone, i): whether it is to go already, and its DS with
 * it.
 */
int ds_fact_gone_hint(const struct zone_life *zone, size_t i,
    struct error *err);
bool ds_fact_gone_comes(const struct zone_life *zone, size_t i);

#endif
