/*
 * The states of a CMK: enabled, disabled, pending deletion. Each change is an
 * event, and what the ledger tells counts, not what the store says.
 */
#ifndef ENGINE_CMK_LIFE_H
#define ENGINE_CMK_LIFE_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/approval.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

enum cmk_step {
	CMK_DISABLE,
	CMK_ENABLE,
	CMK_SCHEDULE_DELETION,
	CMK_CANCEL_DELETION
};

#define CMK_WINDOW_BY_POLICY (-1)
#define CMK_WINDOW_MIN_S     (7 * 86400)
#define CMK_WINDOW_MAX_S     (30 * 86400)

struct cmk_life_request {
	const char	*cmk;		/* name or id */
	enum cmk_step	 step;
	int64_t		 window_s;	/* of a scheduled deletion, or
					 * CMK_WINDOW_BY_POLICY */
	/* Where the policy demands approvers: theirs, and what they signed. */
	const struct approval *approval;
	const struct json *arguments;
};

#define CMK_LIFE_DELETION_OP "schedule-cmk-deletion"

/**
 * cmk_life_arguments(request):
 * A scheduled deletion as a plan has it: {"pending_window"}.
 * Owner: the caller, json_free().
 */
struct json *cmk_life_arguments(const struct cmk_life_request *request);

/**
 * cmk_life_approved(session, cmk_id, approval, arguments, err):
 * Schedule the deletion that was approved.
 *
 * cmk_life_approved_plan(session, cmk_id, approval, arguments, plan, err):
 * What that would do now.
 *
 * Errors: as cmk_life_apply().
 */
int cmk_life_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err);
int cmk_life_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err);

/**
 * cmk_life_plan(session, request, plan, err):
 * What cmk_life_apply() would do; nothing where the CMK is in that state. A
 * deletion is scheduled only where no KSK of the CMK is in use any more, and
 * never under seal: compliance; its window is never shorter than the policy's.
 *
 * Errors: ERR_INPUT (no such CMK), ERR_USAGE (a window that none may have),
 * ERR_POLICY, ERR_NOT_YET, ERR_INTEGRITY, ERR_STORE.
 */
int cmk_life_plan(struct session *session,
    const struct cmk_life_request *request, struct plan *plan,
    struct error *err);

/**
 * cmk_life_apply(session, request, err):
 * Do it; a deletion only if the approvers whom the policy demands said yes. To
 * disable a CMK its token need not be there.
 *
 * Errors: as cmk_life_plan(); ERR_TOKEN.
 */
int cmk_life_apply(struct session *session,
    const struct cmk_life_request *request, struct error *err);

/**
 * cmk_life_check_usable(cmk, err):
 * Whether something may be made or signed under ${cmk}: it is enabled, or a
 * draft.
 *
 * Errors: ERR_POLICY, with the way out.
 */
int cmk_life_check_usable(const struct cmk *cmk, struct error *err);

/**
 * cmk_life_record(session, cmk, state, deletion_at, event_take, err):
 * Inside the caller's transaction, write the state of ${cmk} and the event of
 * it, to which ${event_take} may add more, or is NULL.
 *
 * Errors: ERR_STORE.
 */
int cmk_life_record(struct session *session, const struct cmk *cmk,
    const char *state, int64_t deletion_at, struct json *event_take,
    struct error *err);

/**
 * cmk_life_settle(session, cmk, err):
 * trust_settle() after what was committed has changed something: that its
 * token is away is a note then, no failure.
 *
 * Errors: as trust_settle(), but for the token and its PIN.
 */
int cmk_life_settle(struct session *session, const struct cmk *cmk,
    struct error *err);

/**
 * cmk_life_count(session, n, err):
 * How many CMKs zones may have KSKs of. Where the token of one fails, those of
 * others need not.
 *
 * Errors: ERR_STORE.
 */
int cmk_life_count(struct session *session, size_t *n, struct error *err);

#endif
