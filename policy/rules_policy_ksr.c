/*
 * The subject of these rules is a struct policy. They find the checks of a
 * KSR format that no request could pass.
 */
#include <inttypes.h>

#include "policy/report.h"

#define DUR REPORT_DURATION

static const struct format {
	const char	*name;
	size_t		 offset;
	bool		 is_text;	/* no proof, no policy of its own */
} formats[] = {
	{ "icann", offsetof(struct policy, ksr_icann), false },
	{ "bind", offsetof(struct policy, ksr_bind), true },
	{ "knot", offsetof(struct policy, ksr_knot), true },
};
#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

static const struct policy_ksr *
ksr_of(const void *policy, const struct format *format)
{

	return (const struct policy_ksr *)(const void *)
	    ((const char *)policy + format->offset);
}

/* min and max of one quantity, named by its word. */
static void
check_pair(const char *format, const char *word, int64_t min_s, int64_t max_s,
    struct report *report)
{

	if (max_s != 0 && min_s > max_s)
		report_fail(report, "ksr.%s.min-%s %s is more than max-%s %s",
		    format, word, DUR(min_s), word, DUR(max_s));
}

static void
check_range(const void *subject, struct report *report)
{
	const struct policy_ksr *k;
	const char *name;
	size_t i;

	for (i = 0; i < N_FORMATS; i++) {
		k = ksr_of(subject, &formats[i]);
		name = formats[i].name;
		check_pair(name, "cycle", k->min_cycle_s, k->max_cycle_s,
		    report);
		check_pair(name, "interval", k->min_interval_s,
		    k->max_interval_s, report);
		check_pair(name, "overlap", k->min_overlap_s,
		    k->max_overlap_s, report);
		check_pair(name, "validity", k->min_validity_s,
		    k->max_validity_s, report);
	}
}

static void
check_count(const void *subject, struct report *report)
{
	const struct policy_ksr *k;
	size_t i;

	for (i = 0; i < N_FORMATS; i++) {
		k = ksr_of(subject, &formats[i]);
		if (k->max_bundles != 0 && k->bundle_count > k->max_bundles)
			report_fail(report, "ksr.%s.bundle-count %" PRId64
			    " is more than max-bundles %" PRId64,
			    formats[i].name, k->bundle_count, k->max_bundles);
		if (k->n_keys_per_bundle != 0 &&
		    (size_t)k->bundle_count != k->n_keys_per_bundle)
			report_fail(report, "ksr.%s.keys-per-bundle has %zu "
			    "numbers and bundle-count is %" PRId64,
			    formats[i].name, k->n_keys_per_bundle,
			    k->bundle_count);
	}
}

static void
check_keys_of(const char *name, const struct policy_ksr *k,
    struct report *report)
{
	int64_t most = 0;
	size_t i;

	for (i = 0; i < k->n_keys_per_bundle; i++)
		if (k->keys_per_bundle[i] > most)
			most = k->keys_per_bundle[i];
	if (k->max_keys_per_bundle != 0 && most > k->max_keys_per_bundle)
		report_fail(report, "ksr.%s.keys-per-bundle asks for %" PRId64
		    " keys and max-keys-per-bundle is %" PRId64, name, most,
		    k->max_keys_per_bundle);
	if (k->max_distinct_keys != 0 && most > k->max_distinct_keys)
		report_fail(report, "ksr.%s.keys-per-bundle asks for %" PRId64
		    " keys and max-distinct-keys is %" PRId64, name, most,
		    k->max_distinct_keys);
}

static void
check_keys(const void *subject, struct report *report)
{
	size_t i;

	for (i = 0; i < N_FORMATS; i++)
		check_keys_of(formats[i].name, ksr_of(subject, &formats[i]),
		    report);
}

static void
check_cycle(const void *subject, struct report *report)
{
	const struct policy_ksr *k;
	int64_t gaps;
	size_t i;

	for (i = 0; i < N_FORMATS; i++) {
		k = ksr_of(subject, &formats[i]);
		if (k->bundle_count == 0)
			continue;
		gaps = k->bundle_count - 1;
		if (k->max_cycle_s != 0 &&
		    gaps * k->min_interval_s > k->max_cycle_s)
			report_fail(report, "ksr.%s: (bundle-count %" PRId64
			    " - 1) * min-interval %s = %s is more than "
			    "max-cycle %s", formats[i].name, k->bundle_count,
			    DUR(k->min_interval_s),
			    DUR(gaps * k->min_interval_s),
			    DUR(k->max_cycle_s));
		if (k->max_interval_s != 0 &&
		    gaps * k->max_interval_s < k->min_cycle_s)
			report_fail(report, "ksr.%s: (bundle-count %" PRId64
			    " - 1) * max-interval %s = %s is less than "
			    "min-cycle %s", formats[i].name, k->bundle_count,
			    DUR(k->max_interval_s),
			    DUR(gaps * k->max_interval_s),
			    DUR(k->min_cycle_s));
	}
}

