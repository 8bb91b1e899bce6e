/* The row of a zone, as it is to be written again. */
#ifndef ENGINE_ZONE_ROW_H
#define ENGINE_ZONE_ROW_H

#include "kmgr/base/err.h"
#include "kmgr/store/store_life.h"

/**
 * zone_row_load(store, zone, out, err):
 * The row of ${zone}; a new one, secure and due, where there is none.
 *
 * Owner: the caller, zone_row_clear().
 * Errors: ERR_STORE.
 */
int zone_row_load(struct store *store, const char *zone,
    struct zone_row *out, struct error *err);

/**
 * zone_row_wake(store, zone, err):
 * Let ${zone} be due: something happened to it.
 *
 * Errors: ERR_STORE.
 */
int zone_row_wake(struct store *store, const char *zone, struct error *err);

#endif
