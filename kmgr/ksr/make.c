#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/ksr/icann.h"
#include "kmgr/ksr/make.h"

#define ID_MAX (KSR_ID_MAX - 15)

static bool
is_there(const struct make_zsk *zsk, int64_t from_at, int64_t until_at)
{

	return zsk->publish_at < until_at && zsk->remove_at > from_at;
}

/* A bundle with the ZSKs that are there at some instant of from to until. */
static int
add_bundle(struct ksr *ksr, const struct make_request *request,
    int64_t from_at, int64_t until_at, struct ksr_bundle **out,
    struct error *err)
{
	char text[WHEN_TEXT_LEN];
	size_t i;

	if (ksr->n_bundles == KSR_BUNDLES_MAX)
		return err_set(err, ERR_INPUT, "more than %d bundles",
		    KSR_BUNDLES_MAX);
	*out = ksr_add_bundle(ksr, from_at, KSR_OPEN);
	for (i = 0; i < request->n_zsks; i++) {
		const struct make_zsk *zsk = &request->zsks[i];
		struct ksr_key key = { .owner = request->zone,
			.ttl = request->ttl, .dnskey = zsk->dnskey };

		if (!is_there(zsk, from_at, until_at))
			continue;
		if (ksr->format == KSR_ICANN) {
			key.id = mem_strdup(zsk->id);
			key.stated_tag = dnskey_tag(&zsk->dnskey);
		}
		ksr_add_key(*out, &key);
		free(key.id);
	}
	if ((*out)->n_keys > 0)
		return 0;
	(void)err_set(err, ERR_INPUT, "no ZSK is there at %s",
	    when_rfc3339(from_at, text));
	return err_hint(err, "give one --zsk for that time");
}

/* The first instant behind after_at at which a ZSK comes or goes. */
static int64_t
next_change(const struct make_request *request, int64_t after_at)
{
	int64_t next_at = request->end_at;
	size_t i;

	for (i = 0; i < request->n_zsks; i++) {
		const struct make_zsk *zsk = &request->zsks[i];

		if (zsk->publish_at > after_at && zsk->publish_at < next_at)
			next_at = zsk->publish_at;
		if (zsk->remove_at > after_at && zsk->remove_at < next_at)
			next_at = zsk->remove_at;
	}
	return next_at;
}

static int
fill_text(struct ksr *ksr, const struct make_request *request,
    struct error *err)
{
	int64_t at, next_at, last_at = request->start_at;
	struct ksr_bundle *bundle;

	if (request->end_at <= request->start_at)
		return err_set(err, ERR_INPUT, "the end is not behind the "
		    "start");
	for (at = request->start_at; at < request->end_at; at = next_at) {
		next_at = next_change(request, at);
		if (add_bundle(ksr, request, at, at + 1, &bundle, err) != 0)
			return -1;
		bundle->expiration_at = next_at;
		last_at = at;
	}
	if (ksr->format != KSR_KNOT) {
		ksr->bundles[ksr->n_bundles - 1].expiration_at = KSR_OPEN;
		return 0;
	}
	/* The set that is there at the end, even if it changes then. */
	if (add_bundle(ksr, request, last_at, last_at + 1, &bundle, err) != 0)
		return -1;
	bundle->inception_at = request->end_at;
	return 0;
}

/* Each ZSK in the bundle signs its RRset. */
static int
prove_possession(struct ksr *ksr, struct ksr_bundle *bundle,
    const struct make_zsk *zsk, const struct rrset *rrset, struct error *err)
{
	struct ksr_sig sig = { .owner = ksr->zone, .ttl = rrset->ttl };
	struct crypto_key *public;
	struct buf tbs = BUF_INIT;
	int rc = -1;

	if (zsk->private == NULL) {
		(void)err_set(err, ERR_INPUT, "ZSK %u has no private key for "
		    "its proof of possession", dnskey_tag(&zsk->dnskey));
		return err_hint(err, "its file is to lie beside the public "
		    "one, as dnssec-keygen writes both");
	}
	if (dnskey_public(&zsk->dnskey, &public, err) != 0)
		return -1;
	if (rrsig_init(&sig.rrsig, rrset, &zsk->dnskey, bundle->inception_at,
	    bundle->expiration_at, err) != 0)
		goto out;
	rrsig_tbs(&sig.rrsig, rrset, &tbs);
	if (crypto_private_sign(zsk->private, public, tbs.data, tbs.len,
	    sig.rrsig.sig, &sig.rrsig.sig_len, err) != 0) {
		(void)err_wrap(err, "ZSK %u", dnskey_tag(&zsk->dnskey));
		goto out;
	}
	sig.key_id = mem_strdup(zsk->id);
	ksr_add_sig(bundle, &sig);
	rc = 0;
 out:
	free(sig.key_id);
	crypto_key_free(public);
	buf_free(&tbs);
	return rc;
}

