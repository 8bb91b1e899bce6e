/* What of a response is of one format alone: CDS sets, and ICANN's policies. */
#include "kmgr/base/mem.h"
#include "kmgr/dns/ds.h"
#include "kmgr/engine/skr_layout_inner.h"

/* Whether what is wanted and what the parent has differ. */
static bool
is_rolling(const struct skr_input *in, int64_t at)
{
	size_t i;

	for (i = 0; i < in->n_keys; i++)
		if (in->wants_ds(in->arg, i, at) != in->has_ds[i])
			return true;
	return false;
}

/* Whether every policy that takes part names the digest. */
static bool
is_common(const struct skr_input *in, enum digest digest)
{
	size_t i;

	for (i = 0; i < in->n_ksks; i++)
		if (ksr_roles_has(in->roles, i) &&
		    !policy_has_digest(in->ksks[i].cmk->policy, digest))
			return false;
	return true;
}

static void
add_children(const struct skr_input *in, const struct skr_terms *terms,
    size_t i, struct rrset *cds, struct rrset *cdnskey)
{
	const struct policy *policy = terms->first;
	struct buf rdata = BUF_INIT;
	struct ds ds;
	size_t k;

	dnskey_rdata(&in->keys[i], &rdata);
	rrset_add(cdnskey, rdata.data, rdata.len);
	for (k = 0; k < policy->n_digests; k++) {
		if (!is_common(in, policy->digests[k]))
			continue;
		rdata.len = 0;
		ds_init(&ds, &in->request->zone, &in->keys[i],
		    policy->digests[k]);
		ds_rdata(&ds, &rdata);
		rrset_add(cds, rdata.data, rdata.len);
	}
	buf_free(&rdata);
}

int
skr_layout_cds(const struct skr_input *in, const struct skr_terms *terms,
    struct ksr_bundle *bundle, struct error *err)
{
	const int64_t at = bundle->inception_at;
	const struct name *zone = &in->request->zone;
	/* Knot writes 0, named wants the TTL of the DNSKEY RRset. */
	const uint32_t ttl = in->request->format == KSR_KNOT ? 0 :
	    (uint32_t)terms->first->dnskey_ttl_s;
	struct rrset *cds, *cdnskey;
	size_t i;

	if (terms->cds == CDS_NONE ||
	    (terms->cds == CDS_ROLLOVER && !is_rolling(in, at)))
		return 0;
	cds = rrset_new(zone, RRTYPE_CDS, ttl);
	cdnskey = rrset_new(zone, RRTYPE_CDNSKEY, ttl);
	for (i = 0; i < in->n_keys; i++)
		if (in->wants_ds(in->arg, i, at))
			add_children(in, terms, i, cds, cdnskey);
	if (cds->n_rdata > 0) {
		bundle->cds = cds;
		bundle->cdnskey = cdnskey;
		return 0;
	}
	rrset_free(cds);
	i = cdnskey->n_rdata;
	rrset_free(cdnskey);
	return i == 0 ? 0 : err_set(err, ERR_POLICY, "the policies of the "
	    "zone's KSKs have no entry of ds.digest-types in common");
}

static uint64_t
exponent_of(const struct dnskey *dnskey)
{
	/* RFC 3110 s2: its length in one octet, or 0 and two. */
	const uint8_t *p = dnskey->key;
	size_t len, i;
	uint64_t e = 0;

	if (dnskey->alg != ALG_RSASHA256 || dnskey->key_len < 3)
		return 0;
	len = *p++;
	if (len == 0) {
		len = (size_t)p[0] << 8 | p[1];
		p += 2;
	}
	if (len > sizeof(e) || dnskey->key_len < len + 1)
		return 0;
	for (i = 0; i < len; i++)
		e = e << 8 | p[i];
	return e;
}

/* One row for each kind of KSK. */
static void
add_alg(struct ksr_policy *policy, const struct dnskey *dnskey)
{
	struct ksr_alg alg = { dnskey->alg, dnskey_bits(dnskey),
		exponent_of(dnskey) };
	size_t i;

	for (i = 0; i < policy->n_algs; i++)
		if (policy->algs[i].alg == alg.alg &&
		    policy->algs[i].bits == alg.bits &&
		    policy->algs[i].exponent == alg.exponent)
			return;
	if (policy->n_algs < KSR_ALGS_MAX)
		policy->algs[policy->n_algs++] = alg;
}

void
skr_layout_head(const struct skr_input *in, const struct skr_terms *terms,
    struct ksr *ksr)
{
	const struct policy_ksr *own = &terms->first->ksr_icann;
	size_t i;

	ksr->id = in->request->id == NULL ? NULL :
	    mem_strdup(in->request->id);
	ksr->serial = in->request->serial;
	ksr->zsk = in->request->zsk;
	ksr->ksk = (struct ksr_policy) {
		.publish_safety_s = own->publish_safety_s,
		.retire_safety_s = own->retire_safety_s,
		.min_validity_s = own->min_validity_s,
		.max_validity_s = own->max_validity_s,
		.min_overlap_s = own->min_overlap_s,
		.max_overlap_s = own->max_overlap_s,
	};
	for (i = 0; i < in->n_ksks; i++)
		if (ksr_roles_has(in->roles, i))
			add_alg(&ksr->ksk, &in->ksks[i].dnskey);
}
