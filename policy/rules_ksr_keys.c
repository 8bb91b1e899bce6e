/* The subject of these rules is a struct ksr_case: each key by itself. */
#include <inttypes.h>
#include <stdio.h>

#include "kmgr/dns/zonefile.h"
#include "policy/ksr_case.h"
#include "policy/report.h"

static void
check_flags(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_case_key *key;
	uint16_t flags;
	size_t i;

	for (i = 0; i < c->n_keys; i++) {
		key = &c->keys[i];
		flags = key->key->dnskey.flags;
		if (flags != DNSKEY_FLAGS_ZSK)
			report_fail(report, "bundle %zu, key %u: flags %u%s; a "
			    "ZSK has 256", key->bundle, key->tag, flags,
			    (flags & DNSKEY_SEP) != 0 ? ", a KSK" :
			    (flags & DNSKEY_REVOKE) != 0 ? ", revoked" : "");
	}
}

static void
check_protocol(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_case_key *key;
	size_t i;

	for (i = 0; i < c->n_keys; i++) {
		key = &c->keys[i];
		if (key->key->dnskey.protocol != 3)
			report_fail(report, "bundle %zu, key %u: protocol %u; "
			    "it must be 3", key->bundle, key->tag,
			    key->key->dnskey.protocol);
	}
}

static void
check_data(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	struct crypto_key *public = NULL;
	const struct ksr_case_key *key;
	size_t i;

	for (i = 0; i < c->n_keys; i++) {
		struct error why = ERR_INIT;

		key = &c->keys[i];
		/* Of other algorithms nobody here knows what is right. */
		if (key->public != NULL ||
		    !ksr_case_is_signer(key->key->dnskey.alg))
			continue;
		(void)dnskey_public(&key->key->dnskey, &public, &why);
		report_fail(report, "bundle %zu, key %u: %.200s", key->bundle,
		    key->tag, why.msg);
	}
}

static void
check_tag(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_key *key;
	uint16_t tag;
	size_t b, k;

	if (c->is_text) {
		report_off(report, "the format states no key tags");
		return;
	}
	for (b = 0; b < c->request->n_bundles; b++)
		for (k = 0; k < c->request->bundles[b].n_keys; k++) {
			key = &c->request->bundles[b].keys[k];
			tag = ksr_case_key(c, b, k)->tag;
			if (key->stated_tag != tag)
				report_fail(report, "bundle %zu: keyTag %u of "
				    "a key whose tag is %u", b + 1,
				    key->stated_tag, tag);
		}
}

static void
judge_ttl(const struct ksr_case *c, size_t b, const char *what, uint16_t tag,
    uint32_t ttl, struct report *report)
{

	if (ttl == ZONEFILE_NO_TTL)
		report_fail(report, "bundle %zu, %s %u: no TTL; "
		    "signatures.dnskey-ttl is %" PRId64, b + 1, what, tag,
		    c->policy->dnskey_ttl_s);
	else if ((int64_t)ttl != c->policy->dnskey_ttl_s)
		report_fail(report, "bundle %zu, %s %u: TTL %" PRIu32
		    "; signatures.dnskey-ttl is %" PRId64, b + 1, what, tag,
		    ttl, c->policy->dnskey_ttl_s);
}

static void
check_ttl(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_bundle *bundle;
	size_t b, i;

	for (b = 0; b < c->request->n_bundles; b++) {
		bundle = &c->request->bundles[b];
		for (i = 0; i < bundle->n_keys; i++)
			judge_ttl(c, b, "key", ksr_case_key(c, b, i)->tag,
			    bundle->keys[i].ttl, report);
		for (i = 0; i < bundle->n_sigs; i++)
			judge_ttl(c, b, "signature by",
			    bundle->sigs[i].rrsig.key_tag,
			    bundle->sigs[i].ttl, report);
	}
}

