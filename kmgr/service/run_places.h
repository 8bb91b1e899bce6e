/* Where zones are handed over to, when that is changed. */
#ifndef SERVICE_RUN_PLACES_H
#define SERVICE_RUN_PLACES_H

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"

/**
 * run_places_look(session, err):
 * Where the configuration says other places to publish to than at the last
 * look, which the store remembers, make those of its zones due that were not
 * handed over to where they are to be now. It costs a look at each zone that
 * the configuration names, whatever else the store has; and where nothing is
 * changed, only at the configuration.
 *
 * Errors: ERR_STORE.
 */
int run_places_look(struct session *session, struct error *err);

#endif
