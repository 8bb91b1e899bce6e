/*
 * What waits for others, done for many at once. The work is to be such that
 * several threads may do it: what they share is read only.
 */
#ifndef BASE_SPREAD_H
#define BASE_SPREAD_H

#include <stddef.h>

#define SPREAD_MAX 16		/* at once */

/**
 * spread(n, work, arg):
 * Call ${work} for each i below ${n}, at most SPREAD_MAX at once, in whatever
 * order; all have returned when it does. Where no thread can be started the
 * caller's does it all.
 */
void spread(size_t n, void (*work)(void *arg, size_t i), void *arg);

#endif
