/* The subject of these rules is a struct skr_case: does it answer? */
#include <string.h>

#include "policy/report.h"
#include "policy/skr_case.h"

#define TIME REPORT_TIME

static const char no_request[] = "the request is not at hand";

static bool
is_same_text(const char *a, const char *b)
{

	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* ICANN: a bundle for a bundle, with its id and window. */
static void
judge_icann_bundles(const struct skr_case *c, struct report *report)
{
	const struct ksr_bundle *asked, *bundle;
	size_t b;

	if (c->response->n_bundles != c->in->request->n_bundles) {
		report_fail(report, "%zu bundles; the request has %zu",
		    c->response->n_bundles, c->in->request->n_bundles);
		return;
	}
	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		asked = skr_case_asked(c, b);
		if (bundle->inception_at != asked->inception_at ||
		    bundle->expiration_at != asked->expiration_at)
			report_fail(report, "bundle %zu has another window "
			    "than in the request", b + 1);
	}
}

/* Text: something begins when a bundle of the request does. */
static void
judge_text_bundles(const struct skr_case *c, struct report *report)
{
	const struct ksr *request = c->in->request;
	size_t b, i = 0;
	int64_t at;

	for (b = 0; b < request->n_bundles; b++) {
		at = request->bundles[b].inception_at;
		while (i < c->response->n_bundles &&
		    c->response->bundles[i].inception_at < at)
			i++;
		if (i == c->response->n_bundles ||
		    c->response->bundles[i].inception_at != at)
			report_fail(report, "no bundle begins at %s, as bundle "
			    "%zu of the request does", TIME(at), b + 1);
	}
	for (b = 0; b < c->response->n_bundles; b++)
		if (skr_case_asked(c, b) == NULL)
			report_fail(report, "bundle %zu begins before the "
			    "request does", b + 1);
}

static void
check_answer(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct ksr *request = c->in->request;

	if (c->response->kind != KSR_RESPONSE)
		report_fail(report, "it is a request, no response");
	else if (c->response->n_bundles == 0)
		report_fail(report, "no bundle");
	else if (request == NULL)
		report_off(report, "%s", no_request);
	else if (request->format != c->response->format ||
	    !name_is_same(&request->zone, &c->response->zone) ||
	    !is_same_text(request->id, c->response->id))
		report_fail(report, "format, zone or id are not those of the "
		    "request");
	else if (c->is_text)
		judge_text_bundles(c, report);
	else
		judge_icann_bundles(c, report);
}

static void
check_zone(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct name *zone = &c->response->zone;
	const struct ksr_bundle *bundle;
	char text[NAME_TEXT_MAX];
	size_t b, i;

	if (!policy_allows_zone(c->policy, zone))
		report_fail(report, "%.200s is not among the policy's zones",
		    name_text(zone, text));
	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		for (i = 0; i < bundle->n_keys; i++)
			if (!name_is_same(&bundle->keys[i].owner, zone))
				report_fail(report, "bundle %zu: a key of "
				    "%.200s", b + 1, name_text(
				    &bundle->keys[i].owner, text));
		for (i = 0; i < bundle->n_sigs; i++)
			if (!name_is_same(&bundle->sigs[i].owner, zone) ||
			    !name_is_same(&bundle->sigs[i].rrsig.signer, zone))
				report_fail(report, "bundle %zu: a signature "
				    "that is not of the zone", b + 1);
	}
}

static bool
is_same_record(const struct ksr_key *a, const struct ksr_key *b)
{

	return dnskey_is_same_key(&a->dnskey, &b->dnskey) &&
	    a->dnskey.flags == b->dnskey.flags &&
	    a->dnskey.protocol == b->dnskey.protocol &&
	    is_same_text(a->id, b->id);
}

/* Whether the bundle has the ZSK key. */
static bool
has_record(const struct ksr_bundle *bundle, const struct ksr_key *key)
{
	size_t i;

	for (i = 0; i < bundle->n_keys; i++)
		if (is_same_record(&bundle->keys[i], key))
			return true;
	return false;
}

