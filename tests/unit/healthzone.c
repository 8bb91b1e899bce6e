#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "tests/unit/healthzone.h"

#define DAY  HEALTHZONE_DAY
#define HOUR HEALTHZONE_HOUR
#define NOW  HEALTHZONE_NOW

static struct name
owner_of(const struct healthzone *h)
{
	struct error err = ERR_INIT;
	struct name owner;

	unit_ok(name_read(h->zone.name, &owner, &err), &err);
	return owner;
}

void
healthzone_sign(struct healthzone *h, struct health_set *set,
    enum ksrcase_key which, int64_t from_at, int64_t until_at)
{
	const struct ksrcase_pair *pair = &h->keys.pairs[which];
	struct error err = ERR_INIT;
	struct buf tbs = BUF_INIT;
	struct rrsig *rrsig;

	rrsig = mem_push(&set->rrsigs, set->n_rrsigs++, sizeof(*rrsig));
	unit_ok(rrsig_init(rrsig, set->rrset, &pair->dnskey, from_at,
	    until_at, &err), &err);
	rrsig_tbs(rrsig, set->rrset, &tbs);
	unit_ok(crypto_private_sign(pair->private, pair->public, tbs.data,
	    tbs.len, rrsig->sig, &rrsig->sig_len, &err), &err);
	buf_free(&tbs);
}

void
healthzone_dnskeys(struct healthzone *h, const enum ksrcase_key *which,
    size_t n, struct health_set *out)
{
	const struct name owner = owner_of(h);
	struct buf rdata = BUF_INIT;
	size_t i;

	health_set_clear(out);
	out->rrset = rrset_new(&owner, RRTYPE_DNSKEY, 3600);
	for (i = 0; i < n; i++) {
		dnskey_rdata(&h->keys.pairs[which[i]].dnskey, &rdata);
		rrset_add(out->rrset, rdata.data, rdata.len);
		buf_free(&rdata);
	}
}

void
healthzone_add_ds(struct healthzone *h, struct health_set *set,
    enum rrtype type, enum ksrcase_key which)
{
	const struct name owner = owner_of(h);
	struct buf rdata = BUF_INIT;
	struct ds ds;

	if (set->rrset == NULL)
		set->rrset = rrset_new(&owner, type, 3600);
	ds_init(&ds, &owner, &h->keys.pairs[which].dnskey, DIGEST_SHA256);
	ds_rdata(&ds, &rdata);
	rrset_add(set->rrset, rdata.data, rdata.len);
	buf_free(&rdata);
}

void
healthzone_copy(const struct health_set *from, struct health_set *to)
{
	size_t i;

	health_set_clear(to);
	to->rrset = rrset_new(&from->rrset->owner,
	    (enum rrtype)from->rrset->type, from->rrset->ttl);
	for (i = 0; i < from->rrset->n_rdata; i++)
		rrset_add(to->rrset, from->rrset->rdata[i].bytes,
		    from->rrset->rdata[i].len);
	to->rrsigs = mem_dup(from->rrsigs,
	    from->n_rrsigs * sizeof(*from->rrsigs));
	to->n_rrsigs = from->n_rrsigs;
}

static void
add_key(struct healthzone *h)
{
	const struct name owner = owner_of(h);
	struct health_key *key;

	key = mem_push(&h->zone.keys, h->zone.n_keys++, sizeof(*key));
	*key = (struct health_key) { .name = "example.com./1",
		.dnskey = h->keys.pairs[KEY_K].dnskey,
		.dnskey_state = LIFE_OMNIPRESENT,
		.ds_state = LIFE_OMNIPRESENT, .is_in_set = true,
		.wants_ds = true, .made_at = NOW - 100 * DAY,
		.active_at = NOW - 98 * DAY, .lifetime_s = 365 * DAY,
		.was_tried = true, .trial = ERR_INIT, .n_ds = 1 };
	key->ds = mem_new(sizeof(*key->ds));
	ds_init(key->ds, &owner, &key->dnskey, DIGEST_SHA256);
	h->zone.zsks = mem_dup(&h->keys.pairs[KEY_A].dnskey,
	    sizeof(*h->zone.zsks));
	h->zone.n_zsks = 1;
	h->zone.zone_algs[0] = key->dnskey.alg;
	h->zone.n_zone_algs = 1;
}