/* What the policy says of a key of alg with bits and exponent, 0 if none. */
static void
judge_alg(const struct ksr_case *c, const char *what, uint8_t alg,
    unsigned int bits, uint64_t exponent, struct report *report)
{
	const struct alg_info *info = alg_find(alg);

	if (!ksr_case_admits(c, alg)) {
		report_fail(report, "%s: algorithm %u (%s)%s%s; it is not in "
		    "zsk.algorithms", what, alg, alg_name(alg),
		    info != NULL && info->refusal != NULL ? ": " : "",
		    info != NULL && info->refusal != NULL ? info->refusal :
		    "");
		return;
	}
	if (alg != ALG_RSASHA256)
		return;
	if ((int64_t)bits < c->policy->zsk_min_rsa_bits)
		report_fail(report, "%s: RSA of %u bits; zsk.min-rsa-bits is %"
		    PRId64, what, bits, c->policy->zsk_min_rsa_bits);
	if (c->params->rsa_exponent != 0 && exponent != 0 &&
	    exponent != (uint64_t)c->params->rsa_exponent)
		report_fail(report, "%s: RSA exponent %" PRIu64 "; "
		    "ksr.%s.rsa-exponent is %" PRId64, what, exponent,
		    ksr_case_name(c), c->params->rsa_exponent);
}

static void
check_alg(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_case_key *key;
	const struct ksr_alg *declared;
	char what[64];
	size_t i;

	for (i = 0; i < c->request->zsk.n_algs; i++) {
		declared = &c->request->zsk.algs[i];
		judge_alg(c, "the request's policy", declared->alg,
		    declared->bits, declared->exponent, report);
	}
	for (i = 0; i < c->n_keys; i++) {
		key = &c->keys[i];
		/* Of other data KSR-KEY-DATA tells. */
		if (key->public == NULL &&
		    ksr_case_is_signer(key->key->dnskey.alg))
			continue;
		(void)snprintf(what, sizeof(what), "bundle %zu, key %u",
		    key->bundle, key->tag);
		judge_alg(c, what, key->key->dnskey.alg,
		    dnskey_bits(&key->key->dnskey),
		    ksr_case_exponent(key), report);
	}
}

static void
judge_ksk_tags(const struct ksr_case *c, const struct ksr_case_key *key,
    struct report *report)
{
	const struct dnskey *ksk;
	const char *how;
	size_t i;

	for (i = 0; i < c->in->n_ksks; i++) {
		ksk = &c->in->ksks[i];
		if (dnskey_is_same_key(&key->key->dnskey, ksk))
			continue;	/* KSR-KEY-KSK */
		if (key->tag == dnskey_tag(ksk))
			how = "of a KSK";
		else if (key->tag == dnskey_revoked_tag(ksk))
			how = "that a KSK gets when it is revoked";
		else
			continue;
		if (c->in->is_shared)
			report_warn(report, "bundle %zu: key tag %u is the tag "
			    "%s", key->bundle, key->tag, how);
		else
			report_fail(report, "bundle %zu: key tag %u is the tag "
			    "%s; the zone needs another ZSK", key->bundle,
			    key->tag, how);
	}
}

/* Key k of bundle b against those before it. */
static void
judge_zsk_tags(const struct ksr_case *c, size_t b, size_t k,
    struct report *report)
{
	const struct ksr_case_key *key = ksr_case_key(c, b, k), *other;
	size_t i;

	for (i = 0; i < k; i++) {
		other = ksr_case_key(c, b, i);
		if (other != key && other->tag == key->tag)
			report_warn(report, "bundle %zu: two ZSKs have the "
			    "tag %u", b + 1, key->tag);
	}
}

static void
check_collision(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	size_t i, b, k;

	for (i = 0; i < c->n_keys; i++)
		judge_ksk_tags(c, &c->keys[i], report);
	for (b = 0; b < c->request->n_bundles; b++)
		for (k = 0; k < c->request->bundles[b].n_keys; k++)
			judge_zsk_tags(c, b, k, report);
}

