/* Whether a key is somebody's already, by the ledger and not by the rows. */
#ifndef ENGINE_CLAIM_H
#define ENGINE_CLAIM_H

#include <stdbool.h>

#include "kmgr/base/err.h"
#include "kmgr/store/store.h"

/**
 * claim_find(store, key_id, found, err):
 * Whether an event tells that the key with CKA_ID ${key_id} was recorded.
 * Rows can be deleted behind kmgr's back; an event cannot, once its CMK was
 * proved.
 *
 * Errors: ERR_STORE.
 */
int claim_find(struct store *store, const char *key_id, bool *found,
    struct error *err);

#endif
