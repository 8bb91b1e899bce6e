/* What the checks of an endorsement file say they found. */
#ifndef ENGINE_OUTCOME_H
#define ENGINE_OUTCOME_H

#include "kmgr/engine/endorsement.h"

/* Where the check ${id} reports to. */
struct outcome {
	const char			*id;
	struct endorsement_report	*report;
};

/**
 * outcome_say(outcome, verdict, fmt, ...), outcome_pass(outcome, fmt, ...),
 * outcome_fail(outcome, fmt, ...):
 * Add a line to the report; control characters show as "?".
 */
void outcome_say(const struct outcome *outcome,
    enum endorsement_verdict verdict, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void outcome_pass(const struct outcome *outcome, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void outcome_fail(const struct outcome *outcome, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * outcome_same(outcome, what, found, where, expected):
 * Pass where ${found}, which ${what} has, is ${expected}, which ${where} has;
 * NULL is never the same. Else fail with both.
 */
void outcome_same(const struct outcome *outcome, const char *what,
    const char *found, const char *where, const char *expected);

/**
 * outcome_clean(text):
 * ${text} as it may be shown. Owner: the caller, free().
 */
char *outcome_clean(const char *text);

#endif
