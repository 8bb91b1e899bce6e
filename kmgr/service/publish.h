/*
 * What the zone signer must serve, handed over: into a directory, to a
 * command, by an update of the primary (RFC 2136). Done again it does nothing
 * more, unless somebody has changed the directory.
 */
#ifndef SERVICE_PUBLISH_H
#define SERVICE_PUBLISH_H

#include <stdbool.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/service/publish_files.h"
#include "kmgr/store/store_life.h"

/* What is handed over. */
struct publish_given {
	/* As zsks_text() writes them; none: the zone is to be insecure. */
	const struct buf	*records;
	struct publish_age	 age;		/* of two, the later counts */
	/* What came of publish_update(); NULL: nobody has called it. */
	const struct error	*updated;
};

/**
 * publish_is_configured(zone):
 * Whether there is somebody to hand over the records of ${zone}, which may be
 * NULL, to.
 */
bool publish_is_configured(const struct config_zone *zone);

/**
 * publish_runs_program(config, zone):
 * Whether a program of the operator's has a part in it: one that takes the
 * records, or a hook. It may last long, and call this one.
 */
bool publish_runs_program(const struct config *config,
    const struct config_zone *zone);

/**
 * publish_where(to, out):
 * Append a text that says where ${to} is, a line or more for each place.
 *
 * publish_is_elsewhere(zone, row):
 * Whether ${zone} says another place than that to which, as ${row} says, was
 * handed over last; also where nothing was.
 */
void publish_where(const struct config_publish *to, struct buf *out);
bool publish_is_elsewhere(const struct config_zone *zone,
    const struct zone_row *row);

/**
 * publish_waits(session, zone, waits, err):
 * Whether what was signed last of ${zone} is to be handed over, and was not
 * yet.
 *
 * Errors: ERR_STORE.
 */
int publish_waits(struct session *session, const struct zone_life *zone,
    bool *waits, struct error *err);

/**
 * publish_is_current(zone, row):
 * Whether what ${row} says was handed over last went to where ${zone} says
 * now, and is still there, if that is a directory.
 */
bool publish_is_current(const struct config_zone *zone,
    const struct zone_row *row);

/**
 * publish_has(zone, given, row):
 * Whether what is ${given} is what was handed over last, and it is there, so
 * that publish_zone() does nothing.
 */
bool publish_has(const struct config_zone *zone,
    const struct publish_given *given, const struct zone_row *row);

/**
 * publish_update(session, zone, given, row, err):
 * That part of publish_zone() which has to wait for a primary, done before it:
 * ${given}->updated tells it what came of that. Several threads may do so at
 * once, each for another zone.
 *
 * Errors: ERR_NETWORK, ERR_CONFIG and ERR_INPUT as publish_zone().
 */
int publish_update(const struct session *session,
    const struct config_zone *zone, const struct publish_given *given,
    const struct zone_row *row, struct error *err);

/**
 * publish_zone(session, zone, given, row, event, err):
 * Hand over what is ${given} to all that ${zone} names, then tell the hook
 * zone-publish. Without records what is there is taken away. What was handed
 * over before is not again, as far as it is there; after a failure all is.
 * Where anything was done *${event} says so, and ${row}->published_hash what;
 * else it is NULL. Not inside a transaction.
 *
 * publish_record(session, event, err): inside the caller's transaction, in
 * which it writes ${row} and what follows from it, append ${event}.
 *
 * Owner: the caller, json_free().
 * Errors: ERR_SYSTEM (directory, also one that has something later; command,
 * hook), ERR_NETWORK, ERR_CONFIG (the
 * TSIG key's file), ERR_STORE, ERR_INPUT (no signed DNSKEY RRset).
 */
int publish_zone(struct session *session, const struct config_zone *zone,
    const struct publish_given *given, struct zone_row *row,
    struct json **event, struct error *err);
int publish_record(struct session *session, const struct json *event,
    struct error *err);

#endif
