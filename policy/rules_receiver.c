/* The subject of these rules is a struct receiver_sigs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/dns/alg.h"
#include "policy/receiver_request.h"
#include "policy/receiver_sigs.h"
#include "policy/report.h"

#define TIME REPORT_TIME

/*
 * Whether a key that may sign the DNSKEY RRset signed this one. A revoked one
 * proves nothing but its own end (RFC 5011 s2.1).
 */
static bool
is_signed(const struct receiver_sigs *s, size_t b, enum rrtype type)
{
	const struct ksr_bundle *bundle = &s->in->response->bundles[b];
	size_t i;

	for (i = 0; i < bundle->n_keys; i++)
		if ((bundle->keys[i].dnskey.flags & (DNSKEY_FLAGS_KSK |
		    DNSKEY_REVOKE)) == DNSKEY_FLAGS_KSK &&
		    receiver_sigs_by(s, b, &bundle->keys[i].dnskey, type) !=
		    NULL)
			return true;
	return false;
}

static void
check_signed(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr *response = s->in->response;
	size_t b, i;

	if (s->n_failed == RECEIVER_FAILURES_MAX)
		report_fail(report, "nothing more was verified after %d "
		    "failures", RECEIVER_FAILURES_MAX);
	for (b = 0; b < response->n_bundles; b++) {
		const struct ksr_bundle *bundle = &response->bundles[b];

		for (i = 0; i < bundle->n_sigs; i++)
			if (s->made_by[b][i] == NULL)
				report_fail(report, "bundle %zu: the RRSIG of "
				    "key %u over %s does not verify with a key "
				    "in the bundle", b + 1,
				    bundle->sigs[i].rrsig.key_tag, rrtype_name(
				    bundle->sigs[i].rrsig.type_covered));
		for (i = 0; i < RECEIVER_TYPES; i++)
			if (receiver_sigs_has(bundle, receiver_types[i]) &&
			    !is_signed(s, b, receiver_types[i]))
				report_fail(report, "bundle %zu: no KSK in it "
				    "signed its %s RRset", b + 1,
				    rrtype_name(receiver_types[i]));
		if (bundle->n_keys == 0)
			report_fail(report, "bundle %zu holds no DNSKEY",
			    b + 1);
	}
	if (response->n_bundles == 0)
		report_fail(report, "it holds no bundle");
}

/* Whether a key of the algorithm signed the DNSKEY RRset. */
static bool
is_signed_by(const struct receiver_sigs *s, size_t b, uint8_t alg)
{
	const struct ksr_bundle *bundle = &s->in->response->bundles[b];
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++)
		if (s->made_by[b][i] != NULL &&
		    bundle->sigs[i].rrsig.alg == alg &&
		    bundle->sigs[i].rrsig.type_covered == RRTYPE_DNSKEY)
			return true;
	return false;
}

static void
check_algorithms(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr *response = s->in->response;
	const struct dnskey *key;
	size_t b, i;

	for (b = 0; b < response->n_bundles; b++)
		for (i = 0; i < response->bundles[b].n_keys; i++) {
			key = &response->bundles[b].keys[i].dnskey;
			if (!is_signed_by(s, b, key->alg))
				report_fail(report, "bundle %zu: key %u is of "
				    "algorithm %s, and no signature over the "
				    "DNSKEY RRset is", b + 1, dnskey_tag(key),
				    alg_name(key->alg));
		}
}

static void
check_order(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr_bundle *bundles = s->in->response->bundles;
	size_t b;

	for (b = 1; b < s->in->response->n_bundles; b++)
		if (bundles[b].inception_at <= bundles[b - 1].inception_at)
			report_fail(report, "bundle %zu begins at %s, and "
			    "bundle %zu before it at %s", b + 1,
			    TIME(bundles[b].inception_at), b,
			    TIME(bundles[b - 1].inception_at));
}

static void
check_gaps(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr_bundle *bundles = s->in->response->bundles;
	size_t b;

	for (b = 1; b < s->in->response->n_bundles; b++)
		if (bundles[b].inception_at > bundles[b - 1].expiration_at)
			report_fail(report, "nothing is signed from %s, where "
			    "bundle %zu ends, to %s, where bundle %zu begins",
			    TIME(bundles[b - 1].expiration_at), b,
			    TIME(bundles[b].inception_at), b + 1);
}

static void
check_windows(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr *response = s->in->response;
	size_t b, i;

	for (b = 0; b < response->n_bundles; b++) {
		const struct ksr_bundle *bundle = &response->bundles[b];
		const int64_t end_at = receiver_sigs_end(s, b);

		for (i = 0; i < bundle->n_sigs; i++) {
			const struct rrsig *rrsig = &bundle->sigs[i].rrsig;

			if (rrsig->inception_at > bundle->inception_at)
				report_fail(report, "bundle %zu: the RRSIG of "
				    "key %u begins at %s, and the bundle at %s",
				    b + 1, rrsig->key_tag,
				    TIME(rrsig->inception_at),
				    TIME(bundle->inception_at));
			if (rrsig->expiration_at < end_at)
				report_fail(report, "bundle %zu: the RRSIG of "
				    "key %u ends at %s, and the bundle is "
				    "served until %s", b + 1, rrsig->key_tag,
				    TIME(rrsig->expiration_at), TIME(end_at));
		}
	}
}

