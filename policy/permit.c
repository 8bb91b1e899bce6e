#include <stdlib.h>
#include <string.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "kmgr/dns/ds.h"
#include "policy/permit.h"

struct permit {
	struct dnskey	key;
	uint8_t		tbs_hash[CRYPTO_SHA256_LEN];
};

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
	for (i = 0; i < zsks->n_records; i++)
		rrset_add(rrset, zsks->records[i].rdata,
		    zsks->records[i].rdata_len);
	return rrset;
}

/* All that a CDS or CDNSKEY RRset of the request may hold. */
static struct rrset *
allowed_children(const struct policy *policy, const struct rules_zsks *zsks,
    enum rrtype type)
{
	struct rrset *rrset = rrset_new(&zsks->zone, type,
	    (uint32_t)policy->dnskey_ttl_s);
	struct buf rdata = BUF_INIT;
	struct ds ds;
	size_t i, j;

	for (i = 0; i < zsks->n_ksks; i++) {
		/* A revoked key has no DS (RFC 5011 s2.1). */
		if ((zsks->ksks[i].flags & DNSKEY_REVOKE) != 0)
			continue;
		if (type == RRTYPE_CDNSKEY)
			add_key(rrset, &zsks->ksks[i]);
		for (j = 0; type == RRTYPE_CDS && j < policy->n_digests; j++) {
			ds_init(&ds, &zsks->zone, &zsks->ksks[i],
			    policy->digests[j]);
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

static bool
is_subset(const struct rrset *rrset, const struct rrset *allowed)
{
	size_t i;

	for (i = 0; i < rrset->n_rdata; i++)
		if (!rrset_holds(allowed, &rrset->rdata[i]))
			return false;
	return rrset->n_rdata > 0 && rrset->ttl == allowed->ttl &&
	    rrset->type == allowed->type &&
	    name_is_same(&rrset->owner, &allowed->owner);
}

static int
check_rrset(const struct policy *policy, const struct rules_zsks *zsks,
    const struct rrset *rrset, struct error *err)
{
	struct rrset *rebuilt;
	bool ok;

	switch (rrset->type) {
	case RRTYPE_DNSKEY:
		rebuilt = expected_dnskeys(policy, zsks);
		ok = is_same_rrset(rrset, rebuilt);
		break;
	case RRTYPE_CDS:
	case RRTYPE_CDNSKEY:
		rebuilt = allowed_children(policy, zsks,
		    (enum rrtype)rrset->type);
		ok = is_subset(rrset, rebuilt);
		break;
	default:
		return err_set(err, ERR_INTERNAL, "a KSK signs no RRset of "
		    "type %u", rrset->type);
	}
	rrset_free(rebuilt);
	return ok ? 0 : differs(err, rrtype_name(rrset->type));
}

/* The one KSK of the request that the signature names. */
static const struct dnskey *
signer_of(const struct rules_zsks *zsks, const struct rrsig *rrsig)
{
	const struct dnskey *key = NULL;
	size_t i;

	for (i = 0; i < zsks->n_ksks; i++) {
		if (zsks->ksks[i].alg != rrsig->alg ||
		    dnskey_tag(&zsks->ksks[i]) != rrsig->key_tag)
			continue;
		if (key != NULL)
			return NULL;
		key = &zsks->ksks[i];
	}
	return key;
}

static int
check_rrsig(const struct rules_zsks *zsks, const struct rrset *rrset,
    const struct rrsig *rrsig, struct error *err)
{

	if (rrsig->sig_len != 0)
		return err_set(err, ERR_INTERNAL, "it is signed already");
	if (rrsig->type_covered != rrset->type)
		return differs(err, "covered type");
	if (rrsig->labels != name_labels(&zsks->zone))
		return differs(err, "number of labels");
	if (rrsig->original_ttl != rrset->ttl)
		return differs(err, "TTL");
	if (rrsig->inception_at != zsks->inception_at ||
	    rrsig->expiration_at != zsks->expiration_at)
		return differs(err, "window");
	if (!name_is_same(&rrsig->signer, &zsks->zone))
		return differs(err, "signer");
	return 0;
}

int
permit_new(const struct policy *policy, const struct rules_zsks *zsks,
    const struct rrset *rrset, const struct rrsig *rrsig, struct permit **out,
    struct error *err)
{
	struct findings findings = FINDINGS_INIT;
	struct buf tbs = BUF_INIT;
	const struct dnskey *key;
	int rc = -1;

	*out = NULL;
	rules_check_zsks(policy, zsks, &findings);
	if (findings_failed(&findings) > 0) {
		(void)findings_error(&findings, err);
		goto out;
	}
	if (check_rrset(policy, zsks, rrset, err) != 0 ||
	    check_rrsig(zsks, rrset, rrsig, err) != 0)
		goto out;
	if ((key = signer_of(zsks, rrsig)) == NULL) {
		(void)differs(err, "signing key");
		goto out;
	}
	*out = mem_new(sizeof(**out));
	(*out)->key = *key;
	rrsig_tbs(rrsig, rrset, &tbs);
	crypto_sha256(tbs.data, tbs.len, (*out)->tbs_hash);
	rc = 0;
 out:
	findings_clear(&findings);
	buf_free(&tbs);
	return rc;
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
