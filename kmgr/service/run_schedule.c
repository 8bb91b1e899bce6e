/* When a zone is due again. */
#include <stdio.h>

#include "kmgr/base/int64.h"
#include "kmgr/service/run_failure.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/service/run_settings.h"
#include "kmgr/store/store_zone.h"

#define WORD_LEN 32		/* of what is waited for */

void
run_due(struct run_zone *z, int64_t at)
{

	if (at < z->next_at)
		z->next_at = at;
}

/* What failed is not tried again at once; the pass takes its time, too. */
static void
due_by_plan(struct run_zone *z)
{
	const int64_t now_at = session_now(z->run->session);

	/* Others may be waited for until then, too. */
	if (!run_is_well(z))
		z->next_at = INT64_MAX;
	if (!run_is_well(z) || z->is_stuck)
		run_due(z, now_at + RUN_RETRY_S);
	if (run_is_well(z))
		run_due(z, z->is_stuck || run_first_due(z) == NULL ?
		    z->plan.next_at : now_at);
}

/* What somebody else is waited for first; "": nobody is. */
static const char *
waits_for(const struct run_zone *z)
{
	const struct life_step *step;
	const char *word = "";
	size_t i;

	for (i = z->plan.n_due; i < z->plan.n; i++) {
		step = &z->plan.steps[i];
		if (step->wait != LIFE_WAITS_TIME &&
		    step->wait != LIFE_WAITS_ROLL)
			word = life_wait_name(step->wait);
	}
	return word;
}

/*
 * What the zone's row says from now on, by what is known now. The row stays as
 * it was: this may be undone, and done again.
 */
static int
schedule(struct run_zone *z, struct store *store, struct error *err)
{
	struct zone_row row = z->zone->row;
	char word[WORD_LEN];

	due_by_plan(z);
	(void)snprintf(word, sizeof(word), "%s", waits_for(z));
	row.next_at = z->next_at;
	row.settings = run_settings_hash(session_config(z->run->session),
	    z->config);
	int64_raise(&row.told_at, z->told_at);
	if (*word == '\0')
		row.waiting_since_at = 0;
	else if (row.waiting_since_at == 0)
		row.waiting_since_at = session_now(z->run->session);
	if (!run_is_well(z)) {
		(void)snprintf(word, sizeof(word), RUN_FAILURE_WAIT);
		if (run_failure_note(z->run->session, &z->zone->row, &z->err,
		    err) != 0)
			return -1;
	}
	row.waits_for = word;
	return store_zone_schedule(store, &row, err);
}

int
run_schedule_check(struct run_zone *z, struct error *err)
{
	int64_t changes, newest;
	struct store *store;

	z->is_same = false;
	if (z->zone == NULL || z->is_stale)
		return 0;
	if (session_store(z->run->session, &store, err) != 0 ||
	    store_zone_changes(store, z->text, &changes, err) != 0 ||
	    store_signature_last(store, z->text, &newest, err) != 0)
		return -1;
	z->is_same = changes == z->zone->row.changes && newest == z->newest;
	return 0;
}

static int
load_again(struct run_zone *z, struct error *err)
{

	if (run_zone_load(z, err) != 0)
		return -1;
	/* It may not have been handed over, nor told to hooks. */
	if (run_is_well(z))
		run_due(z, session_now(z->run->session));
	return 0;
}

/*
 * With a last look: what another command changes before it is seen, and what
 * it changes after makes the zone due again.
 */
int
run_schedule(struct run_zone *z, struct error *err)
{
	struct store *store;

	if (session_store(z->run->session, &store, err) != 0 ||
	    (!z->is_same && load_again(z, err) != 0))
		return -1;
	return schedule(z, store, err);
}
