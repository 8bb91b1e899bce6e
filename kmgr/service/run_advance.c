/* The step of a zone that is due first. */
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

int
run_advance(struct run_zone *z, struct error *err)
{
	const struct life_step *step;

	z->is_stuck = false;
	if (run_zone_plan(z, err) != 0)
		return -1;
	step = run_first_due(z);
	if (step == NULL)
		return 0;
	if (z->n_steps++ == STEPS_MAX)
		return err_set(err, ERR_INTERNAL, "%d steps were due in one "
		    "pass", STEPS_MAX);
	z->wants_signing = run_step_signs(z, step);
	z->wants_key = run_step_makes(step);
	return z->wants_signing || z->wants_key ? 0 : run_step(z, step, err);
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
