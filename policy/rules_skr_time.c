/* The subject of these rules is a struct skr_case: windows and TTLs. */
#include <inttypes.h>

#include "policy/report.h"
#include "policy/skr_case.h"

#define DUR  REPORT_DURATION
#define TIME REPORT_TIME
#define LAST_SECOND 1		/* rules_ksr_time.c */

static bool
is_ttl(const struct skr_case *c, uint16_t type, uint32_t ttl)
{

	if ((int64_t)ttl == c->policy->dnskey_ttl_s)
		return true;
	/* keymgr writes CDS and CDNSKEY so, and imports nothing else. */
	return c->response->format == KSR_KNOT && type != RRTYPE_DNSKEY &&
	    ttl == 0;
}

static void
judge_rrset_ttl(const struct skr_case *c, size_t b, const struct rrset *rrset,
    struct report *report)
{

	if (rrset != NULL && !is_ttl(c, rrset->type, rrset->ttl))
		report_fail(report, "bundle %zu, %s: TTL %" PRIu32 "; "
		    "signatures.dnskey-ttl is %" PRId64, b + 1,
		    rrtype_name(rrset->type), rrset->ttl,
		    c->policy->dnskey_ttl_s);
}

static void
check_ttl(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct ksr_bundle *bundle;
	const struct ksr_sig *sig;
	size_t b, i;

	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		for (i = 0; i < bundle->n_keys; i++)
			if (!is_ttl(c, RRTYPE_DNSKEY, bundle->keys[i].ttl))
				report_fail(report, "bundle %zu, key %u: TTL %"
				    PRIu32 "; signatures.dnskey-ttl is %"
				    PRId64, b + 1,
				    dnskey_tag(&bundle->keys[i].dnskey),
				    bundle->keys[i].ttl,
				    c->policy->dnskey_ttl_s);
		judge_rrset_ttl(c, b, bundle->cds, report);
		judge_rrset_ttl(c, b, bundle->cdnskey, report);
		for (i = 0; i < bundle->n_sigs; i++) {
			sig = &bundle->sigs[i];
			if (sig->ttl != sig->rrsig.original_ttl ||
			    !is_ttl(c, sig->rrsig.type_covered, sig->ttl))
				report_fail(report, "bundle %zu, signature by "
				    "%u: TTL %" PRIu32 ", original TTL %"
				    PRIu32, b + 1, sig->rrsig.key_tag,
				    sig->ttl, sig->rrsig.original_ttl);
		}
	}
}

static void
judge_window(const struct skr_case *c, size_t b, const struct rrsig *rrsig,
    struct report *report)
{
	const struct ksr_bundle *bundle = &c->response->bundles[b];
	const int64_t at = bundle->inception_at;

	if (rrsig->inception_at >= rrsig->expiration_at)
		report_fail(report, "bundle %zu: a signature from %s to %s",
		    b + 1, TIME(rrsig->inception_at),
		    TIME(rrsig->expiration_at));
	else if (!c->is_text && (rrsig->inception_at != at ||
	    rrsig->expiration_at != bundle->expiration_at))
		report_fail(report, "bundle %zu: a signature from %s to %s, "
		    "which is not the bundle's window", b + 1,
		    TIME(rrsig->inception_at), TIME(rrsig->expiration_at));
	else if (c->is_text && (rrsig->inception_at > at ||
	    at - rrsig->inception_at > c->policy->inception_offset_s))
		report_fail(report, "bundle %zu begins at %s and a signature "
		    "in it at %s; signatures.inception-offset is %s", b + 1,
		    TIME(at), TIME(rrsig->inception_at),
		    DUR(c->policy->inception_offset_s));
	else if (c->is_text &&
	    rrsig->expiration_at - at > c->policy->validity_s)
		report_fail(report, "bundle %zu begins at %s and a signature "
		    "in it ends at %s; signatures.validity is %s", b + 1,
		    TIME(at), TIME(rrsig->expiration_at),
		    DUR(c->policy->validity_s));
}

static void
check_window(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct ksr_bundle *bundle;
	size_t b, i;

	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		for (i = 0; i < bundle->n_sigs; i++)
			judge_window(c, b, &bundle->sigs[i].rrsig, report);
	}
}

/* Until when the signatures of bundle b must hold. */
static int64_t
needed_until(const struct skr_case *c, size_t b)
{
	const struct ksr *request = c->in->request;

	if (b + 1 < c->response->n_bundles)
		return c->response->bundles[b + 1].inception_at;
	if (request == NULL || request->n_bundles == 0)
		return c->response->bundles[b].inception_at;
	return rules_ksr_end(c->policy, request, c->in->end_at,
	    request->n_bundles - 1);
}

static void
check_gap(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct ksr_bundle *bundle;
	int64_t until_at;
	size_t b, i;

	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		until_at = needed_until(c, b);
		for (i = 0; i < bundle->n_sigs; i++)
			if (bundle->sigs[i].rrsig.expiration_at + LAST_SECOND <
			    until_at)
				report_fail(report, "bundle %zu: a signature "
				    "ends at %s; it must hold until %s",
				    b + 1, TIME(bundle->sigs[i].rrsig.
				    expiration_at), TIME(until_at));
	}
}

static void
check_horizon(const void *subject, struct report *report)
{
	const struct skr_case *c = subject;
	const struct ksr_bundle *bundle;
	int64_t ahead_s;
	size_t b, i;

	for (b = 0; b < c->response->n_bundles; b++) {
		bundle = &c->response->bundles[b];
		for (i = 0; i < bundle->n_sigs; i++) {
			ahead_s = bundle->sigs[i].rrsig.expiration_at -
			    c->in->now_at;
			if (ahead_s > c->policy->max_horizon_s)
				report_fail(report, "bundle %zu: a signature "
				    "ends %s after now; "
				    "signatures.max-horizon is %s", b + 1,
				    DUR(ahead_s),
				    DUR(c->policy->max_horizon_s));
		}
	}
}

const struct rule rules_skr_time[] = {
	{ { "SKR-TTL",
	    "every TTL is the policy's dnskey-ttl",
	    "The waits of a roll count on signatures.dnskey-ttl; named refuses "
	    "a bundle whose keys and signatures have different TTLs. CDS and "
	    "CDNSKEY of keymgr's format may have 0, as keymgr writes them." },
	    ERR_POLICY, check_ttl },
	{ { "SKR-WINDOW",
	    "every signature has the window that the policy gives it",
	    "In ICANN's format it is the bundle's own window. In the text "
	    "formats it begins signatures.inception-offset before the bundle "
	    "at most and ends signatures.validity after it at most." },
	    ERR_POLICY, check_window },
	{ { "SKR-GAP",
	    "signatures hold until the next bundle, and the last to the end",
	    "Where the signatures of one bundle have expired and the next has "
	    "not begun the zone is bogus. keymgr 3.4 refuses such a "
	    "response." },
	    ERR_POLICY, check_gap },
	{ { "SKR-HORIZON",
	    "every signature ends before the policy's horizon",
	    "signatures.max-horizon of the sealed policy says for how long "
	    "after now anything that leaves the token can be used." },
	    ERR_POLICY, check_horizon },
};
const size_t rules_skr_time_n =
    sizeof(rules_skr_time) / sizeof(rules_skr_time[0]);
