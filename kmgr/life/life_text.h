/* Steps, waits and time lines in words. */
#ifndef LIFE_LIFE_TEXT_H
#define LIFE_LIFE_TEXT_H

#include "kmgr/base/buf.h"
#include "kmgr/life/life_line.h"

/**
 * life_text_step(line, step, out):
 * Append what ${step} does: "ask the parent to add the DS of example.com./1".
 */
void life_text_step(const struct life_line *line,
    const struct life_step *step, struct buf *out);

/**
 * life_text_plan(line, plan, out):
 * Append what ${plan} has due, and what not yet, and why.
 */
void life_text_plan(const struct life_line *line,
    const struct life_plan *plan, struct buf *out);

/**
 * life_text_brief(line, plan, out):
 * Append of ${plan} what is due; where nothing is, what somebody is waited for
 * with, and what time brings next. No line's end.
 */
void life_text_brief(const struct life_line *line,
    const struct life_plan *plan, struct buf *out);

/**
 * life_text_line(line, out):
 * Append what happens when, a line each.
 */
void life_text_line(const struct life_line *line, struct buf *out);

#endif
