#include "tests/unit/unit.h"

#include <inttypes.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "tests/unit/lifehost_inner.h"

#define ROUNDS 20	/* of plans in one run; more is no end */

int64_t
lifehost_now(const struct lifehost *h)
{

	/* It does not go behind what it has seen and written down. */
	return int64_max(h->at + h->skew_s, h->last_at);
}

int64_t
lifehost_pick(struct lifehost *h, int64_t n)
{

	return lifeworld_pick(&h->x, n);
}

void
lifehost_expect(struct lifehost *h, int64_t at,
    enum lifehost_event_kind kind, size_t n)
{
	struct lifehost_event *e;
	size_t i;

	for (i = 0; i < h->n_events; i++)
		if (h->events[i].kind == kind && h->events[i].n == n &&
		    h->events[i].at == at)
			return;
	e = mem_push(&h->events, h->n_events++, sizeof(*h->events));
	*e = (struct lifehost_event) { at, kind, n };
}

static bool
next_event(struct lifehost *h, struct lifehost_event *out)
{
	size_t i, first = 0;

	if (h->n_events == 0)
		return false;
	for (i = 1; i < h->n_events; i++)
		if (h->events[i].at < h->events[first].at)
			first = i;
	*out = h->events[first];
	/* Those of one instant stay in their order. */
	memmove(&h->events[first], &h->events[first + 1],
	    (h->n_events - first - 1) * sizeof(*h->events));
	h->n_events--;
	return true;
}

/* What kmgr knows of TTLs: the largest that a cache may still go by. */
static void
set_timing(struct lifehost *h)
{
	const int64_t now_at = lifehost_now(h);
	struct timing *timing = &h->zone.timing;

	*timing = h->story->timing;
	timing->dnskey_ttl_s = h->dnskey_ttl_s;
	if (now_at <= h->old_ttl_until_at && !h->fault->forgets_ttl)
		timing->dnskey_ttl_s = int64_max(timing->dnskey_ttl_s,
		    h->old_ttl_s);
	if (!h->fault->ignores_ds_ttl) {
		timing->parent_ds_ttl_s = int64_max(timing->parent_ds_ttl_s,
		    h->ds_ttl_s);
		if (now_at <= h->old_ds_ttl_until_at)
			timing->parent_ds_ttl_s = int64_max(
			    timing->parent_ds_ttl_s, h->old_ds_ttl_s);
	}
	timing->query_interval_s = timing_query_s(timing->dnskey_ttl_s,
	    timing->validity_s);
	if (h->fault->timing != NULL)
		h->fault->timing(timing);
}

static void
name_key(struct lifehost *h, size_t i)
{
	const uint8_t alg = h->zone.keys[i].alg;
	const size_t key = lifeworld_add_key(h->world, alg);

	h->keys[i] = key;
	(void)snprintf(h->names[key], sizeof(h->names[key]), "example.com./%u",
	    h->world->keys[key].key_tag);
	h->zone.keys[i].name = h->names[key];
	h->zone.keys[i].key_tag = h->world->keys[key].key_tag;
}

/* Something that must not be; the first that there is. */
static void
complain(struct lifehost *h, bool *flag, const char *what)
{

	if (*flag)
		return;
	*flag = true;
	(void)snprintf(h->end->text, sizeof(h->end->text), "%s at %" PRId64,
	    what, h->at);
}

static bool
is_full(struct lifehost *h, const struct life_step *step)
{

	if ((step->kind != LIFE_MAKE_KSK && step->kind != LIFE_MAKE_STANDBY) ||
	    h->world->n_keys < LIFEWORLD_KEYS)
		return false;
	complain(h, &h->end->is_restless, "too many keys");
	h->world->until_at = h->at;
	return true;
}

void
lifehost_do(struct lifehost *h, const struct life_step *step)
{
	const size_t n_keys = h->zone.n_keys;

	if (is_full(h, step))
		return;
	/* The zone signer brings the ZSK with which it begins. */
	if (step->kind == LIFE_PUBLISH_DNSKEY && h->zone.first_signed_at == 0)
		lifehost_admit_zsk(h, h->zone.keys[step->key].alg);
	life_apply(&h->zone, step, lifehost_now(h));
	switch (step->kind) {
	case LIFE_MAKE_KSK:
	case LIFE_MAKE_STANDBY:
		assert_int_equal(h->zone.n_keys, n_keys + 1);
		name_key(h, n_keys);
		break;
	case LIFE_PUBLISH_DNSKEY:
	case LIFE_WITHDRAW_DNSKEY:
	case LIFE_REVOKE_DNSKEY:
	case LIFE_SIGN:
		h->is_signed_anew = true;
		break;
	case LIFE_ADD_DS:
		lifehost_ask_parent(h, LIFEHOST_DS_ADD, step->key);
		break;
	case LIFE_REMOVE_DS:
		lifehost_ask_parent(h, LIFEHOST_DS_REMOVE, step->key);
		break;
	default:
		break;
	}
}

