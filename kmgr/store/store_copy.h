/* All rows of one store, whatever its backend, into another one. */
#ifndef STORE_STORE_COPY_H
#define STORE_STORE_COPY_H

#include <stdbool.h>

#include "kmgr/base/err.h"
#include "kmgr/store/db.h"
#include "kmgr/store/store_migrate.h"

/**
 * store_copy_rows(from, to, out, err):
 * Inside a snapshot or transaction of ${from} and a transaction of ${to},
 * which has the schema and no rows: write all rows of ${from} into ${to}, read
 * them back from there, compare them, and verify the chain of its ledger.
 * ${out} is what was written.
 *
 * Errors: ERR_STORE; ERR_INTEGRITY where the ledger's chain is broken.
 */
int store_copy_rows(struct db *from, struct db *to,
    struct store_content *out, struct error *err);

/**
 * store_copy_compare(one, other, out, err):
 * Whether all rows of ${one} are those of ${other}; both are inside a snapshot
 * or transaction. ${out} is what there is.
 *
 * Errors: ERR_STORE; also where they differ.
 */
int store_copy_compare(struct db *one, struct db *other,
    struct store_content *out, struct error *err);

/**
 * store_copy_count(db, out, err):
 * Count the rows of all tables of ${db} into ${out}, and find its head.
 */
int store_copy_count(struct db *db, struct store_content *out,
    struct error *err);

/**
 * store_copy_is_empty(content):
 * Whether a store so counted has nothing in it.
 */
bool store_copy_is_empty(const struct store_content *content);

/**
 * store_copy_to_file(db, path, err):
 * The copy of struct db_driver for a database that is no file, and of any
 * inside a transaction, with what that has changed: a SQLite file, as SQLite's
 * own.
 */
int store_copy_to_file(struct db *db, const char *path, struct error *err);

#endif
