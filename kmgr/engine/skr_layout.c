#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/skr_layout.h"
#include "kmgr/engine/skr_layout_inner.h"

/* Of all policies of the KSKs that take part, what binds every one. */
static void
take_policy(const struct policy *policy, struct skr_terms *terms)
{
	const struct policy *first = terms->first;

	terms->first = first == NULL ? policy : first;
	if (first == NULL || policy->validity_s < terms->validity_s)
		terms->validity_s = policy->validity_s;
	if (first == NULL || policy->refresh_s > terms->refresh_s)
		terms->refresh_s = policy->refresh_s;
	if (first == NULL || policy->inception_offset_s < terms->offset_s)
		terms->offset_s = policy->inception_offset_s;
	if (first == NULL || policy->cds < terms->cds)
		terms->cds = policy->cds;
}

static int
find_terms(const struct skr_input *in, struct skr_terms *terms,
    struct error *err)
{
	size_t i;

	*terms = (struct skr_terms) { 0 };
	for (i = 0; i < in->n_ksks; i++)
		if (ksr_roles_has(in->roles, i))
			take_policy(in->ksks[i].cmk->policy, terms);
	if (terms->first == NULL)
		return err_set(err, ERR_INPUT, "no KSK takes part");
	if (terms->validity_s > terms->refresh_s)
		return 0;
	return err_set(err, ERR_POLICY, "the policies of the zone's KSKs have "
	    "no signatures.validity in common that is longer than "
	    "signatures.refresh");
}

/* The DNSKEY of a KSK as it stands in a bundle. */
static struct dnskey
dnskey_of(const struct skr_input *in, size_t slot, size_t i)
{
	struct dnskey dnskey = in->ksks[i].dnskey;

	if ((ksr_roles_of(in->roles, slot, i) & KSR_IS_REVOKED) != 0)
		dnskey.flags |= DNSKEY_REVOKE;
	return dnskey;
}

static void
add_ksk(const struct skr_input *in, const struct skr_terms *terms,
    size_t slot, size_t i, struct ksr_bundle *bundle)
{
	struct ksr_key key = { .owner = in->ksks[i].zone,
		.ttl = (uint32_t)terms->first->dnskey_ttl_s,
		.dnskey = dnskey_of(in, slot, i) };
	char *id = NULL;

	if (in->request->format == KSR_ICANN) {
		key.id = id = mem_strdup(in->ksk_ids[i]);
		key.stated_tag = dnskey_tag(&key.dnskey);
	}
	ksr_add_key(bundle, &key);
	free(id);
}

static void
add_foreign(const struct skr_input *in, const struct skr_terms *terms,
    struct ksr_bundle *bundle)
{
	struct ksr_key key = { .owner = in->request->zone,
		.ttl = (uint32_t)terms->first->dnskey_ttl_s };
	char *id;
	size_t i;

	for (i = 0; i < in->n_foreign; i++) {
		key.dnskey = in->foreign[i];
		id = NULL;
		if (in->request->format == KSR_ICANN) {
			id = mem_strdup(in->foreign_ids[i]);
			key.stated_tag = dnskey_tag(&key.dnskey);
		}
		key.id = id;
		ksr_add_key(bundle, &key);
		free(id);
	}
}

static void
add_zsks(const struct skr_input *in, const struct skr_terms *terms,
    size_t slot, struct ksr_bundle *bundle)
{
	const struct ksr_bundle *asked = &in->request->bundles[slot];
	struct ksr_key key;
	size_t i;

	for (i = 0; i < asked->n_keys; i++) {
		key = asked->keys[i];
		key.line = 0;
		/* The rules say that it is the request's own. */
		key.ttl = (uint32_t)terms->first->dnskey_ttl_s;
		ksr_add_key(bundle, &key);
	}
}

static int
compare_tags(const void *a, const void *b)
{
	const struct ksr_key *left = a, *right = b;

	return dnskey_tag(&left->dnskey) - dnskey_tag(&right->dnskey);
}

