/*
 * The rules of "Flexible and Robust Key Rollover": a step is allowed if each
 * of them that held before holds after, so that a zone that is broken already
 * may still be healed. Moves into R and U need nothing but the rules; that
 * what is R gets O and what is U gets H takes time, and that is all there is
 * to timing.
 */
#include "kmgr/life/life_core.h"

#define LONG_AGO 1	/* no cache has what was gone then */

typedef bool rule_fn(const struct life_zone *zone, int64_t now_at);

static bool
has_states(const struct life_zone *zone, size_t i, int64_t now_at,
    enum life_state dnskey, enum life_state ds)
{

	return life_dnskey_state(zone, i, now_at) == dnskey &&
	    life_ds_state(zone, i, now_at) == ds;
}

/* R1: the parent has a DS, or is about to, or the zone is to be insecure. */
static bool
is_secured(const struct life_zone *zone, int64_t now_at)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (life_is_put(life_ds_state(zone, i, now_at)))
			return true;
	}
	return zone->goal == LIFE_INSECURE;
}

/*
 * 3c: the DS of s for that of p, both DNSKEYs everywhere. The paper knows by
 * which key p was followed; we know it by the instants: as long as p's DS may
 * be absent s's was there, and before that p's was in all caches.
 */
static bool
swaps_ds(const struct life_zone *zone, size_t p, size_t s, int64_t now_at)
{
	const struct life_key *old = &zone->keys[p];
	const struct life_key *new = &zone->keys[s];
	const int64_t out_at = life_has(old->ds_remove_at, now_at) ?
	    old->ds_remove_at : old->ds_gone_at;

	return has_states(zone, p, now_at, LIFE_OMNIPRESENT,
	    LIFE_UNRETENTIVE) &&
	    has_states(zone, s, now_at, LIFE_OMNIPRESENT, LIFE_RUMOURED) &&
	    life_ds_until(zone, s, now_at) != LIFE_NEVER &&
	    new->ds_seen_at <= out_at &&
	    life_ds_state(zone, p, out_at - 1) == LIFE_OMNIPRESENT;
}

/* 3d: the DNSKEY of s for that of p, both DSs everywhere; likewise. */
static bool
swaps_dnskey(const struct life_zone *zone, size_t p, size_t s,
    int64_t now_at)
{
	const struct life_key *old = &zone->keys[p];
	const int64_t out_at = life_has(old->revoke_at, now_at) ?
	    old->revoke_at : old->dnskey_out_at;

	return has_states(zone, p, now_at, LIFE_UNRETENTIVE,
	    LIFE_OMNIPRESENT) &&
	    has_states(zone, s, now_at, LIFE_RUMOURED, LIFE_OMNIPRESENT) &&
	    zone->keys[s].dnskey_in_at <= out_at &&
	    life_dnskey_state(zone, p, out_at - 1) == LIFE_OMNIPRESENT;
}

static bool
has_swap(const struct life_zone *zone, uint8_t alg, int64_t now_at)
{
	size_t p, s;

	for (p = 0; p < zone->n_keys; p++) {
		for (s = 0; s < zone->n_keys; s++) {
			if (zone->keys[p].alg == alg &&
			    zone->keys[s].alg == alg &&
			    (swaps_ds(zone, p, s, now_at) ||
			    swaps_dnskey(zone, p, s, now_at)))
				return true;
		}
	}
	return false;
}

/* A DS set with keys of ${alg} leads into every DNSKEY set, by one of them. */
static bool
has_chain_by(const struct life_zone *zone, uint8_t alg, int64_t now_at)
{
	bool dangles = false;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		const bool is_there = life_dnskey_state(zone, i, now_at) ==
		    LIFE_OMNIPRESENT;
		const enum life_state ds = life_ds_state(zone, i, now_at);

		if (zone->keys[i].alg != alg)
			continue;
		if (is_there && ds == LIFE_OMNIPRESENT)
			return true;	/* 3b */
		dangles = dangles || (ds != LIFE_HIDDEN && !is_there);
	}
	return !dangles /* 3e */ || has_swap(zone, alg, now_at);
}

/* R2, for each algorithm: who asks for all of them must find all of them. */
static bool
has_chain(const struct life_zone *zone, int64_t now_at)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (!has_chain_by(zone, zone->keys[i].alg, now_at))
			return false;
	}
	return true;
}

/*
 * R2 once more, for a zone that shares its signing (RFC 8901 s2.1.2): what we
 * sign, no key of another provider signs, so that its DS leads nowhere for
 * who asks us. Where all of ours leave, nobody asks us any more.
 */
