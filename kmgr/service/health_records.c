/* Checks of records that are there and should not be, or the other way. */
#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/service/health_inner.h"

/* RFC 8078 s4: what asks the parent to remove all DS. */
static const uint8_t delete_cds[] = { 0, 0, 0, 0, 0 };
static const uint8_t delete_cdnskey[] = { 0, 0, 3, 0, 0 };

static void
judge_dnskeys(const struct health_zone *zone,
    const struct health_server *server, struct health_report *report)
{
	const struct health_set *set = &server->dnskey;
	struct dnskey key;
	bool does_sign;
	size_t i;

	for (i = 0; set->rrset != NULL && i < set->rrset->n_rdata; i++) {
		if (!health_dnskey_at(set, i, &key) || health_has_zsk(zone,
		    &key) || health_key_of(zone, &key) != NULL)
			continue;
		does_sign = health_signs(set, &key) != NULL;
		health_add(report, "unknown-record", zone, does_sign ?
		    HEALTH_CRITICAL : HEALTH_WARNING, "%s serves a DNSKEY "
		    "that nobody here knows, flags %u, key tag %u%s; next: "
		    "%s", server->name, key.flags, dnskey_tag(&key),
		    does_sign ? ", and it signs the DNSKEY RRset" : "",
		    (key.flags & DNSKEY_SEP) != 0 ?
		    "kmgr add-foreign-key, if it is another provider's" :
		    "kmgr sign-zsks with the set as it is to be");
	}
}

static void
judge_ds(const struct health_zone *zone, const struct health_server *server,
    struct health_report *report)
{
	struct ds ds;
	size_t i;

	for (i = 0; server->ds.rrset != NULL &&
	    i < server->ds.rrset->n_rdata; i++)
		if (!health_ds_at(&server->ds, i, &ds) ||
		    health_key_of_ds(zone, &ds) == NULL)
			health_add(report, "unknown-record", zone,
			    HEALTH_WARNING, "%s has a DS that is of no KSK "
			    "known here, record %zu; next: kmgr check-parent "
			    "%s", server->name, i + 1, zone->name);
}

HEALTH_CHECK(health_child_unknown)
{
	size_t i;

	(void)limits;
	if (!health_is_asked(zone, zone->n_servers + zone->n_parents,
	    "unknown-record", report))
		return;
	for (i = 0; i < zone->n_servers; i++)
		judge_dnskeys(zone, &zone->servers[i], report);
	for (i = 0; i < zone->n_parents; i++)
		judge_ds(zone, &zone->parents[i], report);
}

static bool
is_delete(const struct rrset *rrset)
{
	const uint8_t *record = rrset->type == RRTYPE_CDS ? delete_cds :
	    delete_cdnskey;

	return rrset->n_rdata == 1 && rrset->rdata[0].len ==
	    sizeof(delete_cds) && memcmp(rrset->rdata[0].bytes, record,
	    sizeof(delete_cds)) == 0;
}

static void
add_wanted(const struct health_key *key, struct rrset *wanted)
{
	struct buf rdata = BUF_INIT;
	struct dnskey plain = key->dnskey;
	size_t i;

	if (wanted->type == RRTYPE_CDNSKEY) {
		plain.flags &= (uint16_t)~DNSKEY_REVOKE;
		dnskey_rdata(&plain, &rdata);
		rrset_add(wanted, rdata.data, rdata.len);
		buf_free(&rdata);
		return;
	}
	for (i = 0; i < key->n_ds; i++) {
		ds_rdata(&key->ds[i], &rdata);
		rrset_add(wanted, rdata.data, rdata.len);
		buf_free(&rdata);
	}
}

/* Whether the set is of just the DS, or keys, that the parent is to have. */
static bool
is_wanted(const struct health_zone *zone, const struct rrset *rrset)
{
	struct rrset *wanted = rrset_new(&rrset->owner,
	    (enum rrtype)rrset->type, rrset->ttl);
	struct buf a = BUF_INIT, b = BUF_INIT;
	bool is_same;
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		if (zone->keys[i].wants_ds)
			add_wanted(&zone->keys[i], wanted);
	rrset_wire(wanted, &a);
	rrset_wire(rrset, &b);
	is_same = a.len == b.len && (a.len == 0 ||
	    memcmp(a.data, b.data, a.len) == 0);
	rrset_free(wanted);
	buf_free(&a);
	buf_free(&b);
	return is_same;
}

