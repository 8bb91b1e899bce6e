/* The subject of these rules is a struct ksr_case: when its bundles hold. */
#include <stdio.h>

#include "policy/ksr_case.h"
#include "policy/report.h"

#define DUR  REPORT_DURATION
#define TIME REPORT_TIME

/*
 * The root zone's requests of 2016 end their bundles at 23:59:59 and declare
 * whole days: an end is the last second, and a minimum is met without it.
 */
#define LAST_SECOND 1

static int64_t
inception(const struct ksr_case *c, size_t b)
{

	return c->request->bundles[b].inception_at;
}

/* Whether b and the one before it are in order, or KSR-BUNDLE-ORDER's. */
static bool
is_in_order(const struct ksr_case *c, size_t b)
{

	return inception(c, b) > inception(c, b - 1);
}

static void
check_order(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	int64_t from_at, to_at;
	size_t b;

	for (b = 0; b < c->request->n_bundles; b++) {
		from_at = inception(c, b);
		to_at = ksr_case_end(c, b);
		if (from_at < 0 || to_at > UINT32_MAX)
			report_fail(report, "bundle %zu: from %s to %s is not "
			    "between 1970 and 2106", b + 1, TIME(from_at),
			    TIME(to_at));
		else if (b > 0 && !is_in_order(c, b))
			report_fail(report, "bundle %zu begins at %s; bundle "
			    "%zu before it begins at %s", b + 1, TIME(from_at),
			    b, TIME(inception(c, b - 1)));
		else if (to_at <= from_at)
			report_fail(report, "bundle %zu ends at %s and begins "
			    "at %s", b + 1, TIME(to_at), TIME(from_at));
	}
}

static void
check_gap(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	size_t b;

	for (b = 1; b < c->request->n_bundles; b++)
		if (ksr_case_end(c, b - 1) + LAST_SECOND < inception(c, b))
			report_fail(report, "bundle %zu ends at %s and bundle "
			    "%zu begins at %s; nothing holds between", b,
			    TIME(ksr_case_end(c, b - 1)), b + 1,
			    TIME(inception(c, b)));
}

static void
check_end(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const size_t n = c->request->n_bundles;

	if (n == 0 || c->request->bundles[n - 1].expiration_at != KSR_OPEN) {
		report_off(report, "every bundle states its end");
		return;
	}
	/* keymgr's request has a bundle at its end; dnssec-ksr's has not. */
	if (c->request->format == KSR_BIND &&
	    (c->in->end_at == KSR_OPEN || c->in->end_at == 0))
		report_warn(report, "the last bundle has no end; it is signed "
		    "once, until %s, unless --end says otherwise",
		    TIME(ksr_case_end(c, n - 1)));
}

static void
check_cycle(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct policy_ksr *p = c->params;
	int64_t length_s;

	if (p->min_cycle_s == 0 && p->max_cycle_s == 0) {
		report_off(report, "ksr.%s.min-cycle and max-cycle are 0",
		    ksr_case_name(c));
		return;
	}
	if (c->request->n_bundles == 0)
		return;
	length_s = inception(c, c->request->n_bundles - 1) - inception(c, 0);
	if (length_s < 0)
		return;		/* KSR-BUNDLE-ORDER */
	if (length_s < p->min_cycle_s)
		report_fail(report, "%s from first to last inception; "
		    "ksr.%s.min-cycle is %s", DUR(length_s), ksr_case_name(c),
		    DUR(p->min_cycle_s));
	else if (p->max_cycle_s != 0 && length_s > p->max_cycle_s)
		report_fail(report, "%s from first to last inception; "
		    "ksr.%s.max-cycle is %s", DUR(length_s), ksr_case_name(c),
		    DUR(p->max_cycle_s));
}

