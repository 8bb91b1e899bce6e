#include <stdlib.h>
#include <string.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "kmgr/dns/ds.h"
#include "policy/permit_inner.h"

/* What a policy let pass and what is to be signed must be the same. */
static int
differs(struct error *err, const char *what)
{

	return err_set(err, ERR_INTERNAL, "the %s to be signed is not that of "
	    "the request", what);
}

static void
add_key(struct rrset *rrset, const struct dnskey *key)
{
	struct buf rdata = BUF_INIT;

	dnskey_rdata(key, &rdata);
	rrset_add(rrset, rdata.data, rdata.len);
	buf_free(&rdata);
}

static bool
is_same_rrset(const struct rrset *a, const struct rrset *b)
{
	struct buf left = BUF_INIT, right = BUF_INIT;
	bool same;

	rrset_wire(a, &left);
	rrset_wire(b, &right);
	same = left.len == right.len && left.len > 0 &&
	    memcmp(left.data, right.data, left.len) == 0;
	buf_free(&left);
	buf_free(&right);
	return same;
}

/* The one DNSKEY RRset that the request means. */
static struct rrset *
expected_dnskeys(const struct policy *policy, const struct rules_zsks *zsks)
{
	struct rrset *rrset = rrset_new(&zsks->zone, RRTYPE_DNSKEY,
	    (uint32_t)policy->dnskey_ttl_s);
	size_t i;

	for (i = 0; i < zsks->n_ksks; i++)
		add_key(rrset, &zsks->ksks[i]);
	for (i = 0; i < zsks->n_foreign; i++)
		add_key(rrset, &zsks->foreign[i]);
	for (i = 0; i < zsks->n_records; i++)
		rrset_add(rrset, zsks->records[i].rdata,
		    zsks->records[i].rdata_len);
	return rrset;
}

/* The keys that CDS and CDNSKEY may name. */
static struct dnskey *
wanted_of(const struct rules_zsks *zsks, size_t *n)
{
	struct dnskey *keys = mem_new((zsks->n_ksks + zsks->n_wanted + 1) *
	    sizeof(*keys));
	size_t i;

	*n = 0;
	for (i = 0; i < zsks->n_ksks; i++)
		keys[(*n)++] = zsks->ksks[i];
	for (i = 0; i < zsks->n_wanted; i++)
		keys[(*n)++] = zsks->wanted[i];
	return keys;
}

/* RFC 8078 s4: "remove all DS", for a zone that is to be insecure alone. */
static void
add_delete(enum rrtype type, struct rrset *rrset)
{
	static const uint8_t cds[] = { 0, 0, 0, 0, 0 };
	static const uint8_t cdnskey[] = { 0, 0, 3, 0, 0 };

	if (type == RRTYPE_CDS)
		rrset_add(rrset, cds, sizeof(cds));
	else
		rrset_add(rrset, cdnskey, sizeof(cdnskey));
}

int
permit_judge(const struct policy *policy, const struct rules_zsks *zsks,
    struct findings *findings, struct judgement **out, struct error *err)
{
	struct judgement *judgement;

	*out = NULL;
	rules_check_zsks(policy, zsks, findings);
	if (findings_failed(findings) > 0)
		return findings_error(findings, err);
	judgement = mem_new(sizeof(*judgement));
	judgement->policy = policy;
	judgement->zone = zsks->zone;
	judgement->inception_at = zsks->inception_at;
	judgement->expiration_at = zsks->expiration_at;
	judgement->ksks = mem_dup(zsks->ksks,
	    zsks->n_ksks * sizeof(*zsks->ksks));
	judgement->n_ksks = zsks->n_ksks;
	judgement->dnskeys = expected_dnskeys(policy, zsks);
	judgement->wanted = wanted_of(zsks, &judgement->n_wanted);
	judgement->is_leaving = zsks->is_leaving;
	*out = judgement;
	return 0;
}

void
permit_judgement_free(struct judgement *judgement)
{

	if (judgement == NULL)
		return;
	rrset_free(judgement->dnskeys);
	free(judgement->ksks);
	free(judgement->wanted);
	free(judgement->sigs);
	free(judgement);
}

struct rrset *
permit_children(const struct policy *policy, const struct name *zone,
    enum rrtype type, const struct dnskey *ksks, size_t n)
{
	struct rrset *rrset = rrset_new(zone, type,
	    (uint32_t)policy->dnskey_ttl_s);
	struct buf rdata = BUF_INIT;
	struct ds ds;
	size_t i, j;

