/*
 * What a step waits for is found out by trying: let time go on, and see when
 * it is done; suppose that something is said, and see whether that helps.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kmgr/life/life_core.h"

#define ROUNDS_MAX 64

/* What may be said by somebody else. */
enum said { SAID_SIGNED, SAID_BACKUP, SAID_SEEN, SAID_GONE, SAID_N };

/*
 * The next turn, and of several at that instant the one that concerns ${step}
 * most; its instant, LIFE_NEVER where there is none.
 */
static int64_t
next_turn(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at, struct life_turn *out)
{
	const struct life_turn *next = NULL;
	struct life_turn *turns;
	int64_t at = LIFE_NEVER;
	size_t i, n;

	life_turns(zone, now_at, &turns, &n);
	for (i = 0; i < n; i++) {
		if (next != NULL && (turns[i].at > at ||
		    (turns[i].at == at && (turns[i].key != step->key ||
		    next->key == step->key))))
			continue;
		next = &turns[i];
		at = next->at;
	}
	if (next != NULL)
		*out = *next;
	free(turns);
	return at;
}

static bool
has_step(const struct life_plan *plan, const struct life_step *step)
{
	size_t i;

	for (i = 0; i < plan->n; i++) {
		if (plan->steps[i].kind == step->kind &&
		    plan->steps[i].key == step->key)
			return true;
	}
	return false;
}

/*
 * Whether time alone, if nobody says anything, lets ${step} be done; ${turn}
 * is what it waits for, at 0 where it is done at once.
 */
static bool
comes(const struct life_zone *zone, const struct life_step *step,
    int64_t now_at, struct life_turn *turn)
{
	struct life_plan plan = { .steps = NULL };
	struct life_zone later;
	bool is_there = false;
	int64_t next_at = now_at;
	size_t i;

	*turn = (struct life_turn){ .key = LIFE_NONE };
	life_zone_copy(zone, &later);
	later.automation = LIFE_AUTO_ALL;
	/* Neither new signatures nor new rolls are of interest. */
	later.timing.validity_s = 0;
	for (i = 0; i < later.n_keys; i++) {
		later.keys[i].lifetime_s = 0;
		later.keys[i].lacks_approval = false;
	}
	for (i = 0; i < ROUNDS_MAX && next_at != LIFE_NEVER; i++) {
		life_run(&later, next_at, &plan);
		is_there = has_step(&plan, step);
		if (is_there)
			break;
		next_at = next_turn(&later, step, next_at, turn);
	}
	life_plan_clear(&plan);
	life_zone_clear(&later);
	return is_there;
}

/*
 * Whether the zone signer may take the ZSK of the ${i}th key's algorithm out,
 * now or once time has passed: no key comes or stays that asks for it, and no
 * cache has a DS that does, or will have when it has forgotten.
 */
static bool
may_lose_zsk(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const struct life_alg *signer = life_alg_find(zone,
	    zone->keys[i].alg);
	size_t j;

	if (signer == NULL || !signer->has_zsk)
		return false;
	for (j = 0; j < zone->n_keys; j++) {
		if (zone->keys[j].alg != signer->alg)
			continue;
		if (!life_is_out(zone, j, now_at))
			return false;
		if (life_ds_state(zone, j, now_at) != LIFE_HIDDEN &&
		    (life_is_put(life_ds_state(zone, j, now_at)) ||
		    life_ds_until(zone, j, now_at) == LIFE_NEVER))
			return false;
	}
	return true;
}

/* Suppose it is said now; whether there was anything left to say. */
static bool
suppose(struct life_zone *zone, const struct life_step *step, enum said said,
    size_t i, int64_t now_at)
{
	struct life_key *key = &zone->keys[i];
	struct life_step signer = { .kind = LIFE_SIGNER_ADD_ALG,
		.alg = key->alg };
	struct life_alg *alg = life_alg_find(zone, key->alg);

	switch (said) {
	case SAID_SIGNED:
		if (step->kind == LIFE_WITHDRAW_DNSKEY) {
			if (i != step->key || !may_lose_zsk(zone, i, now_at))
				return false;
			alg->has_zsk = false;
			return true;
		}
		if (alg != NULL && alg->signed_at != 0 && alg->has_zsk)
			return false;
		if (alg == NULL || alg->signed_at == 0)
			life_apply(zone, &signer, now_at);
		life_alg_find(zone, key->alg)->has_zsk = true;
		return true;
	case SAID_BACKUP:
		if (!key->needs_backup || life_has(key->backup_at, now_at))
			return false;
		key->backup_at = now_at;
		return true;
	case SAID_SEEN:
		if (life_ds_state(zone, i, now_at) != LIFE_RUMOURED ||
		    life_ds_is_untold(zone, i, now_at) ||
		    life_ds_until(zone, i, now_at) != LIFE_NEVER)
			return false;
		key->ds_seen_at = now_at;
		return true;
	case SAID_GONE:
	default:
		if ((life_ds_state(zone, i, now_at) != LIFE_UNRETENTIVE &&
		    !life_ds_is_untold(zone, i, now_at)) ||
		    life_ds_until(zone, i, now_at) != LIFE_NEVER)
			return false;
		key->ds_gone_at = now_at;
		return true;
	}
}

