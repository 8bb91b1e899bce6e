/* The subject of these rules is a struct skr_case: how its KSKs change. */
#include <string.h>

#include "kmgr/dns/ds.h"
#include "policy/report.h"
#include "policy/skr_case.h"

#define DUR REPORT_DURATION

/* Whether key stands in bundle as a KSK that signs it. */
static bool
signs_as_ksk(const struct ksr_bundle *bundle, const struct ksr_key *key)
{

	return skr_case_is_ksk(key) &&
	    skr_case_signs(bundle, key, RRTYPE_DNSKEY);
}

/* A KSK signs only when everybody can have it: published long before. */
static void
judge_publish(const struct skr_case *c, size_t b, struct report *report)
{
	const struct ksr_bundle *bundle = &c->response->bundles[b], *early;
	const struct ksr_key *key;
	size_t k;

	early = skr_case_at(c, bundle->inception_at -
	    c->params->publish_safety_s);
	for (k = 0; early != NULL && k < bundle->n_keys; k++) {
		key = &bundle->keys[k];
		if (signs_as_ksk(bundle, key) &&
		    skr_case_find(early, &key->dnskey) == NULL)
			report_fail(report, "bundle %zu: KSK %u signs; %s "
			    "before it was not published (publish-safety)",
			    b + 1, dnskey_tag(&key->dnskey),
			    DUR(c->params->publish_safety_s));
	}
}

/*
 * What signed before stays; who was revoked there has said goodbye. Where the
 * parent has a DS and not the resolvers an anchor, nobody says goodbye, and
 * SKR-DS-CHAIN knows when a KSK may leave.
 */
static void
judge_stay(const struct skr_case *c, size_t b,
    const struct ksr_bundle *before, struct report *report)
{
	const struct ksr_bundle *bundle = &c->response->bundles[b];
	const struct ksr_key *key;
	size_t k;

	for (k = 0; before != NULL && k < before->n_keys; k++) {
		key = &before->keys[k];
		if (signs_as_ksk(before, key) && !skr_case_is_revoked(key) &&
		    skr_case_find(bundle, &key->dnskey) == NULL)
			report_fail(report, "bundle %zu: KSK %u signed what "
			    "was before and is not published any more "
			    "(retire-safety)", b + 1,
			    dnskey_tag(&key->dnskey));
	}
}

static void
judge_retire(const struct skr_case *c, size_t b, struct report *report)
{
	const struct ksr_bundle *first = &c->response->bundles[0];
	const int64_t since_s = first[b].inception_at - first->inception_at;

	judge_stay(c, b, skr_case_before(c, b), report);
	/* Revoked at once is gone too soon, whatever was in between. */
	if (b > 0 && since_s <= c->params->retire_safety_s)
		judge_stay(c, b, skr_case_before(c, 0), report);
}

static void
check_safety(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	size_t b;

	if (c->params->publish_safety_s == 0 &&
	    c->params->retire_safety_s == 0) {
		report_off(report, "ksr.%s.publish-safety and retire-safety "
		    "are 0", ksr_format_name(c->response->format));
		return;
	}
	for (b = 0; b < c->response->n_bundles; b++) {
		if (c->params->publish_safety_s != 0)
			judge_publish(c, b, report);
		if (c->params->retire_safety_s != 0 && c->policy->rfc5011)
			judge_retire(c, b, report);
	}
}

static void
check_revoked(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct ksr_bundle *bundle;
	size_t b, k;

	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		for (k = 0; k < bundle->n_keys; k++)
			if (skr_case_is_revoked(&bundle->keys[k]) &&
			    !skr_case_signs(bundle, &bundle->keys[k],
			    RRTYPE_DNSKEY))
				report_fail(report, "bundle %zu: the revoked "
				    "key %u does not sign", b + 1,
				    dnskey_tag(&bundle->keys[k].dnskey));
	}
}

static void
check_rfc5011(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct ksr_bundle *bundle, *before;
	const struct ksr_key *key, *old;
	size_t b, k;

	if (c->policy->rfc5011) {
		report_off(report, "ksk.rfc5011 is true");
		return;
	}
	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		before = skr_case_before(c, b);
		for (k = 0; k < bundle->n_keys; k++) {
			key = &bundle->keys[k];
			old = before == NULL ? NULL :
			    skr_case_find(before, &key->dnskey);
			if (skr_case_is_revoked(key))
				report_fail(report, "bundle %zu: KSK %u is "
				    "revoked, and ksk.rfc5011 is false", b + 1,
				    dnskey_tag(&key->dnskey));
			else if (old != NULL && signs_as_ksk(before, old) &&
			    !signs_as_ksk(bundle, key))
				report_fail(report, "bundle %zu: KSK %u signed "
				    "before and does so no more, and "
				    "ksk.rfc5011 is false", b + 1,
				    dnskey_tag(&key->dnskey));
		}
	}
}

