/* SQLite's guards of a store that is shut, and copies that have none. */
#ifndef STORE_SQLITE_SHUT_H
#define STORE_SQLITE_SHUT_H

#include "kmgr/base/err.h"
#include "kmgr/store/db.h"

/* Those of struct db_driver. */
int sqlite_shut(struct db *db, const char *literal, struct error *err);
int sqlite_shut_reopen(struct db *db, struct error *err);
extern const struct db_question sqlite_shut_ask;

/**
 * sqlite_shut_clean(db, path, err):
 * Nobody works on a zone of the store in the file ${path}, a copy of ${db}
 * that is not in use yet, and it is not shut.
 *
 * Errors: ERR_STORE.
 */
int sqlite_shut_clean(struct db *db, const char *path, struct error *err);

#endif
