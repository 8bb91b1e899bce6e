/* How long bundles hold and overlap: bounds of the policy and the request. */
#include "policy/ksr_case.h"
#include "policy/report.h"

#define DUR REPORT_DURATION
#define LAST_SECOND 1

void
ksr_case_overlap_bounds(const struct ksr_case *c, struct ksr_case_bounds *out)
{

	*out = (struct ksr_case_bounds) {
		.format = ksr_case_name(c),
		.word = "overlap",
		.min_s = c->params->min_overlap_s,
		.max_s = c->params->max_overlap_s,
		.has_own = !c->is_text && c->params->match_request_policy,
		.own_word = "ValidityOverlap",
		.own_min_s = c->request->zsk.min_overlap_s,
		.own_max_s = c->request->zsk.max_overlap_s,
	};
}

void
ksr_case_validity_bounds(const struct ksr_case *c,
    struct ksr_case_bounds *out)
{

	*out = (struct ksr_case_bounds) {
		.format = ksr_case_name(c),
		.word = "validity",
		.min_s = c->params->min_validity_s,
		.max_s = c->params->max_validity_s,
		.has_own = !c->is_text && c->params->match_request_policy,
		.own_word = "SignatureValidity",
		.own_min_s = c->request->zsk.min_validity_s,
		.own_max_s = c->request->zsk.max_validity_s,
	};
}

bool
ksr_case_bounds_ask(const struct ksr_case_bounds *bounds)
{

	return bounds->has_own || bounds->min_s != 0 || bounds->max_s != 0;
}

void
ksr_case_judge(const struct ksr_case_bounds *bounds, const char *what,
    int64_t length_s, struct report *report)
{
	const int64_t whole_s = length_s + LAST_SECOND;

	if (bounds->min_s != 0 && whole_s < bounds->min_s)
		report_fail(report, "%s %s; ksr.%s.min-%s is %s", what,
		    DUR(length_s), bounds->format, bounds->word,
		    DUR(bounds->min_s));
	else if (bounds->max_s != 0 && length_s > bounds->max_s)
		report_fail(report, "%s %s; ksr.%s.max-%s is %s", what,
		    DUR(length_s), bounds->format, bounds->word,
		    DUR(bounds->max_s));
	else if (bounds->has_own && whole_s < bounds->own_min_s)
		report_fail(report, "%s %s; Min%s of the request is %s", what,
		    DUR(length_s), bounds->own_word, DUR(bounds->own_min_s));
	else if (bounds->has_own && length_s > bounds->own_max_s)
		report_fail(report, "%s %s; Max%s of the request is %s", what,
		    DUR(length_s), bounds->own_word, DUR(bounds->own_max_s));
}
