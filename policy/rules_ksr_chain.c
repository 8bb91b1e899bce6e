/* The subject of these rules is a struct ksr_case: what came before it. */
#include <stdio.h>
#include <string.h>

#include "policy/ksr_case.h"
#include "policy/report.h"

#define DUR  REPORT_DURATION
#define TIME REPORT_TIME
#define LAST_SECOND 1		/* ksr_case_judge() */

/* When the signatures over the keys of a response's bundle end. */
static int64_t
signed_until(const struct ksr_bundle *bundle)
{
	int64_t until_at = KSR_OPEN, at;
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++) {
		at = bundle->sigs[i].rrsig.expiration_at;
		if (bundle->sigs[i].rrsig.type_covered == RRTYPE_DNSKEY &&
		    at < until_at)
			until_at = at;
	}
	return until_at == KSR_OPEN ? bundle->inception_at : until_at;
}

/* The bundle of the previous response that holds when the request begins. */
static const struct ksr_bundle *
bundle_before(const struct ksr_case *c)
{
	const struct ksr *previous = c->in->previous;
	size_t b = previous->n_bundles;

	while (b > 1 && previous->bundles[b - 1].inception_at >
	    c->request->bundles[0].inception_at)
		b--;
	return &previous->bundles[b - 1];
}

/* Whether there is anything to compare; says why not. */
static bool
has_chain(const struct ksr_case *c, struct report *report)
{

	if (c->in->previous == NULL)
		report_off(report, c->in->is_genesis ?
		    "it is the first request of the zone" :
		    "no previous response is at hand");
	else if (!c->params->check_chain)
		report_off(report, "ksr.%s.check-chain is false",
		    ksr_case_name(c));
	else if (c->request->n_bundles == 0 ||
	    c->in->previous->n_bundles == 0)
		report_off(report, "there is no bundle to compare");
	else
		return true;
	return false;
}

static bool
is_our_ksk(const struct rules_ksr *in, const struct dnskey *key)
{
	size_t i;

	for (i = 0; i < in->n_ksks; i++)
		if (dnskey_is_same_key(key, &in->ksks[i]))
			return true;
	return false;
}

/* Whether a signature of the bundle is by a KSK that is still known. */
static bool
is_ours(const struct ksr_case *c, const struct ksr_bundle *bundle)
{
	const struct ksr_key *key;
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++) {
		key = ksr_key_of(bundle, &bundle->sigs[i].rrsig);
		if (key != NULL && is_our_ksk(c->in, &key->dnskey))
			return true;
	}
	return false;
}

static void
verify_bundle(const struct ksr *previous, size_t b, struct report *report)
{
	const struct ksr_bundle *bundle = &previous->bundles[b];
	struct rrset *rrset = ksr_rrset(previous, bundle, RRTYPE_DNSKEY);
	const struct ksr_key *key;
	struct error why = ERR_INIT;
	size_t i, n = 0;

	for (i = 0; rrset != NULL && i < bundle->n_sigs; i++) {
		const struct rrsig *rrsig = &bundle->sigs[i].rrsig;

		if (rrsig->type_covered != RRTYPE_DNSKEY)
			continue;
		key = ksr_key_of(bundle, rrsig);
		n++;
		if (key == NULL)
			report_fail(report, "bundle %zu of the previous "
			    "response is signed by %u, which is not in it",
			    b + 1, rrsig->key_tag);
		else if (rrsig_verify(rrsig, rrset, &key->dnskey, &why) != 0)
			report_fail(report, "bundle %zu of the previous "
			    "response: %.200s", b + 1, why.msg);
		err_clear(&why);
	}
	if (n == 0)
		report_fail(report, "bundle %zu of the previous response is "
		    "not signed", b + 1);
	rrset_free(rrset);
}

static void
check_response(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr *previous = c->in->previous;
	char found[NAME_TEXT_MAX];
	size_t b;

	if (!has_chain(c, report))
		return;
	if (previous->kind != KSR_RESPONSE) {
		report_fail(report, "what is given as previous response is a "
		    "request");
		return;
	}
	if (!name_is_same(&previous->zone, &c->request->zone))
		report_fail(report, "the previous response is for %.200s",
		    name_text(&previous->zone, found));
	for (b = 0; b < previous->n_bundles; b++)
		verify_bundle(previous, b, report);
	if (c->in->n_ksks > 0 &&
	    !is_ours(c, &previous->bundles[previous->n_bundles - 1]))
		report_fail(report, "no KSK of the zone that is known here "
		    "signed the end of the previous response");
}

/* What differs between a key and the one that was published, or NULL. */
static const char *
difference(const struct ksr_case *c, const struct ksr_key *key,
    const struct ksr_key *old)
{
	const bool has_ids = !c->is_text &&
	    c->in->previous->format == KSR_ICANN;

	if (key->dnskey.flags != old->dnskey.flags)
		return "other flags";
	if (key->dnskey.protocol != old->dnskey.protocol)
		return "another protocol";
	if (key->ttl != old->ttl)
		return "another TTL";
	if (has_ids && (key->id == NULL || old->id == NULL ||
	    strcmp(key->id, old->id) != 0))
		return "another id";
	return NULL;
}

static const struct ksr_key *
find_key(const struct ksr_bundle *bundle, const struct dnskey *key)
{
	size_t i;

	for (i = 0; i < bundle->n_keys; i++)
		if (dnskey_is_same_key(&bundle->keys[i].dnskey, key))
			return &bundle->keys[i];
	return NULL;
}