/* CDS and CDNSKEY that tell the DS of the KSK. */
static void
add_cds(struct healthzone *h, struct health_server *server)
{
	const struct name owner = owner_of(h);
	struct buf rdata = BUF_INIT;

	healthzone_add_ds(h, &server->cds, RRTYPE_CDS, KEY_K);
	healthzone_sign(h, &server->cds, KEY_K, NOW - HOUR, NOW + 9 * DAY);
	server->cdnskey.rrset = rrset_new(&owner, RRTYPE_CDNSKEY, 3600);
	dnskey_rdata(&h->keys.pairs[KEY_K].dnskey, &rdata);
	rrset_add(server->cdnskey.rrset, rdata.data, rdata.len);
	healthzone_sign(h, &server->cdnskey, KEY_K, NOW - HOUR,
	    NOW + 9 * DAY);
	buf_free(&rdata);
}

static void
add_servers(struct healthzone *h)
{
	struct health_zone *zone = &h->zone;
	size_t i;

	zone->servers = mem_new(2 * sizeof(*zone->servers));
	zone->parents = mem_new(2 * sizeof(*zone->parents));
	zone->resolvers = mem_new(2 * sizeof(*zone->resolvers));
	zone->n_servers = zone->n_parents = zone->n_resolvers = 2;
	for (i = 0; i < 2; i++) {
		zone->servers[i] = (struct health_server) {
			.name = mem_printf("ns%zu.example.", i),
			.soa_ttl_s = 3600 };
		zone->servers[i].soa_algs[zone->zone_algs[0]] = true;
		healthzone_copy(&zone->signed_set,
		    &zone->servers[i].dnskey);
		add_cds(h, &zone->servers[i]);
		zone->parents[i] = (struct health_server) {
			.name = mem_printf("parent%zu.example.", i) };
		healthzone_add_ds(h, &zone->parents[i].ds, RRTYPE_DS, KEY_K);
		zone->resolvers[i] = (struct health_resolver) {
			.name = mem_printf("192.0.2.%zu", i),
			.is_secure = true };
	}
}

void
healthzone_init(struct healthzone *h)
{
	static const enum ksrcase_key set[] = { KEY_A, KEY_K };

	*h = (struct healthzone) { .report = HEALTH_REPORT_INIT };
	ksrcase_init(&h->keys, KSR_BIND);
	h->limits = (struct health_limits) {
		.coverage_warning_s = 5 * DAY, .coverage_critical_s = 2 * DAY,
		.rrsig_warning_s = 3 * DAY, .rrsig_critical_s = DAY,
		.ksk_age_warning_s = 30 * DAY,
		.waiting_warning_s = DAY, .waiting_critical_s = 7 * DAY,
		.lateness_warning_s = HOUR, .lateness_critical_s = 5 * DAY,
		.failure_warning_s = 300, .failure_critical_s = 2 * DAY,
		.lag_warning_s = HOUR, .lag_critical_s = 2 * HOUR,
		.skew_warning_s = 60, .skew_critical_s = HOUR,
		.token_warning_s = 300, .token_critical_s = DAY };
	h->zone = (struct health_zone) { .name = "example.com.",
		.now_at = NOW, .goal = LIFE_SECURE, .cds = CDS_ALWAYS,
		.dnskey_ttl_s = 3600, .max_zone_ttl_s = DAY,
		.parent_ds_ttl_s = DAY, .lifetime_s = 365 * DAY,
		.roll_s = 10 * DAY, .timing = { .dnskey_ttl_s = 3600,
		.zone_propagation_delay_s = 3600, .refresh_s = 5 * DAY },
		.next_at = NOW + DAY,
		.signed_at = NOW - 10 * DAY,
		.signed_until_at = NOW + 9 * DAY,
		.waits_for = mem_strdup("a backup") };
	add_key(h);
	healthzone_dnskeys(h, set, 2, &h->zone.signed_set);
	healthzone_sign(h, &h->zone.signed_set, KEY_K, NOW - HOUR,
	    NOW + 9 * DAY);
	add_servers(h);
}

void
healthzone_clear(struct healthzone *h)
{

	health_zone_clear(&h->zone);
	health_report_clear(&h->report);
	ksrcase_clear(&h->keys);
}

enum health_level
healthzone_any_level(struct healthzone *h, const char *check)
{
	enum health_level worst = HEALTH_OK;
	size_t i;

	health_report_clear(&h->report);
	health_judge(&h->zone, &h->limits, &h->report);
	for (i = 0; i < h->report.n; i++)
		if (strcmp(h->report.findings[i].check, check) == 0 &&
		    h->report.findings[i].level > worst)
			worst = h->report.findings[i].level;
	return worst;
}

enum health_level
healthzone_level(struct healthzone *h, const char *check)
{
	const enum health_level level = healthzone_any_level(h, check);
	size_t i;

	for (i = 0; i < h->report.n; i++)
		if (strcmp(h->report.findings[i].check, check) != 0 &&
		    h->report.findings[i].level > HEALTH_OK)
			fail_msg("%s found: %s", h->report.findings[i].check,
			    h->report.findings[i].text);
	return level;
}
