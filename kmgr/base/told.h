/*
 * Lines that were told lately. Who watches reads what is new; what stays as it
 * is from pass to pass is told again from time to time.
 */
#ifndef KMGR_BASE_TOLD_H
#define KMGR_BASE_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOLD_MAX_S 3600		/* how long a line is remembered */

struct told_line;

struct told {
	struct told_line	*list;
	size_t			 n;
	size_t			 n_sorted;	/* of passes before this one */
};

/**
 * told_is_new(told, line, now_ms, pause_s):
 * Whether ${line} is to be told at ${now_ms} of when_elapsed_ms(): it was not
 * in an earlier pass, or ${pause_s} seconds ago or more, TOLD_MAX_S at most.
 * Then it counts as told now.
 *
 * told_settle(told, now_ms): a pass has ended.
 *
 * told_clear(told): nothing was told.
 */
bool told_is_new(struct told *told, const char *line, int64_t now_ms,
    int64_t pause_s);
void told_settle(struct told *told, int64_t now_ms);
void told_clear(struct told *told);

#endif
