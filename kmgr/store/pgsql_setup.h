/* What PostgreSQL is told in words of its own: settings, catalogue, locks. */
#ifndef STORE_PGSQL_SETUP_H
#define STORE_PGSQL_SETUP_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/db.h"

#define PGSQL_SETUP_STEPS 1

/* The steps and functions of struct db_driver. */
extern const char *const pgsql_setup_steps[PGSQL_SETUP_STEPS];
int pgsql_setup_clock(struct db *db, int64_t *now_at, struct error *err);
int pgsql_setup_content(struct db *db, enum db_content *content,
    int64_t *version, struct error *err);
int pgsql_setup_version(struct db *db, int64_t version, struct error *err);
int pgsql_setup_inspect(struct db *db,
    void (*each)(void *arg, const char *line), void *arg, struct error *err);
int pgsql_setup_settings(struct db *db,
    void (*each)(void *arg, const char *line), void *arg, struct error *err);
int pgsql_setup_renumber(struct db *db, struct error *err);
int pgsql_setup_set_aside(struct db *db, const char *suffix, char **kept,
    struct error *err);
int pgsql_setup_lock(struct db *db, int64_t wait_s, struct error *err);
void pgsql_setup_unlock(struct db *db);

/**
 * pgsql_setup(db, err):
 * Make the new connection ${db} durable and patient, and find the schema that
 * its store is in.
 *
 * Errors: ERR_STORE where the server is a standby or too old, its database
 * not UTF-8, or there is no schema.
 */
int pgsql_setup(struct db *db, struct error *err);

#endif