	for (i = 0; i < n; i++) {
		/* A revoked key has no DS (RFC 5011 s2.1). */
		if ((ksks[i].flags & DNSKEY_REVOKE) != 0)
			continue;
		if (type == RRTYPE_CDNSKEY)
			add_key(rrset, &ksks[i]);
		for (j = 0; type == RRTYPE_CDS && j < policy->n_digests; j++) {
			ds_init(&ds, zone, &ksks[i], policy->digests[j]);
			ds_rdata(&ds, &rdata);
			rrset_add(rrset, rdata.data, rdata.len);
			buf_free(&rdata);
		}
	}
	return rrset;
}

static bool
rrset_holds(const struct rrset *rrset, const struct rdata *rdata)
{
	size_t i;

	for (i = 0; i < rrset->n_rdata; i++)
		if (rrset->rdata[i].len == rdata->len &&
		    memcmp(rrset->rdata[i].bytes, rdata->bytes,
		    rdata->len) == 0)
			return true;
	return false;
}

bool
permit_is_subset(const struct rrset *rrset, const struct rrset *allowed)
{
	size_t i;

	for (i = 0; i < rrset->n_rdata; i++)
		if (!rrset_holds(allowed, &rrset->rdata[i]))
			return false;
	return rrset->n_rdata > 0 && rrset->type == allowed->type &&
	    name_is_same(&rrset->owner, &allowed->owner);
}

static int
check_rrset(const struct judgement *judgement, const struct rrset *rrset,
    struct error *err)
{
	struct rrset *allowed;
	bool ok;

	switch (rrset->type) {
	case RRTYPE_DNSKEY:
		ok = is_same_rrset(rrset, judgement->dnskeys);
		break;
	case RRTYPE_CDS:
	case RRTYPE_CDNSKEY:
		allowed = permit_children(judgement->policy, &judgement->zone,
		    (enum rrtype)rrset->type, judgement->wanted,
		    judgement->n_wanted);
		if (judgement->is_leaving && rrset->n_rdata == 1)
			add_delete((enum rrtype)rrset->type, allowed);
		ok = rrset->ttl == allowed->ttl &&
		    permit_is_subset(rrset, allowed);
		rrset_free(allowed);
		break;
	default:
		return err_set(err, ERR_INTERNAL, "a KSK signs no RRset of "
		    "type %u", rrset->type);
	}
	return ok ? 0 : differs(err, rrtype_name(rrset->type));
}

/* The one KSK of the request that the signature names. */
static const struct dnskey *
signer_of(const struct judgement *judgement, const struct rrsig *rrsig)
{
	const struct dnskey *key = NULL;
	size_t i;

	for (i = 0; i < judgement->n_ksks; i++) {
		if (judgement->ksks[i].alg != rrsig->alg ||
		    dnskey_tag(&judgement->ksks[i]) != rrsig->key_tag)
			continue;
		if (key != NULL)
			return NULL;
		key = &judgement->ksks[i];
	}
	return key;
}

static int
check_rrsig(const struct judgement *judgement, const struct rrset *rrset,
    const struct rrsig *rrsig, struct error *err)
{

	if (rrsig->sig_len != 0)
		return err_set(err, ERR_INTERNAL, "it is signed already");
	if (rrsig->type_covered != rrset->type)
		return differs(err, "covered type");
	if (rrsig->labels != name_labels(&judgement->zone))
		return differs(err, "number of labels");
	if (rrsig->original_ttl != rrset->ttl)
		return differs(err, "TTL");
	if (rrsig->inception_at != judgement->inception_at ||
	    rrsig->expiration_at != judgement->expiration_at)
		return differs(err, "window");
	if (!name_is_same(&rrsig->signer, &judgement->zone))
		return differs(err, "signer");
	return 0;
}

int
permit_new(const struct judgement *judgement, const struct rrset *rrset,
    const struct rrsig *rrsig, struct permit **out, struct error *err)
{
	struct buf tbs = BUF_INIT;
	const struct dnskey *key;

	*out = NULL;
	if (judgement->is_skr)
		return permit_of_skr(judgement, rrset, rrsig, out, err);
	if (check_rrset(judgement, rrset, err) != 0 ||
	    check_rrsig(judgement, rrset, rrsig, err) != 0)
		return -1;
	if ((key = signer_of(judgement, rrsig)) == NULL)
		return differs(err, "signing key");
	*out = mem_new(sizeof(**out));
	(*out)->key = *key;
	rrsig_tbs(rrsig, rrset, &tbs);
	crypto_sha256(tbs.data, tbs.len, (*out)->tbs_hash);
	buf_free(&tbs);
	return 0;
}

bool
permit_covers(const struct permit *permit, const uint8_t *tbs, size_t len)
{
	uint8_t hash[CRYPTO_SHA256_LEN];

	crypto_sha256(tbs, len, hash);
	return memcmp(hash, permit->tbs_hash, sizeof(hash)) == 0;
}

const struct dnskey *
permit_key(const struct permit *permit)
{

	return &permit->key;
}

void
permit_free(struct permit *permit)
{

	free(permit);
}
