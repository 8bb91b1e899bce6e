/* The subject of these rules is a struct skr_case: its KSKs, and who signs. */
#include "policy/report.h"
#include "policy/skr_case.h"

/* Octets that go through everywhere (DNS Flag Day 2020). */
#define SAFE_SIZE 1232
#define HEADER_LEN 12
#define RR_LEN 12		/* with the owner compressed */

static void
judge_ksk(const struct skr_case *c, size_t b, size_t k,
    struct report *report)
{
	const struct ksr_bundle *bundle = &c->response->bundles[b];
	const struct ksr_key *key = &bundle->keys[k];
	const uint16_t flags = key->dnskey.flags;
	size_t i;

	if (flags != DNSKEY_FLAGS_ZSK && flags != DNSKEY_FLAGS_KSK &&
	    flags != (DNSKEY_FLAGS_KSK | DNSKEY_REVOKE))
		report_fail(report, "bundle %zu: a key with flags %u", b + 1,
		    flags);
	if (key->dnskey.protocol != 3)
		report_fail(report, "bundle %zu: a key with protocol %u",
		    b + 1, key->dnskey.protocol);
	if (!c->is_text && key->stated_tag != dnskey_tag(&key->dnskey))
		report_fail(report, "bundle %zu: keyTag %u of a key whose tag "
		    "is %u", b + 1, key->stated_tag,
		    dnskey_tag(&key->dnskey));
	for (i = 0; i < k; i++)
		if (dnskey_is_same_key(&bundle->keys[i].dnskey, &key->dnskey))
			report_fail(report, "bundle %zu: key %u stands there "
			    "twice", b + 1, dnskey_tag(&key->dnskey));
}

static void
check_keys(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	size_t b, k, n_ksks;

	for (b = 0; b < c->response->n_bundles; b++) {
		n_ksks = 0;
		for (k = 0; k < c->response->bundles[b].n_keys; k++) {
			judge_ksk(c, b, k, report);
			n_ksks += skr_case_is_ksk(
			    &c->response->bundles[b].keys[k]);
		}
		if (n_ksks == 0)
			report_fail(report, "bundle %zu has no KSK", b + 1);
	}
}

static bool
covers(const struct ksr_bundle *bundle, uint16_t type)
{

	return type == RRTYPE_DNSKEY ||
	    (type == RRTYPE_CDS && bundle->cds != NULL) ||
	    (type == RRTYPE_CDNSKEY && bundle->cdnskey != NULL);
}

static size_t
count_sigs(const struct ksr_bundle *bundle, enum rrtype type)
{
	size_t i, n = 0;

	for (i = 0; i < bundle->n_sigs; i++)
		n += bundle->sigs[i].rrsig.type_covered == type;
	return n;
}

static void
check_signed(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct ksr_bundle *bundle;
	const struct ksr_key *key;
	const struct rrsig *rrsig;
	size_t b, i;

	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		for (i = 0; i < bundle->n_sigs; i++) {
			rrsig = &bundle->sigs[i].rrsig;
			key = ksr_key_of(bundle, rrsig);
			if (key == NULL || !skr_case_is_ksk(key))
				report_fail(report, "bundle %zu: a signature "
				    "by %u, which is no KSK of the bundle",
				    b + 1, rrsig->key_tag);
			if (!covers(bundle, rrsig->type_covered))
				report_fail(report, "bundle %zu: a signature "
				    "over type %u, which is not there", b + 1,
				    rrsig->type_covered);
		}
		if (count_sigs(bundle, RRTYPE_DNSKEY) == 0)
			report_fail(report, "bundle %zu: nobody signs the keys",
			    b + 1);
		if ((bundle->cds != NULL &&
		    count_sigs(bundle, RRTYPE_CDS) == 0) ||
		    (bundle->cdnskey != NULL &&
		    count_sigs(bundle, RRTYPE_CDNSKEY) == 0))
			report_fail(report, "bundle %zu: nobody signs CDS or "
			    "CDNSKEY", b + 1);
	}
}

