/* What fails is told of until it does not any more. */
#ifndef SERVICE_RUN_FAILURE_H
#define SERVICE_RUN_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store_life.h"

/* In struct zone_row, of a zone whose last pass failed. */
#define RUN_FAILURE_WAIT "retry"

#define RUN_RETRY_S 300		/* until the next one */

/* Why passes over a zone fail. */
struct run_failure {
	int64_t	 since_at;		/* 0: none does */
	char	*text;			/* of the last one */
};

/**
 * run_failure_note(session, row, why, err):
 * Inside the caller's transaction: a pass over the zone of ${row}, which says
 * how it was before, has failed of ${why}. Who writes its row puts
 * RUN_FAILURE_WAIT into it.
 *
 * run_failure_find(session, row, out, err):
 * What the last pass over the zone of ${row} failed of.
 *
 * run_failure_count(session, n, next_at, err):
 * Of how many zones another pass is waited for now, and when the first of them
 * is gone over.
 *
 * Owner: the caller, run_failure_clear().
 * Errors: ERR_STORE.
 */
int run_failure_note(struct session *session, const struct zone_row *row,
    const struct error *why, struct error *err);
int run_failure_find(struct session *session, const struct zone_row *row,
    struct run_failure *out, struct error *err);
int run_failure_count(struct session *session, size_t *n, int64_t *next_at,
    struct error *err);
void run_failure_clear(struct run_failure *failure);

#endif
