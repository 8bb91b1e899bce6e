/* What needs the approvers of more than one CMK: a plan for each of them. */
#include <string.h>

#include "kmgr/engine/approval_inner.h"

/* Whether cmk wants approvers, and not those whose plan is carried out. */
static bool
is_other(const struct cmk *cmk, const struct approval_subject *subject,
    const struct approval *approval)
{

	return approval != NULL && approval_is_needed(cmk, subject->op) &&
	    strcmp(approval->cmk_id, cmk->row.id) != 0;
}

static int
check_signed(struct session *session, struct store *store,
    const struct cmk *cmk, const struct approval_status *status,
    struct error *err)
{

	if (approval_check_waiting(session, store, status, err) != 0)
		return -1;
	if (status->n_valid >= status->n_needed)
		return 0;
	(void)err_set(err, ERR_NOT_YET, "CMK %s demands approvers as well, "
	    "and %zu of %zu have signed its plan %.16s", cmk->row.name,
	    status->n_valid, status->n_needed, status->row.hash);
	return err_hint(err, "it is done when they have signed: kmgr "
	    "show-plan %.16s", status->row.hash);
}

static int
demand_other(struct session *session, const struct cmk *cmk,
    const struct approval_subject *subject, struct error *err)
{
	struct approval_status status;
	struct plan_row row = { 0 };
	struct store *store;
	bool found = false;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    approval_find_waiting(session, store, cmk, subject, &row, &found,
	    err) != 0)
		return -1;
	if (!found) {
		(void)err_set(err, ERR_POLICY, "CMK %s demands approvers as "
		    "well, and no plan for the same waits for them",
		    cmk->row.name);
		return err_hint(err, "ask for one: run the command again");
	}
	if (approval_find(session, row.hash, &status, err) == 0) {
		rc = check_signed(session, store, cmk, &status, err);
		approval_status_clear(&status);
	}
	plan_row_clear(&row);
	return rc;
}

int
approval_demand_each(struct session *session, const struct cmk *const *cmks,
    size_t n, const struct approval_subject *subject,
    const struct approval *approval, struct error *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((is_other(cmks[i], subject, approval) ?
		    demand_other(session, cmks[i], subject, err) :
		    approval_demand(cmks[i], subject, approval, err)) != 0)
			return -1;
	return 0;
}

int
approval_end_each(struct session *session, const struct cmk *const *cmks,
    size_t n, const struct approval_subject *subject,
    const struct approval *approval, struct error *err)
{
	struct plan_row row = { 0 };
	struct store *store;
	bool found;
	size_t i;
	int rc = 0;

	if (session_store(session, &store, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++) {
		if (!is_other(cmks[i], subject, approval))
			continue;
		rc = approval_find_waiting(session, store, cmks[i], subject,
		    &row, &found, err);
		if (rc == 0 && found)
			rc = approval_resolve(session, &row, "applied", err);
		plan_row_clear(&row);
	}
	return rc;
}
