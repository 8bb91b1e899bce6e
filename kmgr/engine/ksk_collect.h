/*
 * The KSKs that the zones of a request have in the end. Those of a zone that
 * gets one are read while the token makes others.
 */
#ifndef ENGINE_KSK_COLLECT_H
#define ENGINE_KSK_COLLECT_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/ksk_create.h"

struct ksk_collect {
	struct store			*store;
	struct cmk_cache		*cache;
	const struct ksk_request	*request;
	char				 cmk_id[STORE_ID_TEXT];
	struct ksk_collected		*zones;	/* one a zone of request */
	size_t				 next;	/* the one to come, perhaps */
};

/**
 * ksk_collect_init(collect, store, cache, cmk_id, request),
 * ksk_collect_clear(collect):
 * Nothing is read yet of the KSKs under the CMK ${cmk_id}.
 */
void ksk_collect_init(struct ksk_collect *collect, struct store *store,
    struct cmk_cache *cache, const char *cmk_id,
    const struct ksk_request *request);
void ksk_collect_clear(struct ksk_collect *collect);

/**
 * ksk_collect_zone(collect, zone, ksk_id):
 * Read those of ${zone}, of which this run has made ${ksk_id}; that is
 * committed. What fails now is tried once more in the end.
 */
void ksk_collect_zone(struct ksk_collect *collect, const struct name *zone,
    const char *ksk_id);

/**
 * ksk_collect_end(collect, resumed, out, n, err):
 * All of them, in the order of the request's zones; those that are made tell
 * it, as the newest of each zone in ${resumed}. A zone that is to blame for its
 * error is told to the request.
 *
 * Owner: the caller, ksk_list_free(), also where it fails.
 * Errors: as ksk_load().
 */
int ksk_collect_end(struct ksk_collect *collect,
    const struct ksk_resumed *resumed, struct ksk **out, size_t *n,
    struct error *err);

#endif
