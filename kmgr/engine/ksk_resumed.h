/* Zones whose KSK an interrupted run had begun, and this one finished. */
#ifndef ENGINE_KSK_RESUMED_H
#define ENGINE_KSK_RESUMED_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"

struct ksk_request;

struct ksk_resumed {
	struct name	*zones;
	size_t		 n;
};

/**
 * ksk_resumed_run(session, cmk, request, resumed, err):
 * recovery_run() in the tokens of ${cmk}, under the lock; append to ${resumed}
 * each zone that has one KSK more of ${cmk} for it. What the store does not
 * take is an error only where it is of a zone of ${request}; else a note.
 *
 * Owner: the caller, ksk_resumed_clear(), also after an error.
 * Errors: as recovery_run(); ERR_INTEGRITY.
 */
int ksk_resumed_run(struct session *session, const struct cmk *cmk,
    const struct ksk_request *request, struct ksk_resumed *resumed,
    struct error *err);

/**
 * ksk_resumed_has(resumed, zone):
 * Whether ${zone} is among them.
 */
bool ksk_resumed_has(const struct ksk_resumed *resumed,
    const struct name *zone);

/**
 * ksk_resumed_clear(resumed):
 * Free what ${resumed} holds.
 */
void ksk_resumed_clear(struct ksk_resumed *resumed);

#endif
