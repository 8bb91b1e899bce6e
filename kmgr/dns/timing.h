/*
 * How long a change of a zone's KSKs takes until everybody knows it: the one
 * home of these equations, for who plans a roll and for who judges a policy.
 *
 * Source: RFC 7583 s3.3; RFC 5011 s2.3, s2.4.
 */
#ifndef DNS_TIMING_H
#define DNS_TIMING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Seconds; where several policies, a configuration and observations say
 * something of a zone, of each the largest.
 */
struct timing {
	int64_t	dnskey_ttl_s;		/* TTLkey */
	int64_t	zone_propagation_delay_s; /* DprpC */
	int64_t	publish_safety_s;
	int64_t	retire_safety_s;
	int64_t	max_zone_ttl_s;		/* TTLsig */
	int64_t	parent_ds_ttl_s;	/* TTLds */
	int64_t	parent_propagation_delay_s; /* DprpP */
	int64_t	parent_registration_delay_s; /* Dreg: to plan with only */
	int64_t	validity_s;		/* of a DNSKEY RRset's signature */
	int64_t	refresh_s;		/* signed anew so long before its end */
	bool	is_rfc5011;		/* its KSKs are trust anchors */
	int64_t	query_interval_s;	/* of followers: timing_query_s() */
};

/* Who follows trust anchors looks that often at least, 15 days. */
#define TIMING_QUERY_MAX_S INT64_C(1296000)

/**
 * timing_query_s(dnskey_ttl_s, validity_s):
 * How often at least who follows trust anchors looks for new ones.
 *
 * Source: RFC 5011 s2.3.
 */
int64_t timing_query_s(int64_t dnskey_ttl_s, int64_t validity_s);

/**
 * timing_publish_s(timing), timing_retire_s(timing), timing_ds_s(timing),
 * timing_data_s(timing), timing_revoke_s(timing):
 * The waits: until a DNSKEY is everywhere, and a trust anchor for who follows
 * them; until a withdrawn one is nowhere; until a DS change that is seen is
 * known everywhere; until zone data that was signed anew is everywhere; and
 * how long a revoked DNSKEY stays published.
 *
 * timing_leave_s(timing): from when a DNSKEY may go until it is nowhere;
 * that of a trust anchor is published revoked before.
 *
 * Source: RFC 7583 s3.3.1; RFC 5011 s2.4.
 */
int64_t timing_publish_s(const struct timing *timing);
int64_t timing_retire_s(const struct timing *timing);
int64_t timing_ds_s(const struct timing *timing);
int64_t timing_data_s(const struct timing *timing);
int64_t timing_revoke_s(const struct timing *timing);
int64_t timing_leave_s(const struct timing *timing);

/**
 * timing_double_signature_s(timing), timing_double_ds_s(timing),
 * timing_double_rrset_s(timing):
 * The length of a whole roll of each type, from the first change to the last
 * wait, where the parent takes parent-registration-delay for each change.
 *
 * Source: RFC 7583 s3.3.
 */
int64_t timing_double_signature_s(const struct timing *timing);
int64_t timing_double_ds_s(const struct timing *timing);
int64_t timing_double_rrset_s(const struct timing *timing);

#endif
