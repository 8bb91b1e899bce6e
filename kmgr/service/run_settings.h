/* What the configuration says of zones, when that is changed. */
#ifndef SERVICE_RUN_SETTINGS_H
#define SERVICE_RUN_SETTINGS_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/config.h"
#include "kmgr/engine/session.h"

/**
 * run_settings_look(session, err):
 * Where the configuration says something else than at the last look of this
 * machine, which the store remembers, make those zones of the store due that
 * were not handed over to where they are to be now, or were gone over last with
 * other settings; also where those came from an entry that is gone. It costs a
 * look at each zone of the store then; where nothing is changed, only at the
 * configuration.
 *
 * Errors: ERR_STORE.
 */
int run_settings_look(struct session *session, struct error *err);

/**
 * run_settings_hash(config, zone):
 * Source, parent and timing of ${zone}, which may be NULL, and what hooks
 * ${config} has for DS, as a number that other ones do not have; 0 where
 * there are none.
 */
int64_t run_settings_hash(const struct config *config,
    const struct config_zone *zone);

#endif
