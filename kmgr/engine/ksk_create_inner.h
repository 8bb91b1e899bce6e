/* What the files of ksk_create share. */
#ifndef ENGINE_KSK_CREATE_INNER_H
#define ENGINE_KSK_CREATE_INNER_H

#include "kmgr/engine/ksk_create.h"

/*
 * How many KSKs a zone has: that are not removed; that count against what the
 * policy allows; of these, under one CMK. Whether that CMK's newest shared pair
 * is among them.
 */
struct census {
	size_t	n_kept;
	size_t	n_present;
	size_t	n_under_cmk;
	bool	has_newest;
};

/**
 * ksk_create_count(store, zone, cmk_id, newest, out, err):
 * Count the KSKs of ${zone}; ${newest} is the id of the pair that is looked
 * for, "" where there is none.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int ksk_create_count(struct store *store, const struct name *zone,
    const char *cmk_id, const char *newest, struct census *out,
    struct error *err);

/**
 * ksk_create_is_of_zone(request, err):
 * Whether ${err} is of a kind that a single zone can be to blame for, and
 * somebody asks for what becomes of each.
 *
 * ksk_create_told(request, zone, err):
 * Whether ${zone} is to blame for ${err}, and whoever asks was told, so that
 * the others go on; ${err} is then cleared.
 */
bool ksk_create_is_of_zone(const struct ksk_request *request,
    const struct error *err);
bool ksk_create_told(const struct ksk_request *request,
    const struct name *zone, struct error *err);

/**
 * ksk_create_plan_for(store, cmk, request, plan, err):
 * ksk_create_plan() for a loaded CMK: sealing comes first, but only if there is
 * use for it.
 *
 * Errors: as ksk_create_plan().
 */
int ksk_create_plan_for(struct store *store, const struct cmk *cmk,
    const struct ksk_request *request, struct plan *plan, struct error *err);

#endif
