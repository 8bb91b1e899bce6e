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

/**
 * lifecase_begin_roll(zone):
 * lifecase_zone() with key 0, "old", in use and retired at T0, and key 1,
 * "new", just made.
 */
void lifecase_begin_roll(struct life_zone *zone);

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

/**
 * lifecase_due(zone, at_s, expected):
 * The steps that are due ${at_s} after T0 are these, in this order, as in
 * "publish-dnskey 1, add-ds 1"; they are done.
 */
void lifecase_due(struct life_zone *zone, int64_t at_s,
    const char *expected);

/**
 * lifecase_waits(zone, at_s, kind, key, wait, until_s, words):
 * ${at_s} after T0 this step waits for ${wait}, until ${until_s}, 0 for
 * nobody knows, with ${words} in its reason.
 *
 * lifecase_wants_not(zone, at_s, kind, key): it is not in the plan.
 *
 * lifecase_next_is(zone, at_s, next_s): when time makes the next one due.
 */
void lifecase_waits(const struct life_zone *zone, int64_t at_s,
    enum life_step_kind kind, size_t key, enum life_wait wait,
    int64_t until_s, const char *words);
void lifecase_wants_not(const struct life_zone *zone, int64_t at_s,
    enum life_step_kind kind, size_t key);
void lifecase_next_is(const struct life_zone *zone, int64_t at_s,
    int64_t next_s);

#endif
