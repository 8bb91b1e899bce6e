/* The database of the store, as `check` sees it. */
#ifndef SERVICE_HEALTH_DATABASE_H
#define SERVICE_HEALTH_DATABASE_H

#include "kmgr/engine/session.h"
#include "kmgr/service/health.h"

/**
 * health_database_read(session, out, err):
 * Whether a crash of the server's machine loses what was committed, and
 * whether the clock of this machine is the server's, within the smallest
 * clock.tolerance of all policies: further apart the CMK signs nothing. Nothing
 * is by more than CLOCK_APART_MAX_S.
 *
 * Owner: the caller, health_database_clear(), also where it fails.
 * Errors: ERR_STORE, ERR_INTEGRITY (a policy).
 */
int health_database_read(struct session *session, struct health_database *out,
    struct error *err);
void health_database_clear(struct health_database *database);

#endif
