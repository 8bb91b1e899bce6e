#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "policy/ksr_case.h"

/* A record and where it stands. */
struct spot {
	const struct ksr_key	*key;
	size_t			 b, k;
};

const struct policy_ksr *
rules_ksr_params(const struct policy *policy, enum ksr_format format)
{

	switch (format) {
	case KSR_BIND:
		return &policy->ksr_bind;
	case KSR_KNOT:
		return &policy->ksr_knot;
	case KSR_ICANN:
	case KSR_FORMAT_N:
	default:
		return &policy->ksr_icann;
	}
}

int64_t
rules_ksr_end(const struct policy *policy, const struct ksr *request,
    int64_t end_at, size_t i)
{
	const struct ksr_bundle *bundle = &request->bundles[i];

	if (bundle->expiration_at != KSR_OPEN)
		return bundle->expiration_at;
	return end_at != KSR_OPEN && end_at != 0 ? end_at :
	    bundle->inception_at + policy->validity_s;
}

int64_t
ksr_case_end(const struct ksr_case *c, size_t b)
{

	return rules_ksr_end(c->policy, c->request, c->in->end_at, b);
}

bool
ksr_case_is_signer(uint8_t alg)
{
	const struct alg_info *info = alg_find(alg);

	return info != NULL && info->refusal == NULL;
}

bool
ksr_case_admits(const struct ksr_case *c, uint8_t alg)
{
	size_t i;

	for (i = 0; i < c->policy->n_zsk_algs; i++)
		if ((unsigned int)c->policy->zsk_algs[i] == alg)
			return true;
	return false;
}

uint64_t
ksr_case_exponent(const struct ksr_case_key *key)
{
	struct buf e = BUF_INIT, n = BUF_INIT;
	uint64_t exponent = 0;
	size_t i;

	if (key->public == NULL || crypto_key_kind(key->public) != CRYPTO_RSA)
		return 0;
	crypto_key_rsa(key->public, &e, &n);
	for (i = 0; i < e.len && e.len <= sizeof(exponent); i++)
		exponent = exponent << 8 | e.data[i];
	if (e.len > sizeof(exponent))
		exponent = UINT64_MAX;
	buf_free(&e);
	buf_free(&n);
	return exponent;
}

static int
compare_rdata(const struct dnskey *a, const struct dnskey *b)
{

	if (a->flags != b->flags)
		return a->flags < b->flags ? -1 : 1;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	if (a->alg != b->alg)
		return a->alg < b->alg ? -1 : 1;
	if (a->key_len != b->key_len)
		return a->key_len < b->key_len ? -1 : 1;
	return memcmp(a->key, b->key, a->key_len);
}

/* By what the record says, then by where it stands. */
static int
compare_spots(const void *pa, const void *pb)
{
	const struct spot *a = pa, *b = pb;
	const int order = compare_rdata(&a->key->dnskey, &b->key->dnskey);

	if (order != 0)
		return order;
	if (a->b != b->b)
		return a->b < b->b ? -1 : 1;
	return a->k < b->k ? -1 : a->k > b->k;
}

static void
add_key(struct ksr_case *c, const struct spot *spot)
{
	struct ksr_case_key *key = mem_push(&c->keys, c->n_keys,
	    sizeof(*c->keys));
	struct error ignored = ERR_INIT;

	c->n_keys++;
	key->key = spot->key;
	key->bundle = spot->b + 1;
	key->tag = dnskey_tag(&spot->key->dnskey);
	(void)dnskey_public(&spot->key->dnskey, &key->public, &ignored);
}

/* All records of the request, in its order. */
static struct spot *
list_spots(const struct ksr *request, size_t *n)
{
	struct spot *spots, *spot;
	size_t b, k;

	*n = 0;
	for (b = 0; b < request->n_bundles; b++)
		*n += request->bundles[b].n_keys;
	spots = mem_new((*n + 1) * sizeof(*spots));
	spot = spots;
	for (b = 0; b < request->n_bundles; b++)
		for (k = 0; k < request->bundles[b].n_keys; k++)
			*spot++ = (struct spot){
			    &request->bundles[b].keys[k], b, k };
	return spots;
}

/* The first spot of the record at each of the n sorted spots. */
static void
take_keys(struct ksr_case *c, const struct spot *sorted, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i == 0 || compare_rdata(&sorted[i].key->dnskey,
		    &sorted[i - 1].key->dnskey) != 0)
			add_key(c, &sorted[i]);
		c->place[sorted[i].b][sorted[i].k] = c->n_keys - 1;
	}
}

void
ksr_case_init(struct ksr_case *c, const struct policy *policy,
    const struct rules_ksr *in)
{
	struct spot *spots;
	size_t b, n;

	*c = (struct ksr_case) {
		.policy = policy,
		.params = rules_ksr_params(policy, in->request->format),
		.in = in,
		.request = in->request,
		.is_text = in->request->format != KSR_ICANN,
	};
	c->place = mem_new((c->request->n_bundles + 1) * sizeof(*c->place));
	for (b = 0; b < c->request->n_bundles; b++)
		c->place[b] = mem_new((c->request->bundles[b].n_keys + 1) *
		    sizeof(**c->place));
	spots = list_spots(c->request, &n);
	qsort(spots, n, sizeof(*spots), compare_spots);
	take_keys(c, spots, n);
	free(spots);
}

const struct ksr_case_key *
ksr_case_key(const struct ksr_case *c, size_t b, size_t k)
{

	return &c->keys[c->place[b][k]];
}

bool
ksr_case_first(const struct ksr_case *c, size_t b, size_t k)
{
	size_t i;

	for (i = 0; i < k; i++)
		if (c->place[b][i] == c->place[b][k])
			return false;
	return true;
}

const char *
ksr_case_name(const struct ksr_case *c)
{

	return ksr_format_name(c->request->format);
}

void
ksr_case_clear(struct ksr_case *c)
{
	size_t i;

	for (i = 0; i < c->n_keys; i++)
		crypto_key_free(c->keys[i].public);
	free(c->keys);
	for (i = 0; i < c->request->n_bundles; i++)
		free(c->place[i]);
	free(c->place);
	*c = (struct ksr_case) { 0 };
}
