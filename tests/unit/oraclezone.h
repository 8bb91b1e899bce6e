/* A zone for the oracle's tests: sets are told in order. */
#ifndef TESTS_UNIT_ORACLEZONE_H
#define TESTS_UNIT_ORACLEZONE_H

#include "kmgr/engine/oracle.h"

/* The timing policy under which those engines were run. */
#define DNSKEY_TTL 3600
#define ZONE_PROPAGATION 43200
#define DS_TTL	   86400
#define PARENT_PROPAGATION 9999
#define LONG	   (1 << 23)	/* all is over by then */

#define SETS 10
#define BEGIN (-1000000)

/* A zone whose sets are told in order: each is served until the next is. */
struct oraclezone {
	struct oracle_world	world;
	struct oracle_key	all[6];
	struct oracle_dnskeys	dnskeys[SETS];
	struct oracle_ds	ds[SETS];
	struct oracle_key	keys[SETS][6], ds_keys[SETS][6];
	struct oracle_sig	sigs[SETS][6];
};

/**
 * oraclezone_init(z):
 * A zone without sets. Keys 1 to 4 are of algorithm 13, 5 and 6 of 8.
 */
void oraclezone_init(struct oraclezone *z);

/**
 * oraclezone_dnskeys(z, at, digits), oraclezone_ds(z, at, digits):
 * From ${at} on these KSKs are in the zone and sign; are in the parent's DS
 * set. The set before goes when propagation is over.
 */
void oraclezone_dnskeys(struct oraclezone *z, int64_t at, const char *digits);
void oraclezone_ds(struct oraclezone *z, int64_t at, const char *digits);

/**
 * oraclezone_sound(z, what):
 * The oracle finds no hole.
 */
void oraclezone_sound(struct oraclezone *z, const char *what);

/**
 * oraclezone_first(z, what, end_at):
 * The first hole that it finds, and where the last one ends.
 */
struct oracle_hole oraclezone_first(struct oraclezone *z, const char *what,
    int64_t *end_at);

/**
 * oraclezone_hole(z, what, from_at, until_at):
 * The first hole, which is from ${from_at} until ${until_at}, and no other
 * ends later.
 */
struct oracle_hole oraclezone_hole(struct oraclezone *z, const char *what,
    int64_t from_at, int64_t until_at);

#endif
