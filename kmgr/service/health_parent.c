/* Checks of what the parent serves, and of what resolvers make of it. */
#include <inttypes.h>

#include "kmgr/service/health_inner.h"

static bool
is_valid_now(const struct rrsig *rrsig, int64_t now_at)
{

	return rrsig != NULL && rrsig->inception_at <= now_at &&
	    rrsig->expiration_at >= now_at;
}

/* Whether key signs, by now, what every server of the zone has. */
static bool
signs_everywhere(const struct health_zone *zone, const struct dnskey *key)
{
	size_t i, n = 0;

	for (i = 0; i < zone->n_servers; i++) {
		if (zone->servers[i].trouble.class != ERR_NONE)
			continue;
		if (!is_valid_now(health_signs(&zone->servers[i].dnskey, key),
		    zone->now_at))
			return false;
		n++;
	}
	return n > 0 || is_valid_now(health_signs(&zone->signed_set, key),
	    zone->now_at);
}

/* A DS that leads to a key which caches may not have, and no step wants. */
static void
judge_stale(const struct health_zone *zone, const struct health_key *key,
    const char *server, struct health_report *report)
{

	if (!key->wants_ds && key->dnskey_state != LIFE_OMNIPRESENT)
		health_add(report, "ds-match", zone, HEALTH_WARNING,
		    "%s has a DS of KSK %s, whose DNSKEY is %s; next: have "
		    "the parent remove it", server, key->name,
		    life_state_name(key->dnskey_state));
}

static void
judge_server(const struct health_zone *zone,
    const struct health_server *server, struct health_report *report)
{
	const struct health_key *key;
	struct ds ds;
	size_t i, n_ways = 0;

	for (i = 0; i < server->ds.rrset->n_rdata; i++) {
		if (!health_ds_at(&server->ds, i, &ds) ||
		    (key = health_key_of_ds(zone, &ds)) == NULL)
			continue;
		n_ways += signs_everywhere(zone, &key->dnskey);
		judge_stale(zone, key, server->name, report);
	}
	if (n_ways == 0)
		health_add(report, "ds-match", zone, HEALTH_CRITICAL,
		    "%s has %zu DS, and none leads to a KSK that signs on "
		    "every server: the zone does not validate; next: kmgr "
		    "get-ds %s --diff", server->name,
		    server->ds.rrset->n_rdata, zone->name);
}

HEALTH_CHECK(health_parent_ds)
{
	const struct health_server *server;
	size_t i;

	(void)limits;
	if (!health_is_asked(zone, zone->n_parents, "ds-match", report))
		return;
	for (i = 0; i < zone->n_parents; i++) {
		server = &zone->parents[i];
		if (server->trouble.class != ERR_NONE)
			health_add(report, "ds-match", zone, HEALTH_WARNING,
			    "%s: %.300s; next: kmgr check-parent %s",
			    server->name, server->trouble.msg, zone->name);
		else if (server->ds.rrset != NULL &&
		    server->ds.rrset->n_rdata > 0)
			judge_server(zone, server, report);
	}
}

/* What caches may hold it for: signed by the parent, or as it was served. */
static int64_t
ttl_of(const struct health_set *set)
{
	int64_t ttl_s = set->rrset->ttl;
	size_t i;

	for (i = 0; i < set->n_rrsigs; i++)
		if (set->rrsigs[i].original_ttl > ttl_s)
			ttl_s = set->rrsigs[i].original_ttl;
	return ttl_s;
}

HEALTH_CHECK(health_parent_ttl)
{
	const struct health_server *server;
	int64_t ttl_s;
	size_t i;

	(void)limits;
	if (!health_is_asked(zone, zone->n_parents, "parent-ds-ttl", report))
		return;
	for (i = 0; i < zone->n_parents; i++) {
		server = &zone->parents[i];
		if (server->ds.rrset == NULL)
			continue;
		ttl_s = ttl_of(&server->ds);
		if (ttl_s > zone->parent_ds_ttl_s)
			health_add(report, "parent-ds-ttl", zone,
			    zone->is_rolling ? HEALTH_CRITICAL :
			    HEALTH_WARNING, "%s has DS of TTL %" PRId64
			    ", reckoned with is %" PRId64 "; next: raise "
			    "zones: %s timing: parent-ds-ttl: in the "
			    "configuration", server->name, ttl_s,
			    zone->parent_ds_ttl_s, zone->name);
		else if (zone->is_rolling && zone->parent_ds_ttl_before_s !=
		    0 && ttl_s != zone->parent_ds_ttl_before_s)
			health_add(report, "parent-ds-ttl", zone,
			    HEALTH_WARNING, "%s has DS of TTL %" PRId64
			    ", it was %" PRId64 " before, and a roll goes "
			    "on", server->name, ttl_s,
			    zone->parent_ds_ttl_before_s);
	}
}

