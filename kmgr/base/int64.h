/* The larger and the smaller of two instants, durations or counts. */
#ifndef BASE_INT64_H
#define BASE_INT64_H

#include <stdint.h>

/**
 * int64_max(a, b), int64_min(a, b):
 * The larger one of ${a} and ${b}; the smaller one.
 */
static inline int64_t
int64_max(int64_t a, int64_t b)
{

	return a > b ? a : b;
}

static inline int64_t
int64_min(int64_t a, int64_t b)
{

	return a < b ? a : b;
}

/**
 * int64_raise(value, least), int64_lower(value, most):
 * Make *${value} be ${least} where it is less; ${most} where it is more.
 */
static inline void
int64_raise(int64_t *value, int64_t least)
{

	*value = int64_max(*value, least);
}

static inline void
int64_lower(int64_t *value, int64_t most)
{

	*value = int64_min(*value, most);
}

#endif
