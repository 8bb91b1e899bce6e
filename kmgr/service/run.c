#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/trust_owed.h"
#include "kmgr/service/metrics.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/store/store_life.h"

#define PAGE	    256		/* zones asked for at once */
#define RETRY_S	    300		/* after a failure */
#define STEPS_MAX   64		/* of a zone in a pass; more is a fault */
#define TELL_LEN    1024
#define LOCK_WAIT_S 120		/* for another pass over the same store */

void
run_tell(const struct run_zone *z, enum run_event event, const char *what,
    const struct error *err, const char *fmt, ...)
{
	char text[TELL_LEN];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (event == RUN_DID || event == RUN_WOULD)
		z->result->n_steps++;
	z->run->tell(z->run->arg, event, z->text, what, text, err);
}

const char *
run_key_name(const struct run_zone *z, const struct life_step *step)
{

	if (step->key == LIFE_NONE)
		return z->text;
	return step->key < z->zone->life.n_keys ?
	    z->zone->life.keys[step->key].name : "the new KSK";
}

static void
forget(struct run_zone *z)
{

	life_plan_clear(&z->plan);
	zone_life_free(z->zone);
	z->zone = NULL;
	cmk_cache_clear(&z->cache);
}

void
run_zone_clear(struct run_zone *z)
{

	forget(z);
	buf_free(&z->records);
}

int
run_zone_load(struct run_zone *z, struct error *err)
{

	forget(z);
	if (zone_life_load(z->run->session, &z->cache, z->name, &z->zone,
	    err) != 0)
		return -1;
	z->zone->actor = ZONE_LIFE_BY_ITSELF;
	life_plan(&z->zone->life, session_now(z->run->session), &z->plan);
	return 0;
}

int
run_lock(struct run_zone *z, struct error *err)
{

	if (session_lock(z->run->session, LOCK_WAIT_S, err) != 0)
		return -1;
	session_advance(z->run->session, when_now());
	return 0;
}

/* The first step that is due, and nothing that only tells. */
static const struct life_step *
first_due(const struct run_zone *z)
{
	size_t i;

	for (i = 0; i < z->plan.n_due; i++)
		if (z->plan.steps[i].kind != LIFE_DONE)
			return &z->plan.steps[i];
	return NULL;
}

/* Do one step, decided on what the store says under the lock. */
static int
advance(struct run_zone *z, bool *done, struct error *err)
{
	const struct life_step *step;
	int rc = -1;

	*done = false;
	if (run_lock(z, err) != 0)
		return -1;
	if (run_zone_load(z, err) == 0) {
		step = first_due(z);
		rc = step == NULL ? 0 : run_step(z, step, done, err);
		z->is_stuck = step != NULL && !*done;
	}
	session_unlock(z->run->session);
	return rc;
}

static int
advance_all(struct run_zone *z, struct error *err)
{
	bool done = true;
	size_t n;

	for (n = 0; done; n++) {
		if (n == STEPS_MAX)
			return err_set(err, ERR_INTERNAL, "%d steps were due "
			    "in one pass", STEPS_MAX);
		if (advance(z, &done, err) != 0)
			return -1;
	}
	return 0;
}

/* Whether the DNSKEY RRset is to be signed even if no roll begins. */
static bool
needs_signing(const struct run_zone *z)
{
	struct life_zone rest;
	struct life_plan plan;
	bool needs = false;
	size_t i;

	life_zone_copy(&z->zone->life, &rest);
	rest.automation &= ~(unsigned int)LIFE_AUTO_START;
	life_plan(&rest, session_now(z->run->session), &plan);
	for (i = 0; i < plan.n_due; i++)
		needs = needs || plan.steps[i].kind == LIFE_SIGN ||
		    (plan.steps[i].kind >= LIFE_PUBLISH_DNSKEY &&
		    plan.steps[i].kind <= LIFE_REVOKE_DNSKEY);
	life_plan_clear(&plan);
	life_zone_clear(&rest);
	return needs;
}

/*
 * A step that cannot be done keeps no signature from being renewed. What was
 * tried in this pass is not tried again: tokens count wrong PINs.
 */
static int
keep_signed(struct run_zone *z, struct error *err)
{
	bool done;
	int rc = -1;

	if (z->is_tried)
		return 0;
	if (run_lock(z, err) != 0)
		return -1;
	if (run_zone_load(z, err) == 0)
		rc = needs_signing(z) ? run_sign(z, &done, err) : 0;
	session_unlock(z->run->session);
	return rc;
}

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

	if (z->has_failed || z->is_stuck)
		run_due(z, now_at + RETRY_S);
	if (!z->has_failed)
		run_due(z, z->is_stuck || first_due(z) == NULL ?
		    z->plan.next_at : now_at);
}

/* What the zone's row says from now on, by what is known under the lock. */
static void
schedule(struct run_zone *z)
{
	struct zone_row *row = &z->zone->row;
	const struct life_step *step;
	const char *waits_for = "";
	size_t i;

	due_by_plan(z);
	for (i = z->plan.n_due; i < z->plan.n; i++) {
		step = &z->plan.steps[i];
		if (step->wait != LIFE_WAITS_TIME &&
		    step->wait != LIFE_WAITS_ROLL)
			waits_for = life_wait_name(step->wait);
	}
	row->next_at = z->next_at;
	if (*waits_for == '\0')
		row->waiting_since_at = 0;
	else if (row->waiting_since_at == 0)
		row->waiting_since_at = session_now(z->run->session);
	free(row->waits_for);
	row->waits_for = mem_strdup(waits_for);
}

/*
 * In one transaction with a last look: what another command changes before it
 * is seen, and what it changes after makes the zone due again.
 */