static void
check_intervals(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	const struct policy_ksr *p = c->params;
	int64_t length_s;
	size_t b;

	if (p->min_interval_s == 0 && p->max_interval_s == 0) {
		report_off(report, "ksr.%s.min-interval and max-interval are "
		    "0", ksr_case_name(c));
		return;
	}
	for (b = 1; b < c->request->n_bundles; b++) {
		if (!is_in_order(c, b))
			continue;
		length_s = inception(c, b) - inception(c, b - 1);
		if (length_s < p->min_interval_s)
			report_fail(report, "bundle %zu begins %s after the "
			    "one before; ksr.%s.min-interval is %s", b + 1,
			    DUR(length_s), ksr_case_name(c),
			    DUR(p->min_interval_s));
		else if (p->max_interval_s != 0 && length_s >
		    p->max_interval_s)
			report_fail(report, "bundle %zu begins %s after the "
			    "one before; ksr.%s.max-interval is %s", b + 1,
			    DUR(length_s), ksr_case_name(c),
			    DUR(p->max_interval_s));
	}
}

static void
check_overlap(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	struct ksr_case_bounds bounds;
	char what[64];
	size_t b;

	ksr_case_overlap_bounds(c, &bounds);
	if (!ksr_case_bounds_ask(&bounds)) {
		report_off(report, "ksr.%s.min-overlap and max-overlap are 0",
		    ksr_case_name(c));
		return;
	}
	for (b = 1; b < c->request->n_bundles; b++) {
		const int64_t overlap_s = ksr_case_end(c, b - 1) -
		    inception(c, b);

		/* Of what does not even meet KSR-BUNDLE-GAP tells. */
		if (!is_in_order(c, b) || overlap_s + LAST_SECOND < 0)
			continue;
		(void)snprintf(what, sizeof(what), "bundle %zu overlaps the "
		    "one before by", b + 1);
		ksr_case_judge(&bounds, what, overlap_s, report);
	}
}

static void
check_validity(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	struct ksr_case_bounds bounds;
	char what[64];
	int64_t length_s;
	size_t b;

	ksr_case_validity_bounds(c, &bounds);
	if (!ksr_case_bounds_ask(&bounds)) {
		report_off(report, "ksr.%s.min-validity and max-validity are "
		    "0", ksr_case_name(c));
		return;
	}
	for (b = 0; b < c->request->n_bundles; b++) {
		length_s = ksr_case_end(c, b) - inception(c, b);
		if (length_s <= 0)
			continue;	/* KSR-BUNDLE-ORDER */
		(void)snprintf(what, sizeof(what), "bundle %zu holds for",
		    b + 1);
		ksr_case_judge(&bounds, what, length_s, report);
	}
}

/* Text: a bundle is signed at its inception, and anew until it ends. */
static void
judge_start(const struct ksr_case *c, size_t b, struct report *report)
{
	const int64_t until_at = inception(c, b) + c->policy->validity_s;

	if (until_at <= c->in->now_at)
		report_fail(report, "bundle %zu begins at %s; what is signed "
		    "for then ended at %s, and now it is %s", b + 1,
		    TIME(inception(c, b)), TIME(until_at),
		    TIME(c->in->now_at));
}

static void
check_past(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	size_t b;

	for (b = 0; b < c->request->n_bundles; b++)
		if (ksr_case_end(c, b) <= c->in->now_at)
			report_fail(report, "bundle %zu ended at %s; now it is "
			    "%s", b + 1, TIME(ksr_case_end(c, b)),
			    TIME(c->in->now_at));
		else if (c->is_text)
			judge_start(c, b, report);
}

static void
check_horizon(const void *subject, struct report *report)
{
	const struct ksr_case *c = subject;
	int64_t ahead_s;
	size_t b;

	for (b = 0; b < c->request->n_bundles; b++) {
		ahead_s = ksr_case_end(c, b) - c->in->now_at;
		if (c->params->horizon_s != 0 &&
		    ahead_s > c->params->horizon_s)
			report_fail(report, "bundle %zu ends %s after now; "
			    "ksr.%s.horizon is %s", b + 1, DUR(ahead_s),
			    ksr_case_name(c), DUR(c->params->horizon_s));
		else if (ahead_s > c->policy->max_horizon_s)
			report_fail(report, "bundle %zu ends %s after now; "
			    "signatures.max-horizon is %s", b + 1,
			    DUR(ahead_s), DUR(c->policy->max_horizon_s));
	}
}

