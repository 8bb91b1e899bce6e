/* What SQLite is told in words of its own: PRAGMAs, and how it begins. */
#ifndef STORE_SQLITE_SETUP_H
#define STORE_SQLITE_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/db.h"

#define SQLITE_SETUP_STEPS 1

/* The steps and functions of struct db_driver. */
extern const char *const sqlite_setup_steps[SQLITE_SETUP_STEPS];
int sqlite_setup_check(const char *place, struct error *err);
int sqlite_setup_content(struct db *db, enum db_content *content,
    int64_t *version, struct error *err);
int sqlite_setup_version(struct db *db, int64_t version, struct error *err);
bool sqlite_setup_is_there(const char *place);
int sqlite_setup_inspect(struct db *db,
    void (*each)(void *arg, const char *line), void *arg, struct error *err);
int sqlite_setup_lock(struct db *db, int64_t wait_s, struct error *err);
void sqlite_setup_unlock(struct db *db);
int sqlite_setup_snapshot(struct db *db, struct error *err);
int sqlite_setup_begin(struct db *db, struct error *err);
int sqlite_setup_clock(struct db *db, int64_t *now_at, struct error *err);
int sqlite_setup_commit(struct db *db, struct error *err);

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
