#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "policy/report.h"

#define REPORT_MAX  12		/* findings of one rule */
#define MESSAGE_MAX 320		/* bytes; what is longer is cut */

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
	finding->message = "";
	return finding;
}

static void
say(struct finding *finding, char *text_take)
{

	free(finding->text);
	finding->message = finding->text = text_take;
}

/* The last finding of a rule that has too many. */
static void
count_further(struct report *r, enum finding_verdict verdict)
{
	struct finding *last = &r->findings->items[r->findings->n - 1];

	r->n++;
	if (verdict == FINDING_FAIL)
		last->verdict = FINDING_FAIL;
	say(last, mem_printf("and %zu more of this kind",
	    r->n - REPORT_MAX + 1));
}

static void add_formatted(struct report *r, enum finding_verdict verdict,
    const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));

static void
add_formatted(struct report *r, enum finding_verdict verdict,
    const char *fmt, va_list ap)
{
	char text[MESSAGE_MAX];

	if (r->n >= REPORT_MAX) {
		count_further(r, verdict);
		return;
	}
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	say(add(r, verdict), mem_strdup(text));
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
