#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "policy/report.h"

#define REPORT_MAX 12		/* findings of one rule */

struct report {
	const struct rule	*rule;
	struct findings		*findings;
	size_t			 n;	/* of this rule */
};

static struct finding *
add(struct report *r, enum finding_verdict verdict)
{
	struct finding *finding;

	finding = mem_push(&r->findings->items, r->findings->n,
	    sizeof(*finding));
	r->findings->n++;
	r->n++;
	finding->rule = r->rule->info.id;
	finding->class = r->rule->class;
	finding->verdict = verdict;
	return finding;
}

/* The last finding of a rule that has too many. */
static void
count_further(struct report *r, enum finding_verdict verdict)
{
	struct finding *last = &r->findings->items[r->findings->n - 1];

	r->n++;
	if (verdict == FINDING_FAIL)
		last->verdict = FINDING_FAIL;
	(void)snprintf(last->message, sizeof(last->message),
	    "and %zu more of this kind", r->n - REPORT_MAX + 1);
}

static void add_formatted(struct report *r, enum finding_verdict verdict,
    const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));

static void
add_formatted(struct report *r, enum finding_verdict verdict,
    const char *fmt, va_list ap)
{
	struct finding *finding;

	if (r->n >= REPORT_MAX) {
		count_further(r, verdict);
		return;
	}
	finding = add(r, verdict);
	(void)vsnprintf(finding->message, sizeof(finding->message), fmt, ap);
}

void
report_fail(struct report *report, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_formatted(report, FINDING_FAIL, fmt, ap);
	va_end(ap);
}

void
report_warn(struct report *report, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_formatted(report, FINDING_WARN, fmt, ap);
	va_end(ap);
}

void
report_off(struct report *report, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_formatted(report, FINDING_OFF, fmt, ap);
	va_end(ap);
}

void
report_run(const struct rule *rules, size_t n, const void *subject,
    struct findings *findings)
{
	struct report report;
	size_t i;

	for (i = 0; i < n; i++) {
		report = (struct report){ &rules[i], findings, 0 };
		rules[i].check(subject, &report);
		if (report.n == 0)
			(void)add(&report, FINDING_PASS);
	}
}