/* What others are to do. */
static void
look_at_waits(struct lifehost *h, const struct life_plan *plan)
{
	struct life_step step;
	size_t i;

	for (i = plan->n_due; i < plan->n; i++) {
		step = plan->steps[i];
		if (step.wait == LIFE_WAITS_SIGNER &&
		    step.kind == LIFE_WITHDRAW_DNSKEY) {
			/* Its ZSK holds the key. */
			step.kind = LIFE_SIGNER_DROP_ALG;
			step.alg = h->zone.keys[step.key].alg;
		}
		if (step.kind == LIFE_SIGNER_ADD_ALG ||
		    step.kind == LIFE_SIGNER_DROP_ALG)
			lifehost_ask_signer(h, &step);
		if (step.wait == LIFE_WAITS_BACKUP)
			lifehost_expect(h, h->at + lifehost_pick(h,
			    h->story->registrar_s), LIFEHOST_BACKUP,
			    h->keys[step.key]);
		if (step.wait == LIFE_WAITS_OPERATOR)
			lifehost_expect(h, h->at + 1 + lifehost_pick(h,
			    h->story->registrar_s), LIFEHOST_BY_HAND, 0);
	}
}

static void
remove_hidden(struct lifehost *h, const struct life_plan *plan)
{
	size_t i, k;

	for (i = plan->n; i-- > plan->n_due;) {
		if (plan->steps[i].kind != LIFE_DONE)
			continue;
		h->end->n_rolled++;
		for (k = plan->steps[i].key; k + 1 < h->zone.n_keys; k++) {
			h->zone.keys[k] = h->zone.keys[k + 1];
			h->keys[k] = h->keys[k + 1];
		}
		h->zone.n_keys--;
	}
}

/* roll-ksk: the successor is made, and the old one is to go. */
static void
do_by_hand(struct lifehost *h, const struct life_step *step)
{
	struct life_step retire = { .kind = LIFE_RETIRE, .key = step->key };

	if (step->kind == LIFE_PROMOTE)
		retire.key = step->other;
	lifehost_do(h, step);
	if ((step->kind == LIFE_MAKE_KSK || step->kind == LIFE_PROMOTE) &&
	    retire.key != LIFE_NONE &&
	    h->zone.keys[retire.key].retire_at == 0)
		lifehost_do(h, &retire);
}

static bool
do_due(struct lifehost *h, const struct life_plan *plan, bool is_by_hand)
{
	size_t i;

	for (i = 0; i < plan->n_due; i++)
		lifehost_do(h, &plan->steps[i]);
	/* One command, and then what follows from it. */
	for (i = plan->n_due; is_by_hand && i < plan->n; i++) {
		if (plan->steps[i].wait == LIFE_WAITS_OPERATOR &&
		    plan->steps[i].at <= lifehost_now(h)) {
			do_by_hand(h, &plan->steps[i]);
			return true;
		}
	}
	return plan->n_due > 0;
}

/* A zone that is to be secure, and is, has a DS, or one is asked for. */
static void
look_for_ds(struct lifehost *h)
{
	const struct life_key *key;
	bool has_ds = false;
	size_t i;

	for (i = 0; i < h->zone.n_keys; i++) {
		key = &h->zone.keys[i];
		has_ds = has_ds || (key->ds_add_at != 0 &&
		    key->ds_remove_at == 0);
	}
	if (h->zone.goal == LIFE_INSECURE)
		h->had_ds = false;
	else if (h->had_ds && !has_ds)
		complain(h, &h->end->is_abandoned, "left without a DS");
	h->had_ds = h->had_ds || has_ds;
}

static void
expect_run(struct lifehost *h, const struct life_plan *plan)
{
	int64_t at = h->at + h->story->timing.refresh_s / 2;

	if (plan->next_at != LIFE_NEVER && plan->next_at - h->skew_s < at)
		at = plan->next_at - h->skew_s;
	if (at <= h->at)
		at = h->at + 1;
	/* A timer, or the very second. */
	if (lifehost_pick(h, 3) != 0)
		at += lifehost_pick(h, h->story->run_s);
	lifehost_expect(h, at, LIFEHOST_RUN, 0);
	if (lifehost_pick(h, 12) == 0)
		h->down_until_at = h->at + lifehost_pick(h,
		    h->story->outage_s);
}

/* All that is due, and then nothing more is; the plan of what is left. */
static void
do_all(struct lifehost *h, bool is_by_hand, struct life_plan *plan)
{
	size_t round, n_algs = h->zone.n_algs;

	for (round = 0; round < ROUNDS; round++) {
		life_plan(&h->zone, lifehost_now(h), plan);
		/* Unless the zone signer came with a ZSK. */
		if (round > 0 && plan->n_due > 0 && !is_by_hand &&
		    h->zone.n_algs == n_algs)
			complain(h, &h->end->is_restless, life_step_name(
			    plan->steps[0].kind));
		n_algs = h->zone.n_algs;
		if (h->at >= h->world->until_at ||
		    !do_due(h, plan, is_by_hand))
			return;
		life_plan_clear(plan);
	}
	life_plan(&h->zone, lifehost_now(h), plan);
}