/* Add what CDNSKEY and CDS may hold of one KSK. */
static void
add_children(const struct skr_case *c, const struct dnskey *key,
    struct rrset *cds, struct rrset *cdnskey)
{
	struct buf rdata = BUF_INIT;
	struct ds ds;
	size_t i;

	dnskey_rdata(key, &rdata);
	rrset_add(cdnskey, rdata.data, rdata.len);
	for (i = 0; i < c->policy->n_digests; i++) {
		rdata.len = 0;
		ds_init(&ds, &c->response->zone, key,
		    c->policy->digests[i]);
		ds_rdata(&ds, &rdata);
		rrset_add(cds, rdata.data, rdata.len);
	}
	buf_free(&rdata);
}

static bool
has_rdata(const struct rrset *rrset, const struct rdata *rdata)
{
	const size_t n = rrset->n_rdata;
	struct rrset probe = *rrset;
	bool found = false;
	size_t i;

	for (i = 0; i < n && !found; i++)
		found = probe.rdata[i].len == rdata->len &&
		    memcmp(probe.rdata[i].bytes, rdata->bytes,
		    rdata->len) == 0;
	return found;
}

static bool
is_subset(const struct rrset *part, const struct rrset *whole)
{
	size_t i;

	for (i = 0; part != NULL && i < part->n_rdata; i++)
		if (!has_rdata(whole, &part->rdata[i]))
			return false;
	return true;
}

static void
judge_children(const struct skr_case *c, size_t b, struct report *report)
{
	const struct ksr_bundle *bundle = &c->response->bundles[b];
	struct rrset *cds, *cdnskey;
	size_t k;

	cds = rrset_new(&c->response->zone, RRTYPE_CDS, 0);
	cdnskey = rrset_new(&c->response->zone, RRTYPE_CDNSKEY, 0);
	for (k = 0; k < bundle->n_keys; k++)
		if (bundle->keys[k].dnskey.flags == DNSKEY_FLAGS_KSK)
			add_children(c, &bundle->keys[k].dnskey, cds,
			    cdnskey);
	for (k = 0; k < c->in->n_wanted; k++)
		add_children(c, &c->in->wanted[k], cds, cdnskey);
	if (!is_subset(bundle->cds, cds))
		report_fail(report, "bundle %zu: a CDS that is of no published "
		    "KSK, or of a digest not in ds.digest-types", b + 1);
	if (!is_subset(bundle->cdnskey, cdnskey))
		report_fail(report, "bundle %zu: a CDNSKEY that is of no "
		    "published KSK", b + 1);
	if ((bundle->cds != NULL || bundle->cdnskey != NULL) &&
	    c->policy->cds == CDS_NONE)
		report_fail(report, "bundle %zu: CDS or CDNSKEY, and "
		    "ds.cds-cdnskey-publish is none", b + 1);
	rrset_free(cds);
	rrset_free(cdnskey);
}

static void
check_cds(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	size_t b;

	for (b = 0; b < c->response->n_bundles; b++)
		judge_children(c, b, report);
}

const struct rule rules_skr_roll[] = {
	{ { "KSR-POLICY-SAFETY",
	    "KSKs are published before they sign, and stay after it",
	    "A KSK signs no earlier than ksr.FORMAT.publish-safety after it "
	    "was first published, so that every cache has it; one that signed "
	    "stays published for retire-safety, and leaves later only after "
	    "it was revoked. The previous response counts where it is known. "
	    "kskm has this check." },
	    ERR_POLICY, check_safety },
	{ { "SKR-REVOKED",
	    "a revoked key signs itself",
	    "A resolver takes a revocation only where the revoked key, with "
	    "its REVOKE bit and its new tag, signs the set (RFC 5011 section "
	    "2.1)." },
	    ERR_POLICY, check_revoked },
	{ { "SKR-RFC5011",
	    "nothing is rolled by RFC 5011 unless the policy says so",
	    "Where a zone has a DS at its parent, a KSK that is published and "
	    "signs no more, or is revoked, ahead of time, breaks the zone for "
	    "everybody who has a DS of that KSK only. The schemas rollover and "
	    "revoke are for zones whose KSK resolvers hold as trust anchor: "
	    "ksk.rfc5011." },
	    ERR_POLICY, check_rfc5011 },
	{ { "SKR-CDS",
	    "CDS and CDNSKEY name published KSKs by admitted digests",
	    "A parent makes its DS set of them (RFC 7344 section 4). Each is "
	    "of a KSK with flags 257 in the same bundle, or of one outside it "
	    "whose DS the parent is to have, a standby's or another "
	    "provider's; never of a revoked one, which dnssec-ksr writes "
	    "there. Each digest is in ds.digest-types." },
	    ERR_POLICY, check_cds },
};
const size_t rules_skr_roll_n =
    sizeof(rules_skr_roll) / sizeof(rules_skr_roll[0]);