static void
check_ksk(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_case_key *key;
	size_t i, j;

	for (i = 0; i < c->n_keys; i++) {
		key = &c->keys[i];
		for (j = 0; j < c->in->n_ksks; j++)
			if (dnskey_is_same_key(&key->key->dnskey,
			    &c->in->ksks[j]))
				report_fail(report, "bundle %zu, key %u: the "
				    "key of KSK %u with flags %u",
				    key->bundle, key->tag,
				    dnskey_tag(&c->in->ksks[j]),
				    key->key->dnskey.flags);
	}
}

const struct rule rules_ksr_keys[] = {
	{ { "KSR-KEY-FLAGS",
	    "every key has flags 256",
	    "A key with the SEP bit (257) in a request would become a key of "
	    "the zone that a DS can point to, held by whoever made the "
	    "request; dnssec-ksr and keymgr sign it. Revoked keys (384, 385) "
	    "and keys that are no zone keys are refused too. kskm has this "
	    "check as part of KSR-BUNDLE-KEYS." },
	    ERR_POLICY, check_flags },
	{ { "KSR-KEY-PROTOCOL",
	    "every key has protocol 3",
	    "Any other value makes validators ignore the key (RFC 4034 "
	    "section 2.1.2); dnssec-ksr signs it all the same." },
	    ERR_POLICY, check_protocol },
	{ { "KSR-KEY-DATA",
	    "every key is one of its algorithm",
	    "The key data must have the length and form that the algorithm "
	    "demands: a point on the curve for ECDSA (RFC 6605 section 4) and "
	    "EdDSA (RFC 8080 section 3), exponent and modulus without leading "
	    "zeros for RSA (RFC 3110 section 2). Nobody could verify anything "
	    "with other data; the file is damaged or the algorithm number "
	    "wrong." },
	    ERR_POLICY, check_data },
	{ { "KSR-KEY-TAG",
	    "every stated key tag is the computed one",
	    "keyTag of a Key element must be what RFC 4034 appendix B makes "
	    "of the record; another one says that somebody changed the key or "
	    "the tag. kskm has this check as part of KSR-BUNDLE-KEYS." },
	    ERR_POLICY, check_tag },
	{ { "KSR-KEY-TTL",
	    "every TTL is there and is the policy's dnskey-ttl",
	    "All records of a set have one TTL (RFC 2181 section 5.2), and "
	    "the waits of a roll count on signatures.dnskey-ttl. Others "
	    "replace the TTL of a request, and then the next request does not "
	    "chain; keymgr takes a missing one for 0. Set the zone signer's "
	    "DNSKEY TTL to the policy's." },
	    ERR_POLICY, check_ttl },
	{ { "KSR-POLICY-ALG",
	    "algorithm, size and exponent of every key are admitted",
	    "zsk.algorithms and zsk.min-rsa-bits of the sealed policy, and "
	    "ksr.FORMAT.rsa-exponent, say which ZSKs are signed; what the "
	    "request's own policy declares is held to the same. Algorithms "
	    "that must not be used any more are never admitted (RFC 9904). "
	    "kskm has this check." },
	    ERR_POLICY, check_alg },
	{ { "KSR-KEY-KSK",
	    "no ZSK is a KSK's key with other flags",
	    "A KSK's private key never leaves its token, so a ZSK of the same "
	    "key is a mistake at best. Let the zone signer make a key of its "
	    "own." },
	    ERR_POLICY, check_ksk },
	{ { "KSR-KEY-COLLISION",
	    "no ZSK has the key tag of a KSK, revoked or not",
	    "Signatures name their key by algorithm and tag. Where two keys "
	    "of a zone share a tag, validators must try both and some give "
	    "up, and named looks signatures up by the tag alone. A KSK's tag "
	    "changes when it is revoked (RFC 5011 section 2.1), so that tag "
	    "counts too. Let the zone signer make another ZSK; for KSKs that "
	    "many zones share, and for two ZSKs, this is a warning." },
	    ERR_POLICY, check_collision },
};
const size_t rules_ksr_keys_n =
    sizeof(rules_ksr_keys) / sizeof(rules_ksr_keys[0]);
