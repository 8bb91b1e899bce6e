#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/ksr.h"

struct ksr *
ksr_new(enum ksr_format format, enum ksr_kind kind)
{
	struct ksr *ksr = mem_new(sizeof(*ksr));

	ksr->format = format;
	ksr->kind = kind;
	/* The root, until somebody says otherwise. */
	ksr->zone.len = 1;
	return ksr;
}

struct ksr_bundle *
ksr_add_bundle(struct ksr *ksr, int64_t inception_at, int64_t expiration_at)
{
	struct ksr_bundle *bundle = mem_push(&ksr->bundles, ksr->n_bundles,
	    sizeof(*bundle));

	bundle->inception_at = inception_at;
	bundle->expiration_at = expiration_at;
	ksr->n_bundles++;
	return bundle;
}

void
ksr_add_key(struct ksr_bundle *bundle, const struct ksr_key *key)
{
	struct ksr_key *copy = mem_push(&bundle->keys, bundle->n_keys,
	    sizeof(*copy));

	*copy = *key;
	copy->id = mem_strdup(key->id);
	bundle->n_keys++;
}

void
ksr_add_sig(struct ksr_bundle *bundle, const struct ksr_sig *sig)
{
	struct ksr_sig *copy = mem_push(&bundle->sigs, bundle->n_sigs,
	    sizeof(*copy));

	*copy = *sig;
	copy->key_id = mem_strdup(sig->key_id);
	bundle->n_sigs++;
}

static struct rrset *
rrset_copy(const struct rrset *rrset)
{
	struct rrset *copy;
	size_t i;

	if (rrset == NULL)
		return NULL;
	copy = rrset_new(&rrset->owner, (enum rrtype)rrset->type, rrset->ttl);
	for (i = 0; i < rrset->n_rdata; i++)
		rrset_add(copy, rrset->rdata[i].bytes, rrset->rdata[i].len);
	return copy;
}

struct rrset *
ksr_rrset(const struct ksr *ksr, const struct ksr_bundle *bundle,
    enum rrtype type)
{
	struct buf rdata = BUF_INIT;
	struct rrset *rrset;
	size_t i;

	if (type == RRTYPE_CDS)
		return rrset_copy(bundle->cds);
	if (type == RRTYPE_CDNSKEY)
		return rrset_copy(bundle->cdnskey);
	if (type != RRTYPE_DNSKEY || bundle->n_keys == 0)
		return NULL;
	rrset = rrset_new(&ksr->zone, type, bundle->keys[0].ttl);
	for (i = 0; i < bundle->n_keys; i++) {
		rdata.len = 0;
		dnskey_rdata(&bundle->keys[i].dnskey, &rdata);
		rrset_add(rrset, rdata.data, rdata.len);
	}
	buf_free(&rdata);
	return rrset;
}

const struct ksr_key *
ksr_key_of(const struct ksr_bundle *bundle, const struct rrsig *rrsig)
{
	const struct dnskey *dnskey;
	size_t i;

	for (i = 0; i < bundle->n_keys; i++) {
		dnskey = &bundle->keys[i].dnskey;
		if (dnskey->alg == rrsig->alg &&
		    dnskey_tag(dnskey) == rrsig->key_tag)
			return &bundle->keys[i];
	}
	return NULL;
}

