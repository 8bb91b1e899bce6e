#include <stdio.h>
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/life/life_core.h"

/* The parent was asked already; its answer is all that is missing. */
static bool
is_asked(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at)
{

	switch (step->kind) {
	case LIFE_ADD_DS:
		return life_is_put(life_ds_state(zone, step->key, now_at));
	case LIFE_REMOVE_DS:
		return life_ds_state(zone, step->key, now_at) ==
		    LIFE_UNRETENTIVE;
	default:
		return false;
	}
}

/*
 * The signature by a lost key ends. A set that is signed by others is of use
 * to who knows their DS; one that is signed by none is of use to nobody. With
 * the first set that others sign it is gone.
 */
static bool
is_forced(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at)
{
	const bool is_last_moment = now_at >= life_forced_at(zone, now_at);
	bool is_gone;
	size_t i;

	if (step->kind == LIFE_PUBLISH_DNSKEY)
		return is_last_moment &&
		    life_is_main(zone, step->key, now_at) &&
		    zone->keys[step->key].is_usable;
	if (step->kind != LIFE_WITHDRAW_DNSKEY ||
	    zone->keys[step->key].is_usable)
		return false;
	is_gone = life_is_gone(&zone->keys[step->key]);
	for (i = 0; i < zone->n_keys; i++) {
		if (life_is_main(zone, i, now_at) &&
		    zone->keys[i].is_usable &&
		    life_is_put(life_dnskey_state(zone, i, now_at)) &&
		    (is_last_moment || (is_gone &&
		    zone->keys[i].dnskey_in_at == now_at)))
			return true;
	}
	return false;
}

bool
life_is_due(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at)
{

	if (is_asked(zone, step, now_at))
		return false;
	if (is_forced(zone, step, now_at))
		return true;
	if (!life_policy_allows(zone, step, now_at))
		return false;
	return step->kind < LIFE_PUBLISH_DNSKEY ||
	    step->kind > LIFE_REMOVE_DS ||
	    life_allowed(zone, step->kind, step->key, now_at);
}

/* Whether it is done by itself. */
static bool
is_automatic(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at)
{
	const size_t i = step->key;

	switch (step->kind) {
	case LIFE_MAKE_KSK:
	case LIFE_MAKE_STANDBY:
	case LIFE_RETIRE:
	case LIFE_PROMOTE:
		return zone->automation & LIFE_AUTO_START;
	case LIFE_PUBLISH_DNSKEY:
		return (zone->automation & LIFE_AUTO_EXPIRE) ||
		    life_ds_state(zone, i, now_at) == LIFE_HIDDEN;
	case LIFE_ADD_DS:
		return (zone->automation & LIFE_AUTO_EXPIRE) ||
		    life_dnskey_state(zone, i, now_at) != LIFE_OMNIPRESENT;
	case LIFE_REMOVE_DS:
	case LIFE_REVOKE_DNSKEY:
		return zone->automation & LIFE_AUTO_EXPIRE;
	case LIFE_WITHDRAW_DNSKEY:
		return zone->automation & (life_ds_state(zone, i, now_at) ==
		    LIFE_HIDDEN ? LIFE_AUTO_DONE : LIFE_AUTO_EXPIRE);
	default:
		return true;
	}
}

/* The first step that can be done; whether there was one. */
static bool
run_one(struct life_zone *zone, int64_t now_at, struct life_plan *out)
{
	struct life_plan wants = { .steps = NULL };
	bool is_done = false;
	size_t i;

	life_want(zone, now_at, &wants);
	for (i = 0; i < wants.n && !is_done; i++) {
		struct life_step *step = &wants.steps[i];

		if (step->kind == LIFE_DONE ||
		    !life_is_due(zone, step, now_at) ||
		    !is_automatic(zone, step, now_at))
			continue;
		step->at = now_at;
		if (out != NULL)
			*life_want_push(out, step->kind, step->key) = *step;
		life_apply(zone, step, now_at);
		is_done = true;
	}
	life_plan_clear(&wants);
	return is_done;
}

void
life_run(struct life_zone *zone, int64_t now_at, struct life_plan *out)
{
	/* Each record moves at most twice in an instant, and keys are few. */
	size_t left = 16 + 8 * zone->n_keys;

	while (left-- > 0 && run_one(zone, now_at, out))
		continue;
}

static bool
has_step_of(const struct life_plan *plan, size_t key)
{
	size_t i;

	for (i = 0; i < plan->n; i++) {
		if (plan->steps[i].key == key)
			return true;
	}
	return false;
}

/* Nothing is waited for, and nobody does it by himself. */
static void
tell_done(const struct life_zone *zone, struct life_step *step,
    int64_t now_at)
{

	step->at = now_at;
	(void)snprintf(step->why, sizeof(step->why), "kmgr %s ends it",
	    zone->keys[step->key].is_foreign ? "remove-foreign-key" :
	    "delete-ksk");
}

/* What is still to come, and of each key only what can be told. */
static void
plan_rest(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	struct life_plan wants = { .steps = NULL };
	struct life_plan far = { .steps = NULL };
	size_t i;

	life_want(zone, now_at, &wants);
	for (i = 0; i < wants.n; i++) {
		struct life_step *step = &wants.steps[i];

		if (step->kind == LIFE_DONE)
			tell_done(zone, step, now_at);
		*life_want_push(step->kind == LIFE_DONE ||
		    life_explain(zone, step, now_at) ? out : &far,
		    step->kind, step->key) = *step;
	}
	for (i = 0; i < far.n; i++) {
		if (!has_step_of(out, far.steps[i].key))
			*life_want_push(out, far.steps[i].kind,
			    far.steps[i].key) = far.steps[i];
	}
	life_plan_clear(&wants);
	life_plan_clear(&far);
}

/* What is due, and the zone as it is after that. */
static void
do_due(const struct life_zone *zone, int64_t now_at,
    struct life_zone *after, struct life_plan *out)
{

	*out = (struct life_plan){ .steps = NULL };
	life_zone_copy(zone, after);
	life_run(after, now_at, out);
	out->n_due = out->n;
}

void
life_due(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	struct life_zone after;

	do_due(zone, now_at, &after, out);
	life_zone_clear(&after);
}

void
life_plan(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	struct life_zone after;

	do_due(zone, now_at, &after, out);
	plan_rest(&after, now_at, out);
	out->next_at = life_next(&after, now_at);
	life_zone_clear(&after);
}

void
life_plan_clear(struct life_plan *plan)
{

	free(plan->steps);
	*plan = (struct life_plan){ .steps = NULL };
}
