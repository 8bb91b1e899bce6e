#include "kmgr/base/int64.h"
#include "kmgr/life/life_core.h"

int64_t
life_roll_s(const struct timing *timing, enum life_roll roll)
{

	switch (roll) {
	case LIFE_DOUBLE_DS:
		return timing_double_ds_s(timing);
	case LIFE_DOUBLE_RRSET:
		return timing_double_rrset_s(timing);
	case LIFE_DOUBLE_SIGNATURE:
	default:
		return timing_double_signature_s(timing);
	}
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
	return zone->first_signed_at +
	    int64_max(timing_publish_s(&zone->timing),
	    timing_data_s(&zone->timing));
}

int64_t
life_data_at(const struct life_zone *zone, uint8_t alg)
{
	const struct life_alg *signer = life_alg_find(zone, alg);

	if (signer == NULL || signer->signed_at == 0)
		return LIFE_NEVER;
	return signer->signed_at + timing_data_s(&zone->timing);
}

/* When the DNSKEY RRset is signed anew, as it is; 0: at once. */
int64_t
life_refresh_at(const struct life_zone *zone)
{
	const struct timing *timing = &zone->timing;

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
