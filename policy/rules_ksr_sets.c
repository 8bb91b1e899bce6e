/* The subject of these rules is a struct ksr_case: keys among each other. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "policy/ksr_case.h"
#include "policy/report.h"

/* A record by its id. */
struct named {
	const char	*id;
	size_t		 b, k;
};

static int
compare_named(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;
	const int order = strcmp(a->id, b->id);

	if (order != 0)
		return order;
	if (a->b != b->b)
		return a->b < b->b ? -1 : 1;
	return a->k < b->k ? -1 : a->k > b->k;
}

/* All records that have an id, by id. Owner: the caller, free(). */
static struct named *
list_named(const struct ksr_case *c, size_t *n)
{
	struct named *list = NULL, *one;
	const char *id;
	size_t b, k;

	*n = 0;
	for (b = 0; b < c->request->n_bundles; b++)
		for (k = 0; k < c->request->bundles[b].n_keys; k++) {
			id = c->request->bundles[b].keys[k].id;
			if (id == NULL)
				continue;
			one = mem_push(&list, (*n)++, sizeof(*list));
			*one = (struct named){ id, b, k };
		}
	if (*n > 0)
		qsort(list, *n, sizeof(*list), compare_named);
	return list;
}

static void
check_one_key_an_id(const struct ksr_case *c, struct report *report)
{
	struct named *list;
	size_t i, n;

	list = list_named(c, &n);
	for (i = 1; i < n; i++)
		if (strcmp(list[i].id, list[i - 1].id) == 0 &&
		    ksr_case_key(c, list[i].b, list[i].k) !=
		    ksr_case_key(c, list[i - 1].b, list[i - 1].k))
			report_fail(report, "bundle %zu: %.100s is another key "
			    "than in bundle %zu", list[i].b + 1, list[i].id,
			    list[i - 1].b + 1);
	free(list);
}

static bool
is_declared(const struct ksr_policy *policy, const struct ksr_case_key *key)
{
	const struct dnskey *dnskey = &key->key->dnskey;
	const struct ksr_alg *alg;
	size_t i;

	for (i = 0; i < policy->n_algs; i++) {
		alg = &policy->algs[i];
		if (alg->alg == dnskey->alg &&
		    alg->bits == dnskey_bits(dnskey) &&
		    (alg->alg != ALG_RSASHA256 ||
		    alg->exponent == ksr_case_exponent(key)))
			return true;
	}
	return false;
}

static void
check_keys(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_case_key *key;
	size_t i;

	if (c->is_text) {
		report_off(report, "the format has no ids and declares no "
		    "algorithms");
		return;
	}
	check_one_key_an_id(c, report);
	for (i = 0; c->params->match_request_policy && i < c->n_keys; i++) {
		key = &c->keys[i];
		if (key->public != NULL && !is_declared(&c->request->zsk, key))
			report_fail(report, "bundle %zu, key %u: algorithm %u "
			    "(%s) of %u bits is not what the request declares",
			    key->bundle, key->tag, key->key->dnskey.alg,
			    alg_name(key->key->dnskey.alg),
			    dnskey_bits(&key->key->dnskey));
	}
}

static void
check_key_id(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const char *id, *first;
	size_t b, k;

	if (c->is_text) {
		report_off(report, "the format has no ids");
		return;
	}
	for (b = 0; b < c->request->n_bundles; b++)
		for (k = 0; k < c->request->bundles[b].n_keys; k++) {
			id = c->request->bundles[b].keys[k].id;
			first = ksr_case_key(c, b, k)->key->id;
			if (id == NULL || id[0] == '\0')
				report_fail(report, "bundle %zu, key %u has no "
				    "id", b + 1, ksr_case_key(c, b, k)->tag);
			else if (first != NULL && strcmp(id, first) != 0)
				report_fail(report, "bundle %zu, key %u: id "
				    "%.80s, and before that %.80s", b + 1,
				    ksr_case_key(c, b, k)->tag, id, first);
		}
}

static void
check_duplicate(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	size_t b, k;

	for (b = 0; b < c->request->n_bundles; b++)
		for (k = 0; k < c->request->bundles[b].n_keys; k++)
			if (!ksr_case_first(c, b, k))
				report_fail(report, "bundle %zu: key %u stands "
				    "there twice", b + 1,
				    ksr_case_key(c, b, k)->tag);
}

/* The different keys of bundle b. */
static size_t
count_keys(const struct ksr_case *c, size_t b)
{
	size_t k, n = 0;

	for (k = 0; k < c->request->bundles[b].n_keys; k++)
		n += ksr_case_first(c, b, k);
	return n;
}