static int
fill_icann_bundle(struct ksr *ksr, const struct make_request *request,
    size_t n, struct error *err)
{
	const int64_t at = request->start_at + (int64_t)n *
	    request->interval_s;
	struct ksr_bundle *bundle;
	struct rrset *rrset;
	int rc = 0;
	size_t i;

	if (add_bundle(ksr, request, at, at + request->interval_s, &bundle,
	    err) != 0)
		return -1;
	bundle->id = mem_printf("%s-%zu", request->id, n + 1);
	bundle->expiration_at = at + request->validity_s;
	rrset = ksr_rrset(ksr, bundle, RRTYPE_DNSKEY);
	for (i = 0; i < request->n_zsks && rc == 0; i++)
		if (is_there(&request->zsks[i], at, at + request->interval_s))
			rc = prove_possession(ksr, bundle, &request->zsks[i],
			    rrset, err);
	rrset_free(rrset);
	return rc;
}

static void
declare(struct ksr_policy *policy, const struct make_zsk *zsk)
{
	struct buf e = BUF_INIT, n = BUF_INIT;
	struct error ignored = ERR_INIT;
	struct crypto_key *public;
	struct ksr_alg alg = { .alg = zsk->dnskey.alg,
		.bits = dnskey_bits(&zsk->dnskey) };
	size_t i;

	if (dnskey_public(&zsk->dnskey, &public, &ignored) != 0)
		return;
	if (crypto_key_kind(public) == CRYPTO_RSA) {
		crypto_key_rsa(public, &e, &n);
		for (i = 0; i < e.len; i++)
			alg.exponent = alg.exponent << 8 | e.data[i];
	}
	buf_free(&e);
	buf_free(&n);
	crypto_key_free(public);
	for (i = 0; i < policy->n_algs; i++)
		if (policy->algs[i].alg == alg.alg &&
		    policy->algs[i].bits == alg.bits &&
		    policy->algs[i].exponent == alg.exponent)
			return;
	if (policy->n_algs < KSR_ALGS_MAX)
		policy->algs[policy->n_algs++] = alg;
}

/* With the root zone's ten and 21 days these are the root zone's numbers. */
static void
fill_policy(struct ksr *ksr, const struct make_request *request)
{
	const int64_t overlap_s = request->validity_s - request->interval_s;
	const int64_t min_s = overlap_s - request->interval_s / 5;
	size_t i;

	ksr->zsk = (struct ksr_policy) {
		.publish_safety_s = request->interval_s,
		.retire_safety_s = request->interval_s,
		.min_validity_s = request->validity_s,
		.max_validity_s = request->validity_s,
		.min_overlap_s = min_s > 0 ? min_s : 0,
		.max_overlap_s = overlap_s + request->interval_s / 10,
	};
	for (i = 0; i < request->n_zsks; i++)
		declare(&ksr->zsk, &request->zsks[i]);
}

static int
fill_icann(struct ksr *ksr, const struct make_request *request,
    struct error *err)
{
	size_t i;

	/* Bundles are numbered behind it. */
	if (!icann_is_id(request->id) || strlen(request->id) > ID_MAX) {
		(void)err_set(err, ERR_INPUT, "the id \"%.80s\" cannot stand "
		    "in a request", request->id);
		return err_hint(err, "1 to %d printable ASCII characters but "
		    "< > & \", no blank first or last", ID_MAX);
	}
	if (request->interval_s <= 0 ||
	    request->validity_s <= request->interval_s)
		return err_set(err, ERR_INPUT, "a bundle must be valid longer "
		    "than the interval to the next, or there is a gap");
	ksr->id = mem_strdup(request->id);
	ksr->serial = request->serial;
	fill_policy(ksr, request);
	for (i = 0; i < request->n_bundles; i++)
		if (fill_icann_bundle(ksr, request, i, err) != 0)
			return -1;
	return 0;
}

int
make_request(const struct make_request *request, struct ksr **out,
    struct error *err)
{
	struct ksr *ksr = ksr_new(request->format, KSR_REQUEST);

	*out = NULL;
	ksr->zone = request->zone;
	if ((request->format == KSR_ICANN ? fill_icann(ksr, request, err) :
	    fill_text(ksr, request, err)) != 0) {
		ksr_free(ksr);
		return -1;
	}
	*out = ksr;
	return 0;
}