/* What of the zone signer is missing for ${step}. */
static void
say_signer(const struct life_zone *zone, struct life_step *step, size_t i)
{
	const unsigned int alg = zone->keys[i].alg;
	const char *what;

	if (step->kind == LIFE_WITHDRAW_DNSKEY)
		what = "leaves its ZSKs out of the DNSKEY RRset that are of";
	else if (life_data_at(zone, zone->keys[i].alg) == LIFE_NEVER)
		what = "signs all data of the zone with";
	else
		what = "has a ZSK in the DNSKEY RRset of";
	snprintf(step->why, sizeof(step->why), "until the zone signer %s "
	    "algorithm %u", what, alg);
}

static void
say(const struct life_zone *zone, struct life_step *step, enum said said,
    size_t i)
{
	static const enum life_wait waits[] = { LIFE_WAITS_SIGNER,
		LIFE_WAITS_BACKUP, LIFE_WAITS_DS_SEEN, LIFE_WAITS_DS_GONE };
	static const char *const texts[] = { "",
		"until a backup covers",
		"until the parent is seen to have the DS of",
		"until the parent is seen not to have the DS of" };
	const struct life_key *key = &zone->keys[i];
	const int64_t since_at[] = { 0, key->made_at, key->ds_add_at,
		key->ds_remove_at };

	step->wait = waits[said];
	step->other = i;
	step->since_at = since_at[said];
	if (said == SAID_SIGNED)
		say_signer(zone, step, i);
	else
		snprintf(step->why, sizeof(step->why), "%s %s", texts[said],
		    key->name);
}

static void
say_turn(const struct life_zone *zone, struct life_step *step,
    const struct life_turn *turn)
{

	step->wait = LIFE_WAITS_TIME;
	step->at = turn->at;
	step->other = turn->key;
	step->since_at = turn->since_at;
	life_why_turn(zone, turn, step->why);
}

/* The word of somebody else that is missing; whether there is one. */
static bool
explain_by_word(const struct life_zone *zone, struct life_step *step,
    int64_t now_at)
{
	struct life_zone world;
	struct life_turn turn;
	bool is_said = false, helps = false;
	size_t w;

	for (w = 0; w < SAID_N * zone->n_keys && !helps; w++) {
		const enum said said = (enum said)(w / zone->n_keys);
		const size_t i = w % zone->n_keys;
		/* ZSKs go with the KSK, not a moment before. */
		const bool is_late = said == SAID_SIGNED &&
		    step->kind == LIFE_WITHDRAW_DNSKEY;

		life_zone_copy(zone, &world);
		if (suppose(&world, step, said, i, now_at)) {
			helps = comes(&world, step, now_at, &turn);
			if (helps && is_late && turn.at != 0)
				say_turn(zone, step, &turn);
			else if (helps || (!is_said && !is_late))
				say(zone, step, said, i);
			is_said = is_said || helps || !is_late;
		}
		life_zone_clear(&world);
	}
	return is_said;
}

static void
explain_start(const struct life_zone *zone, struct life_step *step,
    int64_t now_at)
{
	const size_t old = step->kind == LIFE_PROMOTE ? step->other :
	    step->key;
	const int64_t at = old == LIFE_NONE ? now_at :
	    life_roll_at(zone, old);
	struct life_turn turn = { .at = at, .kind = LIFE_TURN_ROLL,
		.key = old };

	if (at > now_at) {
		say_turn(zone, step, &turn);
		return;
	}
	step->wait = LIFE_WAITS_ROLL;
	step->other = life_find_roll(zone, now_at);
	snprintf(step->why, sizeof(step->why), "until the roll of %s is over",
	    step->other == LIFE_NONE ? zone->name :
	    zone->keys[step->other].name);
}

