#include <assert.h>
#include <stdlib.h>

#include "kmgr/life/life_core.h"

static void
make_key(struct life_zone *zone, const struct life_step *step, int64_t at)
{
	struct life_key *keys = life_copy_array(zone->keys, zone->n_keys,
	    sizeof(*keys));
	struct life_key *key = &keys[zone->n_keys++];

	free(zone->keys);
	zone->keys = keys;
	key->name = step->kind == LIFE_MAKE_KSK ? "the new KSK" :
	    "the new standby KSK";
	key->alg = step->alg;
	key->lifetime_s = zone->lifetime_s;
	key->needs_backup = zone->needs_backup;
	key->made_at = at;
	key->is_usable = true;
	if (step->kind == LIFE_MAKE_STANDBY)
		key->standby = zone->standby;
}

static void
add_alg(struct life_zone *zone, uint8_t alg, int64_t at)
{
	struct life_alg *signer = life_alg_find(zone, alg);
	struct life_alg *algs;

	if (signer == NULL) {
		algs = life_copy_array(zone->algs, zone->n_algs,
		    sizeof(*algs));
		free(zone->algs);
		zone->algs = algs;
		signer = &algs[zone->n_algs++];
	}
	signer->alg = alg;
	signer->signed_at = at;
}

static void
drop_alg(struct life_zone *zone, uint8_t alg)
{
	struct life_alg *signer = life_alg_find(zone, alg);

	if (signer != NULL)
		*signer = zone->algs[--zone->n_algs];
}

/* Which keys are in the DNSKEY RRset has changed, or that it is the old one. */
static void
sign(struct life_zone *zone, int64_t at)
{
	bool is_empty = true;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		const struct life_key *key = &zone->keys[i];

		is_empty = is_empty && (key->is_foreign ||
		    key->dnskey_in_at == 0 || key->dnskey_out_at != 0);
	}
	if (is_empty) {
		/* The next first signing is a first signing again. */
		zone->first_signed_at = 0;
		zone->signed_until_at = 0;
		return;
	}
	if (zone->first_signed_at == 0)
		zone->first_signed_at = at;
	if (!zone->has_response)
		zone->signed_until_at = at + zone->timing.validity_s;
}

static void
apply_to_key(struct life_key *key, enum life_step_kind kind, int64_t at)
{

	switch (kind) {
	case LIFE_RETIRE:
		key->retire_at = at;
		break;
	case LIFE_PROMOTE:
		key->standby = LIFE_NO_STANDBY;
		break;
	case LIFE_PUBLISH_DNSKEY:
		key->dnskey_in_at = at;
		key->dnskey_out_at = 0;
		break;
	case LIFE_WITHDRAW_DNSKEY:
		key->dnskey_out_at = at;
		break;
	case LIFE_REVOKE_DNSKEY:
		key->revoke_at = at;
		break;
	case LIFE_ADD_DS:
		key->ds_add_at = at;
		key->ds_seen_at = key->ds_remove_at = key->ds_gone_at = 0;
		break;
	case LIFE_REMOVE_DS:
		key->ds_remove_at = at;
		key->ds_gone_at = 0;
		break;
	default:
		break;
	}
}

void
life_apply(struct life_zone *zone, const struct life_step *step, int64_t at)
{

	switch (step->kind) {
	case LIFE_MAKE_KSK:
	case LIFE_MAKE_STANDBY:
		make_key(zone, step, at);
		return;
	case LIFE_SIGNER_ADD_ALG:
		add_alg(zone, step->alg, at);
		return;
	case LIFE_SIGNER_DROP_ALG:
		drop_alg(zone, step->alg);
		return;
	case LIFE_SIGN:
		sign(zone, at);
		return;
	default:
		assert(step->key < zone->n_keys);
		apply_to_key(&zone->keys[step->key], step->kind, at);
	}
	if (step->kind == LIFE_PUBLISH_DNSKEY ||
	    step->kind == LIFE_WITHDRAW_DNSKEY ||
	    step->kind == LIFE_REVOKE_DNSKEY)
		sign(zone, at);
}
