/* How far long work has come, for who watches a terminal. */
#ifndef KMGR_BASE_PROGRESS_H
#define KMGR_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kmgr/base/buf.h"

struct progress {
	const char	*what;		/* is done: the command's name */
	FILE		*to;
	size_t		 first, last;	/* steps told of */
	int64_t		 began_ms;	/* when first was told; 0: not yet */
	int64_t		 shown_ms;
	bool		 is_shown;
};

/**
 * progress_text(done, all, step_n, elapsed_ms, out):
 * Append how far it is: ${done} of ${all}, which may be 0 where nobody knows,
 * the rate of the last ${step_n} steps, that took ${elapsed_ms}, and the time
 * that is left; no rate before a second is over.
 */
void progress_text(size_t done, size_t all, size_t step_n,
    int64_t elapsed_ms, struct buf *out);

/**
 * progress_show(progress, done, all):
 * Write that over what was written before, a few times a second at most. Where
 * ${done} falls other work has begun. Work of one step is not worth it.
 */
void progress_show(struct progress *progress, size_t done, size_t all);

/**
 * progress_erase(progress):
 * Leave the line empty, before something else is written. NULL is no error.
 */
void progress_erase(struct progress *progress);

#endif
