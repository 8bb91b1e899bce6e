/* CDS and CDNSKEY: what the parent should have (RFC 7344 s3). */
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/ds.h"
#include "kmgr/engine/zsks_internal.h"

/* RFC 8078 s4: the parent is to remove all DS. */
static const uint8_t cds_delete[] = { 0, 0, 0, 0, 0 };
static const uint8_t cdnskey_delete[] = { 0, 0, 3, 0, 0 };

/* Whether every policy of the zone's KSKs names the digest. */
static bool
is_common(const struct zsks *zsks, enum digest digest)
{
	size_t i;

	for (i = 0; i < zsks->n_ksks; i++)
		if (!policy_has_digest(zsks->ksks[i].cmk->policy, digest))
			return false;
	return true;
}

static void
add_one(const struct zsks *zsks, size_t i, struct rrset *cds,
    struct rrset *cdnskey)
{
	const struct dnskey *dnskey = zone_life_dnskey(zsks->life, i);
	const struct policy *policy = zsks->ksks[0].cmk->policy;
	struct buf rdata = BUF_INIT;
	struct ds ds;
	size_t k;

	dnskey_rdata(dnskey, &rdata);
	rrset_add(cdnskey, rdata.data, rdata.len);
	for (k = 0; k < policy->n_digests; k++) {
		if (!is_common(zsks, policy->digests[k]))
			continue;
		rdata.len = 0;
		ds_init(&ds, &zsks->rules.zone, dnskey, policy->digests[k]);
		ds_rdata(&ds, &rdata);
		rrset_add(cds, rdata.data, rdata.len);
	}
	buf_free(&rdata);
}

/* Whether the DS set that is wanted and what the parent has may differ. */
static bool
is_rolling(const struct zsks *zsks)
{
	const struct life_key *key;
	bool is_wanted;
	size_t i;

	for (i = 0; i < zsks->life->life.n_keys; i++) {
		key = &zsks->life->life.keys[i];
		is_wanted = zone_life_wants_ds(zsks->life, i,
		    zsks->rules.now_at);
		if (is_wanted != (key->ds_seen_at != 0 &&
		    key->ds_gone_at == 0))
			return true;
	}
	return false;
}

/* The most reticent policy decides. */
static bool
is_published(const struct zsks *zsks)
{
	enum policy_cds cds = CDS_ALWAYS;
	size_t i;

	for (i = 0; i < zsks->n_ksks; i++)
		if (zsks->ksks[i].cmk->policy->cds < cds)
			cds = zsks->ksks[i].cmk->policy->cds;
	return cds == CDS_ALWAYS || (cds == CDS_ROLLOVER && is_rolling(zsks));
}

/* None is wanted: not yet, which is no failure, or not at all. */
static int
tell_none(struct zsks *zsks, struct error *err)
{
	const struct life_step *step;
	struct life_plan plan;
	size_t i;

	life_plan(&zsks->after, zsks->rules.now_at, &plan);
	for (i = 0; i < plan.n && zsks->note == NULL; i++) {
		step = &plan.steps[i];
		if (step->kind == LIFE_ADD_DS &&
		    step->key < zsks->after.n_keys)
			zsks->note = mem_printf("the parent should have no "
			    "DS of zone %s yet, and so there are no CDS and "
			    "CDNSKEY: that of KSK %s waits %s",
			    zsks->life->text,
			    zsks->after.keys[step->key].name, step->why);
	}
	life_plan_clear(&plan);
	return zsks->note != NULL ? 0 : err_set(err, ERR_POLICY, "no KSK of "
	    "zone %s is to have a DS: there is none for CDS and CDNSKEY",
	    zsks->life->text);
}

static int
fill(struct zsks *zsks, struct rrset *cds, struct rrset *cdnskey,
    struct error *err)
{
	size_t i, n = 0;

	for (i = 0; i < zsks->life->life.n_keys; i++) {
		if (!zone_life_wants_ds(zsks->life, i, zsks->rules.now_at))
			continue;
		add_one(zsks, i, cds, cdnskey);
		n++;
	}
	if (n == 0 && zsks->life->life.goal == LIFE_INSECURE) {
		rrset_add(cds, cds_delete, sizeof(cds_delete));
		rrset_add(cdnskey, cdnskey_delete, sizeof(cdnskey_delete));
	}
	if (cds->n_rdata > 0 || n == 0)
		return 0;
	return err_set(err, ERR_POLICY, "the policies of the zone's KSKs have "
	    "no entry of ds.digest-types in common");
}

int
zsks_add_cds(const struct zsks_request *request, struct zsks *zsks,
    struct error *err)
{
	const uint32_t ttl =
	    (uint32_t)zsks->ksks[0].cmk->policy->dnskey_ttl_s;
	const bool is_asked = request->parent_records == ZSKS_WITH_CDS;
	struct rrset *cds, *cdnskey;
	int rc = -1;

	/* Only who is in the DS set vouches for the next one (RFC 7344 s4). */
	if (zsks->n_ksks == zsks->n_revoked ||
	    (!is_asked && !is_published(zsks)))
		return 0;
	cds = rrset_new(&zsks->rules.zone, RRTYPE_CDS, ttl);
	cdnskey = rrset_new(&zsks->rules.zone, RRTYPE_CDNSKEY, ttl);
	if (fill(zsks, cds, cdnskey, err) == 0)
		rc = cds->n_rdata == 0 && is_asked ?
		    tell_none(zsks, err) : 0;
	if (rc != 0 || cds->n_rdata == 0) {
		rrset_free(cds);
		rrset_free(cdnskey);
		return rc;
	}
	rc = zsks_add_rrset(zsks, cds, err);
	return zsks_add_rrset(zsks, cdnskey, err) != 0 ? -1 : rc;
}
