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
#include "kmgr/store/store_zone.h"

#define PAGE	    256		/* zones asked for at once */
#define TRIES	    3		/* where others change a zone meanwhile */
#define TELL_LEN    1024
#define LOCK_WAIT_S 120		/* for who makes keys */

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
	struct store *store;

	forget(z);
	/* Waiting, and the zones before this one, take their time. */
	session_advance(z->run->session, when_now());
	if (session_store(z->run->session, &store, err) != 0 ||
	    store_signature_last(store, z->text, &z->newest, err) != 0 ||
	    zone_life_load(z->run->session, &z->cache, z->name, &z->zone,
	    err) != 0)
		return -1;
	z->zone->actor = ZONE_LIFE_BY_ITSELF;
	life_plan(&z->zone->life, session_now(z->run->session), &z->plan);
	return 0;
}

int
run_lock(struct run_zone *z, struct error *err)
{

	return session_lock(z->run->session, LOCK_WAIT_S, err);
}

int
run_keep(struct run_zone *z, struct error *err)
{

	return run_claims_keep(z->claims, z->claim, err);
}

bool
run_is_overtaken(const struct error *err)
{

	return err->class == ERR_STORE && (err->code == STORE_CLAIM_LOST ||
	    err->code == ZONE_LIFE_CHANGED);
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

	/* What is another run's by now, or not as it was, is left to that. */
	if (rc != 0 && run_is_overtaken(err))
		return -1;
	/* It may be the load of the zone that failed. */
	if ((z->zone != NULL || run_zone_load(z, &why) == 0) &&
	    act(z, &why) == 0)
		return rc;
	if (rc == 0 || run_is_overtaken(&why))
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
	    run_signer(z, err) != 0 || run_advance(z, err) != 0 ? -1 : 0;
	if (rc != 0 || z->is_stuck)
		rc = also(z, run_keep_signed, rc, err);
	rc = also(z, run_hand_over, rc, err);
	rc = also(z, run_hooks, rc, err);
	if (rc != 0)
		return -1;
	run_parent_due(z);
	tell_waits(z);
	return run_store_next(z, err);
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

/* Everything failed that was to be done; it is tried again soon. */
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
		(void)run_store_next(z, &ignored);
}

/*
 * One that is another run's by now: nothing that was decided here counts. What
 * was handed over may be older than what that one has handed over.
 */
static void
leave(struct run_zone *z, const struct error *err)
{
	struct error why = ERR_INIT;
	struct store *store;

	session_note(z->run->session, "%s; it is left to that run%s",
	    err->msg, z->is_given ? ", and handed over once more" : "");
	if (!z->is_given)
		return;
	if (session_store(z->run->session, &store, &why) != 0 ||
	    store_zone_unpublish(store, z->text, &why) != 0)
		session_note(z->run->session, "%s: it could not be noted that "
		    "what was handed over may be old: %s", z->text, why.msg);
}

/* Whatever failed: one that is overtaken does not call that a failure. */
static bool
is_lost(struct run_zone *z, struct error *err)
{
	struct error why = ERR_INIT;

	if (!z->run->is_trial && run_claims_look(z->claims, z->claim,
	    &why) != 0 && run_is_overtaken(&why))
		*err = why;
	return run_is_overtaken(err) && err->code == STORE_CLAIM_LOST;
}

/* Once; *again where another run changed what it was decided by. */
static void
try_zone(const struct run_zone *from, bool is_last, bool *again)
{
	struct session *session = from->run->session;
	struct error err = ERR_INIT;
	struct run_zone z = *from;
	int rc;

	*again = false;
	if (z.run->is_trial)
		rc = look(&z, &err);
	else if ((rc = run_claims_enter(z.claims, z.claim, &err)) == 0)
		rc = go(&z, &err);
	if (rc != 0 && is_lost(&z, &err))
		leave(&z, &err);
	else if (rc != 0 && run_is_overtaken(&err))
		*again = true;
	else if (rc != 0)
		fail(&z, &err);
	if (*again && is_last)
		session_note(session, "%s; it stays due", err.msg);
	run_zone_clear(&z);
}

/* What is shared by all zones of a pass. */
struct pass {
	const struct run	*run;
	struct run_result	*result;
	struct zsks_keys	*keys;
	struct run_claims	 claims;
	struct run_debts	 debts;
};