/* Whether the server has a DS of key. */
static bool
has_ds(const struct health_zone *zone, const struct health_server *server,
    const struct health_key *key)
{
	struct ds ds;
	size_t i;

	for (i = 0; server->ds.rrset != NULL &&
	    i < server->ds.rrset->n_rdata; i++)
		if (health_ds_at(&server->ds, i, &ds) &&
		    health_key_of_ds(zone, &ds) == key)
			return true;
	return false;
}

/* Whether servers answered, and none of them has a DS of the zone. */
static bool
lacks_all_ds(const struct health_zone *zone)
{
	const struct health_server *server;
	size_t i, n = 0;

	for (i = 0; i < zone->n_parents; i++) {
		server = &zone->parents[i];
		if (server->ds.rrset != NULL && server->ds.rrset->n_rdata > 0)
			return false;
		n += server->trouble.class == ERR_NONE;
	}
	return n > 0;
}

/* The KSK by which the zone is, or was last, secure; NULL: it never was. */
static const struct health_key *
guarantor(const struct health_zone *zone)
{
	const struct health_key *key, *last = NULL;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		key = &zone->keys[i];
		if (key->ds_seen_at != 0 && (last == NULL ||
		    key->ds_seen_at > last->ds_seen_at))
			last = key;
	}
	return last;
}

/*
 * A zone that was secure, and is to be so, is to resolvers as if it had never
 * been signed. They answer without a complaint: nobody else will tell.
 */
static bool
judge_lost(const struct health_zone *zone, struct health_report *report)
{
	const struct health_key *key = guarantor(zone);

	if (zone->goal != LIFE_SECURE || key == NULL || !lacks_all_ds(zone))
		return false;
	health_add(report, "drift", zone, HEALTH_CRITICAL, "the parent has no "
	    "DS of the zone, and that of KSK %s was told to be there: to "
	    "resolvers the zone is insecure; next: kmgr get-ds %s --diff",
	    key->name, zone->name);
	return true;
}

HEALTH_CHECK(health_parent_drift)
{
	const struct health_server *server;
	const struct health_key *key;
	size_t i, k;
	bool has;

	(void)limits;
	if (!health_is_asked(zone, zone->n_parents, "drift", report) ||
	    judge_lost(zone, report))
		return;
	for (i = 0; i < zone->n_parents; i++) {
		server = &zone->parents[i];
		for (k = 0; k < zone->n_keys &&
		    server->trouble.class == ERR_NONE; k++) {
			key = &zone->keys[k];
			has = has_ds(zone, server, key);
			if (!has && key->ds_state == LIFE_OMNIPRESENT)
				health_add(report, "drift", zone,
				    HEALTH_WARNING, "%s has no DS of KSK %s, "
				    "which was told to be there; next: kmgr "
				    "check-parent %s", server->name,
				    key->name, zone->name);
			if (has && key->ds_state == LIFE_HIDDEN &&
			    !key->wants_ds)
				health_add(report, "drift", zone,
				    HEALTH_WARNING, "%s has a DS of KSK %s, "
				    "which nobody asked for; next: kmgr "
				    "check-parent %s", server->name,
				    key->name, zone->name);
		}
	}
}

/* Whether resolvers are to find the zone secure. */
static bool
is_secure(const struct health_zone *zone)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		if (zone->keys[i].ds_state == LIFE_OMNIPRESENT)
			return true;
	return false;
}

HEALTH_CHECK(health_parent_validation)
{
	const struct health_resolver *resolver;
	size_t i, n_bogus = 0;

	(void)limits;
	if (zone->n_resolvers == 0) {
		health_not_made(report, "validation", zone->no_network !=
		    NULL ? zone->no_network : "no validating resolver is "
		    "configured (resolver: servers:)");
		return;
	}
	for (i = 0; i < zone->n_resolvers; i++)
		n_bogus += zone->resolvers[i].is_servfail &&
		    !zone->resolvers[i].is_servfail_cd;
	for (i = 0; i < zone->n_resolvers; i++) {
		resolver = &zone->resolvers[i];
		if (resolver->trouble.class != ERR_NONE)
			health_add(report, "validation", zone,
			    HEALTH_WARNING, "resolver %s: %.300s",
			    resolver->name, resolver->trouble.msg);
		else if (resolver->is_servfail && !resolver->is_servfail_cd)
			health_add(report, "validation", zone, n_bogus > 1 ?
			    HEALTH_CRITICAL : HEALTH_WARNING, "resolver %s "
			    "finds the zone bogus; next: kmgr status %s",
			    resolver->name, zone->name);
		else if (resolver->is_servfail)
			health_add(report, "validation", zone,
			    HEALTH_WARNING, "resolver %s fails, also without "
			    "validation", resolver->name);
		else if (!resolver->is_secure && is_secure(zone))
			health_add(report, "validation", zone,
			    HEALTH_WARNING, "resolver %s does not find the "
			    "zone secure, and its DS should be known",
			    resolver->name);
	}
}
