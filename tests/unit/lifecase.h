/* Zones of lifecycle tests: policy LAB, and what happens to them. */
#ifndef TESTS_UNIT_LIFECASE_H
#define TESTS_UNIT_LIFECASE_H

#include "kmgr/life/life.h"

#define T0	INT64_C(1800000000)	/* t0 of every case */
#define LONG_AGO (T0 - 100 * 86400)

/* Policy LAB: what a cache keeps, and when. */
#define PUBLISH_S INT64_C(50400)	/* 3600 + 43200 + 3600 */
#define RETIRE_S  INT64_C(50400)
#define DS_S	  INT64_C(99999)	/* 86400 + 9999 + 3600 */
#define DATA_S	  INT64_C(129600)	/* 86400 + 43200 */

/**
 * lifecase_zone(zone):
 * example.com. under policy LAB without keys, signed with algorithm 13 since
 * long ago. Owner: the caller, life_zone_clear().
 */
void lifecase_zone(struct life_zone *zone);

/**
 * lifecase_key(zone, name), lifecase_fresh(zone, name):
 * Append a key: one that is in use since long ago, and one just made. The
 * address is good until the next one.
 */
struct life_key *lifecase_key(struct life_zone *zone, const char *name);
struct life_key *lifecase_fresh(struct life_zone *zone, const char *name);

/* A record changed its state, seconds after T0. */
struct lifecase_change {
	size_t		key;
	char		record;
	enum life_state	state;
	int64_t		at_s;
};

/**
 * lifecase_run(zone, until_s, registration_s, expected, n):
 * Let time go on; exactly the ${n} changes ${expected} happen, in any order.
 */
void lifecase_run(struct life_zone *zone, int64_t until_s,
    int64_t registration_s, const struct lifecase_change *expected,
    size_t n);

/**
 * lifecase_find(plan, kind, key):
 * The step in it; NULL where it is not.
 */
const struct life_step *lifecase_find(const struct life_plan *plan,
    enum life_step_kind kind, size_t key);

#endif
