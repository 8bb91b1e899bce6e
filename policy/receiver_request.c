#include "policy/receiver_request.h"
#include "policy/receiver_sigs.h"

#define TIME REPORT_TIME

/* The bundle of the request that rules at the instant. */
static const struct ksr_bundle *
asked_at(const struct ksr *request, const struct ksr_bundle *bundle)
{
	const struct ksr_bundle *found = NULL;
	size_t i;

	for (i = 0; i < request->n_bundles; i++)
		if (request->bundles[i].inception_at <= bundle->inception_at)
			found = &request->bundles[i];
	return found;
}

static bool
holds(const struct ksr_bundle *bundle, const struct dnskey *key)
{
	size_t i;

	for (i = 0; i < bundle->n_keys; i++)
		if (bundle->keys[i].dnskey.flags == key->flags &&
		    dnskey_is_same_key(&bundle->keys[i].dnskey, key))
			return true;
	return false;
}

static void
compare(const struct ksr_bundle *bundle, const struct ksr_bundle *asked,
    size_t b, struct report *report)
{
	size_t i;

	for (i = 0; i < asked->n_keys; i++)
		if (!holds(bundle, &asked->keys[i].dnskey))
			report_fail(report, "bundle %zu: ZSK %u of the request "
			    "is not there", b + 1,
			    dnskey_tag(&asked->keys[i].dnskey));
	for (i = 0; i < bundle->n_keys; i++)
		if ((bundle->keys[i].dnskey.flags & DNSKEY_SEP) == 0 &&
		    !holds(asked, &bundle->keys[i].dnskey))
			report_fail(report, "bundle %zu: ZSK %u is not in the "
			    "request", b + 1,
			    dnskey_tag(&bundle->keys[i].dnskey));
}

/* Every tool begins a bundle where the request does. */
static void
check_answered(const struct ksr *response, const struct ksr *request,
    size_t asked, struct report *report)
{
	const struct ksr_bundle *want = &request->bundles[asked], *bundle;
	size_t b;

	for (b = 0; b < response->n_bundles; b++) {
		bundle = &response->bundles[b];
		if (bundle->inception_at != want->inception_at)
			continue;
		if (response->format == KSR_ICANN &&
		    bundle->expiration_at < want->expiration_at)
			report_fail(report, "bundle %zu ends at %s, and that "
			    "of the request at %s", b + 1,
			    TIME(bundle->expiration_at),
			    TIME(want->expiration_at));
		return;
	}
	report_fail(report, "no bundle begins at %s, as bundle %zu of the "
	    "request does", TIME(want->inception_at), asked + 1);
}

void
receiver_request_check(const void *subject, struct report *report)
{
	const struct receiver_sigs *s = subject;
	const struct ksr *response = s->in->response, *request =
	    s->in->request;
	const struct ksr_bundle *asked;
	size_t b;

	if (request == NULL) {
		report_off(report, "no request was given");
		return;
	}
	if (!name_is_same(&request->zone, &response->zone))
		report_fail(report, "the request is of another zone");
	if (request->format == KSR_ICANN && response->format == KSR_ICANN &&
	    request->n_bundles != response->n_bundles)
		report_fail(report, "%zu bundles answer the %zu of the "
		    "request", response->n_bundles, request->n_bundles);
	for (b = 0; b < response->n_bundles; b++) {
		asked = asked_at(request, &response->bundles[b]);
		if (asked == NULL)
			report_fail(report, "bundle %zu begins at %s, before "
			    "the request does", b + 1,
			    TIME(response->bundles[b].inception_at));
		else
			compare(&response->bundles[b], asked, b, report);
	}
	for (b = 0; b < request->n_bundles; b++)
		check_answered(response, request, b, report);
}
