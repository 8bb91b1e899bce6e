/* PostgreSQL's guards of a store that is shut. */
#ifndef STORE_PGSQL_SHUT_H
#define STORE_PGSQL_SHUT_H

#include "kmgr/base/err.h"
#include "kmgr/store/db.h"

/* Those of struct db_driver. */
int pgsql_shut(struct db *db, const char *literal, struct error *err);
int pgsql_shut_reopen(struct db *db, struct error *err);
extern const struct db_question pgsql_shut_ask;

#endif
