/* Carrying out what enough approvers have signed, and what that would be. */
#include <string.h>

#include "kmgr/engine/approval_inner.h"

/* Who approved, for the events of what is done now. */
static void
name_approvers(struct session *session, const struct approval_status *status)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; i < status->n_approvals; i++)
		json_add_text(list, status->approvals[i].fingerprint);
	session_set_approval(session, status->row.hash, list);
}

/* What enough approvers signed, and how that is done. */
static int
prepare(const struct approval_status *status, const struct approval_op **op,
    struct approval *out, struct error *err)
{

	*out = (struct approval) {
		.op = status->row.op,
		.arguments = json_get(status->text, "arguments"),
		.actions = json_get(status->text, "actions"),
	};
	if ((*op = approval_op_find(status->row.op)) == NULL)
		return err_set(err, ERR_INTEGRITY, "a plan for %s, which "
		    "nobody can ask for", status->row.op);
	if (status->n_valid < status->n_needed)
		return err_set(err, ERR_NOT_YET, "%zu of %zu approvers have "
		    "signed plan %.16s", status->n_valid, status->n_needed,
		    status->row.hash);
	memcpy(out->cmk_id, status->row.cmk_id, sizeof(out->cmk_id));
	return 0;
}

/* Whether the steps are, now, what was approved. */
static int
demand(struct session *session, const struct approval *approval,
    const struct plan *steps, struct error *err)
{
	struct store *store;
	struct cmk *cmk;
	int rc;

	if (cmk_get(session, approval->cmk_id, &store, &cmk, err) != 0)
		return -1;
	rc = approval_demand(cmk, &(struct approval_subject) { approval->op,
	    approval->arguments, steps }, approval, err);
	cmk_free(cmk);
	return rc;
}

int
approval_look(struct session *session, const struct approval_status *status,
    struct plan *plan, struct error *err)
{
	const struct approval_op *op;
	struct plan steps = PLAN_INIT;
	struct approval approval;
	int rc;

	if (prepare(status, &op, &approval, err) != 0)
		return -1;
	name_approvers(session, status);
	rc = op->plan(session, approval.cmk_id, &approval, approval.arguments,
	    &steps, err);
	if (rc == 0)
		rc = demand(session, &approval, &steps, err);
	session_set_approval(session, NULL, NULL);
	if (rc == 0) {
		plan_take(plan, &steps);
		plan_add(plan, ACTION_END_PLAN, NULL, "end plan %.16s as "
		    "applied", status->row.hash);
	}
	plan_clear(&steps);
	return rc;
}

int
approval_apply_plan(struct session *session, const char *hash,
    struct plan *plan, struct error *err)
{
	struct approval_status status = { 0 };
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) == 0 &&
	    approval_find(session, hash, &status, err) == 0 &&
	    approval_check_waiting(session, store, &status, err) == 0)
		rc = approval_look(session, &status, plan, err);
	approval_status_clear(&status);
	return rc;
}

static int
apply(struct session *session, const struct approval_status *status,
    struct error *err)
{
	const struct approval_op *op;
	struct approval approval;
	int rc;

	if (prepare(status, &op, &approval, err) != 0)
		return -1;
	name_approvers(session, status);
	rc = op->apply(session, approval.cmk_id, &approval,
	    approval.arguments, err);
	/* Where this is not reached, a second try finds nothing left to do. */
	if (rc == 0)
		rc = approval_resolve(session, &status->row, "applied", err);
	session_set_approval(session, NULL, NULL);
	return rc;
}

int
approval_apply(struct session *session, const char *hash, struct error *err)
{
	struct approval_status status = { 0 };
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (approval_find(session, hash, &status, err) == 0 &&
	    approval_take(session, store, &status, err) == 0)
		rc = apply(session, &status, err);
	session_unlock(session);
	approval_status_clear(&status);
	return rc;
}