static bool
is_same_text(const char *a, const char *b)
{

	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

static bool
is_same_key(const struct ksr_key *a, const struct ksr_key *b)
{

	return is_same_text(a->id, b->id) &&
	    name_is_same(&a->owner, &b->owner) && a->ttl == b->ttl &&
	    a->stated_tag == b->stated_tag &&
	    a->dnskey.flags == b->dnskey.flags &&
	    a->dnskey.protocol == b->dnskey.protocol &&
	    dnskey_is_same_key(&a->dnskey, &b->dnskey);
}

static bool
is_same_rrsig(const struct rrsig *a, const struct rrsig *b)
{

	return a->type_covered == b->type_covered && a->alg == b->alg &&
	    a->labels == b->labels && a->original_ttl == b->original_ttl &&
	    a->expiration_at == b->expiration_at &&
	    a->inception_at == b->inception_at &&
	    a->key_tag == b->key_tag && name_is_same(&a->signer, &b->signer) &&
	    a->sig_len == b->sig_len &&
	    memcmp(a->sig, b->sig, a->sig_len) == 0;
}

static bool
is_same_sig(const struct ksr_sig *a, const struct ksr_sig *b)
{

	return is_same_text(a->key_id, b->key_id) &&
	    name_is_same(&a->owner, &b->owner) && a->ttl == b->ttl &&
	    is_same_rrsig(&a->rrsig, &b->rrsig);
}

static bool
is_same_rrset(const struct rrset *a, const struct rrset *b)
{
	size_t i;

	if (a == NULL || b == NULL)
		return a == b;
	if (!name_is_same(&a->owner, &b->owner) || a->type != b->type ||
	    a->ttl != b->ttl || a->n_rdata != b->n_rdata)
		return false;
	for (i = 0; i < a->n_rdata; i++)
		if (a->rdata[i].len != b->rdata[i].len ||
		    memcmp(a->rdata[i].bytes, b->rdata[i].bytes,
		    a->rdata[i].len) != 0)
			return false;
	return true;
}

static bool
is_same_bundle(const struct ksr_bundle *a, const struct ksr_bundle *b)
{
	size_t i;

	if (!is_same_text(a->id, b->id) ||
	    a->inception_at != b->inception_at ||
	    a->expiration_at != b->expiration_at ||
	    a->n_signers != b->n_signers || a->n_keys != b->n_keys ||
	    a->n_sigs != b->n_sigs)
		return false;
	for (i = 0; i < a->n_signers; i++)
		if (!is_same_text(a->signers[i], b->signers[i]))
			return false;
	for (i = 0; i < a->n_keys; i++)
		if (!is_same_key(&a->keys[i], &b->keys[i]))
			return false;
	for (i = 0; i < a->n_sigs; i++)
		if (!is_same_sig(&a->sigs[i], &b->sigs[i]))
			return false;
	return is_same_rrset(a->cds, b->cds) &&
	    is_same_rrset(a->cdnskey, b->cdnskey);
}

static bool
is_same_policy(const struct ksr_policy *a, const struct ksr_policy *b)
{
	size_t i;

	if (a->publish_safety_s != b->publish_safety_s ||
	    a->retire_safety_s != b->retire_safety_s ||
	    a->min_validity_s != b->min_validity_s ||
	    a->max_validity_s != b->max_validity_s ||
	    a->min_overlap_s != b->min_overlap_s ||
	    a->max_overlap_s != b->max_overlap_s || a->n_algs != b->n_algs)
		return false;
	for (i = 0; i < a->n_algs; i++)
		if (a->algs[i].alg != b->algs[i].alg ||
		    a->algs[i].bits != b->algs[i].bits ||
		    a->algs[i].exponent != b->algs[i].exponent)
			return false;
	return true;
}

bool
ksr_is_same(const struct ksr *a, const struct ksr *b)
{
	size_t i;

	if (a->format != b->format || a->kind != b->kind ||
	    !name_is_same(&a->zone, &b->zone) ||
	    a->n_bundles != b->n_bundles || !is_same_text(a->id, b->id) ||
	    a->serial != b->serial || a->timestamp_at != b->timestamp_at ||
	    !is_same_policy(&a->zsk, &b->zsk) ||
	    !is_same_policy(&a->ksk, &b->ksk))
		return false;
	for (i = 0; i < a->n_bundles; i++)
		if (!is_same_bundle(&a->bundles[i], &b->bundles[i]))
			return false;
	return true;
}

static const char *const format_names[KSR_FORMAT_N] = {
	[KSR_ICANN] = "icann",
	[KSR_BIND] = "bind",
	[KSR_KNOT] = "knot",
};

const char *
ksr_format_name(enum ksr_format format)
{

	return format_names[format];
}

bool
ksr_format_find(const char *name, enum ksr_format *out)
{
	size_t i;

	for (i = 0; i < KSR_FORMAT_N; i++)
		if (strcmp(name, format_names[i]) == 0) {
			*out = (enum ksr_format)i;
			return true;
		}
	return false;
}

const char *
ksr_kind_name(enum ksr_kind kind)
{

	return kind == KSR_REQUEST ? "request" : "response";
}

static void
bundle_clear(struct ksr_bundle *bundle)
{
	size_t i;

	for (i = 0; i < bundle->n_signers; i++)
		free(bundle->signers[i]);
	for (i = 0; i < bundle->n_keys; i++)
		free(bundle->keys[i].id);
	for (i = 0; i < bundle->n_sigs; i++)
		free(bundle->sigs[i].key_id);
	free(bundle->signers);
	free(bundle->keys);
	free(bundle->sigs);
	free(bundle->id);
	rrset_free(bundle->cds);
	rrset_free(bundle->cdnskey);
}

void
ksr_free(struct ksr *ksr)
{
	size_t i;

	if (ksr == NULL)
		return;
	for (i = 0; i < ksr->n_bundles; i++)
		bundle_clear(&ksr->bundles[i]);
	free(ksr->bundles);
	free(ksr->id);
	free(ksr);
}