static int
store_next(struct run_zone *z, struct error *err)
{
	const int64_t told_at = z->zone == NULL ? 0 : z->zone->row.told_at;
	struct store *store;

	if (session_store(z->run->session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (run_zone_load(z, err) == 0) {
		if (told_at > z->zone->row.told_at)
			z->zone->row.told_at = told_at;
		schedule(z);
		if (store_zone_schedule(store, &z->zone->row, err) == 0 &&
		    store_commit(store, err) == 0)
			return 0;
	}
	store_rollback(store);
	return -1;
}

/* What waits for somebody else, told once a pass. */
static void
tell_waits(const struct run_zone *z)
{
	size_t i;

	for (i = 0; i < z->plan.n; i++) {
		const struct life_step *step = &z->plan.steps[i];

		if (step->wait != LIFE_DUE && step->wait != LIFE_WAITS_TIME &&
		    step->wait != LIFE_WAITS_ROLL)
			run_tell(z, RUN_WAITS, life_wait_name(step->wait),
			    NULL, "%s %s %s", life_step_name(step->kind),
			    run_key_name(z, step), step->why);
	}
}

/* What is done whether or not something else failed, which is told first. */
static int
also(struct run_zone *z, int (*act)(struct run_zone *, struct error *),
    int rc, struct error *err)
{
	struct error why = ERR_INIT;

	if (act(z, &why) == 0)
		return rc;
	if (rc == 0)
		*err = why;
	else if (strcmp(err->msg, why.msg) != 0)
		session_note(z->run->session, "%s: %s", z->text, why.msg);
	return -1;
}

static int
go(struct run_zone *z, struct error *err)
{
	int rc;

	if (run_zone_load(z, err) != 0)
		return -1;
	z->next_at = INT64_MAX;
	/* What the zone signer does not have did not happen yet. */
	rc = run_hand_over(z, err) != 0 || run_parent(z, err) != 0 ||
	    run_signer(z, err) != 0 || advance_all(z, err) != 0 ? -1 : 0;
	if (rc != 0 || z->is_stuck)
		rc = also(z, keep_signed, rc, err);
	rc = also(z, run_hand_over, rc, err);
	rc = also(z, run_hooks, rc, err);
	if (rc != 0)
		return -1;
	run_parent_due(z);
	tell_waits(z);
	return store_next(z, err);
}

/* What go() would do first; the steps after that depend on it. */
static int
look(struct run_zone *z, struct error *err)
{
	size_t i;

	if (run_zone_load(z, err) != 0)
		return -1;
	for (i = 0; i < z->plan.n_due; i++) {
		const struct life_step *step = &z->plan.steps[i];

		if (step->kind != LIFE_DONE)
			run_tell(z, RUN_WOULD, life_step_name(step->kind),
			    NULL, "%s", run_key_name(z, step));
	}
	tell_waits(z);
	return 0;
}

static void
fail(struct run_zone *z, const struct error *err)
{
	struct error ignored = ERR_INIT;

	if (z->result->n_failed++ == 0)
		z->result->first = *err;
	run_tell(z, RUN_FAILED, "error", err, "%s", err->msg);
	z->has_failed = true;
	z->next_at = INT64_MAX;
	if (!z->run->is_trial)
		(void)store_next(z, &ignored);
}

static void
run_zone(const struct run *run, struct run_result *result,
    struct zsks_keys *keys, const struct name *name)
{
	struct run_zone z = { .run = run, .result = result, .keys = keys,
		.name = name };
	struct error err = ERR_INIT;

	(void)name_text(name, z.text);
	z.config = config_zone(session_config(run->session), z.text);
	result->n_zones++;
	session_advance(run->session, when_now());
	if ((run->is_trial ? look(&z, &err) : go(&z, &err)) != 0)
		fail(&z, &err);
	run_zone_clear(&z);
	session_progress(run->session, result->n_zones, run->n_zones);
}

/* The zones that are due, a page at a time; more may come meanwhile. */
static int
all_due(const struct run *run, struct run_result *result,
    struct zsks_keys *keys, struct error *err)
{
	char after[NAME_TEXT_MAX] = "", **names;
	struct store *store;
	struct name name;
	size_t i, n = PAGE;
	int rc = 0;

	if (session_store(run->session, &store, err) != 0)
		return -1;
	while (n == PAGE && rc == 0 && stop_signal() == 0) {
		if (store_zone_due(store, session_now(run->session), after,
		    PAGE, &names, &n, err) != 0)
			return -1;
		for (i = 0; i < n && rc == 0 && stop_signal() == 0; i++) {
			if ((rc = name_read(names[i], &name, err)) == 0)
				run_zone(run, result, keys, &name);
		}
		if (n > 0)
			(void)snprintf(after, sizeof(after), "%s",
			    names[n - 1]);
		zone_names_free(names, n);
	}
	return rc;
}

int
run_pass(const struct run *run, struct run_result *out, struct error *err)
{
	struct zsks_keys *keys = zsks_keys_new();
	struct store *store;
	size_t i;
	int rc;

	rc = run->is_trial ? 0 : trust_owed_settle(run->session, err);
	*out = (struct run_result) { .next_at = INT64_MAX, .first = ERR_INIT };
	for (i = 0; rc == 0 && i < run->n_zones && stop_signal() == 0; i++)
		run_zone(run, out, keys, &run->zones[i]);
	if (rc == 0 && run->n_zones == 0)
		rc = all_due(run, out, keys, err);
	if (rc == 0 && session_store(run->session, &store, err) == 0)
		rc = store_zone_next(store, &out->next_at, err);
	if (rc == 0 && !run->is_trial)
		rc = metrics_note_run(run->session, err);
	zsks_keys_free(keys);
	return rc;
}
