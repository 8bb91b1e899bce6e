/* Records that were served, and the keys that they are of. */
#include "kmgr/service/health_inner.h"

const struct health_key *
health_key_of(const struct health_zone *zone, const struct dnskey *key)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		if (dnskey_is_same_key(&zone->keys[i].dnskey, key))
			return &zone->keys[i];
	return NULL;
}

bool
health_has_zsk(const struct health_zone *zone, const struct dnskey *key)
{
	size_t i;

	for (i = 0; i < zone->n_zsks; i++)
		if (dnskey_is_same_key(&zone->zsks[i], key))
			return true;
	return false;
}

const struct health_key *
health_key_of_ds(const struct health_zone *zone, const struct ds *ds)
{
	struct health_key *key;
	struct name owner;
	struct error ignored = ERR_INIT;
	struct dnskey plain;
	struct ds own;
	size_t i;

	if (name_read(zone->name, &owner, &ignored) != 0)
		return NULL;
	for (i = 0; i < zone->n_keys; i++) {
		key = &zone->keys[i];
		/* A DS is of the key as it was before it was revoked. */
		plain = key->dnskey;
		plain.flags &= (uint16_t)~DNSKEY_REVOKE;
		if (ds->alg != plain.alg || ds->key_tag !=
		    dnskey_tag(&plain) || (ds->digest_type != DIGEST_SHA256 &&
		    ds->digest_type != DIGEST_SHA384))
			continue;
		ds_init(&own, &owner, &plain, (enum digest)ds->digest_type);
		if (ds_is_same(&own, ds))
			return key;
	}
	return NULL;
}

/* One signature; servers may hand out another TTL than was signed. */
static bool
verifies(const struct rrset *rrset, const struct rrsig *rrsig,
    const struct dnskey *key)
{
	struct error ignored = ERR_INIT;
	struct rrset copy = *rrset;

	copy.ttl = rrsig->original_ttl;
	return rrsig->key_tag == dnskey_tag(key) && rrsig->alg == key->alg &&
	    rrsig_verify(rrsig, &copy, key, &ignored) == 0;
}

const struct rrsig *
health_signs(const struct health_set *set, const struct dnskey *key)
{
	const struct rrsig *best = NULL;
	size_t i;

	if (set->rrset == NULL)
		return NULL;
	for (i = 0; i < set->n_rrsigs; i++)
		if ((best == NULL || set->rrsigs[i].expiration_at >
		    best->expiration_at) && verifies(set->rrset,
		    &set->rrsigs[i], key))
			best = &set->rrsigs[i];
	return best;
}

bool
health_dnskey_at(const struct health_set *set, size_t i, struct dnskey *out)
{
	struct error ignored = ERR_INIT;

	return dnskey_from_rdata(set->rrset->rdata[i].bytes,
	    set->rrset->rdata[i].len, out, &ignored) == 0;
}

bool
health_ds_at(const struct health_set *set, size_t i, struct ds *out)
{
	struct error ignored = ERR_INIT;

	return ds_from_rdata(set->rrset->rdata[i].bytes,
	    set->rrset->rdata[i].len, out, &ignored) == 0;
}

bool
health_may_have_ds(const struct health_zone *zone)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		if (zone->keys[i].ds_state != LIFE_HIDDEN)
			return true;
	return false;
}