static bool
has_own_chain(const struct life_zone *zone, int64_t now_at)
{
	bool stays = zone->goal == LIFE_INSECURE, is_shared = false;
	bool is_good = true;
	struct life_zone own;
	size_t i;

	life_zone_copy(zone, &own);
	for (i = 0; i < own.n_keys; i++) {
		is_shared = is_shared || own.keys[i].is_foreign;
		stays = stays || life_is_main(&own, i, now_at);
		if (own.keys[i].is_foreign)
			own.keys[i].dnskey_in_at = 0;
	}
	for (i = 0; is_shared && stays && i < own.n_keys; i++) {
		if (!own.keys[i].is_foreign)
			is_good = is_good && has_chain_by(&own,
			    own.keys[i].alg, now_at);
	}
	life_zone_clear(&own);
	return is_good;
}

/*
 * R3: with every algorithm that is in a DS or a DNSKEY of a zone with a DS its
 * data is signed, in all caches (RFC 4035 s2.2), and for those in a DS there
 * is a ZSK.
 */
static bool
has_signed_data(const struct life_zone *zone, int64_t now_at)
{
	const struct life_alg *signer;
	bool has_ds = false;
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		has_ds = has_ds ||
		    life_ds_state(zone, i, now_at) != LIFE_HIDDEN;
	for (i = 0; has_ds && i < zone->n_keys; i++) {
		if (life_is_hidden(zone, i, now_at))
			continue;
		signer = life_alg_find(zone, zone->keys[i].alg);
		if (signer == NULL ||
		    life_data_at(zone, signer->alg) > now_at)
			return false;
		if (life_ds_state(zone, i, now_at) != LIFE_HIDDEN &&
		    !signer->has_zsk)
			return false;
	}
	return true;
}

/*
 * Whether ${rule} does not hold now, but will when what is on its way, in or
 * out, has come: that is nothing to heal, but to wait for. It comes to that
 * where a margin, or a TTL, is longer on the way in than on the way out.
 */
static bool
comes_to_hold(rule_fn *rule, const struct life_zone *zone, int64_t now_at)
{
	int64_t at[3];
	size_t i, k;

	for (i = 0; i < zone->n_keys; i++) {
		at[0] = life_dnskey_until(zone, i, now_at);
		at[1] = life_ds_until(zone, i, now_at);
		at[2] = life_data_at(zone, zone->keys[i].alg);
		for (k = 0; k < sizeof(at) / sizeof(at[0]); k++) {
			if (at[k] > now_at && at[k] != LIFE_NEVER &&
			    rule(zone, at[k]))
				return true;
		}
	}
	return false;
}

static bool
keeps_rules(const struct life_zone *zone, enum life_step_kind kind,
    size_t i, int64_t now_at)
{
	static rule_fn *const rules[] = { is_secured, has_chain,
		has_own_chain, has_signed_data };
	const struct life_step step = { .kind = kind, .key = i };
	struct life_zone after;
	bool is_allowed = true;
	size_t r;

	life_zone_copy(zone, &after);
	life_apply(&after, &step, now_at);
	for (r = 0; r < sizeof(rules) / sizeof(rules[0]); r++) {
		if (rules[r](&after, now_at))
			continue;
		/* One DNSKEY more cuts no chain. */
		if (rules[r](zone, now_at) ||
		    ((rules[r] == is_secured || rules[r] == has_signed_data ||
		    kind != LIFE_PUBLISH_DNSKEY) &&
		    comes_to_hold(rules[r], zone, now_at)))
			is_allowed = false;
	}
	life_zone_clear(&after);
	return is_allowed;
}

/* What nobody told of may be there or not: the rules are kept in both. */
bool
life_allowed(const struct life_zone *zone, enum life_step_kind kind,
    size_t i, int64_t now_at)
{
	struct life_zone without;
	bool is_sure = true, is_allowed = keeps_rules(zone, kind, i, now_at);
	size_t k;

	life_zone_copy(zone, &without);
	for (k = 0; k < zone->n_keys; k++) {
		if (!life_ds_is_untold(zone, k, now_at))
			continue;
		is_sure = false;
		without.keys[k].ds_gone_at = LONG_AGO;
	}
	if (is_allowed && !is_sure)
		is_allowed = keeps_rules(&without, kind, i, now_at);
	life_zone_clear(&without);
	return is_allowed;
}
