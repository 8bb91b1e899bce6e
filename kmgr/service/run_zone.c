/* One zone on its way. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/when.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/store/store_life.h"
#include "kmgr/store/store_zone.h"

#define TELL_LEN    1024
#define LOCK_WAIT_S 120		/* for who makes keys */
#define CMKS_MS	    1000	/* what a CMK is may be another by then */

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
		z->pass->result->n_steps++;
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

/* --- loading ------------------------------------------------------------- */

struct cmk_cache *
run_cmks_now(struct run_cmks *cmks)
{
	const int64_t now_ms = when_elapsed_ms();

	if (cmks->n > 0 && now_ms - cmks->at_ms < CMKS_MS)
		return cmks->caches[cmks->n - 1];
	cmks->at_ms = now_ms;
	*(struct cmk_cache **)mem_push(&cmks->caches, cmks->n++,
	    sizeof(struct cmk_cache *)) = mem_new(sizeof(struct cmk_cache));
	return cmks->caches[cmks->n - 1];
}

void
run_cmks_clear(struct run_cmks *cmks)
{
	size_t i;

	for (i = 0; i < cmks->n; i++) {
		cmk_cache_clear(cmks->caches[i]);
		free(cmks->caches[i]);
	}
	free(cmks->caches);
	*cmks = (struct run_cmks) { 0 };
}

void
run_zone_init(struct run_zone *z, struct run_pass *pass, size_t claim,
    const struct name *name)
{

	*z = (struct run_zone) { .pass = pass, .run = pass->run,
		.claim = claim, .name = *name, .next_at = INT64_MAX,
		.answer = ERR_INIT, .err = ERR_INIT };
	(void)name_text(name, z->text);
	z->config = config_zone_named(session_config(pass->run->session),
	    z->text);
}

static void
forget(struct run_zone *z)
{

	life_plan_clear(&z->plan);
	zone_life_free(z->zone);
	z->zone = NULL;
}

void
run_zone_clear(struct run_zone *z)
{

	forget(z);
	config_zone_free(z->config);
	parent_view_free(z->view);
	source_set_clear(&z->source);
	buf_free(&z->zsks);
	buf_free(&z->records);
	json_free(z->event);
	run_late_clear(&z->late);
	zone_life_change_clear(&z->change);
	run_facts_clear(z);
}

void
run_zone_again(struct run_zone *z)
{
	struct run_pass *pass = z->pass;
	const struct name name = z->name;
	const size_t claim = z->claim;

	run_zone_clear(z);
	run_zone_init(z, pass, claim, &name);
}

static void
plan(struct run_zone *z)
{

	life_plan_clear(&z->plan);
	life_plan(&z->zone->life, session_now(z->run->session), &z->plan);
}

int
run_zone_load(struct run_zone *z, struct error *err)
{
	struct cmk_cache *cmks = run_cmks_now(&z->pass->cmks);
	struct store *store;

	forget(z);
	/* Waiting, and the zones before this one, take their time. */
	session_advance(z->run->session, when_now());
	if (session_store(z->run->session, &store, err) != 0 ||
	    store_signature_last(store, z->text, &z->newest, err) != 0 ||
	    zone_life_load(z->run->session, cmks, &z->name, &z->zone,
	    err) != 0)
		return -1;
	z->zone->actor = ZONE_LIFE_BY_ITSELF;
	z->cmks = cmks;
	z->is_stale = false;
	plan(z);
	return 0;
}

bool
run_zone_is_loaded(const struct run_zone *z)
{

	return z->zone != NULL && !z->is_stale &&
	    z->cmks == run_cmks_now(&z->pass->cmks);
}

int
run_zone_look(struct run_zone *z, struct error *err)
{

	if (!run_zone_is_loaded(z))
		return run_zone_load(z, err);
	session_advance(z->run->session, when_now());
	plan(z);
	return 0;
}

int
run_zone_plan(struct run_zone *z, struct error *err)
{

	if (z->zone == NULL || z->is_stale)
		return run_zone_load(z, err);
	session_advance(z->run->session, when_now());
	plan(z);
	return 0;
}

/* --- what is done, and failed -------------------------------------------- */

int
run_lock(struct run_zone *z, struct error *err)
{

	return session_lock(z->run->session, LOCK_WAIT_S, err);
}

int
run_keep(struct run_zone *z, struct error *err)
{

	return run_claims_keep(&z->pass->claims, z->claim, err);
}

bool
run_is_overtaken(const struct error *err)
{

	return err->class == ERR_STORE && (err->code == STORE_CLAIM_LOST ||
	    err->code == ZONE_LIFE_CHANGED);
}

bool
run_is_well(const struct run_zone *z)
{

	return z->err.class == ERR_NONE && !z->is_dropped;
}

void
run_zone_fail(struct run_zone *z, const struct error *err)
{

	/* What is another run's by now, or not as it was, is left to that. */
	if (z->err.class == ERR_NONE || run_is_overtaken(err))
		z->err = *err;
	else if (strcmp(z->err.msg, err->msg) != 0)
		run_tell(z, RUN_WARNS, "error", err, "%s", err->msg);
}

/*
 * After a signal nothing more is begun, and what was handed over is brought to
 * its end. What was signed, and was not, the next pass hands over.
 */
static bool
is_to_go_on(struct run_zone *z)
{

	if (stop_signal() != 0 && !z->is_given && !z->is_published)
		z->is_dropped = true;
	return !z->is_dropped && !run_is_overtaken(&z->err);
}

void
run_zone_try(struct run_zone *z,
    int (*act)(struct run_zone *z, struct error *err))
{
	struct error err = ERR_INIT;

	/* It may be the load of the zone that has failed. */
	if (is_to_go_on(z) && ((z->zone == NULL &&
	    run_zone_load(z, &err) != 0) || act(z, &err) != 0))
		run_zone_fail(z, &err);
}

void
run_zone_act(struct run_zone *z,
    int (*act)(struct run_zone *z, struct error *err))
{
	struct run_zones one = { &z, 1 };
	struct error err = ERR_INIT;

	if (!is_to_go_on(z))
		return;
	if (run_zones_guard(&one, &err) != 0)
		run_zone_fail(z, &err);
	else if (one.n > 0)
		run_zone_try(z, act);
	run_claims_leave(&z->pass->claims);
}
