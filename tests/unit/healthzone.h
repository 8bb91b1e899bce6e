/*
 * A zone that is well: one KSK, one ZSK, two name servers, two servers of the
 * parent and two resolvers, all as they should be; and what spoils it.
 */
#ifndef TESTS_UNIT_HEALTHZONE_H
#define TESTS_UNIT_HEALTHZONE_H

#include "kmgr/service/health.h"
#include "tests/unit/ksrcase.h"

#define HEALTHZONE_NOW	INT64_C(1795305600)	/* 2026-11-22T00:00:00Z */
#define HEALTHZONE_DAY	INT64_C(86400)
#define HEALTHZONE_HOUR	INT64_C(3600)

struct healthzone {
	struct ksrcase		 keys;
	struct health_zone	 zone;
	struct health_limits	 limits;
	struct health_report	 report;
};

/**
 * healthzone_init(h), healthzone_clear(h):
 * Make the zone; free it.
 */
void healthzone_init(struct healthzone *h);
void healthzone_clear(struct healthzone *h);

/**
 * healthzone_sign(h, set, which, from_at, until_at):
 * Add a signature by the pair ${which} over ${set}.
 */
void healthzone_sign(struct healthzone *h, struct health_set *set,
    enum ksrcase_key which, int64_t from_at, int64_t until_at);

/**
 * healthzone_dnskeys(h, which, n, out):
 * The DNSKEY RRset of these ${n} pairs, not signed.
 */
void healthzone_dnskeys(struct healthzone *h, const enum ksrcase_key *which,
    size_t n, struct health_set *out);

/**
 * healthzone_add_ds(h, set, which):
 * Add the DS of the pair ${which} to ${set}, of ${type} DS or CDS.
 */
void healthzone_add_ds(struct healthzone *h, struct health_set *set,
    enum rrtype type, enum ksrcase_key which);

/**
 * healthzone_copy(from, to):
 * A set of its own.
 */
void healthzone_copy(const struct health_set *from, struct health_set *to);

/**
 * healthzone_level(h, check):
 * Make all checks; the worst level that ${check} found. Nothing else may
 * have found anything.
 */
enum health_level healthzone_level(struct healthzone *h, const char *check);

/**
 * healthzone_any_level(h, check):
 * Likewise, and others may.
 */
enum health_level healthzone_any_level(struct healthzone *h,
    const char *check);

#endif
