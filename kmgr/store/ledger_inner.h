/* What the files of the ledger share. */
#ifndef STORE_LEDGER_INNER_H
#define STORE_LEDGER_INNER_H

#include "kmgr/store/ledger.h"

/* A record with the columns that it is found by, as the database has them. */
struct ledger_row {
	struct ledger_record record;
	char	*cmk_id;		/* NULL: tells of no CMK */
	char	*zone;			/* NULL: tells of no zone */
};

/**
 * ledger_row_list(store, from, max, out, n, err):
 * As ledger_list(). Owner: the caller, ledger_row_list_free().
 */
int ledger_row_list(struct store *store, int64_t from, size_t max,
    struct ledger_row **out, size_t *n, struct error *err);
void ledger_row_list_free(struct ledger_row *rows, size_t n);

#endif
