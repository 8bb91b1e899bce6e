/* Permits for a response of many bundles: its signatures, and no other. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "policy/permit_inner.h"

/* A judgement that is being made. */
struct judging {
	struct judgement	*judgement;
	const struct rules_skr	*skr;
	const struct ksr_bundle	*bundle;
	const struct rrset	*rrset;		/* of the bundle */
};

/* The KSKs of this policy's CMK are those that it may permit to sign. */
static bool
is_own(const struct rules_skr *skr, const struct dnskey *dnskey)
{
	size_t i;

	for (i = 0; i < skr->n_ksks; i++)
		if (dnskey_is_same_key(&skr->ksks[i], dnskey))
			return true;
	return false;
}

/* The place of dnskey, with these flags, in the judgement. */
static size_t
place_of(struct judgement *j, const struct dnskey *dnskey)
{
	size_t i;

	for (i = 0; i < j->n_ksks; i++)
		if (j->ksks[i].flags == dnskey->flags &&
		    dnskey_is_same_key(&j->ksks[i], dnskey))
			return i;
	*(struct dnskey *)mem_push(&j->ksks, j->n_ksks++, sizeof(*dnskey)) =
	    *dnskey;
	return i;
}

static void
hash_tbs(const struct rrset *rrset, const struct rrsig *rrsig,
    uint8_t hash[static CRYPTO_SHA256_LEN])
{
	struct buf tbs = BUF_INIT;

	rrsig_tbs(rrsig, rrset, &tbs);
	crypto_sha256(tbs.data, tbs.len, hash);
	buf_free(&tbs);
}

static bool
fits(const struct judging *judging, const struct ksr_sig *sig)
{
	const struct name *zone = &judging->judgement->zone;
	const struct rrsig *rrsig = &sig->rrsig;

	return rrsig->sig_len == 0 && sig->ttl == judging->rrset->ttl &&
	    rrsig->original_ttl == judging->rrset->ttl &&
	    rrsig->labels == name_labels(zone) &&
	    name_is_same(&rrsig->signer, zone) &&
	    name_is_same(&sig->owner, zone) &&
	    name_is_same(&judging->rrset->owner, zone);
}

/* One signature of the RRset, if it is by a KSK of this policy. */
static int
add_sig(struct judging *judging, const struct ksr_sig *sig,
    struct error *err)
{
	struct judgement *j = judging->judgement;
	const struct ksr_key *key = ksr_key_of(judging->bundle, &sig->rrsig);
	struct permit_sig *next;

	if (key == NULL || (key->dnskey.flags & DNSKEY_SEP) == 0)
		return err_set(err, ERR_INTERNAL, "a signature is of no KSK "
		    "of its bundle");
	if (!is_own(judging->skr, &key->dnskey))
		return 0;
	if (!fits(judging, sig))
		return err_set(err, ERR_INTERNAL, "a signature does not fit "
		    "the %s RRset", rrtype_name(judging->rrset->type));
	next = mem_push(&j->sigs, j->n_sigs++, sizeof(*next));
	next->key = place_of(j, &key->dnskey);
	hash_tbs(judging->rrset, &sig->rrsig, next->tbs_hash);
	return 0;
}

/* A CDS or CDNSKEY is of a KSK in the bundle, or of one that gets a DS. */
static int
check_children(const struct judging *judging, struct error *err)
{
	const struct ksr_bundle *bundle = judging->bundle;
	struct rrset *allowed;
	struct dnskey *ksks;
	size_t i, n = 0;
	bool ok;

	if (judging->rrset->type == RRTYPE_DNSKEY)
		return 0;
	ksks = mem_new((bundle->n_keys + judging->skr->n_wanted + 1) *
	    sizeof(*ksks));
	for (i = 0; i < bundle->n_keys; i++)
		if ((bundle->keys[i].dnskey.flags & DNSKEY_SEP) != 0)
			ksks[n++] = bundle->keys[i].dnskey;
	for (i = 0; i < judging->skr->n_wanted; i++)
		ksks[n++] = judging->skr->wanted[i];
	allowed = permit_children(judging->judgement->policy,
	    &judging->judgement->zone, (enum rrtype)judging->rrset->type,
	    ksks, n);
	ok = permit_is_subset(judging->rrset, allowed);
	rrset_free(allowed);
	free(ksks);
	return ok ? 0 : err_set(err, ERR_POLICY, "the %s RRset holds what the "
	    "policy does not allow", rrtype_name(judging->rrset->type));
}

