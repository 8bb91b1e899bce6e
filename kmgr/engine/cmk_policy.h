/* Replacing the policy of a draft; why that of a sealed CMK stays as it is. */
#ifndef ENGINE_CMK_POLICY_H
#define ENGINE_CMK_POLICY_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "policy/policy.h"

struct cmk_policy_request {
	const char		*cmk;		/* name or id */
	const struct policy	*policy;
};

/* What was compared: old values are the CMK's, new ones were offered. */
struct cmk_policy_result {
	struct policy_difference *list;
	size_t			 n;
};

/**
 * cmk_policy_plan(session, request, plan, result, err):
 * What cmk_policy_apply() would do; nothing where both policies are the same
 * in canonical form. ${result} has the differences, also after ERR_POLICY.
 *
 * Owner: the caller, cmk_policy_result_clear(), also after an error.
 * Errors: ERR_INPUT (no such CMK), ERR_POLICY (sealed; or the draft cannot
 * have it: rules, another seal: than the seal key was made for, an algorithm
 * that its token did not show), ERR_INTEGRITY, ERR_STORE.
 */
int cmk_policy_plan(struct session *session,
    const struct cmk_policy_request *request, struct plan *plan,
    struct cmk_policy_result *result, struct error *err);

/**
 * cmk_policy_apply(session, request, result, err):
 * Do it.
 *
 * Owner: as cmk_policy_plan().
 * Errors: as cmk_policy_plan(); ERR_TOKEN.
 */
int cmk_policy_apply(struct session *session,
    const struct cmk_policy_request *request,
    struct cmk_policy_result *result, struct error *err);

/**
 * cmk_policy_result_clear(result):
 * Free what ${result} holds.
 */
void cmk_policy_result_clear(struct cmk_policy_result *result);

#endif