/* RFC 7344 s4.1: a key of the current DS RRset has to sign. */
static bool
is_signed_by_ds_key(const struct health_zone *zone,
    const struct health_set *set)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		if ((zone->keys[i].ds_state == LIFE_OMNIPRESENT ||
		    zone->keys[i].ds_state == LIFE_UNRETENTIVE) &&
		    health_signs(set, &zone->keys[i].dnskey) != NULL)
			return true;
	return false;
}

static bool
has_ds(const struct health_zone *zone)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++)
		if (zone->keys[i].ds_state == LIFE_OMNIPRESENT)
			return true;
	return false;
}

/* The latest change of a DS that CDS could ask the parent for; 0: none. */
static int64_t
awaited_since(const struct health_zone *zone)
{
	bool is_told = zone->goal == LIFE_INSECURE;
	int64_t since_at = 0;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		is_told = is_told || zone->keys[i].wants_ds;
		if (zone->keys[i].awaited_since_at > since_at)
			since_at = zone->keys[i].awaited_since_at;
	}
	return is_told ? since_at : 0;
}

/* During a roll a parent that goes by CDS waits for them for ever. */
static void
judge_absent(const struct health_zone *zone, const char *server,
    const char *type, const struct health_limits *limits,
    struct health_report *report)
{
	const int64_t since_at = awaited_since(zone);
	char since[WHEN_TEXT_LEN];

	if (zone->cds != CDS_NONE && since_at != 0)
		health_add(report, "cds", zone, health_above(zone->now_at -
		    since_at, limits->lag_warning_s, INT64_MAX), "%s serves "
		    "no %s, and a change of the DS is waited for since %s; "
		    "next: publish what kmgr run wrote last", server, type,
		    when_rfc3339(since_at, since));
	else if (zone->cds == CDS_ALWAYS && zone->goal == LIFE_SECURE &&
	    has_ds(zone))
		health_add(report, "cds", zone, HEALTH_WARNING, "%s serves "
		    "no %s, the policy says always; next: publish what kmgr "
		    "run wrote last", server, type);
}

static void
judge_cds(const struct health_zone *zone, const char *server,
    const struct health_set *set, const char *type,
    const struct health_limits *limits, struct health_report *report)
{

	if (set->rrset == NULL || set->rrset->n_rdata == 0) {
		judge_absent(zone, server, type, limits, report);
		return;
	}
	if (is_delete(set->rrset)) {
		if (zone->goal == LIFE_SECURE)
			health_add(report, "cds", zone, HEALTH_CRITICAL,
			    "%s serves a %s that asks the parent to remove "
			    "all DS; next: take it out at once", server,
			    type);
		return;
	}
	if (!is_wanted(zone, set->rrset))
		health_add(report, "cds", zone, HEALTH_WARNING, "%s serves a "
		    "%s RRset that is not of the DS that are wanted; next: "
		    "publish what kmgr run wrote last", server, type);
	if (has_ds(zone) && !is_signed_by_ds_key(zone, set))
		health_add(report, "cds", zone, HEALTH_WARNING, "%s serves a "
		    "%s RRset that no KSK with a DS has signed: no parent "
		    "takes it (RFC 7344 s4.1)", server, type);
}

HEALTH_CHECK(health_child_cds)
{
	const struct health_server *server;
	size_t i;

	if (!health_is_asked(zone, zone->n_servers, "cds", report))
		return;
	for (i = 0; i < zone->n_servers; i++) {
		server = &zone->servers[i];
		if (server->trouble.class != ERR_NONE)
			continue;
		judge_cds(zone, server->name, &server->cds, "CDS", limits,
		    report);
		judge_cds(zone, server->name, &server->cdnskey, "CDNSKEY",
		    limits, report);
	}
}