static void
judge_number(const struct ksr_case *c, size_t b, struct report *report)
{
	const struct policy_ksr *p = c->params;
	const size_t n = count_keys(c, b);

	if (n == 0)
		report_fail(report, "bundle %zu: no key", b + 1);
	else if (b < p->n_keys_per_bundle &&
	    n != (uint64_t)p->keys_per_bundle[b])
		report_fail(report, "bundle %zu: %zu keys; "
		    "ksr.%s.keys-per-bundle says %" PRId64, b + 1, n,
		    ksr_case_name(c), p->keys_per_bundle[b]);
	else if (p->max_keys_per_bundle != 0 &&
	    n > (uint64_t)p->max_keys_per_bundle)
		report_fail(report, "bundle %zu: %zu keys; "
		    "ksr.%s.max-keys-per-bundle is %" PRId64, b + 1, n,
		    ksr_case_name(c), p->max_keys_per_bundle);
	else if (n > (uint64_t)c->policy->zsk_max_keys)
		report_fail(report, "bundle %zu: %zu keys; zsk.max-keys is %"
		    PRId64, b + 1, n, c->policy->zsk_max_keys);
}

static void
check_numbers(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	size_t b;

	for (b = 0; b < c->request->n_bundles; b++)
		judge_number(c, b, report);
	if (c->params->max_distinct_keys != 0 &&
	    c->n_keys > (uint64_t)c->params->max_distinct_keys)
		report_fail(report, "%zu different keys; "
		    "ksr.%s.max-distinct-keys is %" PRId64, c->n_keys,
		    ksr_case_name(c), c->params->max_distinct_keys);
}

static bool
ksks_have_alg(const struct rules_ksr *in, uint8_t alg)
{
	size_t i;

	for (i = 0; i < in->n_ksks; i++)
		if (in->ksks[i].alg == alg)
			return true;
	return false;
}

static void
check_algorithm_set(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct ksr_case_key *key;
	uint8_t alg;
	size_t i;

	for (i = 0; i < c->n_keys; i++) {
		key = &c->keys[i];
		alg = key->key->dnskey.alg;
		if (c->in->n_ksks > 0 && !ksks_have_alg(c->in, alg))
			report_fail(report, "bundle %zu, key %u: a ZSK of "
			    "algorithm %u (%s), and the zone has no KSK of it",
			    key->bundle, key->tag, alg, alg_name(alg));
		else if (c->in->n_ksks == 0 && alg != c->policy->alg &&
		    ksr_case_admits(c, alg))
			report_warn(report, "bundle %zu, key %u: a ZSK of "
			    "algorithm %u (%s); ksk.algorithm is %s, and no "
			    "KSK is known here", key->bundle, key->tag, alg,
			    alg_name(alg), alg_name(c->policy->alg));
	}
}

const struct rule rules_ksr_sets[] = {
	{ { "KSR-BUNDLE-KEYS",
	    "an id is one key everywhere, of an algorithm that is declared",
	    "keyIdentifier names one key in all bundles. Each key is of an "
	    "algorithm, size and RSA exponent that the request's own policy "
	    "declares; ksr.FORMAT.match-request-policy turns that part off. "
	    "kskm has this check." },
	    ERR_POLICY, check_keys },
	{ { "KSR-KEY-ID",
	    "every key has an id, and one only",
	    "Two ids for one key would let it count twice: for the number of "
	    "keys, for proof of possession, and in the chain to the next "
	    "request, which compares ids." },
	    ERR_POLICY, check_key_id },
	{ { "KSR-KEY-DUPLICATE",
	    "no key stands twice in a bundle",
	    "Equal records are one record (RFC 2181 section 5). dnssec-ksr "
	    "writes both into its response and signs one, so other programs "
	    "see a signature that does not fit the file." },
	    ERR_POLICY, check_duplicate },
	{ { "KSR-POLICY-KEYS",
	    "every bundle has as many keys as the policy says",
	    "ksr.FORMAT.keys-per-bundle says exactly how many ZSKs each bundle "
	    "has, max-keys-per-bundle and zsk.max-keys how many at most, and "
	    "max-distinct-keys how many there may be in all; none is too few. "
	    "The root zone's requests, which roll one ZSK from the first "
	    "bundle to the last, have 2, 1, 1, 1, 1, 1, 1, 1, 2; kskm demands "
	    "that, and here a policy may." },
	    ERR_POLICY, check_numbers },
	{ { "KSR-ALGORITHM-SET",
	    "the zone has a KSK of each ZSK's algorithm",
	    "The DNSKEY set must be signed with every algorithm that is in it "
	    "(RFC 4035 section 2.2), so a ZSK without a KSK of its algorithm "
	    "makes the zone bogus for strict validators. Where no KSK is "
	    "known, ksk.algorithm of the policy counts, and this is a warning. "
	    "kskm has this check for each bundle it signs." },
	    ERR_POLICY, check_algorithm_set },
};
const size_t rules_ksr_sets_n =
    sizeof(rules_ksr_sets) / sizeof(rules_ksr_sets[0]);
