/* What the ledger tells of a zone's responses. */
#ifndef ENGINE_KSR_TOLD_H
#define ENGINE_KSR_TOLD_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/store/store_ksr.h"

/**
 * ksr_told_check(store, zone, rows, n, err):
 * Whether the ${n} ${rows}, all that the store has of ${zone}, are the
 * responses of which the ledger tells: none is missing, none was added, and
 * each is what was recorded and superseded when that was. A row that is
 * deleted would be a zone's history that begins anew.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int ksr_told_check(struct store *store, const char *zone,
    const struct ksr_row *rows, size_t n, struct error *err);

#endif
