/*
 * Approvals: an operation for which the policy demands approvers becomes a
 * plan that waits. At the threshold exactly that plan is carried out, before
 * it expires, once.
 */
#ifndef ENGINE_APPROVAL_H
#define ENGINE_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store_plan.h"

/* That enough approvers signed one plan. Only approval_apply.c makes one. */
struct approval;

/* What is about to be done, and what came of it as actions. */
struct approval_subject {
	const char		*op;		/* the command's name */
	const struct json	*arguments;	/* all that apply needs */
	const struct plan	*plan;
};

/**
 * approval_is_needed(cmk, op):
 * Whether the policy of ${cmk} demands approvers for ${op}.
 */
bool approval_is_needed(const struct cmk *cmk, const char *op);

/**
 * approval_demand(cmk, subject, approval, err):
 * Whether ${subject} may be carried out: no approvers are demanded, or
 * ${approval} (which may be NULL) is for this CMK and these arguments, and
 * every action is one of those that were approved. Fewer there may be: what
 * was done before an interruption is not done again.
 *
 * Errors: ERR_POLICY.
 */
int approval_demand(const struct cmk *cmk,
    const struct approval_subject *subject, const struct approval *approval,
    struct error *err);

/**
 * approval_demand_each(session, cmks, n, subject, approval, err):
 * approval_demand() for each of the ${n} ${cmks}. The approvers of each sign a
 * plan of their own for the same ${subject}: ${approval} is for one of them,
 * and the plans of the others must wait with all signatures that they need.
 * Called under session_lock().
 *
 * Errors: ERR_POLICY, ERR_NOT_YET (approvers of another CMK are missing),
 * and those of approval_find().
 */
int approval_demand_each(struct session *session,
    const struct cmk *const *cmks, size_t n,
    const struct approval_subject *subject, const struct approval *approval,
    struct error *err);

/**
 * approval_end_each(session, cmks, n, subject, approval, err):
 * ${subject} was carried out: the plans of the other CMKs are applied as well.
 *
 * Errors: ERR_STORE.
 */
int approval_end_each(struct session *session,
    const struct cmk *const *cmks, size_t n,
    const struct approval_subject *subject, const struct approval *approval,
    struct error *err);

/**
 * approval_was_given(session, cmk, op, argument, value, given, err):
 * Whether a plan of ${cmk} for ${op} whose ${argument} is ${value} was carried
 * out, by what the ledger tells, and enough approvers signed it.
 *
 * Errors: as approval_find().
 */
int approval_was_given(struct session *session, const struct cmk *cmk,
    const char *op, const char *argument, const char *value, bool *given,
    struct error *err);

/**
 * approval_request(session, cmk, subject, out, err):
 * Write down ${subject} as a plan that waits for the approvers of ${cmk}. One
 * that waits already for the same is returned as it is.
 *
 * Owner: the caller, plan_row_clear().
 * Errors: ERR_STORE.
 */
int approval_request(struct session *session, const struct cmk *cmk,
    const struct approval_subject *subject, struct plan_row *out,
    struct error *err);

/* Where a plan stands. */
struct approval_status {
	struct plan_row	row;
	struct json	*text;		/* row.text, parsed */
	struct approval_row *approvals;
	size_t		n_approvals;
	size_t		n_valid;	/* of them, that count now */
	size_t		n_needed;
};

/**
 * approval_find(session, hash, out, err):
 * The plan whose hash is, or alone begins with, ${hash}.
 *
 * Owner: the caller, approval_status_clear().
 * Errors: ERR_INPUT (none such), ERR_INTEGRITY, ERR_STORE, ERR_SYSTEM.
 */
int approval_find(struct session *session, const char *hash,
    struct approval_status *out, struct error *err);
void approval_status_clear(struct approval_status *status);

/**
 * approval_give(session, hash, signature, out, err):
 * Record ${signature}, as ssh-keygen wrote it, under the waiting plan
 * ${hash}.
 *
 * Owner: the caller, approval_status_clear().
 * Errors: ERR_INPUT (it is of another text, or was given before), ERR_POLICY
 * (by nobody who may approve; the plan waits no more), ERR_STORE.
 */
int approval_give(struct session *session, const char *hash,
    const char *signature, struct approval_status *out, struct error *err);

/**
 * approval_apply(session, hash, err):
 * Carry out the plan ${hash}, for which enough approvers have signed.
 *
 * Errors: ERR_NOT_YET (too few), ERR_POLICY (it waits no more, or what it
 * would do now is not what was approved), and those of the operation.
 */
int approval_apply(struct session *session, const char *hash,
    struct error *err);

/**
 * approval_give_plan(session, hash, signature, plan, err),
 * approval_apply_plan(session, hash, plan, err),
 * approval_withdraw_plan(session, hash, plan, err):
 * Append to ${plan} what the functions without _plan would do now: with the
 * last signature that is needed, what approval_apply() would do then as well.
 * No token is asked. Where that fails ${plan} has what would be done before.
 *
 * Errors: theirs, as far as they come from the store.
 */
int approval_give_plan(struct session *session, const char *hash,
    const char *signature, struct plan *plan, struct error *err);
int approval_apply_plan(struct session *session, const char *hash,
    struct plan *plan, struct error *err);
int approval_withdraw_plan(struct session *session, const char *hash,
    struct plan *plan, struct error *err);

/**
 * approval_withdraw(session, hash, err):
 * End the waiting plan ${hash}; nothing of it is ever done.
 *
 * Errors: ERR_INPUT, ERR_POLICY (it waits no more), ERR_STORE.
 */
int approval_withdraw(struct session *session, const char *hash,
    struct error *err);

#endif
