/* Ledgers of the past, in files, and what they make of a store. */
#ifndef TESTS_UNIT_LEDGERHELP_H
#define TESTS_UNIT_LEDGERHELP_H

#include "tests/unit/storehelp.h"

#define LEDGERHELP_PAST "tests/unit/golden/ledger-v1.jsonl"
#define LEDGERHELP_RECOVERED "tests/unit/golden/ledger-recovered-v1.jsonl"

/**
 * ledgerhelp_read(path, n):
 * All *${n} records of a file. Owner: the caller, ledger_records_free().
 */
struct ledger_record *ledgerhelp_read(const char *path, size_t *n);

/**
 * ledgerhelp_happen(help, records, from, to):
 * Append ${records} from ${from} on and before ${to} to the store, with the
 * rows of all before ${to}.
 */
void ledgerhelp_happen(struct storehelp *help,
    const struct ledger_record *records, size_t from, size_t to);

#endif
