/* What the files of the ledger share. */
#ifndef STORE_LEDGER_INNER_H
#define STORE_LEDGER_INNER_H

#include "kmgr/store/ledger.h"

/**
 * ledger_row_list(store, from, max, out, n, err):
 * As ledger_list(). Owner: the caller, ledger_row_list_free().
 */
int ledger_row_list(struct store *store, int64_t from, size_t max,
    struct ledger_row **out, size_t *n, struct error *err);

#endif
