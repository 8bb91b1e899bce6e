#include "kmgr/base/int64.h"
#include "kmgr/dns/timing.h"

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)
#define HOLD_DOWN_S (30 * DAY)	/* RFC 5011 s2.4 */

/* RFC 5011 s2.3: MAX(1 hr, MIN(15 days, 1/2*OrigTTL, 1/2*RRSigExpiration)) */
int64_t
timing_query_s(int64_t dnskey_ttl_s, int64_t validity_s)
{

	return int64_max(HOUR, int64_min(TIMING_QUERY_MAX_S,
	    int64_min(dnskey_ttl_s / 2, validity_s / 2)));
}

/* RFC 7583 s3.3.1: IpubC = DprpC + TTLkey */
int64_t
timing_publish_s(const struct timing *timing)
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
	    int64_max(HOLD_DOWN_S, timing->dnskey_ttl_s);
}

int64_t
timing_retire_s(const struct timing *timing)
{

	return timing->dnskey_ttl_s + timing->zone_propagation_delay_s +
	    timing->retire_safety_s;
}

/* RFC 5011 s2.4.2: the remove hold-down, likewise. */
int64_t
timing_revoke_s(const struct timing *timing)
{

	return timing_retire_s(timing) + timing->query_interval_s +
	    HOLD_DOWN_S;
}

/* RFC 7583 s3.3.1: Iret = DprpP + TTLds */
int64_t
timing_ds_s(const struct timing *timing)
{

	return timing->parent_ds_ttl_s + timing->parent_propagation_delay_s +
	    timing->retire_safety_s;
}

int64_t
timing_data_s(const struct timing *timing)
{

	return timing->max_zone_ttl_s + timing->zone_propagation_delay_s;
}

int64_t
timing_leave_s(const struct timing *timing)
{

	return timing_retire_s(timing) +
	    (timing->is_rfc5011 ? timing_revoke_s(timing) : 0);
}

static int64_t
parent_s(const struct timing *timing)
{

	return timing->parent_registration_delay_s + timing_ds_s(timing);
}

/* DNSKEY in, DS for DS, DNSKEY out. */
int64_t
timing_double_signature_s(const struct timing *timing)
{

	return timing_publish_s(timing) + parent_s(timing) +
	    timing_leave_s(timing);
}

/* DS in, DNSKEY for DNSKEY, DS out. */
int64_t
timing_double_ds_s(const struct timing *timing)
{

	return 2 * parent_s(timing) + int64_max(timing_publish_s(timing),
	    timing_leave_s(timing));
}

/* Both in at once, both out at once. */
int64_t
timing_double_rrset_s(const struct timing *timing)
{
	const int64_t ds_s = parent_s(timing);

	return int64_max(ds_s, timing_publish_s(timing)) +
	    int64_max(ds_s, timing_leave_s(timing));
}
