/* What the configuration says of zones, when that is changed. */
#ifndef SERVICE_RUN_SETTINGS_H
#define SERVICE_RUN_SETTINGS_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/config.h"
#include "kmgr/engine/session.h"

/**
 * run_settings_look(session, err):
 * Where the configuration says something else of zones than at the last look of
 * this machine, which the store remembers, make those of its zones due that
 * were not handed over to where they are to be now, or were gone over last with
 * another source, parent or timing. It costs a look at each zone that
 * the configuration names, whatever else the store has, and with a wildcard in
 * it at each that the store has; where nothing is changed, only at the
 * configuration.
 *
 * Errors: ERR_STORE.
 */
int run_settings_look(struct session *session, struct error *err);

/**
 * run_settings_hash(zone):
 * Source, parent and timing of ${zone}, as a number that other ones do not
 * have; 0 where it is NULL.
 */
int64_t run_settings_hash(const struct config_zone *zone);

#endif