static void
check_keys(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_bundle *first, *before;
	const struct ksr_key *key, *old;
	size_t i;

	if (!has_chain(c, report))
		return;
	first = &c->request->bundles[0];
	before = bundle_before(c);
	for (i = 0; i < first->n_keys; i++) {
		key = &first->keys[i];
		old = find_key(before, &key->dnskey);
		if (old == NULL)
			report_fail(report, "bundle 1, key %u is not in bundle "
			    "%td of the previous response, where the request "
			    "begins", dnskey_tag(&key->dnskey), before -
			    c->in->previous->bundles + 1);
		else if (difference(c, key, old) != NULL)
			report_fail(report, "bundle 1, key %u has %s in bundle "
			    "%td of the previous response",
			    dnskey_tag(&key->dnskey), difference(c, key, old),
			    before - c->in->previous->bundles + 1);
	}
}

static void
check_overlap(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_bundle *last;
	struct ksr_case_bounds bounds;
	int64_t begin_at, end_at;

	if (!has_chain(c, report))
		return;
	last = &c->in->previous->bundles[c->in->previous->n_bundles - 1];
	begin_at = c->request->bundles[0].inception_at;
	end_at = signed_until(last);
	if (begin_at > end_at + LAST_SECOND) {
		report_fail(report, "the previous response ends at %s and the "
		    "request begins at %s; nothing holds between",
		    TIME(end_at), TIME(begin_at));
		return;
	}
	if (begin_at < c->in->previous->bundles[0].inception_at)
		report_fail(report, "the request begins at %s, before the "
		    "previous response does", TIME(begin_at));
	ksr_case_overlap_bounds(c, &bounds);
	ksr_case_judge(&bounds, "it overlaps the previous response by",
	    end_at - begin_at, report);
}

/* Whether two bundles share a key of the algorithm of every key of one. */
static void
judge_neighbours(const struct ksr_bundle *before, const char *place,
    const struct ksr_bundle *after, struct report *report)
{
	bool had[UINT8_MAX + 1] = { false }, has[UINT8_MAX + 1] = { false };
	bool shares[UINT8_MAX + 1] = { false };
	bool shares_any = false;
	unsigned int alg;
	size_t i;

	for (i = 0; i < before->n_keys; i++) {
		const struct dnskey *key = &before->keys[i].dnskey;

		if ((key->flags & DNSKEY_SEP) != 0)
			continue;
		had[key->alg] = true;
		shares[key->alg] |= find_key(after, key) != NULL;
		shares_any |= find_key(after, key) != NULL;
	}
	for (i = 0; i < after->n_keys; i++)
		has[after->keys[i].dnskey.alg] = true;
	for (alg = 0; alg <= UINT8_MAX; alg++)
		if (had[alg] && has[alg] && !shares[alg])
			report_fail(report, "%s shares no key of algorithm %u "
			    "(%s) with what was before", place, alg,
			    alg_name(alg));
		else if (had[alg] && !has[alg] && !shares_any)
			report_fail(report, "%s shares no key with what was "
			    "before", place);
}

static void
check_continuity(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_bundle *bundles = c->request->bundles;
	char place[32];
	size_t b;

	/* Not only where check-chain asks: the zone would go bogus. */
	if (c->in->previous != NULL && c->in->previous->n_bundles > 0 &&
	    c->request->n_bundles > 0)
		judge_neighbours(bundle_before(c), "bundle 1", &bundles[0],
		    report);
	for (b = 1; b < c->request->n_bundles; b++) {
		(void)snprintf(place, sizeof(place), "bundle %zu", b + 1);
		if (bundles[b - 1].n_keys > 0 && bundles[b].n_keys > 0)
			judge_neighbours(&bundles[b - 1], place, &bundles[b],
			    report);
	}
}

const struct rule rules_ksr_chain[] = {
	{ { "KSR-CHAIN-RESPONSE",
	    "the previous response is one of the zone, and verifies",
	    "The chain is worth as much as its other end: every bundle of the "
	    "previous response must be signed by a key in it and every "
	    "signature must verify; where the zone's KSKs are known, one of "
	    "them must have signed its last bundle. kskm has this check when "
	    "it loads the response." },
	    ERR_POLICY, check_response },
	{ { "KSR-CHAIN-KEYS",
	    "the first bundle's keys were published by the last response",
	    "A request continues what was signed before: each ZSK of its "
	    "first bundle stands, with the same id, flags and TTL, in the "
	    "bundle of the previous response that holds at that time, the "
	    "last one as a rule. A ZSK that appears from nowhere was not "
	    "vouched for. kskm has this check." },
	    ERR_POLICY, check_keys },
	{ { "KSR-CHAIN-OVERLAP",
	    "it begins before the last response ends, and not too early",
	    "Between the two the zone would have no valid signature over its "
	    "keys. ksr.FORMAT.min-overlap and max-overlap, and, unless "
	    "match-request-policy is false, the overlap that the request "
	    "declares, hold here too. kskm has this check." },
	    ERR_POLICY, check_overlap },
	{ { "KSR-ZSK-CONTINUITY",
	    "successive bundles share a ZSK of each algorithm",
	    "While the old DNSKEY set is in caches, only a ZSK that is in "
	    "both sets can sign data that every resolver accepts (RFC 6781 "
	    "section 4.1.1). A set that shares none replaces all keys at "
	    "once, as an attacker would. Let a new ZSK stand beside the old "
	    "one for a bundle. This holds whatever check-chain says." },
	    ERR_POLICY, check_continuity },
};
const size_t rules_ksr_chain_n =
    sizeof(rules_ksr_chain) / sizeof(rules_ksr_chain[0]);