const struct rule rules_ksr_time[] = {
	{ { "KSR-BUNDLE-ORDER",
	    "bundles begin one after the other, and end after they begin",
	    "The same instant twice would say two things about it, and "
	    "keymgr imports the half of a response that is in order. Times "
	    "lie between 1970 and 2106, which is what an RRSIG can say "
	    "(RFC 4034 section 3.1.5)." },
	    ERR_POLICY, check_order },
	{ { "KSR-BUNDLE-GAP",
	    "no time is left out between bundles",
	    "Where one bundle has ended and the next has not begun the zone "
	    "would have no valid signature over its keys. kskm has this check "
	    "as part of KSR-POLICY-SIG-OVERLAP. In the text formats a bundle "
	    "holds until the next." },
	    ERR_POLICY, check_gap },
	{ { "KSR-END",
	    "somebody says when the last bundle ends",
	    "In the text formats a bundle holds until the next one, and the "
	    "last until nobody says when. keymgr puts a last bundle at the "
	    "end of its request; for one of dnssec-ksr give with --end the "
	    "time that its -e had. A warning." },
	    ERR_POLICY, check_end },
	{ { "KSR-BUNDLE-CYCLE-DURATION",
	    "from first to last inception it is as long as the policy says",
	    "ksr.FORMAT.min-cycle and max-cycle: ICANN's requests are for a "
	    "quarter of a year, 79 to 81 days from first to last inception. "
	    "kskm has this check." },
	    ERR_POLICY, check_cycle },
	{ { "KSR-POLICY-BUNDLE-INTERVALS",
	    "bundles begin at the policy's intervals",
	    "ksr.FORMAT.min-interval and max-interval, from one inception to "
	    "the next: 9 to 11 days in ICANN's requests. kskm has this "
	    "check." },
	    ERR_POLICY, check_intervals },
	{ { "KSR-POLICY-SIG-OVERLAP",
	    "neighbouring bundles overlap as policy and request say",
	    "A bundle must still hold while the next one spreads, and not so "
	    "long that old signatures can be replayed. ksr.FORMAT.min-overlap "
	    "and max-overlap, and, unless match-request-policy is false, "
	    "MinValidityOverlap and MaxValidityOverlap of the request itself. "
	    "An end at 23:59:59 counts as that of the day. kskm has this "
	    "check." },
	    ERR_POLICY, check_overlap },
	{ { "KSR-POLICY-SIG-VALIDITY",
	    "each bundle holds for as long as policy and request say",
	    "ksr.FORMAT.min-validity and max-validity, and, unless "
	    "match-request-policy is false, MinSignatureValidity and "
	    "MaxSignatureValidity of the request itself. An end at 23:59:59 "
	    "counts as that of the day. kskm has this check, but compares "
	    "with the maximum only." },
	    ERR_POLICY, check_validity },
	{ { "KSR-BUNDLE-PAST",
	    "no bundle has ended, and none began too long ago",
	    "A signature that has expired when it is made is of no use, and "
	    "an old request would be answered late. A bundle of a text format "
	    "is signed from its beginning on, which must not be longer ago "
	    "than signatures.validity. Make one that begins now. "
	    "kskm has this check as part of KSR-POLICY-SIG-HORIZON." },
	    ERR_POLICY, check_past },
	{ { "KSR-POLICY-SIG-HORIZON",
	    "the last bundle ends before the policy's horizon",
	    "ksr.FORMAT.horizon and signatures.max-horizon of the sealed "
	    "policy say for how long after now anything that leaves the token "
	    "can be used. Ask for less, or later. kskm has this check." },
	    ERR_POLICY, check_horizon },
};
const size_t rules_ksr_time_n =
    sizeof(rules_ksr_time) / sizeof(rules_ksr_time[0]);