static void
check_ttl(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr *response = s->in->response;
	size_t b, i;

	for (b = 0; b < response->n_bundles; b++) {
		const struct ksr_bundle *bundle = &response->bundles[b];

		for (i = 1; i < bundle->n_keys; i++)
			if (bundle->keys[i].ttl != bundle->keys[0].ttl)
				report_fail(report, "bundle %zu: its DNSKEYs "
				    "have TTLs %" PRIu32 " and %" PRIu32,
				    b + 1, bundle->keys[0].ttl,
				    bundle->keys[i].ttl);
		for (i = 0; i < bundle->n_sigs; i++)
			if (bundle->sigs[i].ttl !=
			    bundle->sigs[i].rrsig.original_ttl)
				report_fail(report, "bundle %zu: an RRSIG has "
				    "TTL %" PRIu32 " and original TTL %" PRIu32,
				    b + 1, bundle->sigs[i].ttl,
				    bundle->sigs[i].rrsig.original_ttl);
	}
}

/* Whether a KSK of this algorithm leads from the DS set to the DNSKEYs. */
static bool
is_linked(const struct receiver_sigs *s, size_t b, uint8_t alg)
{
	const struct ksr *response = s->in->response;
	const struct ksr_bundle *bundle = &response->bundles[b];
	size_t i, k;
	struct ds ds;

	for (i = 0; i < s->in->n_ds; i++) {
		const struct ds *want = &s->in->ds[i];

		for (k = 0; k < bundle->n_keys && want->alg == alg; k++) {
			const struct dnskey *key = &bundle->keys[k].dnskey;

			if ((want->digest_type != DIGEST_SHA256 &&
			    want->digest_type != DIGEST_SHA384) ||
			    (key->flags & DNSKEY_REVOKE) != 0)
				continue;
			ds_init(&ds, &response->zone, key,
			    (enum digest)want->digest_type);
			if (ds_is_same(&ds, want) && receiver_sigs_by(s, b,
			    key, RRTYPE_DNSKEY) != NULL)
				return true;
		}
	}
	return false;
}

static void
check_ds(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	size_t b, i;

	if (s->in->n_ds == 0) {
		report_off(report, "no DS was given");
		return;
	}
	for (b = 0; b < s->in->response->n_bundles; b++)
		for (i = 0; i < s->in->n_ds; i++)
			if (!is_linked(s, b, s->in->ds[i].alg))
				report_fail(report, "bundle %zu: no KSK of "
				    "algorithm %s that the DS set names signs "
				    "it", b + 1, alg_name(s->in->ds[i].alg));
}

static void
check_current(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr *response = s->in->response;
	int64_t end_at;

	if (response->n_bundles == 0)
		return;
	end_at = receiver_sigs_end(s, response->n_bundles - 1);
	if (end_at <= s->in->now_at)
		report_fail(report, "it ended at %s", TIME(end_at));
	else if (response->bundles[0].inception_at > s->in->now_at)
		report_warn(report, "it begins at %s; until then the response "
		    "before it must be there",
		    TIME(response->bundles[0].inception_at));
}

const struct rule rules_receiver[] = {
	{ { "RESPONSE-SIGNED", "every signature verifies, and a KSK signed "
	    "each RRset",
	    "named and the text readers of others import what does not "
	    "verify, and the zone is bogus from then on (RFC 4035 s5.3). Ask "
	    "the KSK's operator for the file again, and compare its digest." },
	    ERR_INTEGRITY, check_signed },
	{ { "RESPONSE-ALGORITHMS", "each algorithm of a DNSKEY signs the set",
	    "There must be a signature of each algorithm in the DNSKEY RRset "
	    "(RFC 4035 s2.2). A KSK of the algorithm is missing." },
	    ERR_INTEGRITY, check_algorithms },
	{ { "RESPONSE-ORDER", "the bundles' times rise",
	    "Importers take bundles in the order of the file, and forget what "
	    "comes behind one that is later." }, ERR_INPUT, check_order },
	{ { "RESPONSE-GAPS", "a bundle begins before the last one ends",
	    "In a gap nothing that is signed is valid, and the zone is "
	    "bogus until the next bundle. Ask for a response without it." },
	    ERR_INPUT, check_gaps },
	{ { "RESPONSE-WINDOWS", "signatures are valid as long as the bundle "
	    "is served",
	    "A signature that begins after its bundle, or ends before the "
	    "next one, makes the zone bogus in between (RFC 4035 s5.3.1)." },
	    ERR_INPUT, check_windows },
	{ { "RESPONSE-TTL", "the TTLs of a set are equal, and the original",
	    "The records of an RRset have one TTL (RFC 2181 s5.2), which is "
	    "the original one of its signatures (RFC 4034 s3.1.4); named "
	    "refuses others." }, ERR_INPUT, check_ttl },
	{ { "RESPONSE-REQUEST", "the ZSKs are those of the request at each "
	    "time",
	    "A ZSK that is not in the signed set signs for nobody, and one "
	    "that nobody asked for may be another's." },
	    ERR_INTEGRITY, receiver_request_check },
	{ { "RESPONSE-DS", "a KSK that the parent's DS names signs each bundle",
	    "Without one no validator gets from the parent into the zone "
	    "(RFC 4035 s5.2); there must be one for each algorithm in the DS "
	    "set (RFC 6840 s5.11 lets validators ask for it)." },
	    ERR_INPUT, check_ds },
	{ { "RESPONSE-CURRENT", "it is not over",
	    "Whoever imports what is over has a bogus zone. Ask the KSK's "
	    "operator for the response that follows." },
	    ERR_INPUT, check_current },
};
const size_t rules_receiver_n = sizeof(rules_receiver) /
    sizeof(rules_receiver[0]);

void
rules_check_receiver(const struct rules_receiver *receiver,
    struct findings *findings)
{
	struct receiver_sigs sigs;

	receiver_sigs_init(&sigs, receiver);
	report_run(rules_receiver, rules_receiver_n, &sigs, findings);
	report_run(rules_peers, rules_peers_n, &sigs, findings);
	receiver_sigs_clear(&sigs);
}
