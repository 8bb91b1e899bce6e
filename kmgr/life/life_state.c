#include "kmgr/life/life_core.h"

/* Taken out, or in the set in another form only; but not before it was in. */
static bool
dnskey_is_out(const struct life_key *key, int64_t now_at)
{

	return life_has(key->revoke_at, now_at) ||
	    (life_has(key->dnskey_out_at, now_at) &&
	    key->dnskey_out_at >= key->dnskey_in_at);
}

enum life_state
life_dnskey_state(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->keys[i];

	if (!life_has(key->dnskey_in_at, now_at))
		return LIFE_HIDDEN;
	if (dnskey_is_out(key, now_at))
		return life_has(key->dnskey_out_at, now_at) &&
		    now_at >= key->dnskey_out_at +
		    timing_retire_s(&zone->timing) ?
		    LIFE_HIDDEN : LIFE_UNRETENTIVE;
	return now_at < key->dnskey_in_at + timing_publish_s(&zone->timing) ?
	    LIFE_RUMOURED : LIFE_OMNIPRESENT;
}

int64_t
life_dnskey_until(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->keys[i];

	switch (life_dnskey_state(zone, i, now_at)) {
	case LIFE_RUMOURED:
		return key->dnskey_in_at + timing_publish_s(&zone->timing);
	case LIFE_UNRETENTIVE:
		/* Revoked, it stays as long as we leave it. */
		if (!life_has(key->dnskey_out_at, now_at))
			return LIFE_NEVER;
		return key->dnskey_out_at + timing_retire_s(&zone->timing);
	default:
		return LIFE_NEVER;
	}
}

/*
 * An answer that is older than what it would answer is that to an earlier
 * question.
 */
static bool
ds_is_seen(const struct life_key *key, int64_t now_at)
{

	return life_has(key->ds_seen_at, now_at) &&
	    key->ds_seen_at >= key->ds_add_at;
}

static bool
ds_is_gone(const struct life_key *key, int64_t now_at)
{

	return life_has(key->ds_gone_at, now_at) &&
	    key->ds_gone_at >= key->ds_remove_at &&
	    key->ds_gone_at >= key->ds_add_at;
}

/*
 * What get-ds printed may be at the parent, whoever was told of it. While the
 * key stays that cuts no chain; with its DNSKEY all that the DS led to is gone.
 * Another provider's signs nothing here: what is signed leads on by ours (RFC
 * 8901 s2.1.2: each signs the set with its own). What is told of it counts.
 */
bool
life_ds_is_untold(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->keys[i];

	return life_has_parent(zone) && !key->is_foreign &&
	    life_is_out(zone, i, now_at) &&
	    life_dnskey_state(zone, i, now_at) != LIFE_HIDDEN &&
	    !life_has(key->ds_add_at, now_at) &&
	    !life_has(key->ds_seen_at, now_at) &&
	    !life_has(key->ds_remove_at, now_at) &&
	    !life_has(key->ds_gone_at, now_at);
}

enum life_state
life_ds_state(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->keys[i];
	const int64_t ds_s = timing_ds_s(&zone->timing);

	if (ds_is_gone(key, now_at))
		return now_at < key->ds_gone_at + ds_s ?
		    LIFE_UNRETENTIVE : LIFE_HIDDEN;
	if (life_has(key->ds_remove_at, now_at) &&
	    key->ds_remove_at >= key->ds_add_at)
		return LIFE_UNRETENTIVE;
	if (ds_is_seen(key, now_at))
		return now_at < key->ds_seen_at + ds_s ?
		    LIFE_RUMOURED : LIFE_OMNIPRESENT;
	return life_has(key->ds_add_at, now_at) ||
	    life_ds_is_untold(zone, i, now_at) ? LIFE_RUMOURED : LIFE_HIDDEN;
}

int64_t
life_ds_until(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->keys[i];
	const int64_t ds_s = timing_ds_s(&zone->timing);

	switch (life_ds_state(zone, i, now_at)) {
	case LIFE_RUMOURED:
		return ds_is_seen(key, now_at) ?
		    key->ds_seen_at + ds_s : LIFE_NEVER;
	case LIFE_UNRETENTIVE:
		return ds_is_gone(key, now_at) ?
		    key->ds_gone_at + ds_s : LIFE_NEVER;
	default:
		return LIFE_NEVER;
	}
}

bool
life_is_hidden(const struct life_zone *zone, size_t i, int64_t now_at)
{

	return life_dnskey_state(zone, i, now_at) == LIFE_HIDDEN &&
	    life_ds_state(zone, i, now_at) == LIFE_HIDDEN;
}

bool
life_is_out(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->keys[i];

	return zone->goal == LIFE_INSECURE || key->is_compromised ||
	    life_has(key->retire_at, now_at) ||
	    life_has(key->revoke_at, now_at);
}

bool
life_has_parent(const struct life_zone *zone)
{

	return zone->name[0] != '.';
}

bool
life_is_main(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->keys[i];

	return !key->is_foreign && key->standby == LIFE_NO_STANDBY &&
	    !life_is_out(zone, i, now_at);
}

bool
life_is_coming(const struct life_zone *zone, size_t i, int64_t now_at)
{

	return life_is_main(zone, i, now_at) &&
	    !(life_is_put(life_dnskey_state(zone, i, now_at)) &&
	    (!life_has_parent(zone) ||
	    life_is_put(life_ds_state(zone, i, now_at))));
}

struct life_alg *
life_alg_find(const struct life_zone *zone, uint8_t alg)
{
	size_t i;

	for (i = 0; i < zone->n_algs; i++) {
		if (zone->algs[i].alg == alg)
			return &zone->algs[i];
	}
	return NULL;
}
