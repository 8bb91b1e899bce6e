/* Whether a store agrees with itself: its ledger, and the rows it tells of. */
#ifndef ENGINE_HISTORY_H
#define ENGINE_HISTORY_H

#include "kmgr/base/err.h"
#include "kmgr/store/store.h"

/**
 * history_check(store, err):
 * The chain of ${store} is whole, every statement in it is signed where it
 * stands, each row is what the events tell, and each CMK and KSK is what its
 * seal and its endorsement say. No token is asked.
 *
 * Errors: ERR_INTEGRITY, with the first difference; ERR_STORE.
 */
int history_check(struct store *store, struct error *err);

#endif
