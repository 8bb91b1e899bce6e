/* What SQLite alone needs said before it can be asked: its PRAGMAs. */
#ifndef STORE_SQLITE_SETUP_H
#define STORE_SQLITE_SETUP_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/db.h"

#define SQLITE_SETUP_STEPS 1

/* The steps, check, content and set_version of struct db_driver. */
extern const char *const sqlite_setup_steps[SQLITE_SETUP_STEPS];
int sqlite_setup_check(const char *place, struct error *err);
int sqlite_setup_content(struct db *db, enum db_content *content,
    int64_t *version, struct error *err);
int sqlite_setup_version(struct db *db, int64_t version, struct error *err);

/**
 * sqlite_setup(db, wait_s, err):
 * Make the connection ${db} durable and strict; turn an empty database or a
 * store that was copied without it to a write-ahead log, waiting at most
 * ${wait_s} seconds for others. Somebody else's database is not changed.
 *
 * Errors: ERR_STORE.
 */
int sqlite_setup(struct db *db, int64_t wait_s, struct error *err);

#endif
