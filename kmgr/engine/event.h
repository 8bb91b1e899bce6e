/*
 * Events: what stands in the ledger, by type. A payload says all that is
 * needed to write the store's rows again: the store is what the ledger tells.
 */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/engine/session.h"

enum event_class {
	EVENT_LIFE_CYCLE,	/* a checkpoint and a ratchet record follow */
	EVENT_ROUTINE
};

struct event_type {
	const char	*type;		/* "create-ksk" */
	enum event_class class;
	const char	*summary;	/* what happened */
};

/**
 * event_type_at(i), event_type_find(type):
 * The ${i}th type, NULL behind the last; the one called ${type}, or NULL.
 */
const struct event_type *event_type_at(size_t i);
const struct event_type *event_type_find(const char *type);

/**
 * event_append(session, type, payload, err):
 * Append an event of ${type}, which must be in the table, to the ledger inside
 * the caller's transaction, by the actor and at the instant of ${session}.
 *
 * Errors: ERR_STORE.
 */
int event_append(struct session *session, const char *type,
    const struct json *payload, struct error *err);

#endif
