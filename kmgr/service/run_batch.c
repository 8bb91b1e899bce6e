/* The zones that are claimed, gone over together. */
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/store/store_life.h"

#define TRIES	    3		/* where others change a zone meanwhile */

/* What waits for somebody else, told once a pass. */
void
run_tell_waits(const struct run_zone *z)
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

static void
each_well(const struct run_zones *zones,
    int (*act)(struct run_zone *z, struct error *err))
{
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (run_is_well(zones->list[i]))
			run_zone_act(zones->list[i], act);
}

/* Sign what has to be signed, and look at what came of it. */
static bool
sign(const struct run_zones *zones)
{
	bool any = false;
	size_t i;

	for (i = 0; i < zones->n; i++)
		any = any || zones->list[i]->wants_signing;
	if (!any)
		return false;
	run_sign_all(zones);
	run_zones_look(zones);
	return true;
}

/* A step of each that is going; whether one of them goes on. */
static bool
step(const struct run_zones *zones)
{
	struct run_zones going = { NULL, 0 };
	bool any;
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (zones->list[i]->is_going)
			run_zones_add(&going, zones->list[i]);
	any = going.n > 0;
	/* Those that are not loaded any more, together. */
	run_zones_look(&going);
	for (i = 0; i < going.n; i++) {
		going.list[i]->is_going = false;
		run_zone_act(going.list[i], run_advance);
	}
	run_steps(&going);
	run_zones_clear(&going);
	return any;
}

/* All that is due, as far as it goes. */
static void
advance(const struct run_zones *zones)
{
	size_t i;

	/*
	 * One of which it is decided that it is signed is not looked at before:
	 * what somebody else has signed since it was would be signed over.
	 */
	for (i = 0; i < zones->n; i++)
		zones->list[i]->is_going = run_is_well(zones->list[i]) &&
		    !zones->list[i]->wants_signing;
	do {
		while (step(zones))
			continue;
	} while (run_make_all(zones) || sign(zones));
}

/* A step that cannot be done keeps no signature from being renewed. */
static void
keep_signed(const struct run_zones *zones)
{
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (!run_is_well(zones->list[i]) || zones->list[i]->is_stuck)
			run_zone_act(zones->list[i], run_keep_signed);
	(void)sign(zones);
}

static int
note_waits(struct run_zone *z, struct error *err)
{

	(void)err;
	run_parent_due(z);
	run_tell_waits(z);
	return 0;
}

static void
do_nothing(struct run_zone *z)
{

	(void)z;
}

/* When they are due again, whether or not something failed. */
static void
schedule(const struct run_zones *zones)
{
	static const struct run_write write = { run_schedule_check,
		run_schedule, NULL, do_nothing };
	struct run_zones some = { NULL, 0 };
	size_t i;

	run_zones_look(zones);
	for (i = 0; i < zones->n; i++)
		if (!zones->list[i]->is_dropped &&
		    !run_is_overtaken(&zones->list[i]->err))
			run_zones_add(&some, zones->list[i]);
	run_zones_commit(&some, &write);
	run_zones_clear(&some);
}

static void
go(const struct run_zones *zones)
{
	size_t i;

	run_zones_look(zones);
	/* What the zone signer does not have did not happen yet. */
	run_hand_over(zones, RUN_WELL);
	run_parents(zones);
	run_signers(zones);
	advance(zones);
	keep_signed(zones);
	run_hand_over(zones, RUN_ALL);
	for (i = 0; i < zones->n; i++)
		run_zone_act(zones->list[i], run_hooks);
	each_well(zones, note_waits);
	schedule(zones);
}

/*
 * One that is another run's by now: nothing that was decided here counts. What
 * was handed over may be older than what that one has handed over.
 */
static void
leave(struct run_zone *z)
{

	session_note(z->run->session, "%s; it is left to that run%s",
	    z->err.msg, z->is_given ? ", and handed over once more" : "");
	if (z->is_given)
		run_unpublish(z);
}

/* Whatever failed: one that is overtaken does not call that a failure. */
static bool
is_lost(struct run_zone *z)
{
	struct error why = ERR_INIT;

	if (run_claims_look(&z->pass->claims, z->claim, &why) == 0 ||
	    !run_is_overtaken(&why))
		return false;
	z->err = why;
	return true;
}

/* Others go over them, too, and some become due meanwhile. */
void
run_progress(struct session *session, size_t done, size_t all)
{

	session_progress(session, done, all < done ? done : all);
}

void
run_count(const struct run_zone *z)
{
	struct run_pass *pass = z->pass;

	if (z->is_dropped)
		return;
	pass->result->n_zones++;
	if (z->run->is_behind != NULL)
		z->run->is_behind(z->run->arg);
	else
		run_progress(z->run->session, pass->result->n_zones,
		    pass->n_all);
}

/* Everything failed that was to be done; it is tried again soon. */
void
run_tell_failed(const struct run_zone *z)
{
	struct run_result *result = z->pass->result;

	if (result->n_failed++ == 0)
		result->first = z->err;
	run_tell(z, RUN_FAILED, "error", &z->err, "%s", z->err.msg);
}

/* What came of it; whether it is to be gone over again. */
static bool
judge(struct run_zone *z, bool is_last)
{

	if (z->err.class != ERR_NONE && is_lost(z)) {
		leave(z);
	} else if (run_is_overtaken(&z->err)) {
		if (!is_last)
			return true;
		session_note(z->run->session, "%s; it stays due",
		    z->err.msg);
	} else if (z->err.class != ERR_NONE) {
		run_tell_failed(z);
	}
	run_count(z);
	return false;
}

/* Go over them, and keep those that another run changed meanwhile. */
static void
try_all(struct run_zones *zones, bool is_last)
{
	size_t i, n = 0;

	go(zones);
	for (i = 0; i < zones->n; i++) {
		struct run_zone *z = zones->list[i];

		if (judge(z, is_last)) {
			zones->list[n++] = z;
			run_zone_again(z);
		}
	}
	zones->n = n;
}

static int
zones_new(struct run_pass *pass, struct run_zone *list,
    struct run_zones *zones, struct error *err)
{
	struct name name;
	size_t i;

	for (i = 0; i < pass->claims.n; i++) {
		if (name_read(pass->claims.list[i].zone, &name, err) != 0)
			return -1;
		run_zone_init(&list[i], pass, i, &name);
		run_zones_add(zones, &list[i]);
	}
	return 0;
}

int
run_batch(struct run_pass *pass, struct error *err)
{
	const size_t n = pass->claims.n;
	struct run_zone *list = mem_new(n * sizeof(*list));
	struct run_zones zones = { NULL, 0 };
	struct error ignored = ERR_INIT;
	size_t i;
	int rc;

	rc = zones_new(pass, list, &zones, err);
	for (i = 1; i <= TRIES && rc == 0 && zones.n > 0; i++)
		try_all(&zones, i == TRIES);
	for (i = 0; i < n; i++)
		run_zone_clear(&list[i]);
	free(list);
	run_zones_clear(&zones);
	run_cmks_clear(&pass->cmks);
	/* Whom that fails for is owed still, and told of at the end. */
	(void)trust_owed_tell_some(pass->run->session, &pass->owed, &ignored);
	return rc;
}
