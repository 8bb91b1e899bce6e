/*
 * Where the ZSK set of a zone comes from: the zone's primary, a file or a
 * command, as the configuration says.
 */
#ifndef SERVICE_SOURCE_H
#define SERVICE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

/**
 * source_is_configured(zone):
 * Whether ${zone}, which may be NULL, has a source.
 */
bool source_is_configured(const struct config_zone *zone);

/* What a source gives. */
struct source_set {
	struct buf	text;		/* as it was fetched */
	struct buf	place;		/* where, for messages */
	struct buf	zsks;		/* as zsks_prepare() reads it */
	/* As the primary serves them; 0: nobody was asked. */
	uint32_t	dnskey_ttl_s;
	uint32_t	max_zone_ttl_s;	/* by transfer only */
	int64_t		asked_at;
};

/**
 * source_read(session, zone, out, err):
 * Fetch the ZSK set of ${zone}, which has a source: the DNSKEY records at the
 * zone's name, without those of KSKs that kmgr has or had for the zone, and of
 * registered foreign ones. Other records are left out; a KSK that nobody knows
 * stays in, for the rules to refuse.
 *
 * source_fetch(session, zone, out, err), source_take(session, zone, set, err):
 * The same in two steps: what is asked of others, for which several threads
 * may call it at once, and what is made of it.
 *
 * Owner: the caller, source_set_clear(); of the two also where they fail.
 * Errors: ERR_SYSTEM (file, command), ERR_NETWORK and ERR_INTEGRITY (primary),
 * ERR_CONFIG (TSIG), ERR_INPUT (no records, or no ZSK), ERR_STORE.
 */
int source_read(struct session *session, const struct config_zone *zone,
    struct source_set *out, struct error *err);
int source_fetch(const struct session *session,
    const struct config_zone *zone, struct source_set *out,
    struct error *err);
int source_take(struct session *session, const struct config_zone *zone,
    struct source_set *set, struct error *err);
void source_set_clear(struct source_set *set);

/**
 * source_record(session, zone, set, err):
 * Record the TTLs that ${set} came with, for the waits of ${zone}. Not inside
 * a transaction.
 *
 * source_put(session, zone, set, err): likewise, inside the caller's.
 *
 * source_plan(zone, set, plan): append to ${plan} what they would record.
 *
 * Errors: ERR_STORE.
 */
void source_plan(const char *zone, const struct source_set *set,
    struct plan *plan);
int source_record(struct session *session, const char *zone,
    const struct source_set *set, struct error *err);
int source_put(struct session *session, const char *zone,
    const struct source_set *set, struct error *err);

#endif
