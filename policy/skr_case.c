#include "policy/skr_case.h"

bool
skr_case_is_ksk(const struct ksr_key *key)
{

	return (key->dnskey.flags & DNSKEY_SEP) != 0;
}

bool
skr_case_is_revoked(const struct ksr_key *key)
{

	return (key->dnskey.flags & DNSKEY_REVOKE) != 0;
}

/* The last bundle of ksr that begins no later than at, or NULL. */
static const struct ksr_bundle *
bundle_at(const struct ksr *ksr, int64_t at)
{
	size_t b = ksr == NULL ? 0 : ksr->n_bundles;

	while (b > 0 && ksr->bundles[b - 1].inception_at > at)
		b--;
	return b == 0 ? NULL : &ksr->bundles[b - 1];
}

const struct ksr_bundle *
skr_case_asked(const struct skr_case *c, size_t b)
{
	const struct ksr *request = c->in->request;

	if (request == NULL)
		return NULL;
	if (c->is_text)
		return bundle_at(request,
		    c->response->bundles[b].inception_at);
	return b < request->n_bundles ? &request->bundles[b] : NULL;
}

bool
skr_case_signs(const struct ksr_bundle *bundle, const struct ksr_key *key,
    enum rrtype type)
{
	const uint16_t tag = dnskey_tag(&key->dnskey);
	const struct rrsig *rrsig;
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++) {
		rrsig = &bundle->sigs[i].rrsig;
		if (rrsig->type_covered == type && rrsig->key_tag == tag &&
		    rrsig->alg == key->dnskey.alg)
			return true;
	}
	return false;
}

const struct ksr_key *
skr_case_find(const struct ksr_bundle *bundle, const struct dnskey *key)
{
	size_t i;

	for (i = 0; i < bundle->n_keys; i++)
		if (dnskey_is_same_key(&bundle->keys[i].dnskey, key))
			return &bundle->keys[i];
	return NULL;
}

const struct ksr_bundle *
skr_case_at(const struct skr_case *c, int64_t at)
{
	const struct ksr_bundle *bundle = bundle_at(c->response, at);

	return bundle != NULL ? bundle : bundle_at(c->in->previous, at);
}

const struct ksr_bundle *
skr_case_before(const struct skr_case *c, size_t b)
{

	if (b > 0)
		return &c->response->bundles[b - 1];
	return bundle_at(c->in->previous,
	    c->response->bundles[0].inception_at);
}

static void
verify_type(const struct skr_case *c, size_t b, enum rrtype type,
    struct report *report)
{
	const struct ksr_bundle *bundle = &c->response->bundles[b];
	struct rrset *rrset = ksr_rrset(c->response, bundle, type);
	const struct ksr_key *key;
	size_t i;

	for (i = 0; rrset != NULL && i < bundle->n_sigs; i++) {
		const struct rrsig *rrsig = &bundle->sigs[i].rrsig;
		struct error why = ERR_INIT;

		if (rrsig->type_covered != type)
			continue;
		key = ksr_key_of(bundle, rrsig);
		if (key != NULL && rrsig_verify(rrsig, rrset, &key->dnskey,
		    &why) != 0)
			report_fail(report, "bundle %zu: %.200s", b + 1,
			    why.msg);
	}
	rrset_free(rrset);
}

void
skr_case_verify(const struct skr_case *c, struct report *report)
{
	size_t b;

	for (b = 0; b < c->response->n_bundles; b++) {
		verify_type(c, b, RRTYPE_DNSKEY, report);
		verify_type(c, b, RRTYPE_CDS, report);
		verify_type(c, b, RRTYPE_CDNSKEY, report);
	}
}
