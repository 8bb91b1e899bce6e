/*
 * A store that nobody is to write any more. Guards in the database itself say
 * so, to each program that has it open, and to those that know of no move.
 */
#ifndef STORE_DB_SHUT_H
#define STORE_DB_SHUT_H

#include "kmgr/base/err.h"
#include "kmgr/store/db.h"

/* What the guards say begins so, and ends with why. */
#define DB_SHUT "this store is shut: "

/**
 * db_shut(db, why, err), db_reopen(db, err):
 * In a transaction: from its commit on each change of a row fails, and says
 * ${why}; the one takes back the other. It can still be read.
 *
 * Errors: ERR_STORE.
 */
int db_shut(struct db *db, const char *why, struct error *err);
int db_reopen(struct db *db, struct error *err);

/**
 * db_shut_why(db, why, err):
 * Why it is shut; NULL where it is not.
 *
 * Owner: the caller, free().
 */
int db_shut_why(struct db *db, char **why, struct error *err);

/**
 * db_shut_hint(said, err):
 * Say in ${err} what the user can do, where ${said} is what such a guard says.
 */
void db_shut_hint(const char *said, struct error *err);

#endif
