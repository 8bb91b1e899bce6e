/* Checks of what the zone's own name servers serve. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/zone_ttl.h"
#include "kmgr/service/health_inner.h"

static bool
has_answered(const struct health_server *server)
{

	return server->trouble.class == ERR_NONE;
}

/*
 * The end of the signature that ends first, of those by the keys that sign;
 * 0: none of them did.
 */
static int64_t
served_until(const struct health_zone *zone, const struct health_set *set)
{
	const struct rrsig *rrsig;
	int64_t until = 0;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		rrsig = health_signs(set, &zone->keys[i].dnskey);
		if (rrsig != NULL && (until == 0 ||
		    rrsig->expiration_at < until))
			until = rrsig->expiration_at;
	}
	return until;
}

int64_t
health_served_s(const struct health_zone *zone)
{
	int64_t least_s = HEALTH_UNKNOWN_S, until;
	size_t i;

	for (i = 0; i < zone->n_servers; i++) {
		if (!has_answered(&zone->servers[i]) || (until =
		    served_until(zone, &zone->servers[i].dnskey)) == 0)
			continue;
		if (least_s == HEALTH_UNKNOWN_S ||
		    until - zone->now_at < least_s)
			least_s = until - zone->now_at;
	}
	return least_s;
}

static void
judge_unsigned(const struct health_zone *zone, const char *server,
    struct health_report *report)
{

	if (health_may_have_ds(zone))
		health_add(report, "served-signature", zone, HEALTH_CRITICAL,
		    "%s serves no DNSKEY RRset that a KSK known here has "
		    "signed, and a DS may be in caches; next: publish what "
		    "kmgr run wrote last", server);
}

HEALTH_CHECK(health_child_signature)
{
	char end[WHEN_TEXT_LEN];
	int64_t until, left_s;
	size_t i;

	if (!health_is_asked(zone, zone->n_servers, "served-signature", report))
		return;
	for (i = 0; i < zone->n_servers; i++) {
		const struct health_server *server = &zone->servers[i];

		if (!has_answered(server))
			continue;
		if ((until = served_until(zone, &server->dnskey)) == 0) {
			judge_unsigned(zone, server->name, report);
			continue;
		}
		left_s = until - zone->now_at;
		health_add(report, "served-signature", zone, left_s <= 0 ?
		    HEALTH_CRITICAL : health_below(left_s,
		    limits->rrsig_warning_s, limits->rrsig_critical_s),
		    "%s serves a DNSKEY RRset whose signature expire%s at "
		    "%s; next: publish what kmgr run wrote last",
		    server->name, left_s <= 0 ? "d" : "s",
		    when_rfc3339(until, end));
	}
}

static void
judge_inception(const struct health_zone *zone, const struct rrsig *rrsig,
    const char *where, const struct health_limits *limits,
    struct health_report *report)
{
	char at[WHEN_TEXT_LEN];

	health_add(report, "inception", zone, health_above(
	    rrsig->inception_at - zone->now_at, limits->skew_warning_s,
	    limits->skew_critical_s), "%s: the signature by key tag %u over "
	    "%s begins in the future, at %s; next: compare the clocks of "
	    "this machine and of the one that signed", where, rrsig->key_tag,
	    rrtype_name(rrsig->type_covered), when_rfc3339(
	    rrsig->inception_at, at));
}

HEALTH_CHECK(health_child_inception)
{
	const struct health_server *server;
	size_t i, k;

	for (k = 0; k < zone->signed_set.n_rrsigs; k++)
		judge_inception(zone, &zone->signed_set.rrsigs[k],
		    "what was released", limits, report);
	for (i = 0; i < zone->n_servers; i++) {
		server = &zone->servers[i];
		for (k = 0; k < server->dnskey.n_rrsigs; k++)
			judge_inception(zone, &server->dnskey.rrsigs[k],
			    server->name, limits, report);
	}
}

static bool
is_same_data(const struct rrset *a, const struct rrset *b)
{
	size_t i;

	if (a == NULL || b == NULL || a->n_rdata != b->n_rdata)
		return a == NULL && b == NULL;
	for (i = 0; i < a->n_rdata; i++)
		if (a->rdata[i].len != b->rdata[i].len ||
		    memcmp(a->rdata[i].bytes, b->rdata[i].bytes,
		    a->rdata[i].len) != 0)
			return false;
	return true;
}

/* Every signature that was released is among those that are served. */
static bool
has_signatures(const struct health_set *served,
    const struct health_set *released)
{
	size_t i, k;

	for (i = 0; i < released->n_rrsigs; i++) {
		const struct rrsig *a = &released->rrsigs[i];

		for (k = 0; k < served->n_rrsigs; k++)
			if (served->rrsigs[k].key_tag == a->key_tag &&
			    served->rrsigs[k].inception_at ==
			    a->inception_at && served->rrsigs[k].
			    expiration_at == a->expiration_at)
				break;
		if (k == served->n_rrsigs)
			return false;
	}
	return true;
}

