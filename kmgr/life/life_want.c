#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/life/life_core.h"

#define N_ALGS 256
#define ROOM   2		/* steps: few zones want more at once */

static void
grow(struct life_plan *plan)
{
	struct life_step *steps = plan->steps;

	plan->room = plan->room == 0 ? ROOM : 2 * plan->room;
	plan->steps = mem_new(plan->room * sizeof(*steps));
	if (plan->n > 0)
		memcpy(plan->steps, steps, plan->n * sizeof(*steps));
	free(steps);
}

struct life_step *
life_want_push(struct life_plan *out, enum life_step_kind kind, size_t key)
{
	struct life_step *step;

	if (out->n == out->room)
		grow(out);
	step = &out->steps[out->n++];
	step->kind = kind;
	step->key = key;
	step->other = LIFE_NONE;
	step->at = LIFE_NEVER;
	return step;
}

static bool
is_standby(const struct life_zone *zone, size_t i, int64_t now_at)
{

	return !zone->keys[i].is_foreign &&
	    zone->keys[i].standby != LIFE_NO_STANDBY &&
	    !life_is_out(zone, i, now_at);
}

/*
 * A standby takes the place of ${old}, or a key is made for it. Where the
 * schedule asks it is to be of the algorithm that is wanted.
 */
static void
want_successor(const struct life_zone *zone, size_t old, int64_t now_at,
    struct life_plan *out)
{
	const bool is_needed = old == LIFE_NONE ||
	    life_is_out(zone, old, now_at);
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		const struct life_key *key = &zone->keys[i];

		if (is_standby(zone, i, now_at) && key->is_usable &&
		    (key->alg == zone->alg || is_needed)) {
			life_want_push(out, LIFE_PROMOTE, i)->other = old;
			return;
		}
	}
	life_want_push(out, LIFE_MAKE_KSK, old)->alg = zone->alg;
}

/* What comes must not be taken for what was asked for twice. */
static bool
has_coming(const struct life_zone *zone, int64_t now_at)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (life_is_coming(zone, i, now_at))
			return true;
	}
	return false;
}

/* Keys whose lifetime ends are followed, each in its turn. */
static void
want_rolls(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (!life_is_main(zone, i, now_at) ||
		    life_roll_at(zone, i) == LIFE_NEVER ||
		    life_is_coming(zone, i, now_at))
			continue;
		if (has_coming(zone, now_at) ||
		    life_has_heir(zone, i, now_at))
			life_want_push(out, LIFE_RETIRE, i);
		else
			want_successor(zone, i, now_at, out);
	}
}

/*
 * A standby of an algorithm that no key of ours in use has is of no use: its
 * DS would ask for that algorithm for ever.
 */
static void
want_standbys_out(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	bool has_main, has_peer;
	size_t i, s;

	for (s = 0; s < zone->n_keys; s++) {
		if (!is_standby(zone, s, now_at))
			continue;
		has_main = has_peer = false;
		for (i = 0; i < zone->n_keys; i++) {
			const bool is_main = life_is_main(zone, i, now_at);

			has_main = has_main || is_main ||
			    (zone->keys[i].is_foreign &&
			    !life_is_out(zone, i, now_at));
			has_peer = has_peer || (is_main &&
			    zone->keys[i].alg == zone->keys[s].alg);
		}
		if (has_main && !has_peer)
			life_want_push(out, LIFE_RETIRE, s);
	}
}

/*
 * A secure zone has a key that is to be in use: ours, or another provider's,
 * if ours was not taken out in a hurry.
 */
static void
want_main(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	bool is_ours = zone->n_keys == 0, is_theirs = false;
	size_t i, old = LIFE_NONE;

	if (zone->goal == LIFE_INSECURE)
		return;
	for (i = 0; i < zone->n_keys; i++) {
		const struct life_key *key = &zone->keys[i];

		if (life_is_main(zone, i, now_at)) {
			want_rolls(zone, now_at, out);
			return;
		}
		is_theirs = is_theirs || (key->is_foreign &&
		    !life_is_out(zone, i, now_at));
		/* A zone that was left is not joined again. */
		if (key->is_foreign || (life_is_hidden(zone, i, now_at) &&
		    key->retire_at >= zone->goal_at))
			continue;
		is_ours = true;
		if (key->standby == LIFE_NO_STANDBY && (old == LIFE_NONE ||
		    !zone->keys[old].is_compromised))
			old = i;
	}
	if (is_ours && (!is_theirs ||
	    (old != LIFE_NONE && zone->keys[old].is_compromised)))
		want_successor(zone, old, now_at, out);
}

static void
want_in(const struct life_zone *zone, size_t i, int64_t now_at,
    struct life_plan *out)
{
	const struct life_key *key = &zone->keys[i];
	const enum life_state ds = life_ds_state(zone, i, now_at);

	if (key->standby != LIFE_STANDBY_DS && key->dnskey_in_at <= now_at &&
	    !life_is_put(life_dnskey_state(zone, i, now_at)))
		life_want_push(out, LIFE_PUBLISH_DNSKEY, i);
	if (key->standby == LIFE_STANDBY_DNSKEY || !life_has_parent(zone))
		return;
	if (!life_is_put(ds) || (ds == LIFE_RUMOURED &&
	    life_ds_until(zone, i, now_at) == LIFE_NEVER))
		life_want_push(out, LIFE_ADD_DS, i);
}