static void
explain_sign(const struct life_zone *zone, struct life_step *step,
    int64_t now_at)
{
	const struct life_turn turn = { .at = life_refresh_at(zone),
		.kind = LIFE_TURN_REFRESH, .key = LIFE_NONE };
	const size_t lost = life_find_lost(zone, now_at);

	say_turn(zone, step, &turn);
	if (turn.at > now_at || lost == LIFE_NONE)
		return;
	step->wait = LIFE_WAITS_OPERATOR;
	step->other = lost;
	step->at = LIFE_NEVER;
	if (zone->keys[lost].stopped_by != NULL)
		snprintf(step->why, sizeof(step->why), "until CMK %s is "
		    "enabled, or %s is rolled away: resolvers may know no "
		    "other", zone->keys[lost].stopped_by,
		    zone->keys[lost].name);
	else
		snprintf(step->why, sizeof(step->why), "until %s can sign "
		    "again, or is rolled away: resolvers may know no other",
		    zone->keys[lost].name);
}

/* No wait that is known: what it takes is not for the clock to give. */
static void
say_stuck(struct life_step *step, const struct life_key *key)
{

	step->wait = key->is_usable || key->is_foreign ? LIFE_WAITS_ROLL :
	    LIFE_WAITS_OPERATOR;
	if (step->wait == LIFE_WAITS_OPERATOR && key->stopped_by != NULL)
		snprintf(step->why, sizeof(step->why), "until CMK %s is "
		    "enabled", key->stopped_by);
	else
		snprintf(step->why, sizeof(step->why), "until %s",
		    step->wait == LIFE_WAITS_ROLL ? "other steps are done" :
		    "its token can sign with it");
}

/* The steps of a record; whether there is anything to say. */
static bool
explain_record(const struct life_zone *zone, struct life_step *step,
    int64_t now_at)
{
	const struct life_key *key = &zone->keys[step->key];
	struct life_turn turn;

	if (step->kind == LIFE_ADD_DS &&
	    life_ds_state(zone, step->key, now_at) == LIFE_RUMOURED)
		say(zone, step, SAID_SEEN, step->key);
	else if (step->kind == LIFE_REMOVE_DS && life_ds_state(zone,
	    step->key, now_at) == LIFE_UNRETENTIVE)
		say(zone, step, SAID_GONE, step->key);
	else if (comes(zone, step, now_at, &turn)) {
		say_turn(zone, step, &turn);
	} else if (!explain_by_word(zone, step, now_at)) {
		say_stuck(step, key);
		return false;
	}
	return true;
}

/* Approvers sign a revocation once nothing else is missing. */
static bool
explain_revoke(const struct life_zone *zone, struct life_step *step,
    int64_t now_at)
{
	struct life_zone approved;
	bool is_told = true;

	life_zone_copy(zone, &approved);
	approved.keys[step->key].lacks_approval = false;
	if (life_is_due(&approved, step, now_at)) {
		step->wait = LIFE_WAITS_APPROVAL;
		snprintf(step->why, sizeof(step->why), "until approvers sign "
		    "the revocation of %s", zone->keys[step->key].name);
	} else {
		is_told = explain_record(&approved, step, now_at);
	}
	life_zone_clear(&approved);
	return is_told;
}

bool
life_explain(const struct life_zone *zone, struct life_step *step,
    int64_t now_at)
{

	step->at = LIFE_NEVER;
	if (step->kind == LIFE_SIGNER_ADD_ALG ||
	    step->kind == LIFE_SIGNER_DROP_ALG) {
		step->wait = LIFE_WAITS_SIGNER;
		snprintf(step->why, sizeof(step->why), "until the zone signer "
		    "%s with algorithm %u",
		    step->kind == LIFE_SIGNER_ADD_ALG ?
		    "signs all data of the zone" : "signs nothing", step->alg);
	} else if (life_is_due(zone, step, now_at)) {
		step->wait = LIFE_WAITS_OPERATOR;
		step->at = now_at;
		snprintf(step->why, sizeof(step->why), "until it is done by "
		    "hand: automation leaves it to the operator");
	} else if (step->kind == LIFE_SIGN) {
		explain_sign(zone, step, now_at);
	} else if (step->kind < LIFE_PUBLISH_DNSKEY) {
		explain_start(zone, step, now_at);
	} else if (step->kind == LIFE_REVOKE_DNSKEY) {
		return explain_revoke(zone, step, now_at);
	} else {
		return explain_record(zone, step, now_at);
	}
	return true;
}
