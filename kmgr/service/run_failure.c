#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/service/run_failure.h"
#include "kmgr/store/store_claim.h"

/* Observed under this kind, with the instant of the first of them as value. */
#define KIND "run-failure"

void
run_failure_clear(struct run_failure *failure)
{

	free(failure->text);
	*failure = (struct run_failure) { 0 };
}

int
run_failure_find(struct session *session, const struct zone_row *row,
    struct run_failure *out, struct error *err)
{
	struct observation_row *rows;
	struct store *store;
	size_t n;

	*out = (struct run_failure) { 0 };
	if (row->waits_for == NULL ||
	    strcmp(row->waits_for, RUN_FAILURE_WAIT) != 0)
		return 0;
	if (session_store(session, &store, err) != 0 ||
	    store_observation_list(store, row->zone, KIND, 0, &rows, &n,
	    err) != 0)
		return -1;
	if (n > 0)
		*out = (struct run_failure) { .since_at = rows[0].value,
			.text = mem_strdup(rows[0].text) };
	observation_rows_free(rows, n);
	return 0;
}

int
run_failure_note(struct session *session, const struct zone_row *row,
    const struct error *why, struct error *err)
{
	const int64_t now_at = session_now(session);
	char kind[] = KIND, *text = mem_strdup(why->msg);
	struct observation_row seen = { .zone = row->zone, .kind = kind,
		.text = text, .first_at = now_at, .last_at = now_at };
	struct run_failure before;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) == 0 &&
	    run_failure_find(session, row, &before, err) == 0) {
		seen.value = before.since_at != 0 ? before.since_at : now_at;
		run_failure_clear(&before);
		rc = store_observe(store, &seen, err);
	}
	free(text);
	return rc;
}

int
run_failure_count(struct session *session, size_t *n, int64_t *next_at,
    struct error *err)
{
	struct store *store;

	return session_store(session, &store, err) != 0 ? -1 :
	    store_claim_n_waiting(store, RUN_FAILURE_WAIT,
	    session_now(session), RUN_RETRY_S, n, next_at, err);
}
