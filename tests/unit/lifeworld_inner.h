/* What the files of lifeworld share; for them only. */
#ifndef TESTS_UNIT_LIFEWORLD_INNER_H
#define TESTS_UNIT_LIFEWORLD_INNER_H

#include "tests/unit/lifeworld.h"

#define LIFEWORLD_FASTEST 0	/* servers */
#define LIFEWORLD_SLOWEST 1

/**
 * lifeworld_hash(a, b):
 * A random number that ${a} and ${b} determine.
 */
uint64_t lifeworld_hash(uint64_t a, uint64_t b);

/**
 * lifeworld_lag(world, kind, server, version, most_s):
 * After how long, ${most_s} at most, ${server} has the ${version} of ${kind}.
 */
int64_t lifeworld_lag(const struct lifeworld *world, uint64_t kind,
    size_t server, size_t version, int64_t most_s);

#endif
