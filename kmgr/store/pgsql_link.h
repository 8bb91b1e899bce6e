/* The connection of the PostgreSQL backend: how it is made, why it failed. */
#ifndef STORE_PGSQL_LINK_H
#define STORE_PGSQL_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/db.h"

struct pg_conn;			/* libpq's */
struct pg_result;
struct pgsql_pq;

struct pgsql_link {
	struct pgsql_pq *pq;	/* libpq */
	struct pg_conn *conn;
	char *name;		/* who, where, which database; no secret */
	bool is_open;		/* it was made */
	bool has_warned;	/* the server, since it was false */
	bool is_lost;		/* for good: it is never made again */
	enum db_fault fault;	/* of the last question */
};

/**
 * pgsql_link_check(place, err):
 * Whether libpq understands "postgresql:${place}", and no password is in it.
 *
 * Errors: ERR_CONFIG, without what the URL says; ERR_SYSTEM, no libpq.
 */
int pgsql_link_check(const char *place, struct error *err);

/**
 * pgsql_link_open(link, place, err), pgsql_link_close(link):
 * Connect. Each of link's fields is zero before and after.
 *
 * Owner: the caller, pgsql_link_close(), whatever was returned.
 * Errors: ERR_STORE; ERR_SYSTEM, no libpq.
 */
int pgsql_link_open(struct pgsql_link *link, const char *place,
    struct error *err);
void pgsql_link_close(struct pgsql_link *link);

/**
 * pgsql_link_fail(link, result, err):
 * Say in ${err} why ${result}, NULL for none, is no answer; note in ${link}
 * the fault, and whether the connection is lost. Always returns -1.
 *
 * pgsql_link_judge(link, result, err): 0 of an answer, else the same.
 */
int pgsql_link_fail(struct pgsql_link *link, const struct pg_result *result,
    struct error *err);
int pgsql_link_judge(struct pgsql_link *link, const struct pg_result *result,
    struct error *err);

/**
 * pgsql_link_check_lost(link, err):
 * Refuse to go on with a connection that was lost.
 */
int pgsql_link_check_lost(const struct pgsql_link *link, struct error *err);

/**
 * pgsql_link_beside(place):
 * The path that files of this machine about the database ${place} begin with,
 * in a folder that is this user's own.
 * Owner: the caller, free().
 *
 * pgsql_link_locks(place): that locks begin with, which a service and a shell
 * have to find in one place, whatever folders for other files they have.
 */
char *pgsql_link_beside(const char *place);
char *pgsql_link_locks(const char *place);

#endif
