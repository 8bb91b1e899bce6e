#include <string.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/ds_fact_gone.h"
#include "kmgr/engine/ksk_end_check.h"

/* Nobody can know it: it was never in a DNSKEY RRset, and has no DS. */
static bool
was_never_used(const struct life_key *key, int64_t horizon_at)
{

	return key->ds_seen_at == 0 && key->ds_add_at == 0 &&
	    key->dnskey_in_at == 0 && horizon_at == 0;
}

static bool
is_at_parent(const struct life_key *key)
{

	return key->ds_seen_at != 0 && key->ds_gone_at == 0;
}

/* Whether the parent has the DS of another key of the zone. */
static bool
has_successor(const struct zone_life *zone, size_t i)
{
	size_t k;

	for (k = 0; k < zone->life.n_keys; k++)
		if (k != i && is_at_parent(&zone->life.keys[k]))
			return true;
	return false;
}

/*
 * Whether it has no DS for all that is known: that of one that was published,
 * and is no more, was never asked for. What was done before a loss of the
 * store nobody knows.
 */
static bool
has_no_ds(const struct zone_life *zone, size_t i)
{
	const struct life_key *key = &zone->life.keys[i];

	return key->ds_gone_at != 0 || (key->ds_add_at == 0 &&
	    key->ds_seen_at == 0 && key->dnskey_out_at != 0 &&
	    zone->ksks[i].row.horizon_at == 0);
}

static int
refuse_ds(const struct zone_life *zone, size_t i, struct error *err)
{
	const struct life_key *key = &zone->life.keys[i];
	char text[WHEN_TEXT_LEN];

	if (key->ds_add_at != 0 && key->ds_seen_at == 0)
		(void)err_set(err, ERR_POLICY, "the parent was asked to add "
		    "its DS at %s", when_rfc3339(key->ds_add_at, text));
	else if (key->ds_seen_at == 0)
		(void)err_set(err, ERR_POLICY, "it has signed, or may have "
		    "before a loss of the store, and nobody has told that the "
		    "parent has no DS of it");
	else if (has_successor(zone, i))
		(void)err_set(err, ERR_POLICY, "its DS is at the parent since "
		    "%s", when_rfc3339(key->ds_seen_at, text));
	else
		(void)err_set(err, ERR_POLICY, "it is the last KSK of the "
		    "zone whose DS is at the parent, since %s: without it "
		    "the zone would be bogus", when_rfc3339(key->ds_seen_at,
		    text));
	return ds_fact_gone_hint(zone, i, err);
}

/* When no cache has its DS; 0 where none ever had. */
static int64_t
ds_out_at(const struct zone_life *zone, size_t i)
{
	const struct life_key *key = &zone->life.keys[i];

	return key->ds_gone_at == 0 ? 0 :
	    key->ds_gone_at + timing_ds_s(&zone->life.timing);
}

static int64_t
dnskey_out_at(const struct zone_life *zone, size_t i)
{
	const struct life_key *key = &zone->life.keys[i];

	return key->dnskey_out_at == 0 ? 0 :
	    key->dnskey_out_at + timing_retire_s(&zone->life.timing);
}

int64_t
ksk_end_at(const struct zone_life *zone, size_t i, int64_t horizon_at)
{

	if (was_never_used(&zone->life.keys[i], horizon_at))
		return 0;
	if (!has_no_ds(zone, i))
		return LIFE_NEVER;
	return int64_max(horizon_at, int64_max(ds_out_at(zone, i),
	    dnskey_out_at(zone, i)));
}

int
ksk_end_check(const struct zone_life *zone, size_t i, int64_t horizon_at,
    int64_t now_at, struct error *err)
{
	const int64_t end_at = ksk_end_at(zone, i, horizon_at);
	char end[WHEN_TEXT_LEN], gone[WHEN_TEXT_LEN];

	if (end_at == LIFE_NEVER)
		return refuse_ds(zone, i, err);
	if (end_at <= now_at)
		return 0;
	(void)when_rfc3339(end_at, end);
	if (end_at == horizon_at)
		return err_set(err, ERR_NOT_YET, "a signature by it is valid "
		    "until %s", end);
	if (end_at == ds_out_at(zone, i))
		return err_set(err, ERR_NOT_YET, "caches may have its DS "
		    "until %s (gone at %s, then parent-ds-ttl + "
		    "parent-propagation-delay + retire-safety)", end,
		    when_rfc3339(zone->life.keys[i].ds_gone_at, gone));
	return err_set(err, ERR_NOT_YET, "caches may have its DNSKEY until %s "
	    "(withdrawn at %s, then dnskey-ttl + zone-propagation-delay + "
	    "retire-safety)", end,
	    when_rfc3339(zone->life.keys[i].dnskey_out_at, gone));
}
