/*
 * TTLs that servers were seen to serve: a cache may hold what it got with one
 * of them until that has run out, whatever policies say. What was seen makes
 * a wait longer and never shorter.
 */
#ifndef ENGINE_ZONE_TTL_H
#define ENGINE_ZONE_TTL_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

/*
 * What of a TTL that was seen is waited for at most, 7 days: resolvers keep
 * nothing for longer, and a server that lies stops no zone for ever. Only
 * policy and configuration can say more.
 *
 * Source: RFC 8767 s4.
 */
#define ZONE_TTL_SEEN_MAX_S INT64_C(604800)

enum zone_ttl {
	ZONE_TTL_DS,		/* of the DS RRset, at the parent */
	ZONE_TTL_DNSKEY,	/* of the DNSKEY RRset */
	ZONE_TTL_MAX		/* the highest of all records of the zone */
};

/**
 * zone_ttl_record(session, zone, what, ttl_s, at, err):
 * Inside the caller's transaction: servers were seen at ${at} to serve
 * ${what} of ${zone} with ${ttl_s}, the largest of them; 0: there was none.
 * One that is seen for the first time and is more than is waited for is noted.
 *
 * Errors: ERR_STORE.
 * Source: RFC 2181 s8, and RFC 8767 s4 for its most significant bit: what one
 * resolver takes for zero another takes for very long.
 */
int zone_ttl_record(struct session *session, const char *zone,
    enum zone_ttl what, uint32_t ttl_s, int64_t at, struct error *err);

/**
 * zone_ttl_plan(zone, what, ttl_s, plan):
 * Append to ${plan} what zone_ttl_record() would record.
 */
void zone_ttl_plan(const char *zone, enum zone_ttl what, uint32_t ttl_s,
    struct plan *plan);

/**
 * zone_ttl_seen(store, zone, what, lag_s, now_at, ttl_s, err):
 * The largest TTL with which a cache may hold ${what} at ${now_at}: the one
 * that was seen last, and each larger one before it until it has run out in a
 * cache that got it when the last server, which is ${lag_s} behind, had it
 * still. 0: none was seen. It is as it was seen, however much that is.
 *
 * Errors: ERR_STORE.
 */
int zone_ttl_seen(struct store *store, const char *zone, enum zone_ttl what,
    int64_t lag_s, int64_t now_at, int64_t *ttl_s, struct error *err);

#endif
