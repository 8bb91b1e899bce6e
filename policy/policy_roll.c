#include "policy/policy.h"

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)

static int64_t
max_of(int64_t a, int64_t b)
{

	return a > b ? a : b;
}

static int64_t
min_of(int64_t a, int64_t b)
{

	return a < b ? a : b;
}

/* RFC 5011 s2.3: how often a resolver looks for new trust anchors. */
static int64_t
query_interval_s(const struct policy *p)
{

	return max_of(HOUR, min_of(15 * DAY, min_of(p->dnskey_ttl_s / 2,
	    p->validity_s / 2)));
}

int64_t
policy_publish_s(const struct policy *p)
{
	/* RFC 7583 s3.3.1: IpubC = DprpC + TTLkey, and a margin. */
	const int64_t caches_s = p->dnskey_ttl_s +
	    p->zone_propagation_delay_s + p->publish_safety_s;

	if (!p->rfc5011)
		return caches_s;
	/* RFC 5011 s2.4.1: the add hold-down, after two queries at most. */
	return max_of(caches_s, p->zone_propagation_delay_s +
	    2 * query_interval_s(p) + max_of(30 * DAY, p->dnskey_ttl_s));
}

int64_t
policy_retire_s(const struct policy *p)
{
	const int64_t caches_s = p->dnskey_ttl_s +
	    p->zone_propagation_delay_s + p->retire_safety_s;

	if (!p->rfc5011)
		return caches_s;
	/* RFC 5011 s2.4.2: the remove hold-down. */
	return max_of(caches_s, p->zone_propagation_delay_s +
	    query_interval_s(p) + 30 * DAY);
}

int64_t
policy_ds_s(const struct policy *p)
{

	/* RFC 7583 s3.3.1: Iret = DprpP + TTLds, and a margin. */
	return p->parent_ds_ttl_s + p->parent_propagation_delay_s +
	    p->retire_safety_s;
}

int64_t
policy_roll_s(const struct policy *p)
{
	const int64_t publish_s = policy_publish_s(p);
	const int64_t retire_s = policy_retire_s(p);
	const int64_t ds_s = p->parent_registration_delay_s + policy_ds_s(p);

	switch (p->roll_type) {
	case ROLL_DOUBLE_DS:
		/* DS in, DNSKEY for DNSKEY, DS out. */
		return ds_s + max_of(publish_s, retire_s) + ds_s;
	case ROLL_DOUBLE_RRSET:
		/* Both in at once, both out at once. */
		return max_of(ds_s, publish_s) + max_of(ds_s, retire_s);
	case ROLL_DOUBLE_SIGNATURE:
	default:
		/* DNSKEY in, DS for DS, DNSKEY out. */
		return publish_s + ds_s + retire_s;
	}
}
