/*
 * Whether the importer of a peer takes a response. The subject is a struct
 * receiver_sigs. What each peer does was seen by running it: named 9.20,
 * Knot 3.2 and 3.4, kskm of 2025.
 */
#include <inttypes.h>
#include <string.h>

#include "policy/receiver_sigs.h"
#include "policy/report.h"

#define TIME REPORT_TIME

#define KSKM_MAX_LEN (1 << 20)

static bool
is_other_format(const struct receiver_sigs *s, enum ksr_format format,
    struct report *report)
{

	if (s->in->response->format == format)
		return false;
	report_off(report, "the file is in the format of %s",
	    ksr_format_name(s->in->response->format));
	return true;
}

static bool
is_ksk(const struct ksr_key *key)
{

	return (key->dnskey.flags & DNSKEY_SEP) != 0;
}

/* Whether a signature over the type says that a key of the tag made it. */
static bool
names_tag(const struct ksr_bundle *bundle, uint16_t tag, enum rrtype type)
{
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++)
		if (bundle->sigs[i].rrsig.key_tag == tag &&
		    bundle->sigs[i].rrsig.type_covered == type)
			return true;
	return false;
}

/* Each KSK in the set signs all that is signed; named verifies nothing. */
static void
check_cosigned(const struct receiver_sigs *s, size_t b, struct report *report)
{
	const struct ksr_bundle *bundle = &s->in->response->bundles[b];
	size_t i, t;

	for (i = 0; i < bundle->n_keys; i++)
		for (t = 0; t < RECEIVER_TYPES && is_ksk(&bundle->keys[i]); t++)
			if (receiver_sigs_has(bundle, receiver_types[t]) &&
			    !names_tag(bundle, dnskey_tag(
			    &bundle->keys[i].dnskey), receiver_types[t]))
				report_fail(report, "named 9.20 refuses: KSK "
				    "%u is published but does not sign the %s "
				    "RRset of bundle %zu",
				    dnskey_tag(&bundle->keys[i].dnskey),
				    rrtype_name(receiver_types[t]), b + 1);
}

/* It looks for signatures by key tag and type alone. */
static void
check_tags(const struct receiver_sigs *s, size_t b, struct report *report)
{
	const struct ksr_bundle *bundle = &s->in->response->bundles[b];
	size_t i, k;

	for (i = 0; i < bundle->n_keys; i++)
		for (k = 0; k < i && is_ksk(&bundle->keys[i]); k++)
			if (is_ksk(&bundle->keys[k]) &&
			    dnskey_tag(&bundle->keys[i].dnskey) ==
			    dnskey_tag(&bundle->keys[k].dnskey) &&
			    !dnskey_is_same_key(&bundle->keys[i].dnskey,
			    &bundle->keys[k].dnskey))
				report_fail(report, "named 9.20 cannot tell "
				    "two KSKs of bundle %zu apart: both have "
				    "tag %u", b + 1,
				    dnskey_tag(&bundle->keys[i].dnskey));
}

static void
check_named(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr *response = s->in->response;
	size_t b, i;

	if (is_other_format(s, KSR_BIND, report))
		return;
	for (b = 0; b < response->n_bundles; b++) {
		const struct ksr_bundle *bundle = &response->bundles[b];

		check_cosigned(s, b, report);
		check_tags(s, b, report);
		for (i = 0; i < bundle->n_sigs; i++)
			if (bundle->n_keys > 0 && bundle->sigs[i].ttl !=
			    bundle->keys[0].ttl)
				report_fail(report, "named 9.20 refuses "
				    "(\"not exact\"): bundle %zu has DNSKEYs "
				    "of TTL %" PRIu32 " and an RRSIG of TTL "
				    "%" PRIu32, b + 1, bundle->keys[0].ttl,
				    bundle->sigs[i].ttl);
	}
	report_warn(report, "named keeps the response in memory only: import "
	    "it again after each restart, and do not trust the exit status of "
	    "rndc");
}

/* One good signature of a KSK over the RRset that covers the instant. */
static bool
covers(const struct receiver_sigs *s, size_t b, enum rrtype type,
    int64_t from_at, int64_t until_at)
{
	const struct ksr_bundle *bundle = &s->in->response->bundles[b];
	const struct rrsig *rrsig;
	size_t i;

	for (i = 0; i < bundle->n_keys; i++) {
		if (!is_ksk(&bundle->keys[i]))
			continue;
		rrsig = receiver_sigs_by(s, b, &bundle->keys[i].dnskey, type);
		if (rrsig != NULL && rrsig->inception_at <= from_at &&
		    rrsig->expiration_at > from_at &&
		    rrsig->expiration_at >= until_at)
			return true;
	}
	return false;
}

