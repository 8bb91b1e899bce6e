#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "policy/receiver_sigs.h"

const enum rrtype receiver_types[RECEIVER_TYPES] = { RRTYPE_DNSKEY, RRTYPE_CDS,
	RRTYPE_CDNSKEY };

bool
receiver_sigs_has(const struct ksr_bundle *bundle, enum rrtype type)
{

	return type == RRTYPE_DNSKEY ? bundle->n_keys > 0 :
	    type == RRTYPE_CDS ? bundle->cds != NULL : bundle->cdnskey != NULL;
}

/* The key of the bundle, one of several with its tag, that made sig. */
static const struct dnskey *
maker_of(const struct ksr_bundle *bundle, const struct ksr_sig *sig,
    const struct rrset *rrset, size_t *n_failed)
{
	struct error ignored = ERR_INIT;
	size_t i;

	for (i = 0; i < bundle->n_keys &&
	    *n_failed < RECEIVER_FAILURES_MAX; i++) {
		const struct dnskey *key = &bundle->keys[i].dnskey;

		if (key->alg != sig->rrsig.alg ||
		    dnskey_tag(key) != sig->rrsig.key_tag)
			continue;
		if (rrsig_verify(&sig->rrsig, rrset, key, &ignored) == 0)
			return key;
		(*n_failed)++;
		err_clear(&ignored);
	}
	return NULL;
}

static void
verify_bundle(const struct ksr *response, const struct ksr_bundle *bundle,
    const struct dnskey **made_by, size_t *n_failed)
{
	struct rrset *rrset;
	size_t i, t;

	for (t = 0; t < RECEIVER_TYPES; t++) {
		rrset = ksr_rrset(response, bundle, receiver_types[t]);
		if (rrset == NULL)
			continue;
		for (i = 0; i < bundle->n_sigs; i++)
			if (bundle->sigs[i].rrsig.type_covered ==
			    receiver_types[t])
				made_by[i] = maker_of(bundle,
				    &bundle->sigs[i], rrset, n_failed);
		rrset_free(rrset);
	}
}

void
receiver_sigs_init(struct receiver_sigs *sigs, const struct rules_receiver *in)
{
	const struct ksr *response = in->response;
	size_t b;

	sigs->in = in;
	sigs->n_failed = 0;
	sigs->made_by = mem_new((response->n_bundles + 1) *
	    sizeof(*sigs->made_by));
	for (b = 0; b < response->n_bundles; b++) {
		sigs->made_by[b] = mem_new((response->bundles[b].n_sigs + 1) *
		    sizeof(**sigs->made_by));
		verify_bundle(response, &response->bundles[b],
		    sigs->made_by[b], &sigs->n_failed);
	}
}

void
receiver_sigs_clear(struct receiver_sigs *sigs)
{
	size_t b;

	for (b = 0; b < sigs->in->response->n_bundles; b++)
		free(sigs->made_by[b]);
	free(sigs->made_by);
}

const struct rrsig *
receiver_sigs_by(const struct receiver_sigs *sigs, size_t b,
    const struct dnskey *key, enum rrtype type)
{
	const struct ksr_bundle *bundle = &sigs->in->response->bundles[b];
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++) {
		const struct dnskey *maker = sigs->made_by[b][i];

		/* Not by its tag: anybody can make a key with the same. */
		if (maker != NULL && maker->flags == key->flags &&
		    dnskey_is_same_key(maker, key) &&
		    bundle->sigs[i].rrsig.type_covered == type)
			return &bundle->sigs[i].rrsig;
	}
	return NULL;
}

int64_t
receiver_sigs_end(const struct receiver_sigs *sigs, size_t b)
{
	const struct ksr_bundle *bundle = &sigs->in->response->bundles[b];
	int64_t end_at = bundle->expiration_at;
	size_t i;

	for (i = 0; i < bundle->n_sigs && bundle->expiration_at == KSR_OPEN;
	    i++)
		if (bundle->sigs[i].rrsig.expiration_at < end_at)
			end_at = bundle->sigs[i].rrsig.expiration_at;
	return end_at;
}