HEALTH_CHECK(health_child_served)
{
	const struct health_server *server;
	char since[WHEN_TEXT_LEN];
	bool is_set, is_signed;
	size_t i;

	if (!health_is_asked(zone, zone->n_servers, "served-set", report))
		return;
	for (i = 0; i < zone->n_servers; i++) {
		server = &zone->servers[i];
		if (!has_answered(server)) {
			health_add(report, "served-set", zone,
			    HEALTH_WARNING, "%s: %.300s; next: see why it "
			    "does not answer", server->name,
			    server->trouble.msg);
			continue;
		}
		if (zone->signed_set.rrset == NULL)
			continue;
		is_set = is_same_data(server->dnskey.rrset,
		    zone->signed_set.rrset);
		is_signed = has_signatures(&server->dnskey,
		    &zone->signed_set);
		if (is_set && is_signed)
			continue;
		health_add(report, "served-set", zone, health_above(
		    zone->now_at - zone->signed_at, limits->lag_warning_s,
		    limits->lag_critical_s), "%s serves %s than was released "
		    "at %s; next: publish it, and see that it is transferred",
		    server->name, is_set ? "other signatures" :
		    "another DNSKEY RRset", when_rfc3339(zone->signed_at,
		    since));
	}
}

static void
judge_ttl(const struct health_zone *zone, const char *what, int64_t ttl_s,
    int64_t allowed_s, const char *where, struct health_report *report)
{

	if (ttl_s > allowed_s)
		health_add(report, "child-ttl", zone, zone->is_rolling ?
		    HEALTH_CRITICAL : HEALTH_WARNING, "%s: the TTL of the %s "
		    "is %" PRId64 ", policy and configuration reckon with %"
		    PRId64 "%s; next: lower it, or raise zones: %s timing: "
		    "in the configuration", where, what, ttl_s, allowed_s,
		    ttl_s > ZONE_TTL_SEEN_MAX_S ? " (and no more than 7d of "
		    "what is seen is waited for)" : "", zone->name);
}

HEALTH_CHECK(health_child_ttl)
{
	const struct health_server *server;
	int64_t dnskey_s = zone->dnskey_ttl_s;
	size_t i;

	(void)limits;
	for (i = 0; i < zone->n_servers; i++) {
		server = &zone->servers[i];
		if (server->dnskey.rrset != NULL) {
			judge_ttl(zone, "DNSKEY RRset",
			    server->dnskey.rrset->ttl, zone->dnskey_ttl_s,
			    server->name, report);
			if (server->dnskey.rrset->ttl > dnskey_s)
				dnskey_s = server->dnskey.rrset->ttl;
		}
		judge_ttl(zone, "SOA", server->soa_ttl_s,
		    zone->max_zone_ttl_s, server->name, report);
	}
	/* What no server says any more, or only the primary does. */
	if (zone->dnskey_ttl_seen_s > dnskey_s)
		judge_ttl(zone, "DNSKEY RRset", zone->dnskey_ttl_seen_s,
		    zone->dnskey_ttl_s, "what was seen before, and caches "
		    "may have", report);
	judge_ttl(zone, "record that is kept longest",
	    zone->max_zone_ttl_seen_s, zone->max_zone_ttl_s,
	    "what was transferred", report);
	(void)health_is_asked(zone, zone->n_servers, "child-ttl", report);
}

/* RFC 4035 s2.2: what a DS promises is there for each RRset, the SOA first. */
static void
judge_data(const struct health_zone *zone, uint8_t alg,
    struct health_report *report)
{
	const struct health_server *server;
	size_t i;

	for (i = 0; i < zone->n_servers; i++) {
		server = &zone->servers[i];
		if (has_answered(server) && !server->soa_algs[alg])
			health_add(report, "algorithms", zone,
			    HEALTH_CRITICAL, "%s serves a SOA without a "
			    "signature of algorithm %u, which a DS has; "
			    "next: have the zone signer sign with it",
			    server->name, alg);
	}
}

HEALTH_CHECK(health_child_algorithms)
{
	bool is_there[256] = { false }, is_judged[256] = { false };
	const struct health_key *key;
	size_t i;

	(void)limits;
	if (zone->goal == LIFE_INSECURE)
		return;
	for (i = 0; i < zone->n_zone_algs; i++)
		is_there[zone->zone_algs[i]] = true;
	for (i = 0; i < zone->n_keys; i++) {
		key = &zone->keys[i];
		if (key->ds_state == LIFE_HIDDEN)
			continue;
		if (!is_judged[key->dnskey.alg])
			judge_data(zone, key->dnskey.alg, report);
		is_judged[key->dnskey.alg] = true;
		if (is_there[key->dnskey.alg])
			continue;
		is_there[key->dnskey.alg] = true;	/* said once */
		health_add(report, "algorithms", zone, HEALTH_CRITICAL,
		    "the DS of KSK %s is of algorithm %u, and no ZSK of it "
		    "is in the admitted set (RFC 6840 s5.11); next: have the "
		    "zone signer sign with it too", key->name,
		    key->dnskey.alg);
	}
}
