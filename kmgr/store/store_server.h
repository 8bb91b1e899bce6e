/* The server of the store, if there is one: its clock, and its settings. */
#ifndef STORE_STORE_SERVER_H
#define STORE_STORE_SERVER_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/store.h"

/**
 * store_clock(store, now_at, err):
 * What time it is for all who use the store, which claims are by: on the server
 * where there is one, else here.
 *
 * store_settings(store, each, arg, err): what the server is set to that loses
 * what was committed when its machine crashes, a line each, to ${each}.
 */
int store_clock(struct store *store, int64_t *now_at, struct error *err);
int store_settings(struct store *store,
    void (*each)(void *arg, const char *line), void *arg, struct error *err);

#endif
