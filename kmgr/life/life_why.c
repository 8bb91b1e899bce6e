#include <inttypes.h>
#include <stdio.h>

#include "kmgr/base/when.h"
#include "kmgr/life/life_core.h"

#define S PRId64

static const char *
key_name(const struct life_zone *zone, size_t i)
{

	return i == LIFE_NONE ? zone->name : zone->keys[i].name;
}

static void
why_dnskey_in(const struct timing *t, char *out, size_t len)
{
	const int64_t caches_s = t->dnskey_ttl_s +
	    t->zone_propagation_delay_s + t->publish_safety_s;
	const int n = snprintf(out, len, "DNSKEY TTL %" S
	    " + zone-propagation-delay %" S " + publish-safety %" S,
	    t->dnskey_ttl_s, t->zone_propagation_delay_s,
	    t->publish_safety_s);

	if (t->is_rfc5011)
		snprintf(out + n, len - (size_t)n, " + 2 * query interval %" S
		    " + add hold-down %" S, t->query_interval_s,
		    timing_publish_s(t) - caches_s - 2 * t->query_interval_s);
}

static void
why_dnskey_out(const struct timing *t, char *out, size_t len)
{

	snprintf(out, len, "DNSKEY TTL %" S " + zone-propagation-delay %" S
	    " + retire-safety %" S, t->dnskey_ttl_s,
	    t->zone_propagation_delay_s, t->retire_safety_s);
}

static void
why_ds(const struct timing *t, char *out, size_t len)
{

	snprintf(out, len, "DS TTL %" S " + parent-propagation-delay %" S
	    " + retire-safety %" S, t->parent_ds_ttl_s,
	    t->parent_propagation_delay_s, t->retire_safety_s);
}

static void
why_data(const struct timing *t, char *out, size_t len)
{

	snprintf(out, len, "max-zone-ttl %" S " + zone-propagation-delay %" S,
	    t->max_zone_ttl_s, t->zone_propagation_delay_s);
}

/* The wait of ${kind} as a sum; returns after what it is counted. */
static const char *
formula(const struct timing *t, enum life_turn_kind kind, char *out,
    size_t len)
{

	switch (kind) {
	case LIFE_TURN_DNSKEY_IN:
		why_dnskey_in(t, out, len);
		return "after publication of";
	case LIFE_TURN_DNSKEY_OUT:
		why_dnskey_out(t, out, len);
		return "after withdrawal of";
	case LIFE_TURN_DS_IN:
		why_ds(t, out, len);
		return "after ds-seen of";
	case LIFE_TURN_DS_OUT:
		why_ds(t, out, len);
		return "after ds-gone of";
	case LIFE_TURN_REVOKED:
		snprintf(out, len, "DNSKEY TTL, zone-propagation-delay and "
		    "retire-safety %" S " + query interval %" S
		    " + remove hold-down %" S, timing_retire_s(t),
		    t->query_interval_s, timing_revoke_s(t) -
		    timing_retire_s(t) - t->query_interval_s);
		return "after revocation of";
	case LIFE_TURN_FIRST:
		why_data(t, out, len);
		if (timing_publish_s(t) > timing_data_s(t))
			why_dnskey_in(t, out, len);
		return "after the first signed DNSKEY RRset of";
	case LIFE_TURN_DATA:
		why_data(t, out, len);
		return "after all data was signed with the algorithm in";
	case LIFE_TURN_ROLL:
		snprintf(out, len, "the lifetime's end, less what a successor "
		    "takes to be ready,");
		return "of";
	case LIFE_TURN_REFRESH:
		snprintf(out, len, "refresh %" S, t->refresh_s);
		return "before the signatures' end in";
	case LIFE_TURN_FORCED:
		snprintf(out, len, "the signatures end "
		    "zone-propagation-delay %" S " later, and it cannot sign "
		    "again", t->zone_propagation_delay_s);
		return "with";
	case LIFE_TURN_FACT:
	default:
		snprintf(out, len, "as it was told");
		return "of";
	}
}

void
life_why_turn(const struct life_zone *zone, const struct life_turn *turn,
    char why[static LIFE_WHY_LEN])
{
	char at[WHEN_TEXT_LEN], sum[LIFE_WHY_LEN / 2];
	const char *after;

	after = formula(&zone->timing, turn->kind, sum, sizeof(sum));
	snprintf(why, LIFE_WHY_LEN, "until %s: %s %s %.100s",
	    when_rfc3339(turn->at, at), sum, after,
	    key_name(zone, turn->key));
}
