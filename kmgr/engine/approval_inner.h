/* What the files of approval share. */
#ifndef ENGINE_APPROVAL_INNER_H
#define ENGINE_APPROVAL_INNER_H

#include "kmgr/engine/approval.h"

/* The approved plan, and what of it counts. */
struct approval {
	char		 cmk_id[STORE_ID_TEXT];
	const char	*op;			/* all borrowed from text */
	const struct json *arguments;
	const struct json *actions;
};

/* How an approved plan is carried out. */
struct approval_op {
	const char	*op;
	int		(*apply)(struct session *session, const char *cmk_id,
			    const struct approval *approval,
			    const struct json *arguments, struct error *err);
	/* What that would do now, in the order in which it is done. */
	int		(*plan)(struct session *session, const char *cmk_id,
			    const struct approval *approval,
			    const struct json *arguments, struct plan *plan,
			    struct error *err);
};

/**
 * approval_is_same(a, b):
 * Whether two JSON values have the same canonical form.
 */
bool approval_is_same(const struct json *a, const struct json *b);

/**
 * approval_tell(session, type, row, key, value, err):
 * Append an event of ${type} about the plan ${row}, with one more member
 * ${key}, inside the caller's transaction.
 *
 * Errors: ERR_STORE.
 */
int approval_tell(struct session *session, const char *type,
    const struct plan_row *row, const char *key, const char *value,
    struct error *err);

/**
 * approval_check_text(status, err):
 * Read status->row.text into status->text: it must hash to the plan's name and
 * say what the rest of the row says.
 *
 * Errors: ERR_INTEGRITY.
 */
int approval_check_text(struct approval_status *status, struct error *err);

/**
 * approval_check_current(store, status, err):
 * Whether the plan, which the store says waits, has not ended for all that the
 * ledger tells, and was made under the policy that its CMK has now. The ledger
 * was verified by approvers_load().
 *
 * Errors: ERR_INTEGRITY, ERR_POLICY, ERR_STORE.
 */
int approval_check_current(struct store *store,
    const struct approval_status *status, struct error *err);

/**
 * approval_check_waiting(session, store, status, err):
 * Whether the plan waits and may be signed or carried out.
 *
 * approval_take(session, store, status, err): the same, where it is about to
 * be; one whose time is over ends. Called under session_lock().
 *
 * Errors: ERR_POLICY (it waits no more), ERR_INTEGRITY, ERR_STORE.
 */
int approval_check_waiting(struct session *session, struct store *store,
    const struct approval_status *status, struct error *err);
int approval_take(struct session *session, struct store *store,
    const struct approval_status *status, struct error *err);

/**
 * approval_look(session, status, plan, err):
 * Append to ${plan} what carrying out the plan of ${status} would do now, and
 * that it ends. Whether it waits was checked.
 *
 * Errors: as approval_apply().
 */
int approval_look(struct session *session,
    const struct approval_status *status, struct plan *plan,
    struct error *err);

/**
 * approval_resolve(session, row, state, err):
 * End the plan ${row} with ${state}, in a transaction of its own.
 *
 * Errors: ERR_STORE.
 */
int approval_resolve(struct session *session, const struct plan_row *row,
    const char *state, struct error *err);

/**
 * approval_find_waiting(session, store, cmk, subject, out, found, err):
 * The plan for ${subject} that waits for approvers of ${cmk} and has time
 * left. Owner: the caller, plan_row_clear().
 *
 * Errors: ERR_STORE.
 */
int approval_find_waiting(struct session *session, struct store *store,
    const struct cmk *cmk, const struct approval_subject *subject,
    struct plan_row *out, bool *found, struct error *err);

/**
 * approval_event(store, cmk_id, type, hash, seq, err):
 * The number of the first event of ${type} about the plan ${hash} of the CMK,
 * 0 where there is none.
 *
 * Errors: ERR_STORE.
 */
int approval_event(struct store *store, const char *cmk_id, const char *type,
    const char *hash, int64_t *seq, struct error *err);

/**
 * approval_op_find(op):
 * The row for ${op}, or NULL where this version has no such operation.
 */
const struct approval_op *approval_op_find(const char *op);

#endif