static int
add_rrset(struct judging *judging, enum rrtype type, struct error *err)
{
	const struct ksr_bundle *bundle = judging->bundle;
	struct rrset *rrset = ksr_rrset(judging->skr->response, bundle, type);
	size_t i;
	int rc = 0;

	if (rrset == NULL)
		return 0;
	judging->rrset = rrset;
	rc = check_children(judging, err);
	for (i = 0; i < bundle->n_sigs && rc == 0; i++)
		if (bundle->sigs[i].rrsig.type_covered == type)
			rc = add_sig(judging, &bundle->sigs[i], err);
	rrset_free(rrset);
	return rc;
}

static int
compare_sigs(const void *a, const void *b)
{
	const struct permit_sig *left = a, *right = b;

	return memcmp(left->tbs_hash, right->tbs_hash,
	    sizeof(left->tbs_hash));
}

static int
add_bundles(struct judgement *judgement, const struct rules_skr *skr,
    struct error *err)
{
	static const enum rrtype types[] = { RRTYPE_DNSKEY, RRTYPE_CDS,
		RRTYPE_CDNSKEY };
	struct judging judging = { .judgement = judgement, .skr = skr };
	size_t i, k;

	for (i = 0; i < skr->response->n_bundles; i++) {
		judging.bundle = &skr->response->bundles[i];
		for (k = 0; k < 3; k++)
			if (add_rrset(&judging, types[k], err) != 0)
				return err_wrap(err, "bundle %zu", i + 1);
	}
	if (judgement->n_sigs > 0)
		qsort(judgement->sigs, judgement->n_sigs,
		    sizeof(*judgement->sigs), compare_sigs);
	return 0;
}

int
permit_judge_skr(const struct policy *policy, const struct rules_ksr *ksr,
    const struct rules_skr *skr, struct findings *findings,
    struct judgement **out, struct error *err)
{
	struct judgement *judgement;

	*out = NULL;
	rules_check_ksr(policy, ksr, findings);
	rules_check_skr(policy, skr, findings);
	if (findings_failed(findings) > 0)
		return findings_error(findings, err);
	judgement = mem_new(sizeof(*judgement));
	judgement->policy = policy;
	judgement->zone = skr->response->zone;
	judgement->is_skr = true;
	if (add_bundles(judgement, skr, err) != 0) {
		permit_judgement_free(judgement);
		return -1;
	}
	*out = judgement;
	return 0;
}

int
permit_of_skr(const struct judgement *judgement, const struct rrset *rrset,
    const struct rrsig *rrsig, struct permit **out, struct error *err)
{
	const struct permit_sig *found;
	struct permit_sig wanted = { .key = 0 };

	if (rrsig->sig_len != 0)
		return err_set(err, ERR_INTERNAL, "it is signed already");
	hash_tbs(rrset, rrsig, wanted.tbs_hash);
	found = judgement->n_sigs == 0 ? NULL : bsearch(&wanted,
	    judgement->sigs, judgement->n_sigs, sizeof(wanted), compare_sigs);
	if (found == NULL)
		return err_set(err, ERR_INTERNAL, "the signature is none of "
		    "the response that was judged");
	*out = mem_new(sizeof(**out));
	(*out)->key = judgement->ksks[found->key];
	memcpy((*out)->tbs_hash, found->tbs_hash, sizeof(found->tbs_hash));
	return 0;
}