static void
want_out(const struct life_zone *zone, size_t i, int64_t now_at,
    struct life_plan *out)
{
	const struct life_key *key = &zone->keys[i];
	const enum life_state dnskey = life_dnskey_state(zone, i, now_at);
	const enum life_state ds = life_ds_state(zone, i, now_at);

	if (life_is_put(ds) || (ds == LIFE_UNRETENTIVE &&
	    life_ds_until(zone, i, now_at) == LIFE_NEVER))
		life_want_push(out, LIFE_REMOVE_DS, i);
	if (key->dnskey_out_at > now_at)
		return;
	/*
	 * RFC 5011 s2.4: whoever was given it by hand, or looks often, may
	 * trust it long before all do.
	 */
	if (zone->timing.is_rfc5011 && life_is_put(dnskey) &&
	    !life_is_gone(key) && !key->is_foreign)
		life_want_push(out, LIFE_REVOKE_DNSKEY, i);
	else if (life_is_put(dnskey) || (dnskey == LIFE_UNRETENTIVE &&
	    key->dnskey_out_at == 0))
		life_want_push(out, LIFE_WITHDRAW_DNSKEY, i);
}

static void
want_keys(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (!life_is_out(zone, i, now_at))
			want_in(zone, i, now_at, out);
	}
	for (i = 0; i < zone->n_keys; i++) {
		if (life_is_out(zone, i, now_at))
			want_out(zone, i, now_at, out);
	}
}

/* The lowest algorithm from ${from} on that a key or the zone signer has. */
static unsigned int
alg_from(const struct life_zone *zone, unsigned int from)
{
	unsigned int lowest = N_ALGS;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (zone->keys[i].alg >= from && zone->keys[i].alg < lowest)
			lowest = zone->keys[i].alg;
	}
	for (i = 0; i < zone->n_algs; i++) {
		if (zone->algs[i].alg >= from && zone->algs[i].alg < lowest)
			lowest = zone->algs[i].alg;
	}
	return lowest;
}

static void
want_alg(const struct life_zone *zone, uint8_t alg, int64_t now_at,
    struct life_plan *out)
{
	const bool is_signed = life_data_at(zone, alg) != LIFE_NEVER;
	bool is_wanted = false, is_there = false;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (zone->keys[i].alg != alg)
			continue;
		is_wanted = is_wanted || !life_is_out(zone, i, now_at);
		is_there = is_there || !life_is_hidden(zone, i, now_at);
	}
	if (is_wanted && !is_signed)
		life_want_push(out, LIFE_SIGNER_ADD_ALG,
		    LIFE_NONE)->alg = alg;
	else if (is_signed && !is_wanted && !is_there)
		life_want_push(out, LIFE_SIGNER_DROP_ALG,
		    LIFE_NONE)->alg = alg;
}

/* What we ask of the zone signer. It stays asked for until it is done. */
static void
want_algs(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	unsigned int alg;

	for (alg = alg_from(zone, 0); alg < N_ALGS;
	    alg = alg_from(zone, alg + 1))
		want_alg(zone, (uint8_t)alg, now_at, out);
}

static void
want_sign(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	size_t i;

	for (i = 0; !zone->has_response && i < zone->n_keys; i++) {
		const struct life_key *key = &zone->keys[i];

		if (!key->is_foreign && life_has(key->dnskey_in_at, now_at) &&
		    (key->dnskey_out_at == 0 || key->dnskey_out_at > now_at)) {
			life_want_push(out, LIFE_SIGN, LIFE_NONE);
			return;
		}
	}
}

/* A standby is made where one is missing and no roll is under way. */
static void
want_standby(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	bool has_main = false;
	size_t i;

	if (zone->standby == LIFE_NO_STANDBY ||
	    zone->goal == LIFE_INSECURE || has_coming(zone, now_at) ||
	    life_find_roll(zone, now_at) != LIFE_NONE)
		return;
	for (i = 0; i < zone->n_keys; i++) {
		if (zone->keys[i].standby == zone->standby &&
		    !life_is_out(zone, i, now_at))
			return;
		has_main = has_main || (life_is_main(zone, i, now_at) &&
		    zone->keys[i].alg == zone->alg &&
		    life_dnskey_state(zone, i, now_at) == LIFE_OMNIPRESENT &&
		    (!life_has_parent(zone) || life_ds_state(zone, i,
		    now_at) == LIFE_OMNIPRESENT));
	}
	if (has_main)
		life_want_push(out, LIFE_MAKE_STANDBY,
		    LIFE_NONE)->alg = zone->alg;
}

static void
want_done(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (life_is_out(zone, i, now_at) &&
		    life_is_hidden(zone, i, now_at))
			life_want_push(out, LIFE_DONE, i);
	}
}

void
life_want(const struct life_zone *zone, int64_t now_at,
    struct life_plan *out)
{

	want_main(zone, now_at, out);
	want_standbys_out(zone, now_at, out);
	want_keys(zone, now_at, out);
	want_algs(zone, now_at, out);
	want_standby(zone, now_at, out);
	want_sign(zone, now_at, out);
	want_done(zone, now_at, out);
}
