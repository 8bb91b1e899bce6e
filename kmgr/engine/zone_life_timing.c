/* How long a zone has to wait: the longest of all that say something of it. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/int64.h"
#include "kmgr/engine/zone_life_inner.h"
#include "kmgr/engine/zone_ttl.h"

/* What is signed must suit every policy: the shortest validity counts. */
static void
take_policy(const struct policy *policy, struct timing *t)
{
	struct timing p;

	policy_timing(policy, &p);
	int64_raise(&t->dnskey_ttl_s, p.dnskey_ttl_s);
	int64_raise(&t->zone_propagation_delay_s, p.zone_propagation_delay_s);
	int64_raise(&t->publish_safety_s, p.publish_safety_s);
	int64_raise(&t->retire_safety_s, p.retire_safety_s);
	int64_raise(&t->max_zone_ttl_s, p.max_zone_ttl_s);
	int64_raise(&t->parent_ds_ttl_s, p.parent_ds_ttl_s);
	int64_raise(&t->parent_propagation_delay_s,
	    p.parent_propagation_delay_s);
	int64_raise(&t->parent_registration_delay_s,
	    p.parent_registration_delay_s);
	t->validity_s = t->validity_s == 0 ? p.validity_s :
	    int64_min(t->validity_s, p.validity_s);
	int64_raise(&t->refresh_s, p.refresh_s);
	t->is_rfc5011 = t->is_rfc5011 || p.is_rfc5011;
	int64_raise(&t->query_interval_s, p.query_interval_s);
}

static void
take_config(const struct config_timing *c, struct timing *t)
{

	int64_raise(&t->dnskey_ttl_s, c->dnskey_ttl_s);
	int64_raise(&t->zone_propagation_delay_s, c->zone_propagation_delay_s);
	int64_raise(&t->publish_safety_s, c->publish_safety_s);
	int64_raise(&t->retire_safety_s, c->retire_safety_s);
	int64_raise(&t->max_zone_ttl_s, c->max_zone_ttl_s);
	int64_raise(&t->parent_ds_ttl_s, c->parent_ds_ttl_s);
	int64_raise(&t->parent_propagation_delay_s,
	    c->parent_propagation_delay_s);
	int64_raise(&t->parent_registration_delay_s,
	    c->parent_registration_delay_s);
}

/* Policies and configuration may say more than what was seen. */
static int
take_seen(struct store *store, const char *zone, enum zone_ttl what,
    int64_t lag_s, int64_t now_at, int64_t *ttl_s, struct error *err)
{
	int64_t seen_s;

	if (zone_ttl_seen(store, zone, what, lag_s, now_at, &seen_s,
	    err) != 0)
		return -1;
	int64_raise(ttl_s, int64_min(seen_s, ZONE_TTL_SEEN_MAX_S));
	return 0;
}

/*
 * Followers go by the TTL that is served, and who looked last when it was
 * longer goes by that one until its next look.
 */
static int
take_followers(struct store *store, const char *zone, int64_t now_at,
    struct timing *t, struct error *err)
{
	int64_t ttl_s = t->dnskey_ttl_s;

	if (take_seen(store, zone, ZONE_TTL_DNSKEY,
	    t->zone_propagation_delay_s + TIMING_QUERY_MAX_S, now_at, &ttl_s,
	    err) != 0)
		return -1;
	int64_raise(&t->query_interval_s, timing_query_s(ttl_s, t->validity_s));
	return 0;
}

static bool
is_shared(const struct zone_life *zone, size_t i)
{

	return zone->ksks[i].cmk->policy->custody == CUSTODY_SHARED;
}

/* Zones that share a pair follow it together, whenever they joined. */
static int
take_pairs(struct store *store, struct zone_life *zone, struct error *err)
{
	struct key_age *ages;
	size_t i, k, n;

	for (i = 0; i < zone->n_ksks && !is_shared(zone, i); i++)
		continue;
	if (i == zone->n_ksks)
		return 0;
	if (store_key_ages(store, zone->text, &ages, &n, err) != 0)
		return -1;
	for (; i < zone->n_ksks; i++)
		for (k = 0; is_shared(zone, i) && k < n; k++)
			if (strcmp(ages[k].ksk_id,
			    zone->ksks[i].row.id) == 0)
				zone->life.keys[i].pair_at = ages[k].made_at;
	free(ages);
	return 0;
}

int
zone_life_time(struct session *session, struct zone_life *zone,
    struct error *err)
{
	const struct config_zone *config = config_zone(session_config(session),
	    zone->text);
	struct timing *t = &zone->life.timing;
	const int64_t now_at = session_now(session);
	struct store *store;
	size_t i;

	for (i = 0; i < zone->n_ksks; i++)
		take_policy(zone->ksks[i].cmk->policy, t);
	if (config != NULL)
		take_config(&config->timing, t);
	if (session_store(session, &store, err) != 0 ||
	    take_seen(store, zone->text, ZONE_TTL_DS,
	    t->parent_propagation_delay_s, now_at, &t->parent_ds_ttl_s,
	    err) != 0 ||
	    take_seen(store, zone->text, ZONE_TTL_DNSKEY,
	    t->zone_propagation_delay_s, now_at, &t->dnskey_ttl_s,
	    err) != 0 ||
	    take_seen(store, zone->text, ZONE_TTL_MAX,
	    t->zone_propagation_delay_s, now_at, &t->max_zone_ttl_s,
	    err) != 0 || take_pairs(store, zone, err) != 0)
		return -1;
	return take_followers(store, zone->text, now_at, t, err);
}
