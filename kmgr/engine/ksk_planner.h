/* What create-ksk would do, for many zones part by part. */
#ifndef ENGINE_KSK_PLANNER_H
#define ENGINE_KSK_PLANNER_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/plan.h"

struct ksk_planner;

/**
 * ksk_planner_new(store, cmk, request, out, err):
 * Begin to plan what ${request} asks for under ${cmk}; all three are borrowed.
 *
 * Owner: the caller, ksk_planner_free().
 * Errors: ERR_STORE, ERR_INTEGRITY.
 */
int ksk_planner_new(struct store *store, const struct cmk *cmk,
    const struct ksk_request *request, struct ksk_planner **out,
    struct error *err);
void ksk_planner_free(struct ksk_planner *planner);

/**
 * ksk_planner_add(planner, zones, n, plan, err):
 * Append to ${plan} what would be done for ${n} ${zones} behind those of the
 * calls before; sealing comes before the first of all that has use for it.
 *
 * Errors: ERR_INPUT, ERR_POLICY, ERR_INTEGRITY, ERR_STORE.
 */
int ksk_planner_add(struct ksk_planner *planner, const struct name *zones,
    size_t n, struct plan *plan, struct error *err);

/**
 * ksk_plan_seal(cmk, plan):
 * Append to ${plan} that ${cmk} is sealed by its first KSK, if it is not yet.
 */
void ksk_plan_seal(const struct cmk *cmk, struct plan *plan);

#endif
