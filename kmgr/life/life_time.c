#include "kmgr/life/life_core.h"

#define HOLD_DOWN_S (30 * INT64_C(86400))	/* RFC 5011 s2.4 */

static int64_t
longer(int64_t a, int64_t b)
{

	return a > b ? a : b;
}

/* RFC 7583 s3.3.1: IpubC = DprpC + TTLkey */
int64_t
life_publish_s(const struct life_timing *timing)
{
	const int64_t caches_s = timing->dnskey_ttl_s +
	    timing->zone_propagation_delay_s + timing->publish_safety_s;

	if (!timing->is_rfc5011)
		return caches_s;
	/*
	 * RFC 5011 s2.4.1: the add hold-down, of who looks as late as can be,
	 * and begins anew at any set without the key, out of a cache too.
	 */
	return caches_s + 2 * timing->query_interval_s +
	    longer(HOLD_DOWN_S, timing->dnskey_ttl_s);
}

int64_t
life_retire_s(const struct life_timing *timing)
{

	return timing->dnskey_ttl_s + timing->zone_propagation_delay_s +
	    timing->retire_safety_s;
}

/* RFC 5011 s2.4.2: the remove hold-down, likewise. */
int64_t
life_revoke_s(const struct life_timing *timing)
{

	return life_retire_s(timing) + timing->query_interval_s +
	    HOLD_DOWN_S;
}

/* RFC 7583 s3.3.1: Iret = DprpP + TTLds */
int64_t
life_ds_s(const struct life_timing *timing)
{

	return timing->parent_ds_ttl_s + timing->parent_propagation_delay_s +
	    timing->retire_safety_s;
}

int64_t
life_data_s(const struct life_timing *timing)
{

	return timing->max_zone_ttl_s + timing->zone_propagation_delay_s;
}

int64_t
life_roll_s(const struct life_timing *timing, enum life_roll roll)
{
	const int64_t in_s = life_publish_s(timing);
	const int64_t out_s = life_retire_s(timing) +
	    (timing->is_rfc5011 ? life_revoke_s(timing) : 0);
	const int64_t ds_s = timing->parent_registration_delay_s +
	    life_ds_s(timing);

	if (roll == LIFE_DOUBLE_DS)
		return 2 * ds_s + longer(in_s, out_s);
	if (roll == LIFE_DOUBLE_RRSET)
		return longer(ds_s, in_s) + longer(ds_s, out_s);
	return in_s + ds_s + out_s;
}

/*
 * Before that a cache may have data of the zone from when it was not signed,
 * and a DS would make it bogus.
 */
int64_t
life_first_ds_at(const struct life_zone *zone)
{

	if (zone->first_signed_at == 0)
		return LIFE_NEVER;
	return zone->first_signed_at + longer(life_publish_s(&zone->timing),
	    life_data_s(&zone->timing));
}

int64_t
life_data_at(const struct life_zone *zone, uint8_t alg)
{
	const struct life_alg *signer = life_alg_find(zone, alg);

	if (signer == NULL || signer->signed_at == 0)
		return LIFE_NEVER;
	return signer->signed_at + life_data_s(&zone->timing);
}

/* When the DNSKEY RRset is signed anew, as it is; 0: at once. */
int64_t
life_refresh_at(const struct life_zone *zone)
{
	const struct life_timing *timing = &zone->timing;

	if (timing->validity_s <= 0)
		return LIFE_NEVER;
	if (zone->signed_until_at == 0)
		return 0;
	/* A refresh as long as the validity would never be done with. */
	return zone->signed_until_at - (timing->refresh_s <
	    timing->validity_s ? timing->refresh_s : timing->validity_s / 2);
}

/*
 * The last instant at which the signature of a lost key is worth something:
 * after it secondaries would serve one that has ended.
 */
int64_t
life_forced_at(const struct life_zone *zone, int64_t now_at)
{
	const size_t lost = life_find_lost(zone, now_at);

	if (lost == LIFE_NONE || zone->has_response ||
	    zone->signed_until_at == 0 || !life_is_out(zone, lost, now_at))
		return LIFE_NEVER;
	return zone->signed_until_at - zone->timing.zone_propagation_delay_s;
}
