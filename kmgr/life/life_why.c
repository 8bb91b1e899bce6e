#include <stdio.h>
#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/life/life_core.h"

#define SUM_LEN (LIFE_WHY_LEN / 2)

static const char *
key_name(const struct life_zone *zone, size_t i)
{

	return i == LIFE_NONE ? zone->name : zone->keys[i].name;
}

/* One more summand: durations as policies write them. */
static void
add(char sum[static SUM_LEN], const char *what, int64_t s)
{
	const size_t n = strlen(sum);
	char text[WHEN_TEXT_LEN];

	(void)snprintf(sum + n, SUM_LEN - n, "%s%s %s", n > 0 ? " + " : "",
	    what, when_duration(s, text));
}

static void
why_dnskey_in(const struct timing *t, char sum[static SUM_LEN])
{
	const int64_t caches_s = t->dnskey_ttl_s +
	    t->zone_propagation_delay_s + t->publish_safety_s;

	add(sum, "DNSKEY TTL", t->dnskey_ttl_s);
	add(sum, "zone-propagation-delay", t->zone_propagation_delay_s);
	add(sum, "publish-safety", t->publish_safety_s);
	if (!t->is_rfc5011)
		return;
	add(sum, "2 * query interval", t->query_interval_s);
	add(sum, "add hold-down", timing_publish_s(t) - caches_s -
	    2 * t->query_interval_s);
}

static void
why_dnskey_out(const struct timing *t, char sum[static SUM_LEN])
{

	add(sum, "DNSKEY TTL", t->dnskey_ttl_s);
	add(sum, "zone-propagation-delay", t->zone_propagation_delay_s);
	add(sum, "retire-safety", t->retire_safety_s);
}

static void
why_ds(const struct timing *t, char sum[static SUM_LEN])
{

	add(sum, "DS TTL", t->parent_ds_ttl_s);
	add(sum, "parent-propagation-delay", t->parent_propagation_delay_s);
	add(sum, "retire-safety", t->retire_safety_s);
}

static void
why_data(const struct timing *t, char sum[static SUM_LEN])
{

	add(sum, "max-zone-ttl", t->max_zone_ttl_s);
	add(sum, "zone-propagation-delay", t->zone_propagation_delay_s);
}

static void
why_revoked(const struct timing *t, char sum[static SUM_LEN])
{

	add(sum, "DNSKEY TTL, zone-propagation-delay and retire-safety",
	    timing_retire_s(t));
	add(sum, "query interval", t->query_interval_s);
	add(sum, "remove hold-down", timing_revoke_s(t) -
	    timing_retire_s(t) - t->query_interval_s);
}

/* The wait of ${kind} as a sum; returns after what it is counted. */
static const char *
formula(const struct timing *t, enum life_turn_kind kind,
    char sum[static SUM_LEN])
{
	char text[WHEN_TEXT_LEN];

	switch (kind) {
	case LIFE_TURN_DNSKEY_IN:
		why_dnskey_in(t, sum);
		return "after publication of";
	case LIFE_TURN_DNSKEY_OUT:
		why_dnskey_out(t, sum);
		return "after withdrawal of";
	case LIFE_TURN_DS_IN:
		why_ds(t, sum);
		return "after ds-seen of";
	case LIFE_TURN_DS_OUT:
		why_ds(t, sum);
		return "after ds-gone of";
	case LIFE_TURN_REVOKED:
		why_revoked(t, sum);
		return "after revocation of";
	case LIFE_TURN_FIRST:
		if (timing_publish_s(t) > timing_data_s(t))
			why_dnskey_in(t, sum);
		else
			why_data(t, sum);
		return "after the first signed DNSKEY RRset of";
	case LIFE_TURN_DATA:
		why_data(t, sum);
		return "after all data was signed with the algorithm in";
	case LIFE_TURN_ROLL:
		(void)snprintf(sum, SUM_LEN, "the lifetime's end, less what a "
		    "successor takes to be ready,");
		return "of";
	case LIFE_TURN_REFRESH:
		add(sum, "refresh", t->refresh_s);
		return "before the signatures' end in";
	case LIFE_TURN_FORCED:
		(void)snprintf(sum, SUM_LEN, "the signatures end "
		    "zone-propagation-delay %s later, and it cannot sign "
		    "again", when_duration(t->zone_propagation_delay_s,
		    text));
		return "with";
	case LIFE_TURN_FACT:
	default:
		(void)snprintf(sum, SUM_LEN, "as it was told");
		return "of";
	}
}

void
life_why_turn(const struct life_zone *zone, const struct life_turn *turn,
    char why[static LIFE_WHY_LEN])
{
	char at[WHEN_TEXT_LEN], sum[SUM_LEN] = "";
	const char *after;

	after = formula(&zone->timing, turn->kind, sum);
	snprintf(why, LIFE_WHY_LEN, "until %s: %s %s %.100s",
	    when_rfc3339(turn->at, at), sum, after,
	    key_name(zone, turn->key));
}
