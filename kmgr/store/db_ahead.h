/*
 * Reading ahead: who goes through all zones asks the same of each of them, and
 * each question costs a start, or a round trip. What is asked of a zone in here
 * is asked for a page of zones at once instead, and answered from there.
 */
#ifndef STORE_DB_AHEAD_H
#define STORE_DB_AHEAD_H

#include "kmgr/store/db.h"

/* A question about the zone $1, and how it is put for many: its rows for all
 * zones behind $1 up to $2, in the order of zones, each with its zone before
 * the other columns. What is $2 in the one is $3 in the other. */
struct db_of_zone {
	struct db_question one;
	const char	  *all;
};

/**
 * db_ahead(db, after, last), db_ahead_end(db):
 * Inside a snapshot, and until its end, or inside a transaction that writes,
 * and until it first does: read what is asked of a zone behind ${after}, up to
 * ${last}, for all of these when it is first asked. Forget what was read; where
 * nothing was it does nothing.
 */
void db_ahead(struct db *db, const char *after, const char *last);
void db_ahead_end(struct db *db);

/**
 * db_zone_list(db, question, args, n, shape, out, out_n, err),
 * db_zone_one(db, question, args, n, shape, out, found, err),
 * db_zone_number(db, question, args, n, out, err):
 * As db_list(), db_one() and db_number(), from what was read ahead if there is
 * such. The first of the ${args} is the zone.
 *
 * Errors: ERR_STORE.
 */
int db_zone_list(struct db *db, const struct db_of_zone *question,
    const struct db_value *args, size_t n, const struct db_shape *shape,
    void *out, size_t *out_n, struct error *err);
int db_zone_one(struct db *db, const struct db_of_zone *question,
    const struct db_value *args, size_t n, const struct db_shape *shape,
    void *out, bool *found, struct error *err);
int db_zone_number(struct db *db, const struct db_of_zone *question,
    const struct db_value *args, size_t n, int64_t *out, struct error *err);

#endif