static bool
is_foreign(const struct skr_case *c, const struct ksr_key *key)
{
	size_t i;

	for (i = 0; i < c->in->n_foreign; i++)
		if (dnskey_is_same_key(&c->in->foreign[i], &key->dnskey))
			return true;
	return false;
}

static bool
cosigns(const struct ksr_bundle *bundle, const struct ksr_key *key)
{

	return skr_case_signs(bundle, key, RRTYPE_DNSKEY) &&
	    (bundle->cds == NULL ||
	    skr_case_signs(bundle, key, RRTYPE_CDS)) &&
	    (bundle->cdnskey == NULL ||
	    skr_case_signs(bundle, key, RRTYPE_CDNSKEY));
}

static void
check_cosign(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct ksr_bundle *bundle;
	size_t b, k;

	if (!c->is_text) {
		report_off(report, "in this format a KSK may be published and "
		    "not sign");
		return;
	}
	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		for (k = 0; k < bundle->n_keys; k++)
			if (skr_case_is_ksk(&bundle->keys[k]) &&
			    !is_foreign(c, &bundle->keys[k]) &&
			    !cosigns(bundle, &bundle->keys[k]))
				report_fail(report, "bundle %zu: KSK %u is "
				    "published and does not sign all of it",
				    b + 1,
				    dnskey_tag(&bundle->keys[k].dnskey));
	}
}

/* What bundle has of algorithm alg: ZSKs, and KSKs that sign. */
static void
find_alg(const struct ksr_bundle *bundle, unsigned int alg, bool *has_zsk,
    bool *has_signer)
{
	const struct ksr_key *key;
	size_t k;

	*has_zsk = *has_signer = false;
	for (k = 0; k < bundle->n_keys; k++) {
		key = &bundle->keys[k];
		if (key->dnskey.alg != alg)
			continue;
		*has_zsk |= !skr_case_is_ksk(key);
		*has_signer |= skr_case_is_ksk(key) &&
		    skr_case_signs(bundle, key, RRTYPE_DNSKEY);
	}
}

static void
check_algorithm_set(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	bool has_zsk, has_signer;
	unsigned int alg;
	size_t b;

	for (b = 0; b < c->response->n_bundles; b++)
		for (alg = 0; alg <= UINT8_MAX; alg++) {
			find_alg(&c->response->bundles[b], alg, &has_zsk,
			    &has_signer);
			if (has_zsk != has_signer)
				report_fail(report, "bundle %zu: %s of "
				    "algorithm %u (%s) and no %s", b + 1,
				    has_zsk ? "a ZSK" : "a KSK that signs",
				    alg, alg_name(alg), has_zsk ?
				    "KSK of it that signs" : "ZSK of it");
		}
}

static bool
collides(const struct ksr_key *a, const struct ksr_key *b)
{

	return dnskey_tag(&a->dnskey) == dnskey_tag(&b->dnskey) &&
	    !dnskey_is_same_key(&a->dnskey, &b->dnskey) &&
	    (skr_case_is_ksk(a) || skr_case_is_ksk(b));
}

static void
judge_tags(const struct skr_case *c, size_t b, size_t k,
    struct report *report)
{
	const struct ksr_key *keys = c->response->bundles[b].keys;
	const uint16_t tag = dnskey_tag(&keys[k].dnskey);
	size_t i;

	for (i = 0; i < k; i++) {
		if (!collides(&keys[i], &keys[k]))
			continue;
		if (c->policy->custody == CUSTODY_SHARED)
			report_warn(report, "bundle %zu: two keys have the "
			    "tag %u", b + 1, tag);
		else
			report_fail(report, "bundle %zu: two keys have the "
			    "tag %u", b + 1, tag);
	}
}

