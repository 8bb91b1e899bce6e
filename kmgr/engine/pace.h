/*
 * How many threads are of use at one token: where it takes its time but can do
 * more at once, many; where its module's calls wait for each other, one.
 * Unless that is configured, more are put to work as long as more comes of it.
 */
#ifndef ENGINE_PACE_H
#define ENGINE_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/engine/config.h"

struct pace {
	size_t	 n;		/* threads that the token has use for */
	size_t	 max;
	bool	 is_settled;
	size_t	 before;	/* how many there were; 0: none to compare */
	double	 rate_before;	/* items in a microsecond */
	size_t	 n_done;	/* of this measurement */
	int64_t	 began_us;
	bool	 is_starved;	/* there was nothing to do for one of them */
};

/**
 * pace_init(pace, sessions, n_items):
 * ${sessions} as configured, 0 to find out, for ${n_items}.
 *
 * pace_done(pace, now_us): an item was done at ${now_us}, by when_elapsed_us().
 * Returns how many threads the token has use for from now on.
 *
 * pace_threads(pace):
 * So many, and one that computes meanwhile; no more than are configured.
 */
void pace_init(struct pace *pace, int64_t sessions, size_t n_items);
size_t pace_done(struct pace *pace, int64_t now_us);
size_t pace_threads(const struct pace *pace);

#endif
