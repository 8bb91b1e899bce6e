/* The subject of these rules is a struct ksr_case: who signed what. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "policy/ksr_case.h"
#include "policy/report.h"
#include "policy/requester.h"

/* The key of bundle b that the signature says it is by; n_keys if none. */
static size_t
find_signer(const struct ksr_bundle *bundle, const struct ksr_sig *sig)
{
	const struct ksr_key *key;
	size_t k;

	for (k = 0; k < bundle->n_keys; k++) {
		key = &bundle->keys[k];
		if (key->id != NULL && sig->key_id != NULL &&
		    strcmp(key->id, sig->key_id) == 0)
			return k;
	}
	return bundle->n_keys;
}

/* Whether another rule has refused the key, so that it can prove nothing. */
static bool
is_refused(const struct ksr_case_key *key)
{

	return key->public == NULL || key->key->dnskey.protocol != 3 ||
	    (key->key->dnskey.flags & DNSKEY_ZONE) == 0;
}

static void
judge_signature(const struct ksr_case *c, size_t b, const struct rrset *rrset,
    const struct ksr_sig *sig, bool *has_signed, struct report *report)
{
	const struct ksr_bundle *bundle = &c->request->bundles[b];
	const size_t k = find_signer(bundle, sig);
	const struct ksr_case_key *key;
	struct error why = ERR_INIT;

	if (k == bundle->n_keys) {
		report_fail(report, "bundle %zu: a signature by %.80s, which "
		    "is no key of the bundle", b + 1,
		    sig->key_id == NULL ? "nobody" : sig->key_id);
		return;
	}
	key = ksr_case_key(c, b, k);
	has_signed[k] = true;
	if (!is_refused(key) && rrsig_verify_by(&sig->rrsig, rrset,
	    &bundle->keys[k].dnskey, key->public, &why) != 0)
		report_fail(report, "bundle %zu: %.200s", b + 1, why.msg);
}

static void
judge_bundle(const struct ksr_case *c, size_t b, struct report *report)
{
	const struct ksr_bundle *bundle = &c->request->bundles[b];
	bool *has_signed = mem_new(bundle->n_keys + 1);
	struct rrset *rrset;
	size_t i;

	rrset = ksr_rrset(c->request, bundle, RRTYPE_DNSKEY);
	for (i = 0; rrset != NULL && i < bundle->n_sigs; i++)
		judge_signature(c, b, rrset, &bundle->sigs[i], has_signed,
		    report);
	for (i = 0; i < bundle->n_keys; i++)
		if (!has_signed[i] && ksr_case_first(c, b, i))
			report_fail(report, "bundle %zu: key %u did not sign "
			    "it", b + 1, ksr_case_key(c, b, i)->tag);
	rrset_free(rrset);
	free(has_signed);
}

static void
check_proof(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	size_t b;

	if (c->is_text) {
		report_off(report, "the format has no room for proof; "
		    "zsk.admission says who vouches");
		return;
	}
	if (!c->params->require_proof_of_possession) {
		report_off(report, "ksr.%s.require-proof-of-possession is "
		    "false", ksr_case_name(c));
		return;
	}
	for (b = 0; b < c->request->n_bundles; b++)
		judge_bundle(c, b, report);
}

static void
check_admission(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;

	requester_judge(c->policy, c->in->requester, report);
}

const struct rule rules_ksr_proof[] = {
	{ { "KSR-BUNDLE-POP",
	    "every ZSK signed its bundle, and every signature verifies",
	    "Proof of possession: who asks for a key to be published has its "
	    "private half. Each key of a bundle signs the bundle's ZSKs as a "
	    "DNSKEY set, and nobody else does. Inception and expiration of "
	    "these signatures are not compared with anything: in the root "
	    "zone's own requests they tell when the request was made. The "
	    "text formats have no room for proof; who vouches for them says "
	    "zsk.admission. kskm has this check." },
	    ERR_POLICY, check_proof },
	{ { "KSR-ADMISSION",
	    "who asks is one of those whom the policy lets ask",
	    "Under zsk.admission: ssh a request counts only with a signature "
	    "over its very bytes by a key of zsk.requesters, which is "
	    "sealed: ssh-keygen -Y sign -n kmgr-ksr -f KEY REQUEST writes "
	    "REQUEST.sig. That holds in every format: proof of possession "
	    "says that who made the ZSKs has them, and not who that is. "
	    "Certificates do not count. Under zsk.admission: operator who "
	    "runs the command compares the digest, and this is off." },
	    ERR_POLICY, check_admission },
};
const size_t rules_ksr_proof_n =
    sizeof(rules_ksr_proof) / sizeof(rules_ksr_proof[0]);
