#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/outcome.h"

char *
outcome_clean(const char *text)
{
	struct error shown = ERR_INIT;

	/* err.h cleans what it is told. */
	(void)err_set(&shown, ERR_INPUT, "%s", text);
	return mem_strdup(shown.msg);
}

static void __attribute__((format(printf, 3, 0)))
add(const struct outcome *outcome, enum endorsement_verdict verdict,
    const char *fmt, va_list ap)
{
	struct endorsement_report *report = outcome->report;
	struct endorsement_check *check;
	char text[ERR_MSG_LEN];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	check = mem_push(&report->checks, report->n++, sizeof(*check));
	check->id = outcome_clean(outcome->id);
	check->verdict = verdict;
	check->detail = outcome_clean(text);
	report->n_failed += verdict == ENDORSEMENT_FAIL;
}

void
outcome_say(const struct outcome *outcome, enum endorsement_verdict verdict,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(outcome, verdict, fmt, ap);
	va_end(ap);
}

void
outcome_pass(const struct outcome *outcome, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(outcome, ENDORSEMENT_PASS, fmt, ap);
	va_end(ap);
}

void
outcome_fail(const struct outcome *outcome, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(outcome, ENDORSEMENT_FAIL, fmt, ap);
	va_end(ap);
}

void
outcome_same(const struct outcome *outcome, const char *what,
    const char *found, const char *where, const char *expected)
{

	if (found != NULL && expected != NULL && strcmp(found, expected) == 0)
		outcome_pass(outcome, "%.300s", found);
	else
		outcome_fail(outcome, "%s has %.300s, %s %.300s", what,
		    found == NULL ? "(none)" : found, where,
		    expected == NULL ? "(none)" : expected);
}