static void
run(struct lifehost *h, bool is_by_hand)
{
	const struct life_step sign = { .kind = LIFE_SIGN, .key = LIFE_NONE };
	struct life_plan plan;

	h->end->n_runs++;
	h->skew_s = lifehost_pick(h, h->story->skew_s + 1);
	h->last_at = lifehost_now(h);
	lifehost_observe(h);
	set_timing(h);
	do_all(h, is_by_hand, &plan);
	if (h->is_signed_anew) {
		life_apply(&h->zone, &sign, lifehost_now(h));
		lifehost_publish(h);
	}
	h->is_signed_anew = false;
	look_for_ds(h);
	look_at_waits(h, &plan);
	expect_run(h, &plan);
	remove_hidden(h, &plan);
	life_plan_clear(&plan);
}

/* The other provider has the zone, and a KSK that is in use. */
static void
begin_there(struct lifehost *h)
{
	const struct life_step create = { .kind = LIFE_MAKE_KSK,
		.key = LIFE_NONE, .alg = h->zone.alg };
	struct life_zone *zone = &h->zone;

	zone->keys = mem_new(sizeof(*zone->keys));
	zone->n_keys = 1;
	*zone->keys = (struct life_key) { .alg = zone->alg,
		.is_foreign = true, .made_at = 1, .dnskey_in_at = 1,
		.ds_add_at = 1, .ds_seen_at = 1 };
	name_key(h, 0);
	zone->algs = mem_new(sizeof(*zone->algs));
	zone->n_algs = 1;
	zone->algs[0] = (struct life_alg) { zone->alg, 1, true };
	h->world->providers[0].from_at = LIFEWORLD_EVER;
	h->world->providers[1].from_at = -LIFEWORLD_EVER;
	lifehost_do(h, &create);	/* create-ksk */
}

static void
begin(struct lifehost *h)
{
	const struct lifehost_story *story = h->story;
	const uint64_t keys = story->joins ? 1 : 0;
	const uint32_t algs = story->joins ? UINT32_C(1) << story->alg : 0;
	size_t i;

	h->zone = (struct life_zone) { .name = "example.com.",
		.goal = LIFE_SECURE, .roll = story->roll,
		.standby = story->standby, .alg = story->alg,
		.lifetime_s = story->lifetime_s,
		.needs_backup = story->needs_backup,
		.automation = story->automation };
	if (story->joins)
		begin_there(h);
	lifeworld_delegate(h->world, &(struct lifeworld_ds) { 0, h->ds_ttl_s,
	    keys });
	lifeworld_sign(h->world, &(struct lifeworld_data) { 0, algs });
	for (i = 0; i < LIFEWORLD_PROVIDERS; i++)
		lifeworld_publish(h->world, i, &(struct lifeworld_set) {
		    .ttl_s = h->dnskey_ttl_s, .keys = keys, .signers = keys,
		    .zsk_algs = algs, .inception_at = -LIFEWORLD_EVER,
		    .expiration_at = LIFEWORLD_EVER });
	lifehost_expect(h, h->at, LIFEHOST_RUN, 0);
	for (i = 0; i < story->n_actions; i++)
		lifehost_expect(h, h->at + story->actions[i].at, LIFEHOST_ACT,
		    i);
}

/* Runs that were missed are made up for by one. */
static void
happen(struct lifehost *h, const struct lifehost_event *e)
{

	h->at = int64_max(h->at, e->at);
	switch (e->kind) {
	case LIFEHOST_RUN:
	case LIFEHOST_BY_HAND:
		if (h->at < h->down_until_at)
			lifehost_expect(h, h->down_until_at, e->kind, e->n);
		else
			run(h, e->kind == LIFEHOST_BY_HAND);
		break;
	case LIFEHOST_ACT:
		lifehost_act(h, e->n);
		break;
	default:
		lifehost_happen(h, e);
		break;
	}
}

void
lifehost_tell(const struct lifehost_story *story,
    const struct lifehost_fault *fault, struct lifehost_end *end)
{
	struct lifehost h = { .story = story, .fault = fault, .end = end,
		.world = &end->world, .x = story->seed,
		.at = LIFEHOST_START, .dnskey_ttl_s =
		story->timing.dnskey_ttl_s, .ds_ttl_s = story->ds_ttl_s };
	struct lifehost_event e;

	memset(end, 0, sizeof(*end));
	lifeworld_init(&end->world, story->seed);
	end->world.zone_propagation_s = story->timing.zone_propagation_delay_s;
	end->world.parent_propagation_s =
	    story->timing.parent_propagation_delay_s;
	end->world.data_ttl_s = story->timing.max_zone_ttl_s;
	end->world.has_followers = story->timing.is_rfc5011;
	end->world.until_at = LIFEHOST_START + story->length_s;
	begin(&h);
	while (next_event(&h, &e) && e.at <= end->world.until_at)
		happen(&h, &e);
	free(h.events);
	life_zone_clear(&h.zone);
}
