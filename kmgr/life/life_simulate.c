#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/life/life_core.h"

/* A wish of ours to the zone signer, and when it was heard. */
struct wish {
	enum life_step_kind kind;
	uint8_t		 alg;
	int64_t		 since_at;
};

struct simulation {
	struct life_zone	*zone;
	const struct life_world	*world;
	struct life_moment	*moments;
	size_t			 n;
	enum life_state		*states;	/* K and D of each key */
	size_t			 n_states;
	bool			*is_done;	/* by key */
	struct wish		*wishes;
	size_t			 n_wishes;
};

static struct life_moment *
push(struct simulation *sim, int64_t at)
{
	struct life_moment *moment;

	if (sim->n >= LIFE_MOMENTS_MAX)
		sim->n = LIFE_MOMENTS_MAX - 1;
	moment = mem_push(&sim->moments, sim->n++, sizeof(*moment));
	moment->at = at;
	return moment;
}

static void
push_step(struct simulation *sim, const struct life_step *step, int64_t at)
{
	struct life_moment *moment = push(sim, at);

	moment->is_step = true;
	moment->step = *step;
	moment->key = step->key;
}

/* Keys that were made meanwhile begin hidden. */
static void
grow(struct simulation *sim)
{
	enum life_state *state;
	bool *is_done;

	while (sim->n_states < 2 * sim->zone->n_keys) {
		if (sim->n_states % 2 == 0) {
			is_done = mem_push(&sim->is_done, sim->n_states / 2,
			    sizeof(*is_done));
			*is_done = false;
		}
		state = mem_push(&sim->states, sim->n_states++,
		    sizeof(*state));
		*state = LIFE_HIDDEN;
	}
}

static void
push_states(struct simulation *sim, int64_t at)
{
	struct life_moment *moment;
	size_t i;

	grow(sim);
	for (i = 0; i < sim->n_states; i++) {
		const enum life_state state = i % 2 == 0 ?
		    life_dnskey_state(sim->zone, i / 2, at) :
		    life_ds_state(sim->zone, i / 2, at);

		if (state == sim->states[i])
			continue;
		sim->states[i] = state;
		moment = push(sim, at);
		moment->key = i / 2;
		moment->record = i % 2 == 0 ? 'K' : 'D';
		moment->state = state;
	}
}

/*
 * ${fact} is said ${after_s} after ${asked_at}: now, or later, which goes
 * into *${next_at}.
 */
static bool
answer(int64_t *fact, int64_t asked_at, int64_t after_s, int64_t now_at,
    int64_t *next_at)
{
	const int64_t at = asked_at + after_s;

	if (at <= now_at) {
		*fact = at;
		return true;
	}
	if (at < *next_at)
		*next_at = at;
	return false;
}

static void
answer_key(struct simulation *sim, size_t i, int64_t now_at,
    int64_t *next_at)
{
	const struct life_zone *zone = sim->zone;
	const int64_t registration_s = sim->world->registration_s;
	struct life_key *key = &zone->keys[i];

	if (key->needs_backup && key->backup_at == 0)
		answer(&key->backup_at, key->made_at, sim->world->backup_s,
		    now_at, next_at);
	if (life_ds_until(zone, i, now_at) != LIFE_NEVER)
		return;
	if (life_ds_state(zone, i, now_at) == LIFE_RUMOURED &&
	    !life_ds_is_untold(zone, i, now_at))
		answer(&key->ds_seen_at, key->ds_add_at, registration_s,
		    now_at, next_at);
	if (life_ds_state(zone, i, now_at) == LIFE_UNRETENTIVE)
		answer(&key->ds_gone_at, key->ds_remove_at, registration_s,
		    now_at, next_at);
}

static struct wish *
wish_find(struct simulation *sim, enum life_step_kind kind, uint8_t alg,
    int64_t now_at)
{
	struct wish *wish;
	size_t i;

	for (i = 0; i < sim->n_wishes; i++) {
		wish = &sim->wishes[i];
		if (wish->kind == kind && wish->alg == alg)
			return wish;
	}
	wish = mem_push(&sim->wishes, sim->n_wishes++, sizeof(*wish));
	wish->kind = kind;
	wish->alg = alg;
	wish->since_at = now_at;
	return wish;
}

