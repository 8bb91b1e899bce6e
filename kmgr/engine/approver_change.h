/* A lost approver is replaced, by as many as any plan takes. */
#ifndef ENGINE_APPROVER_CHANGE_H
#define ENGINE_APPROVER_CHANGE_H

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/approval.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

struct approver_change {
	const char	*cmk;		/* name or id */
	const char	*remove;	/* "SHA256:..." */
	const char	*add;		/* an SSH public key, one line */
};

/**
 * approver_change_arguments(change):
 * {"add", "remove"} with the key in its canonical form.
 * Owner: the caller, json_free().
 */
struct json *approver_change_arguments(const struct approver_change *change);

/**
 * approver_change_plan(session, change, plan, err):
 * What the change would do, for the approvers to sign.
 *
 * Errors: ERR_INPUT (no such approver; a key that is none, or one already),
 * ERR_POLICY (the policy has no approvals), ERR_INTEGRITY, ERR_STORE.
 */
int approver_change_plan(struct session *session,
    const struct approver_change *change, struct plan *plan,
    struct error *err);

/**
 * approver_change_approved(session, cmk_id, approval, arguments, err):
 * Record the replacement that was approved.
 *
 * approver_change_approved_plan(session, cmk_id, approval, arguments, plan,
 * err):
 * What that would do now.
 *
 * Errors: as approver_change_plan(); ERR_TOKEN.
 */
int approver_change_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err);
int approver_change_approved_plan(struct session *session,
    const char *cmk_id, const struct approval *approval,
    const struct json *arguments, struct plan *plan, struct error *err);

#endif