static void
check_zsks(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct ksr_bundle *asked, *bundle;
	const struct ksr_key *key;
	size_t b, i;

	if (c->in->request == NULL) {
		report_off(report, "%s", no_request);
		return;
	}
	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		if ((asked = skr_case_asked(c, b)) == NULL)
			continue;	/* SKR-ANSWER */
		for (i = 0; i < asked->n_keys; i++)
			if (!has_record(bundle, &asked->keys[i]))
				report_fail(report, "bundle %zu lacks ZSK %u",
				    b + 1,
				    dnskey_tag(&asked->keys[i].dnskey));
		for (i = 0; i < bundle->n_keys; i++) {
			key = &bundle->keys[i];
			if (!skr_case_is_ksk(key) && !has_record(asked, key))
				report_fail(report, "bundle %zu has ZSK %u, "
				    "which nobody asked for", b + 1,
				    dnskey_tag(&key->dnskey));
		}
	}
}

static void
judge_order(const struct skr_case *c, size_t b, struct report *report)
{
	const struct ksr_bundle *bundle = &c->response->bundles[b];

	if (b > 0 && bundle->inception_at <= bundle[-1].inception_at)
		report_fail(report, "bundle %zu begins at %s; the one before "
		    "it begins at %s", b + 1, TIME(bundle->inception_at),
		    TIME(bundle[-1].inception_at));
}

static void
check_order(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	size_t b;

	for (b = 0; b < c->response->n_bundles; b++)
		judge_order(c, b, report);
}

static void
check_verify(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	size_t b, i, n = 0;

	for (b = 0; b < c->response->n_bundles; b++)
		for (i = 0; i < c->response->bundles[b].n_sigs; i++)
			n += c->response->bundles[b].sigs[i].rrsig.sig_len > 0;
	if (n == 0)
		report_off(report, "each signature is verified when it is "
		    "made");
	else
		skr_case_verify(c, report);
}

const struct rule rules_skr[] = {
	{ { "SKR-ANSWER",
	    "it answers the request, bundle by bundle",
	    "Zone, format and id are the request's. In ICANN's format each "
	    "bundle answers one, with its window; in the text formats "
	    "something begins whenever a bundle of the request does." },
	    ERR_POLICY, check_answer },
	{ { "SKR-ZONE",
	    "every record is of the zone, and the policy covers it",
	    "A CMK's KSKs sign only for the zones that its sealed policy "
	    "names." },
	    ERR_POLICY, check_zone },
	{ { "SKR-ZSKS",
	    "it has the ZSKs that were asked for, and no others",
	    "Whoever could slip another ZSK into a response could sign the "
	    "zone. Each bundle has just the ZSKs of the request at its time." },
	    ERR_POLICY, check_zsks },
	{ { "SKR-BUNDLE-ORDER",
	    "bundles begin one after the other",
	    "kskm reads the bundles of a response in the file's order, and "
	    "keymgr imports only those that are in order." },
	    ERR_POLICY, check_order },
	{ { "SKR-VERIFY",
	    "every signature verifies",
	    "Each signature that a token makes is verified in software with "
	    "the public key that was pinned before it leaves; a response that "
	    "is signed already is verified whole. named does not verify what "
	    "it imports. kskm has this check." },
	    ERR_POLICY, check_verify },
};
const size_t rules_skr_n = sizeof(rules_skr) / sizeof(rules_skr[0]);

void
rules_check_skr(const struct policy *policy, const struct rules_skr *skr,
    struct findings *findings)
{
	const struct skr_case c = {
		.policy = policy,
		.params = rules_ksr_params(policy, skr->response->format),
		.in = skr,
		.response = skr->response,
		.is_text = skr->response->format != KSR_ICANN,
	};

	report_run(rules_skr, rules_skr_n, &c, findings);
	report_run(rules_skr_keys, rules_skr_keys_n, &c, findings);
	report_run(rules_skr_time, rules_skr_time_n, &c, findings);
	report_run(rules_skr_roll, rules_skr_roll_n, &c, findings);
}