/* A ZSK of the algorithm goes with the KSK, if nothing but it keeps that. */
static bool
is_kept_by_zsk(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at)
{
	struct life_alg *signer;
	bool is_kept;

	if (step->kind != LIFE_WITHDRAW_DNSKEY)
		return false;
	signer = life_alg_find(zone, zone->keys[step->key].alg);
	if (signer == NULL || !signer->has_zsk ||
	    life_is_due(zone, step, now_at))
		return false;
	signer->has_zsk = false;
	is_kept = life_is_due(zone, step, now_at);
	signer->has_zsk = true;
	return is_kept;
}

/* The zone signer does, a while after it was asked, what it is asked for. */
static bool
answer_signer(struct simulation *sim, const struct life_step *step,
    int64_t now_at, int64_t *next_at)
{
	struct life_zone *zone = sim->zone;
	const bool is_zsk = step->key != LIFE_NONE;
	const uint8_t alg = is_zsk ? zone->keys[step->key].alg : step->alg;
	struct wish *wish = wish_find(sim, step->kind, alg, now_at);
	int64_t done_at = 0;

	if (!answer(&done_at, wish->since_at, sim->world->signer_s, now_at,
	    next_at))
		return false;
	*wish = sim->wishes[--sim->n_wishes];
	if (is_zsk) {
		life_alg_find(zone, alg)->has_zsk = false;
		return true;
	}
	push_step(sim, step, now_at);
	life_apply(zone, step, done_at);
	/* Who signs with an algorithm has a ZSK of it. */
	if (step->kind == LIFE_SIGNER_ADD_ALG)
		life_alg_find(zone, alg)->has_zsk = true;
	return true;
}

/* The zone signer's ZSK is in the set where a KSK of its algorithm is. */
static void
set_zsks(struct simulation *sim, const struct life_plan *plan)
{
	struct life_alg *signer;
	size_t i;

	for (i = 0; i < plan->n; i++) {
		if (plan->steps[i].kind != LIFE_PUBLISH_DNSKEY)
			continue;
		signer = life_alg_find(sim->zone,
		    sim->zone->keys[plan->steps[i].key].alg);
		if (signer != NULL)
			signer->has_zsk = true;
	}
}

static bool
answer_wants(struct simulation *sim, int64_t now_at, int64_t *next_at)
{
	struct life_plan wants = { .steps = NULL };
	bool has_changed = false;
	size_t i;

	life_want(sim->zone, now_at, &wants);
	for (i = 0; i < wants.n && !has_changed; i++) {
		const struct life_step *step = &wants.steps[i];

		if (step->kind == LIFE_DONE && !sim->is_done[step->key]) {
			sim->is_done[step->key] = true;
			push_step(sim, step, now_at);
		}
		if (step->kind == LIFE_SIGNER_ADD_ALG ||
		    step->kind == LIFE_SIGNER_DROP_ALG ||
		    is_kept_by_zsk(sim->zone, step, now_at))
			has_changed = answer_signer(sim, step, now_at,
			    next_at);
	}
	life_plan_clear(&wants);
	return has_changed;
}

/* Do what is due and hear what is said, until nothing happens any more. */
static int64_t
settle(struct simulation *sim, int64_t now_at)
{
	struct life_plan plan;
	int64_t next_at;
	bool has_changed;
	size_t i;

	do {
		plan = (struct life_plan){ .steps = NULL };
		next_at = LIFE_NEVER;
		for (i = 0; i < sim->zone->n_keys; i++)
			answer_key(sim, i, now_at, &next_at);
		life_run(sim->zone, now_at, &plan);
		push_states(sim, now_at);
		for (i = 0; i < plan.n; i++)
			push_step(sim, &plan.steps[i], now_at);
		set_zsks(sim, &plan);
		has_changed = plan.n != 0 ||
		    answer_wants(sim, now_at, &next_at);
		life_plan_clear(&plan);
	} while (has_changed);
	return next_at;
}

void
life_simulate(struct life_zone *zone, int64_t from_at, int64_t until_at,
    const struct life_world *world, struct life_moment **out, size_t *n)
{
	struct simulation sim = { .zone = zone, .world = world };
	const unsigned int automation = zone->automation;
	int64_t at = from_at, next_at, turn_at;
	size_t i;

	zone->automation = LIFE_AUTO_ALL;
	for (i = 0; i < zone->n_keys; i++)
		zone->keys[i].lacks_approval = false;
	while (at <= until_at && sim.n < LIFE_MOMENTS_MAX) {
		next_at = settle(&sim, at);
		turn_at = life_next(zone, at);
		at = turn_at < next_at ? turn_at : next_at;
	}
	zone->automation = automation;
	free(sim.states);
	free(sim.is_done);
	free(sim.wishes);
	*out = sim.moments;
	*n = sim.n;
}
