/* A zone under the timing of lifecycle tests, and files to compare with. */
#ifndef TESTS_UNIT_LIFEHELP_H
#define TESTS_UNIT_LIFEHELP_H

#include "kmgr/base/buf.h"
#include "kmgr/life/life.h"

#define LIFEHELP_T0 INT64_C(1798761600)	/* 2027-01-01T00:00:00Z */

/**
 * lifehelp_zone(zone, name, keys, n):
 * Make ${zone} of the ${n} ${keys}, which are copied: DNSKEY TTL 3600, zone
 * propagation 43200, DS TTL 86400, parent propagation 9999, safeties 3600,
 * algorithm 13, signed ever. Owner: the caller, life_zone_clear().
 */
void lifehelp_zone(struct life_zone *zone, const char *name,
    const struct life_key *keys, size_t n);

/**
 * lifehelp_golden(name, text):
 * Whether ${text} is the file ${name} in golden/. Where it is not it is
 * written beside the test for comparison, and the test fails.
 */
void lifehelp_golden(const char *name, const struct buf *text);

#endif
