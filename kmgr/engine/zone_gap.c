#include "kmgr/engine/zone_gap.h"

/* Since when its DS, which was there, may be gone; 0: it stays. */
static int64_t
left_at(const struct life_key *key)
{

	if (key->ds_remove_at != 0 &&
	    (key->ds_seen_at != 0 || key->ds_add_at == 0))
		return key->ds_remove_at;
	return key->ds_seen_at != 0 ? key->ds_gone_at : 0;
}

/* Whether the parent has its DS, or is to have it, and is to keep it. */
static bool
is_kept(const struct life_key *key, int64_t at)
{
	const int64_t asked_at = key->ds_add_at != 0 ? key->ds_add_at :
	    key->ds_seen_at;

	return asked_at != 0 && asked_at <= at &&
	    (key->ds_remove_at == 0 || at < key->ds_remove_at) &&
	    (key->ds_gone_at == 0 || at < key->ds_gone_at);
}

static bool
has_ds(const struct life_zone *zone, int64_t at)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		if (is_kept(&zone->keys[i], at))
			return true;
	return false;
}

/* Until when a cache may know of no DS, if there is none at that time. */
static int64_t
filled_at(const struct life_zone *zone, int64_t at)
{
	int64_t seen_at = LIFE_NEVER;
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		if (zone->keys[i].ds_seen_at > at &&
		    zone->keys[i].ds_seen_at < seen_at)
			seen_at = zone->keys[i].ds_seen_at;
	return seen_at == LIFE_NEVER ? seen_at : seen_at +
	    zone->timing.parent_propagation_delay_s +
	    zone->timing.parent_ds_ttl_s;
}

void
zone_gap_find(const struct life_zone *zone, int64_t from_at,
    int64_t until_at, struct zone_gap *out)
{
	int64_t at, filled;
	size_t i;

	*out = (struct zone_gap) { 0 };
	for (i = 0; i < zone->n_keys; i++) {
		at = left_at(&zone->keys[i]);
		if (at == 0 || at > until_at || (out->from_at != 0 &&
		    at >= out->from_at) || has_ds(zone, at))
			continue;
		filled = filled_at(zone, at);
		if (filled >= from_at)
			*out = (struct zone_gap) { at, filled };
	}
}
