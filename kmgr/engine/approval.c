#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/approval_inner.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/event.h"

bool
approval_is_needed(const struct cmk *cmk, const char *op)
{

	return approvers_needed(cmk->policy, op) > 0;
}

bool
approval_is_same(const struct json *a, const struct json *b)
{
	struct buf left = BUF_INIT, right = BUF_INIT;
	bool same;

	json_canonical(a, &left);
	json_canonical(b, &right);
	same = strcmp(buf_text(&left), buf_text(&right)) == 0;
	buf_free(&left);
	buf_free(&right);
	return same;
}

static int
compare(const void *a, const void *b)
{

	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *
canonical(const struct json *json)
{
	struct buf text = BUF_INIT;

	json_canonical(json, &text);
	return buf_take(&text);
}

/*
 * The first of actions that is not among the approved ones, or NULL. Both are
 * as long as a list of zones is.
 */
static const struct json *
unapproved(const struct json *actions, const struct json *approved)
{
	const size_t n = json_len(approved);
	char **texts = mem_new((n + 1) * sizeof(*texts)), *text;
	const struct json *found = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		texts[i] = canonical(json_at(approved, i));
	qsort(texts, n, sizeof(*texts), compare);
	for (i = 0; i < json_len(actions) && found == NULL; i++) {
		text = canonical(json_at(actions, i));
		if (bsearch(&text, texts, n, sizeof(*texts), compare) == NULL)
			found = json_at(actions, i);
		free(text);
	}
	for (i = 0; i < n; i++)
		free(texts[i]);
	free(texts);
	return found;
}

int
approval_demand(const struct cmk *cmk, const struct approval_subject *subject,
    const struct approval *approval, struct error *err)
{
	const struct json *other;
	struct json *actions;
	int rc = 0;

	if (!approval_is_needed(cmk, subject->op) || subject->plan->n == 0)
		return 0;
	if (approval == NULL)
		return err_set(err, ERR_POLICY, "the policy of CMK %s demands "
		    "approvers for %s", cmk->row.name, subject->op);
	if (strcmp(approval->cmk_id, cmk->row.id) != 0 ||
	    strcmp(approval->op, subject->op) != 0 ||
	    !approval_is_same(approval->arguments, subject->arguments))
		return err_set(err, ERR_POLICY,
		    "the approvers signed another plan");
	actions = plan_json(subject->plan);
	if ((other = unapproved(actions, approval->actions)) != NULL) {
		rc = err_set(err, ERR_POLICY, "things changed since the plan "
		    "was approved; it would now also %s",
		    json_get_text(other, "text"));
		(void)err_hint(err, "ask for a new plan: run the command "
		    "again");
	}
	json_free(actions);
	return rc;
}

int
approval_tell(struct session *session, const char *type,
    const struct plan_row *row, const char *key, const char *value,
    struct error *err)
{
	struct json *event = json_new_object();
	int rc;

	json_put_text(event, "cmk_id", row->cmk_id);
	json_put_text(event, "plan_hash", row->hash);
	json_put_text(event, "op", row->op);
	json_put_text(event, key, value);
	rc = event_append(session, type, event, err);
	json_free(event);
	return rc;
}

/* Fill in who signed and what that is worth now. */
static int
count(struct store *store, struct approval_status *status, struct error *err)
{
	struct approvers_voices voices = { 0 };
	struct approvers approvers = { 0 };
	struct cmk *cmk = NULL;
	int rc = -1;

	approval_rows_free(status->approvals, status->n_approvals);
	status->approvals = NULL;
	status->n_approvals = 0;
	if (cmk_load(store, status->row.cmk_id, &cmk, err) == 0 &&
	    approvers_load(store, cmk, &approvers, err) == 0 &&
	    store_approval_list(store, status->row.hash, &status->approvals,
	    &status->n_approvals, err) == 0 && approvers_count(store,
	    &approvers, &status->row, &voices, err) == 0) {
		status->n_valid = voices.n;
		status->n_needed = approvers_needed(cmk->policy,
		    status->row.op);
		rc = 0;
	}
	approvers_voices_clear(&voices);
	approvers_clear(&approvers);
	cmk_free(cmk);
	return rc;
}

int
approval_find(struct session *session, const char *hash,
    struct approval_status *out, struct error *err)
{
	struct store *store;
	bool found = false;

	*out = (struct approval_status) { 0 };
	if (session_store(session, &store, err) != 0 ||
	    store_plan_find(store, hash, &out->row, &found, err) != 0)
		return -1;
	if (!found) {
		(void)err_set(err, ERR_INPUT, "no plan, or more than one, "
		    "whose hash begins with \"%.64s\"", hash);
		return err_hint(err, "kmgr list-plans shows them");
	}
	if (approval_check_text(out, err) == 0 && count(store, out, err) == 0)
		return 0;
	approval_status_clear(out);
	return err_wrap(err, "plan %.16s", hash);
}

void
approval_status_clear(struct approval_status *status)
{

	plan_row_clear(&status->row);
	json_free(status->text);
	approval_rows_free(status->approvals, status->n_approvals);
	*status = (struct approval_status) { 0 };
}

int
approval_resolve(struct session *session, const struct plan_row *row,
    const char *state, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (store_plan_resolve(store, row->hash, state, session_now(session),
	    err) == 0 &&
	    approval_tell(session, "plan-end", row, "state", state, err) == 0 &&
	    store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

int
approval_check_waiting(struct session *session, struct store *store,
    const struct approval_status *status, struct error *err)
{
	const struct plan_row *row = &status->row;
	char text[WHEN_TEXT_LEN];

	if (strcmp(row->state, "waiting") != 0)
		return err_set(err, ERR_POLICY, "plan %.16s is %s", row->hash,
		    row->state);
	if (approval_check_current(store, status, err) != 0)
		return -1;
	if (row->expires_at > session_now(session))
		return 0;
	(void)err_set(err, ERR_POLICY, "plan %.16s expired at %s", row->hash,
	    when_rfc3339(row->expires_at, text));
	return err_hint(err, "ask for a new plan: run the command again");
}

int
approval_take(struct session *session, struct store *store,
    const struct approval_status *status, struct error *err)
{
	const struct plan_row *row = &status->row;
	struct error over = ERR_INIT;

	if (approval_check_waiting(session, store, status, &over) == 0)
		return 0;
	if (over.class == ERR_POLICY && strcmp(row->state, "waiting") == 0 &&
	    row->expires_at <= session_now(session) &&
	    approval_resolve(session, row, "expired", err) != 0)
		return -1;
	*err = over;
	return -1;
}

/* The plan, which is to wait: whether its time is over does not matter. */
static int
find_waiting(struct session *session, const char *hash,
    struct approval_status *out, struct error *err)
{

	if (approval_find(session, hash, out, err) != 0)
		return -1;
	return strcmp(out->row.state, "waiting") == 0 ? 0 :
	    err_set(err, ERR_POLICY, "plan %.16s is %s", out->row.hash,
	    out->row.state);
}

int
approval_withdraw_plan(struct session *session, const char *hash,
    struct plan *plan, struct error *err)
{
	struct approval_status status = { 0 };
	int rc;

	if ((rc = find_waiting(session, hash, &status, err)) == 0)
		plan_add(plan, ACTION_END_PLAN, NULL, "end plan %.16s, which "
		    "waits to do %s, as withdrawn; nothing of it is ever done",
		    status.row.hash, status.row.op);
	approval_status_clear(&status);
	return rc;
}

int
approval_withdraw(struct session *session, const char *hash,
    struct error *err)
{
	struct approval_status status = { 0 };
	int rc;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if ((rc = find_waiting(session, hash, &status, err)) == 0)
		rc = approval_resolve(session, &status.row, "withdrawn", err);
	session_unlock(session);
	approval_status_clear(&status);
	return rc;
}
