/* What the same request has had signed before, and is good for long. */
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/zsks_internal.h"

static int64_t
least(int64_t a, int64_t b)
{

	return a < b ? a : b;
}

/* The window that the request would have got at the instant at. */
static void
window_at(const struct zsks_request *request, const struct rules_zsks *rules,
    int64_t at, int64_t *inception_at, int64_t *expiration_at)
{

	*inception_at = request->inception_at != ZSKS_WINDOW_BY_POLICY ?
	    request->inception_at : at - (rules->now_at - rules->inception_at);
	*expiration_at = request->expiration_at != ZSKS_WINDOW_BY_POLICY ?
	    request->expiration_at : at + (rules->expiration_at -
	    rules->now_at);
}

/*
 * For so long what lasts validity_s is as good as new: whoever signs as often
 * as it lasts, less this, is never without.
 */
static int64_t
fresh_s(const struct zsks *zsks, int64_t validity_s)
{
	int64_t fresh = validity_s / 2, refresh_s;
	size_t i;

	for (i = 0; i < zsks->n_ksks; i++) {
		refresh_s = zsks->ksks[i].cmk->policy->refresh_s;
		if (refresh_s < validity_s)
			fresh = least(fresh, least(refresh_s, validity_s -
			    refresh_s));
	}
	return fresh;
}

static bool
has_window(const struct zsks *zsks, int64_t inception_at,
    int64_t expiration_at)
{
	const struct rrsig *rrsig;
	size_t i, k;

	for (i = 0; i < zsks->n_sets; i++)
		for (k = 0; k < zsks->sets[i].n_rrsigs; k++) {
			rrsig = &zsks->sets[i].rrsigs[k];
			if (rrsig->inception_at != inception_at ||
			    rrsig->expiration_at != expiration_at)
				return false;
		}
	return true;
}

/* The signatures of all sets, swapped with those of an array. */
static void
swap(struct zsks *zsks, struct rrsig *all)
{
	struct rrsig other;
	size_t i, k;

	for (i = 0; i < zsks->n_sets; i++)
		for (k = 0; k < zsks->sets[i].n_rrsigs; k++, all++) {
			other = *all;
			*all = zsks->sets[i].rrsigs[k];
			zsks->sets[i].rrsigs[k] = other;
		}
}

static int
take(struct store *store, struct zsks *zsks, int64_t inception_at,
    int64_t expiration_at, struct error *err)
{
	struct rrsig *laid_out;
	bool found = false;
	int rc;

	laid_out = mem_new(zsks->n_sets * zsks->n_ksks * sizeof(*laid_out));
	swap(zsks, laid_out);
	rc = zsks_find_signed(store, zsks, zsks->life->text, &found, err);
	zsks->is_taken = found &&
	    has_window(zsks, inception_at, expiration_at);
	if (!zsks->is_taken)
		swap(zsks, laid_out);
	free(laid_out);
	return rc;
}

int
zsks_take_signed(struct session *session,
    const struct zsks_request *request, struct zsks *zsks, struct error *err)
{
	const int64_t now_at = zsks->rules.now_at;
	int64_t at, end_at, inception_at, expiration_at;
	struct store *store;

	/* Of those that are signed now most were not before. */
	if (session_store(session, &store, err) != 0 ||
	    store_signature_times(store, zsks->life->text, &at, &end_at,
	    err) != 0)
		return -1;
	window_at(request, &zsks->rules, at, &inception_at, &expiration_at);
	if (at == 0 || at > now_at ||
	    now_at - at >= fresh_s(zsks, expiration_at - at))
		return 0;
	if (take(store, zsks, inception_at, expiration_at, err) != 0)
		return -1;
	if (zsks->is_taken) {
		zsks->rules.inception_at = inception_at;
		zsks->rules.expiration_at = expiration_at;
	}
	return 0;
}

bool
zsks_is_taken(const struct zsks *zsks)
{

	return zsks->is_taken;
}
