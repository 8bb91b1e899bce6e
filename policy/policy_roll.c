#include "policy/policy.h"

void
policy_timing(const struct policy *p, struct timing *out)
{

	*out = (struct timing) { .dnskey_ttl_s = p->dnskey_ttl_s,
		.zone_propagation_delay_s = p->zone_propagation_delay_s,
		.publish_safety_s = p->publish_safety_s,
		.retire_safety_s = p->retire_safety_s,
		.max_zone_ttl_s = p->max_zone_ttl_s,
		.parent_ds_ttl_s = p->parent_ds_ttl_s,
		.parent_propagation_delay_s = p->parent_propagation_delay_s,
		.parent_registration_delay_s = p->parent_registration_delay_s,
		.validity_s = p->validity_s, .refresh_s = p->refresh_s,
		.is_rfc5011 = p->rfc5011,
		.query_interval_s = timing_query_s(p->dnskey_ttl_s,
		    p->validity_s) };
}

int64_t
policy_roll_s(const struct policy *p)
{
	struct timing timing;

	policy_timing(p, &timing);
	switch (p->roll_type) {
	case ROLL_DOUBLE_DS:
		return timing_double_ds_s(&timing);
	case ROLL_DOUBLE_RRSET:
		return timing_double_rrset_s(&timing);
	case ROLL_DOUBLE_SIGNATURE:
	default:
		return timing_double_signature_s(&timing);
	}
}