static int
compare_rdata(const void *a, const void *b)
{
	const struct ksr_key *left = a, *right = b;
	struct buf l = BUF_INIT, r = BUF_INIT;
	int order;

	dnskey_rdata(&left->dnskey, &l);
	dnskey_rdata(&right->dnskey, &r);
	order = memcmp(l.data, r.data, l.len < r.len ? l.len : r.len);
	if (order == 0 && l.len != r.len)
		order = l.len < r.len ? -1 : 1;
	buf_free(&l);
	buf_free(&r);
	return order;
}

/* KSKs by algorithm and tag; the ZSKs stay behind them as they came. */
static int
compare_ksks(const void *a, const void *b)
{
	const struct ksr_key *left = a, *right = b;

	return left->dnskey.alg != right->dnskey.alg ?
	    left->dnskey.alg - right->dnskey.alg : compare_tags(a, b);
}

/* Keys in the order in which the format's own tool writes them. */
static void
add_keys(const struct skr_input *in, const struct skr_terms *terms,
    size_t slot, struct ksr_bundle *bundle)
{
	size_t i;

	for (i = 0; i < in->n_ksks; i++)
		if (ksr_roles_of(in->roles, slot, i) != 0)
			add_ksk(in, terms, slot, i, bundle);
	add_foreign(in, terms, bundle);
	if (in->request->format == KSR_BIND && bundle->n_keys > 0)
		qsort(bundle->keys, bundle->n_keys, sizeof(*bundle->keys),
		    compare_ksks);
	add_zsks(in, terms, slot, bundle);
	if (in->request->format != KSR_BIND && bundle->n_keys > 0)
		qsort(bundle->keys, bundle->n_keys, sizeof(*bundle->keys),
		    in->request->format == KSR_ICANN ? compare_tags :
		    compare_rdata);
}

/* The signatures of all KSKs that sign in slot over the RRset of type. */
static int
add_sigs(const struct skr_input *in, const struct skr_window *window,
    size_t slot, enum rrtype type, const struct ksr *ksr,
    struct ksr_bundle *bundle, struct error *err)
{
	struct rrset *rrset = ksr_rrset(ksr, bundle, type);
	struct ksr_sig sig = { .owner = in->request->zone };
	struct dnskey dnskey;
	char *id = NULL;
	size_t i;
	int rc = 0;

	for (i = 0; rrset != NULL && i < in->n_ksks && rc == 0; i++) {
		if ((ksr_roles_of(in->roles, slot, i) & KSR_SIGNS) == 0)
			continue;
		dnskey = dnskey_of(in, slot, i);
		sig.ttl = rrset->ttl;
		rc = rrsig_init(&sig.rrsig, rrset, &dnskey,
		    window->inception_at, window->expiration_at, err);
		if (rc != 0)
			break;
		if (ksr->format == KSR_ICANN)
			sig.key_id = id = mem_strdup(in->ksk_ids[i]);
		ksr_add_sig(bundle, &sig);
		free(id);
		id = NULL;
	}
	rrset_free(rrset);
	return rc;
}

/* One bundle of the response from one of the request. */
static int
add_bundle(const struct skr_input *in, const struct skr_terms *terms,
    size_t slot, const struct skr_window *window, struct ksr *ksr,
    struct error *err)
{
	static const enum rrtype types[] = { RRTYPE_DNSKEY, RRTYPE_CDNSKEY,
		RRTYPE_CDS };
	const struct ksr_bundle *asked = &in->request->bundles[slot];
	struct ksr_bundle *bundle;
	size_t i;

