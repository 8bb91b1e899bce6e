/* The steps of a zone that are due, one after the other. */
#include "kmgr/service/run_inner.h"

#define STEPS_MAX 64		/* of a zone in a pass; more is a fault */

/* The first step that is due, and nothing that only tells. */
const struct life_step *
run_first_due(const struct run_zone *z)
{
	size_t i;

	for (i = 0; i < z->plan.n_due; i++)
		if (z->plan.steps[i].kind != LIFE_DONE)
			return &z->plan.steps[i];
	return NULL;
}

/*
 * Who makes keys is the only one: what another process has begun to make
 * looks like what one that died has left.
 */
static bool
makes_key(const struct life_step *step)
{

	return step->kind == LIFE_MAKE_KSK || step->kind == LIFE_MAKE_STANDBY;
}

/* By what the store says under the lock. */
static int
make(struct run_zone *z, bool *done, struct error *err)
{
	const struct life_step *step;

	*done = true;
	if (run_keep(z, err) != 0 || run_zone_load(z, err) != 0)
		return -1;
	step = run_first_due(z);
	return step == NULL || !makes_key(step) ? 0 :
	    run_step(z, step, done, err);
}

static int
take(struct run_zone *z, const struct life_step *step, bool *done,
    struct error *err)
{
	int rc;

	if (!makes_key(step))
		return run_step(z, step, done, err);
	if (run_lock(z, err) != 0)
		return -1;
	rc = make(z, done, err);
	session_unlock(z->run->session);
	return rc;
}

int
run_advance(struct run_zone *z, struct error *err)
{
	const struct life_step *step;
	bool done = true;

	z->is_going = z->is_stuck = false;
	while (!z->wants_signing && done) {
		if (run_zone_look(z, err) != 0)
			return -1;
		step = run_first_due(z);
		if (step == NULL)
			return 0;
		if (z->n_steps++ == STEPS_MAX)
			return err_set(err, ERR_INTERNAL, "%d steps were due "
			    "in one pass", STEPS_MAX);
		if (run_step_signs(z, step))
			z->wants_signing = true;
		else if (take(z, step, &done, err) != 0)
			return -1;
	}
	z->is_stuck = !done;
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
int
run_keep_signed(struct run_zone *z, struct error *err)
{

	if (z->is_tried)
		return 0;
	if (run_zone_look(z, err) != 0)
		return -1;
	z->wants_signing = needs_signing(z);
	return 0;
}
