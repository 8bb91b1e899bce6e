#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"
#include "kmgr/engine/verify_internal.h"
#include "kmgr/store/store_zone.h"

#define PAGE 1000		/* signatures that are read at a time */

static int
compare(const void *a, const void *b)
{
	const struct ksk_row *const *left = a, *const *right = b;

	return strcmp((*left)->id, (*right)->id);
}

/* The KSKs by their ids. */
static const struct ksk_row **
by_id(const struct verifier *v)
{
	const struct ksk_row **list = mem_new(v->n_ksks * sizeof(*list));
	size_t i;

	for (i = 0; i < v->n_ksks; i++)
		list[i] = &v->ksks[i];
	if (v->n_ksks > 0)
		qsort(list, v->n_ksks, sizeof(*list), compare);
	return list;
}

static const struct ksk_row *
find_ksk(const struct verifier *v, const struct ksk_row **list,
    const char *id)
{
	struct ksk_row wanted = { 0 };
	const struct ksk_row *key = &wanted, **found;

	memcpy(wanted.id, id, sizeof(wanted.id));
	found = v->n_ksks == 0 ? NULL : bsearch(&key, list, v->n_ksks,
	    sizeof(*list), compare);
	return found == NULL ? NULL : *found;
}

/* Whether it is as it was written, letters of names included. */
static bool
is_canonical(const struct rrsig *rrsig, const struct buf *kept)
{
	struct buf rdata = BUF_INIT;
	bool is_same;

	rrsig_rdata(rrsig, &rdata);
	is_same = rdata.len == kept->len &&
	    memcmp(rdata.data, kept->data, kept->len) == 0;
	buf_free(&rdata);
	return is_same;
}

/* Knot writes CDS and CDNSKEY sets with the TTL 0. */
static bool
is_without_ttl(const struct rrsig *rrsig)
{

	return rrsig->original_ttl == 0 &&
	    (rrsig->type_covered == RRTYPE_CDS ||
	    rrsig->type_covered == RRTYPE_CDNSKEY);
}

/* What the signer puts beside the signature; the RRset itself is not kept. */
static bool
is_of_zone(struct verifier *v, const struct rrsig *rrsig,
    const struct ksk_row *ksk)
{
	struct error ignored = ERR_INIT;
	struct name zone;
	struct cmk *cmk;

	/* What is wrong with the CMK is reported with that. */
	return name_read(ksk->zone, &zone, &ignored) == 0 &&
	    name_is_same(&rrsig->signer, &zone) &&
	    rrsig->labels == name_labels(&zone) &&
	    (is_without_ttl(rrsig) || cmk_cache_get(&v->cache, v->store,
	    ksk->cmk_id, &cmk, &ignored) != 0 ||
	    rrsig->original_ttl == cmk->policy->dnskey_ttl_s);
}

/* What the row says beside the signature is what the signature says. */
static int
check_row(struct verifier *v, const struct signature_row *row,
    const struct ksk_row *ksk, struct error *err)
{
	struct crypto_key *public = NULL;
	struct dnskey dnskey;
	struct rrsig rrsig;
	bool known;
	int rc = -1;

	if (rrsig_from_rdata(row->rrsig.data, row->rrsig.len, &rrsig,
	    err) != 0 || dnskey_from_rdata(ksk->dnskey.data, ksk->dnskey.len,
	    &dnskey, err) != 0 || dnskey_public(&dnskey, &public, err) != 0)
		return -1;
	if (strcmp(row->zone, ksk->zone) != 0 ||
	    !is_of_zone(v, &rrsig, ksk) ||
	    !is_canonical(&rrsig, &row->rrsig) ||
	    rrsig.type_covered != row->type_covered ||
	    rrsig.inception_at != row->inception_at ||
	    rrsig.expiration_at != row->expiration_at ||
	    (rrsig.key_tag != ksk->key_tag &&
	    rrsig.key_tag != ksk->revoked_tag) || rrsig.alg != ksk->alg)
		(void)err_set(err, ERR_INTEGRITY, "the RRSIG says otherwise "
		    "than the record beside it");
	else
		rc = crypto_key_verify_hash(public, row->tbs_hash, rrsig.sig,
		    rrsig.sig_len, &known, err);
	crypto_key_free(public);
	return rc;
}

static void
check_signature(struct verifier *v, const struct ksk_row **list,
    const struct signature_row *row)
{
	const struct ksk_row *ksk = find_ksk(v, list, row->ksk_id);
	struct error err = ERR_INIT;

	v->report->n_signatures++;
	if (ksk == NULL)
		verify_add(v, "signature", "signature %lld in zone %s is of "
		    "no KSK", (long long)row->id, row->zone);
	else if (check_row(v, row, ksk, &err) != 0)
		verify_add(v, "signature", "signature %lld by KSK %s/%u: %s",
		    (long long)row->id, ksk->zone, ksk->key_tag, err.msg);
}

int
verify_signatures(struct verifier *v, struct error *err)
{
	const int64_t now_at = session_now(v->session);
	const struct ksk_row **list = by_id(v);
	struct signature_row *rows;
	size_t i, n = PAGE;
	int64_t after = 0;
	int rc = 0;

	while (rc == 0 && n == PAGE) {
		if ((rc = store_signature_page(v->store, after, now_at, PAGE,
		    &rows, &n, err)) != 0)
			break;
		for (i = 0; i < n; i++)
			check_signature(v, list, &rows[i]);
		after = n > 0 ? rows[n - 1].id : after;
		signature_rows_free(rows, n);
	}
	free(list);
	return rc;
}