static void
run_zone(struct pass *pass, size_t claim, const struct name *name)
{
	struct run_zone z = { .run = pass->run, .result = pass->result,
		.keys = pass->keys, .claims = &pass->claims, .claim = claim,
		.debts = &pass->debts, .name = name };
	bool again = true;
	int i;

	(void)name_text(name, z.text);
	z.config = config_zone(session_config(z.run->session), z.text);
	z.result->n_zones++;
	for (i = 1; again && i <= TRIES; i++)
		try_zone(&z, i == TRIES, &again);
	run_claims_leave(&pass->claims);
	if (z.run->is_behind != NULL)
		z.run->is_behind(z.run->arg);
	else
		session_progress(z.run->session, z.result->n_zones,
		    z.run->n_zones);
}

/* Those that are claimed, and then what tokens are to keep of it. */
static int
run_batch(struct pass *pass, struct error *err)
{
	struct name name;
	size_t i;

	for (i = 0; i < pass->claims.n && stop_signal() == 0; i++) {
		if (name_read(pass->claims.list[i].zone, &name, err) != 0)
			return -1;
		run_zone(pass, i, &name);
	}
	return run_settle(pass->run->session, &pass->debts, err);
}

/* All that are due, a batch at a time; other runs have others meanwhile. */
static int
all_due(struct pass *pass, struct error *err)
{
	const int64_t due_at = when_now();

	do {
		if (run_claims_due(&pass->claims, due_at, err) != 0 ||
		    run_batch(pass, err) != 0)
			return -1;
	} while (pass->claims.n > 0 && stop_signal() == 0);
	return 0;
}

/* Those that are named, due or not. */
static int
all_named(struct pass *pass, struct error *err)
{
	char text[NAME_TEXT_MAX];
	size_t i;

	for (i = 0; i < pass->run->n_zones && stop_signal() == 0; i++)
		if (run_claims_zone(&pass->claims,
		    name_text(&pass->run->zones[i], text), err) != 0 ||
		    run_batch(pass, err) != 0)
			return -1;
	return 0;
}

static int
work(struct pass *pass, struct error *err)
{
	struct session *session = pass->run->session;
	struct error ignored = ERR_INIT;
	int rc = -1;

	pass->keys = zsks_keys_new();
	if (trust_owed_settle(session, err) == 0 &&
	    run_claims_init(&pass->claims, session, err) == 0)
		rc = pass->run->n_zones == 0 ? all_due(pass, err) :
		    all_named(pass, err);
	(void)run_settle(session, &pass->debts, &ignored);
	run_claims_clear(&pass->claims);
	zsks_keys_free(pass->keys);
	return rc == 0 ? metrics_note_run(session, err) : -1;
}

/* What would be done, of the zones that are due, a page at a time. */
static int
all_looked_at(struct pass *pass, struct error *err)
{
	struct session *session = pass->run->session;
	char after[NAME_TEXT_MAX] = "", **names;
	struct store *store;
	struct name name;
	size_t i, n = PAGE;
	int rc = 0;

	if (session_store(session, &store, err) != 0)
		return -1;
	while (n == PAGE && rc == 0 && stop_signal() == 0) {
		if (store_zone_due(store, session_now(session), after,
		    PAGE, &names, &n, err) != 0)
			return -1;
		for (i = 0; i < n && rc == 0 && stop_signal() == 0; i++) {
			if ((rc = name_read(names[i], &name, err)) == 0)
				run_zone(pass, 0, &name);
		}
		if (n > 0)
			(void)snprintf(after, sizeof(after), "%s",
			    names[n - 1]);
		zone_names_free(names, n);
	}
	return rc;
}

static int
look_at(struct pass *pass, struct error *err)
{
	size_t i;

	if (pass->run->n_zones == 0)
		return all_looked_at(pass, err);
	for (i = 0; i < pass->run->n_zones && stop_signal() == 0; i++)
		run_zone(pass, 0, &pass->run->zones[i]);
	return 0;
}

int
run_pass(const struct run *run, struct run_result *out, struct error *err)
{
	struct pass pass = { .run = run, .result = out };
	struct store *store;

	*out = (struct run_result) { .next_at = INT64_MAX, .first = ERR_INIT };
	session_advance(run->session, when_now());
	if ((run->is_trial ? look_at(&pass, err) : work(&pass, err)) != 0)
		return -1;
	return session_store(run->session, &store, err) != 0 ? -1 :
	    store_claim_next(store, &out->next_at, err);
}
