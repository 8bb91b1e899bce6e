/* What the parent should have while a response is served, by the life cycle. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/skr_internal.h"

/* The zone as it will be if the response is served and nobody tells more. */
struct skr_parent {
	struct zone_life	 zone;		/* borrows all but its life */
	const struct ksr_roles	*roles;
	bool			 is_regular;
	bool			*has_ds;	/* of each key, by its facts */
	struct dnskey		*dnskeys;	/* of each */
};

/* A key comes and goes with the bundles, by its roles. */
static void
follow(const struct skr *skr, const struct ksr_roles *roles, size_t i,
    struct life_key *key)
{
	unsigned int role;
	int64_t at;
	size_t s;
	bool is_in;

	for (s = 0; s < roles->n_slots; s++) {
		role = ksr_roles_of(roles, s, i);
		at = skr->request->bundles[s].inception_at;
		if (at < skr->now_at)
			at = skr->now_at;
		is_in = key->dnskey_in_at != 0 && key->dnskey_out_at == 0;
		if (role != 0 && !is_in) {
			key->dnskey_in_at = at;
			key->dnskey_out_at = 0;
		} else if (role == 0 && is_in) {
			key->dnskey_out_at = at;
		}
		if ((role & KSR_IS_REVOKED) != 0 && key->revoke_at == 0)
			key->revoke_at = at;
	}
}

static void
plan_dnskeys(const struct skr *skr, const struct ksr_roles *roles,
    struct life_zone *life)
{
	const int64_t at = skr->request->bundles[0].inception_at;
	size_t i;

	/* Those of others are as they are in the set from now on. */
	life_zone_copy(&skr->after, life);
	for (i = 0; i < skr->n_ksks && i < skr->life->n_ksks; i++) {
		life->keys[i].dnskey_in_at =
		    skr->life->life.keys[i].dnskey_in_at;
		life->keys[i].dnskey_out_at =
		    skr->life->life.keys[i].dnskey_out_at;
		follow(skr, roles, i, &life->keys[i]);
	}
	if (life->first_signed_at == 0)
		life->first_signed_at = at > skr->now_at ? at : skr->now_at;
}

struct skr_parent *
skr_parent_new(const struct skr *skr, const struct skr_half *half)
{
	struct skr_parent *parent = mem_new(sizeof(*parent));
	const struct life_key *key;
	size_t i, n;

	parent->zone = *skr->life;
	parent->roles = &half->roles;
	parent->is_regular = strcmp(half->kind, KSR_REGULAR) == 0;
	plan_dnskeys(skr, &half->roles, &parent->zone.life);
	n = parent->zone.life.n_keys;
	parent->has_ds = mem_new((n + 1) * sizeof(*parent->has_ds));
	parent->dnskeys = mem_new((n + 1) * sizeof(*parent->dnskeys));
	for (i = 0; i < n; i++) {
		key = &skr->life->life.keys[i];
		parent->has_ds[i] = key->ds_seen_at != 0 &&
		    key->ds_gone_at == 0;
		parent->dnskeys[i] = *zone_life_dnskey(skr->life, i);
	}
	return parent;
}

void
skr_parent_free(struct skr_parent *parent)
{

	if (parent == NULL)
		return;
	life_zone_clear(&parent->zone.life);
	free(parent->has_ds);
	free(parent->dnskeys);
	free(parent);
}

/* In an emergency all others are given up. */
static bool
wants_ds(const void *arg, size_t i, int64_t at)
{
	const struct skr_parent *parent = arg;

	return parent->is_regular ?
	    zone_life_wants_ds(&parent->zone, i, at) :
	    i < parent->zone.n_ksks && ksr_roles_has(parent->roles, i);
}

void
skr_parent_put(const struct skr_parent *parent, struct skr_input *input)
{

	input->keys = parent->dnskeys;
	input->n_keys = parent->zone.life.n_keys;
	input->has_ds = parent->has_ds;
	input->wants_ds = wants_ds;
	input->arg = parent;
}

struct dnskey *
skr_parent_wanted(const struct skr_parent *parent, const struct ksr *response,
    size_t *n)
{
	struct dnskey *wanted = mem_new((parent->zone.life.n_keys + 1) *
	    sizeof(*wanted));
	size_t i, b;

	*n = 0;
	for (i = 0; i < parent->zone.life.n_keys; i++) {
		for (b = 0; b < response->n_bundles; b++)
			if (wants_ds(parent, i,
			    response->bundles[b].inception_at))
				break;
		if (b < response->n_bundles)
			wanted[(*n)++] = parent->dnskeys[i];
	}
	return wanted;
}