static void
check_overlap(const void *subject, struct report *report)
{
	const struct policy_ksr *k;
	int64_t most_s, least_s;
	size_t i;

	for (i = 0; i < N_FORMATS; i++) {
		k = ksr_of(subject, &formats[i]);
		most_s = k->max_validity_s - k->min_interval_s;
		least_s = k->min_validity_s - k->max_interval_s;
		if (k->max_validity_s != 0 && most_s < k->min_overlap_s)
			report_fail(report, "ksr.%s: max-validity %s - "
			    "min-interval %s is less than min-overlap %s",
			    formats[i].name, DUR(k->max_validity_s),
			    DUR(k->min_interval_s), DUR(k->min_overlap_s));
		if (k->max_interval_s != 0 && k->max_overlap_s != 0 &&
		    least_s > k->max_overlap_s)
			report_fail(report, "ksr.%s: min-validity %s - "
			    "max-interval %s is more than max-overlap %s",
			    formats[i].name, DUR(k->min_validity_s),
			    DUR(k->max_interval_s), DUR(k->max_overlap_s));
	}
}

static void
check_horizon(const void *subject, struct report *report)
{
	const struct policy_ksr *k;
	int64_t need_s;
	size_t i;

	for (i = 0; i < N_FORMATS; i++) {
		k = ksr_of(subject, &formats[i]);
		need_s = k->min_cycle_s + k->min_validity_s;
		if (k->horizon_s != 0 && k->horizon_s < need_s)
			report_fail(report, "ksr.%s.horizon %s is less than "
			    "min-cycle %s + min-validity %s = %s",
			    formats[i].name, DUR(k->horizon_s),
			    DUR(k->min_cycle_s), DUR(k->min_validity_s),
			    DUR(need_s));
	}
}

static void
check_exponent(const void *subject, struct report *report)
{
	const struct policy_ksr *k;
	size_t i;

	for (i = 0; i < N_FORMATS; i++) {
		k = ksr_of(subject, &formats[i]);
		if (k->rsa_exponent != 0 &&
		    (k->rsa_exponent < 3 || k->rsa_exponent % 2 == 0))
			report_fail(report, "ksr.%s.rsa-exponent %" PRId64
			    " must be odd and at least 3, or 0",
			    formats[i].name, k->rsa_exponent);
	}
}

static void
check_pop(const void *subject, struct report *report)
{
	const struct policy_ksr *k;
	size_t i;

	for (i = 0; i < N_FORMATS; i++) {
		k = ksr_of(subject, &formats[i]);
		if (!formats[i].is_text)
			continue;
		if (k->require_proof_of_possession)
			report_fail(report, "ksr.%s.require-proof-of-"
			    "possession is true; the format has no room for "
			    "it", formats[i].name);
		if (k->match_request_policy)
			report_fail(report, "ksr.%s.match-request-policy is "
			    "true; a request of this format declares none",
			    formats[i].name);
	}
}

const struct rule rules_policy_ksr[] = {
	{ { "POLICY-KSR-RANGE",
	    "each minimum is within its maximum",
	    "No request could pass a check whose lower bound is above its "
	    "upper one. A maximum of 0 turns the upper bound off." },
	    ERR_POLICY, check_range },
	{ { "POLICY-KSR-COUNT",
	    "the numbers of bundles fit each other",
	    "A request of exactly bundle-count bundles must be within "
	    "max-bundles, and keys-per-bundle says for each of them how many "
	    "ZSKs it has: its length is bundle-count. Change both together, "
	    "or set keys-per-bundle to [] to turn that check off." },
	    ERR_POLICY, check_count },
	{ { "POLICY-KSR-KEYS",
	    "the numbers of ZSKs fit each other",
	    "A bundle that keys-per-bundle asks for must be within "
	    "max-keys-per-bundle and max-distinct-keys. zsk.max-keys of the "
	    "policy holds besides; the lower limit counts." },
	    ERR_POLICY, check_keys },
	{ { "POLICY-KSR-CYCLE",
	    "that many bundles at these intervals make such a cycle",
	    "From the first inception to the last there are bundle-count - 1 "
	    "intervals, each within min-interval and max-interval; their sum "
	    "must be able to lie within min-cycle and max-cycle." },
	    ERR_POLICY, check_cycle },
	{ { "POLICY-KSR-OVERLAP",
	    "bundles of such a validity at these intervals overlap so",
	    "A bundle overlaps the next one by its validity less the interval "
	    "between them; that must be able to lie within min-overlap and "
	    "max-overlap." },
	    ERR_POLICY, check_overlap },
	{ { "POLICY-KSR-HORIZON",
	    "the shortest request ends before the horizon",
	    "The last bundle of a request that begins now expires min-cycle + "
	    "min-validity later at the earliest; with a nearer horizon no "
	    "request could pass." },
	    ERR_POLICY, check_horizon },
	{ { "POLICY-KSR-EXPONENT",
	    "the RSA exponent is one",
	    "RSA's public exponent is odd and at least 3; nearly everybody "
	    "uses 65537. 0 turns the check off." },
	    ERR_POLICY, check_exponent },
	{ { "POLICY-KSR-POP",
	    "a text format is not asked for what it cannot say",
	    "Requests of BIND and Knot carry neither proof of possession nor "
	    "a policy of their own, so each would be refused. Who vouches for "
	    "them says zsk.admission." },
	    ERR_POLICY, check_pop },
};
const size_t rules_policy_ksr_n =
    sizeof(rules_policy_ksr) / sizeof(rules_policy_ksr[0]);
