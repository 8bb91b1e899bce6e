/*
 * How a CMK ends: its seal key signs that it is deleted, the ledger's last
 * checkpoint is made, then its keys are destroyed.
 */
#ifndef ENGINE_CMK_END_H
#define ENGINE_CMK_END_H

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_intent.h"

struct cmk_end_request {
	const char	*cmk;		/* name or id */
};

/**
 * cmk_end_allowed(session, cmk, err):
 * Whether a deletion of ${cmk} may be thought of: nothing forbids it for ever,
 * and each of its KSKs is removed or might be. Each that is in the way is a
 * note.
 *
 * Errors: ERR_POLICY, ERR_NOT_YET (with the instant from which on all may go),
 * ERR_INTEGRITY, ERR_STORE.
 */
int cmk_end_allowed(struct session *session, const struct cmk *cmk,
    struct error *err);

/**
 * cmk_end_plan(session, request, plan, err):
 * What cmk_end_apply() would do; nothing where the CMK is deleted already. A
 * draft can be deleted at once; what was sealed when its deletion was
 * scheduled, the window has passed and all KSKs are removed.
 *
 * Errors: ERR_INPUT (no such CMK), ERR_POLICY, ERR_NOT_YET, ERR_INTEGRITY,
 * ERR_STORE.
 */
int cmk_end_plan(struct session *session,
    const struct cmk_end_request *request, struct plan *plan,
    struct error *err);

/**
 * cmk_end_apply(session, request, err):
 * Do it.
 *
 * Errors: as cmk_end_plan(); ERR_TOKEN. Once it is recorded that the CMK is
 * deleted, the next run destroys what this one could not.
 */
int cmk_end_apply(struct session *session,
    const struct cmk_end_request *request, struct error *err);

/**
 * cmk_end_finish(session, intent, err):
 * Destroy the key pair of a deleted CMK, if its seal key has signed that it is
 * deleted, after the last checkpoint that it owed.
 *
 * Errors: ERR_INTEGRITY (it was never deleted), ERR_TOKEN, ERR_STORE.
 */
int cmk_end_finish(struct session *session, const struct intent_row *intent,
    struct error *err);

#endif