static void
check_knot_bundle(const struct receiver_sigs *s, size_t b,
    struct report *report)
{
	const struct ksr *response = s->in->response;
	const struct ksr_bundle *bundle = &response->bundles[b];
	const int64_t at = bundle->inception_at;
	const int64_t next_at = b + 1 < response->n_bundles ?
	    response->bundles[b + 1].inception_at : at;
	size_t i, t;

	for (t = 0; t < RECEIVER_TYPES; t++) {
		if (!receiver_sigs_has(bundle, receiver_types[t]))
			continue;
		if (!covers(s, b, receiver_types[t], at, at))
			report_fail(report, "Knot refuses: at %s no KSK's "
			    "signature over the %s RRset of bundle %zu is "
			    "valid", TIME(at), rrtype_name(receiver_types[t]),
			    b + 1);
		else if (!covers(s, b, receiver_types[t], at, next_at))
			report_fail(report, "Knot 3.4 refuses (\"oncoming "
			    "RRSIG expiration\"): no signature over the %s "
			    "RRset of bundle %zu reaches the next bundle at "
			    "%s", rrtype_name(receiver_types[t]), b + 1,
			    TIME(next_at));
	}
	for (i = 0; i < bundle->n_sigs; i++)
		if (s->made_by[b][i] == NULL && ksr_key_of(bundle,
		    &bundle->sigs[i].rrsig) != NULL)
			report_fail(report, "Knot refuses: bundle %zu has a "
			    "wrong signature of key %u", b + 1,
			    bundle->sigs[i].rrsig.key_tag);
}

static void
check_knot(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr_bundle *bundles = s->in->response->bundles;
	size_t b;

	if (is_other_format(s, KSR_KNOT, report))
		return;
	for (b = 0; b < s->in->response->n_bundles; b++) {
		check_knot_bundle(s, b, report);
		if (b > 0 && bundles[b].inception_at <=
		    bundles[b - 1].inception_at)
			report_fail(report, "Knot stores nothing from bundle "
			    "%zu on, which is not later than the one before",
			    b + 1);
	}
}

static void
check_kskm(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr *response = s->in->response;
	size_t b, i;

	if (is_other_format(s, KSR_ICANN, report))
		return;
	if (response->n_bundles == 1)
		report_fail(report, "kskm cannot load a response of one "
		    "bundle");
	if (s->in->len > KSKM_MAX_LEN)
		report_fail(report, "kskm reads no more than %d bytes",
		    KSKM_MAX_LEN);
	if (response->zone.len > 1)
		report_warn(report, "kskm knows the root zone only");
	for (b = 0; b < response->n_bundles; b++)
		for (i = 0; i < response->bundles[b].n_sigs; i++) {
			const struct ksr_sig *sig =
			    &response->bundles[b].sigs[i];

			if (sig->rrsig.alg != ALG_RSASHA256) {
				report_warn(report, "kskm signs and verifies "
				    "RSA only");
				return;
			}
			if (sig->key_id == NULL || sig->key_id[0] == '\0')
				report_fail(report, "kskm refuses: a "
				    "signature in bundle %zu names no key",
				    b + 1);
		}
}

const struct rule rules_peers[] = {
	{ { "PEER-NAMED", "named 9.20 imports and serves it",
	    "named takes a bundle only if every key with the SEP flag signed "
	    "DNSKEY, CDS and CDNSKEY, finds signatures by key tag alone, wants "
	    "one TTL, and verifies nothing (RESPONSE-SIGNED does)." },
	    ERR_INPUT, check_named },
	{ { "PEER-KNOT", "keymgr import-skr stores all of its bundles",
	    "Knot verifies each RRset at its bundle's time, from 3.4 on also "
	    "until the next bundle, stops at the first that it refuses, and "
	    "keeps what it stored before. keymgr validate-skr exits 0 even if "
	    "it found errors." }, ERR_INPUT, check_knot },
	{ { "PEER-KSKM", "kskm can chain the next request to it",
	    "kskm reads the last response to check the next request, and "
	    "knows only RSA and the root zone. Others need not care." },
	    ERR_INPUT, check_kskm },
};
const size_t rules_peers_n = sizeof(rules_peers) / sizeof(rules_peers[0]);