static void
check_collision(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	size_t b, k;

	for (b = 0; b < c->response->n_bundles; b++)
		for (k = 0; k < c->response->bundles[b].n_keys; k++)
			judge_tags(c, b, k, report);
}

/* The octets of an answer with the bundle's DNSKEY set, signed. */
static size_t
answer_size(const struct skr_case *c, const struct ksr_bundle *bundle)
{
	size_t i, size = HEADER_LEN + c->response->zone.len + 4;

	for (i = 0; i < bundle->n_keys; i++)
		size += RR_LEN + 4 + bundle->keys[i].dnskey.key_len;
	for (i = 0; i < bundle->n_keys; i++)
		if (skr_case_is_ksk(&bundle->keys[i]) &&
		    skr_case_signs(bundle, &bundle->keys[i], RRTYPE_DNSKEY))
			size += RR_LEN + 18 + c->response->zone.len +
			    (bundle->keys[i].dnskey.alg == ALG_RSASHA256 ?
			    dnskey_bits(&bundle->keys[i].dnskey) / 8 :
			    dnskey_bits(&bundle->keys[i].dnskey) / 4);
	return size;
}

static void
check_size(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	size_t b, size, most = 0, where = 0;

	for (b = 0; b < c->response->n_bundles; b++) {
		size = answer_size(c, &c->response->bundles[b]);
		if (size > most) {
			most = size;
			where = b + 1;
		}
	}
	if (most > SAFE_SIZE)
		report_warn(report, "bundle %zu makes a DNSKEY answer of about "
		    "%zu octets; more than %d may need TCP", where, most,
		    SAFE_SIZE);
}

const struct rule rules_skr_keys[] = {
	{ { "SKR-KEYS",
	    "every key is a ZSK, a KSK or a revoked KSK, and stands once",
	    "Flags are 256, 257 or 385, protocol 3, a stated key tag is the "
	    "computed one, every bundle has a KSK. Any other key is none that "
	    "a validator could use." },
	    ERR_POLICY, check_keys },
	{ { "SKR-SIGNED",
	    "every bundle is signed, and by KSKs in it only",
	    "dnssec-ksr writes bundles without any signature where no KSK is "
	    "active, and exits 0. Each bundle has a signature over its keys, "
	    "and one over CDS and CDNSKEY where these are there (RFC 7344 "
	    "section 4.1); every signature is by a KSK of its bundle." },
	    ERR_POLICY, check_signed },
	{ { "SKR-COSIGN",
	    "in a text format every published KSK signs",
	    "named refuses a bundle in which a KSK is published and does not "
	    "sign DNSKEY, CDS and CDNSKEY; keymgr has every published KSK "
	    "sign. In ICANN's format a KSK may be published ahead." },
	    ERR_POLICY, check_cosign },
	{ { "SKR-ALGORITHM-SET",
	    "KSKs that sign and ZSKs are of the same algorithms",
	    "The zone's data and its DNSKEY set must each be signed with "
	    "every algorithm of the DNSKEY set (RFC 4035 section 2.2). kskm "
	    "has this check." },
	    ERR_POLICY, check_algorithm_set },
	{ { "SKR-KEY-COLLISION",
	    "no KSK shares its key tag with another key of a bundle",
	    "Signatures name their key by algorithm and tag, and named looks "
	    "them up by the tag alone. A revoked KSK has a tag of its own "
	    "(RFC 5011 section 2.1). A warning for KSKs that many zones "
	    "share." },
	    ERR_POLICY, check_collision },
	{ { "SKR-SIZE",
	    "the signed keys fit into one UDP answer",
	    "Larger DNSKEY answers than 1232 octets are fetched again over "
	    "TCP, which some networks do not let through (RFC 9715). Fewer "
	    "keys at a time, or ECDSA, make them smaller. A warning." },
	    ERR_POLICY, check_size },
};
const size_t rules_skr_keys_n =
    sizeof(rules_skr_keys) / sizeof(rules_skr_keys[0]);