	if (ksr->n_bundles == KSR_BUNDLES_MAX)
		return err_set(err, ERR_POLICY, "the response would have more "
		    "than %d bundles: signatures.validity without "
		    "signatures.refresh is too short for it",
		    KSR_BUNDLES_MAX);
	bundle = ksr_add_bundle(ksr, window->bundle_at, window->until_at);
	if (ksr->format == KSR_ICANN)
		bundle->id = asked->id == NULL ? NULL : mem_strdup(asked->id);
	add_keys(in, terms, slot, bundle);
	if (ksr->format != KSR_ICANN && skr_layout_cds(in, terms, bundle,
	    err) != 0)
		return -1;
	for (i = 0; i < 3; i++)
		if (add_sigs(in, window, slot, types[i], ksr, bundle,
		    err) != 0)
			return err_wrap(err, "bundle %zu", ksr->n_bundles);
	if (bundle->n_sigs > 0)
		return 0;
	return err_set(err, ERR_INPUT, "nobody signs bundle %zu", slot + 1);
}

static struct skr_window
window_at(const struct skr_terms *terms, int64_t at)
{

	return (struct skr_window) { .bundle_at = at,
		.until_at = KSR_OPEN,
		.inception_at = at - terms->offset_s,
		.expiration_at = at + terms->validity_s };
}

/* A bundle holds until the next one; signatures do not, and are renewed. */
static int
add_text_slot(const struct skr_input *in, const struct skr_terms *terms,
    size_t slot, struct ksr *ksr, struct error *err)
{
	const struct ksr *request = in->request;
	const int64_t step_s = terms->validity_s - terms->refresh_s;
	const bool is_last = slot + 1 == request->n_bundles;
	int64_t at = request->bundles[slot].inception_at, end_at;
	struct skr_window window;

	end_at = is_last ? skr_layout_end(request, in->end_at,
	    terms->validity_s) :
	    request->bundles[slot + 1].inception_at;
	if (end_at <= at)
		return err_set(err, ERR_INPUT, "bundle %zu ends before it "
		    "begins", slot + 1);
	for (;; at += step_s) {
		if (ksr->n_bundles > 0)
			ksr->bundles[ksr->n_bundles - 1].expiration_at = at;
		window = window_at(terms, at);
		if (add_bundle(in, terms, slot, &window, ksr, err) != 0)
			return -1;
		/* The last signatures live to the end, others to the next. */
		if (at + (is_last ? terms->validity_s : step_s) >= end_at)
			return 0;
	}
}

static int
add_icann_slot(const struct skr_input *in, const struct skr_terms *terms,
    size_t slot, struct ksr *ksr, struct error *err)
{
	const struct ksr_bundle *asked = &in->request->bundles[slot];
	const struct skr_window window = { asked->inception_at,
		asked->expiration_at, asked->inception_at,
		asked->expiration_at };

	if (asked->expiration_at == KSR_OPEN)
		return err_set(err, ERR_INPUT, "bundle %zu has no end",
		    slot + 1);
	return add_bundle(in, terms, slot, &window, ksr, err);
}

int64_t
skr_layout_end(const struct ksr *request, int64_t end_at, int64_t validity_s)
{
	const struct ksr_bundle *last;

	if (end_at != KSR_OPEN || request->n_bundles == 0)
		return end_at;
	last = &request->bundles[request->n_bundles - 1];
	return last->expiration_at != KSR_OPEN ? last->expiration_at :
	    last->inception_at + validity_s;
}

int
skr_layout(const struct skr_input *in, struct ksr **out, struct error *err)
{
	struct ksr *ksr = ksr_new(in->request->format, KSR_RESPONSE);
	struct skr_terms terms;
	int rc = -1;
	size_t i;

	*out = NULL;
	ksr->zone = in->request->zone;
	if (find_terms(in, &terms, err) != 0)
		goto out;
	for (i = 0; i < in->request->n_bundles; i++)
		if ((ksr->format == KSR_ICANN ? add_icann_slot : add_text_slot)
		    (in, &terms, i, ksr, err) != 0)
			goto out;
	if (ksr->format == KSR_ICANN)
		skr_layout_head(in, &terms, ksr);
	*out = ksr;
	ksr = NULL;
	rc = 0;
 out:
	ksr_free(ksr);
	return rc;
}
