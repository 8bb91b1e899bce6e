#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/approval_inner.h"
#include "kmgr/engine/approver_change.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/trust.h"
#include "policy/ssh_key.h"

struct json *
approver_change_arguments(const struct approver_change *change)
{
	struct json *arguments = json_new_object();
	struct error ignored = ERR_INIT;
	char *line = NULL;

	/* What is no key at all is refused when it is planned. */
	json_put_text(arguments, "add", ssh_key_read(change->add, &line,
	    &ignored) == 0 ? line : change->add);
	json_put_text(arguments, "remove", change->remove);
	free(line);
	return arguments;
}

/* Whether the approvers of cmk can be so changed, and what that is. */
static int
plan_for(struct store *store, const struct cmk *cmk,
    const struct approver_change *change, struct plan *plan,
    struct error *err)
{
	struct approvers approvers;
	char new[SSH_KEY_FINGERPRINT_LEN];
	char *line = NULL;
	int rc = -1;

	if (approvers_needed(cmk->policy, APPROVERS_REPLACE) == 0)
		return err_set(err, ERR_POLICY, "the policy of CMK %s demands "
		    "no approvals", cmk->row.name);
	if (!cmk_is_sealed(cmk)) {
		(void)err_set(err, ERR_POLICY, "CMK %s is a draft, and its "
		    "approvers are not sealed yet", cmk->row.name);
		return err_hint(err, "kmgr put-policy %s FILE replaces them "
		    "with the whole policy", cmk->row.name);
	}
	if (approvers_load(store, cmk, &approvers, err) != 0)
		return -1;
	if (ssh_key_read(change->add, &line, err) == 0 &&
	    approvers_replace(&approvers, change->remove, line, err) == 0) {
		plan_add(plan, ACTION_REPLACE_APPROVER, NULL, "replace the "
		    "approver %s of CMK %s by %s (%.80s)", change->remove,
		    cmk->row.name, ssh_key_fingerprint(line, new),
		    ssh_key_comment(line));
		rc = 0;
	}
	free(line);
	approvers_clear(&approvers);
	return rc;
}

int
approver_change_plan(struct session *session,
    const struct approver_change *change, struct plan *plan,
    struct error *err)
{
	struct store *store;
	struct cmk *cmk;
	int rc;

	if (cmk_get(session, change->cmk, &store, &cmk, err) != 0)
		return -1;
	rc = plan_for(store, cmk, change, plan, err);
	cmk_free(cmk);
	return rc;
}

/*
 * Whether the plan that is carried out was recorded before: by a run that was
 * interrupted, or long ago, and somebody lets it wait again.
 */
static int
is_recorded(struct session *session, struct store *store, const char *cmk_id,
    bool *is, struct error *err)
{
	const char *plan = json_get_text(session_actor(session), "plan");
	int64_t seq = 0;

	if (plan != NULL && approval_event(store, cmk_id, "approvers", plan,
	    &seq, err) != 0)
		return -1;
	*is = seq != 0;
	return 0;
}

/* Who may approve is what the ledger tells, and a checkpoint signs. */
static int
record(struct session *session, const struct cmk *cmk,
    const struct approver_change *change, struct error *err)
{
	struct json *event;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	event = json_new_object();
	json_put_text(event, "cmk_id", cmk->row.id);
	json_put_text(event, "plan_hash",
	    json_get_text(session_actor(session), "plan"));
	json_put_text(event, "remove", change->remove);
	json_put_text(event, "add", change->add);
	if (event_append(session, "approvers", event, err) == 0 &&
	    trust_attest(session, cmk->row.id, err) == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	json_free(event);
	return rc;
}

/* What is to be done still: nothing, where it was recorded before. */
static int
plan_rest(struct session *session, struct store *store,
    const struct cmk *cmk, const struct approver_change *change,
    struct plan *plan, struct error *err)
{
	bool is_done;

	if (is_recorded(session, store, cmk->row.id, &is_done, err) != 0)
		return -1;
	return is_done ? 0 : plan_for(store, cmk, change, plan, err);
}

/* Under the lock, with what cmk is now. */
static int
carry_out(struct session *session, struct store *store,
    const struct cmk *cmk, const struct approver_change *change,
    const struct approval *approval, const struct json *arguments,
    struct error *err)
{
	struct plan plan = PLAN_INIT;
	const struct approval_subject subject = { APPROVERS_REPLACE,
		arguments, &plan };
	int rc = -1;

	if (plan_rest(session, store, cmk, change, &plan, err) == 0 &&
	    (plan.n == 0 ||
	    (approval_demand(cmk, &subject, approval, err) == 0 &&
	    record(session, cmk, change, err) == 0)))
		rc = trust_settle(session, cmk, err);
	plan_clear(&plan);
	return rc;
}

static int
read_arguments(const char *cmk_id, const struct json *arguments,
    struct approver_change *out, struct error *err)
{

	*out = (struct approver_change) { cmk_id,
		json_get_text(arguments, "remove"),
		json_get_text(arguments, "add") };
	return out->remove != NULL && out->add != NULL ? 0 :
	    err_set(err, ERR_INTEGRITY, "the plan names no key");
}

int
approver_change_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err)
{
	struct approver_change change;
	struct store *store;
	struct cmk *cmk = NULL;
	int rc = -1;

	if (read_arguments(cmk_id, arguments, &change, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (session_store(session, &store, err) == 0 &&
	    cmk_load(store, cmk_id, &cmk, err) == 0 &&
	    trust_prove(session, cmk, err) == 0)
		rc = carry_out(session, store, cmk, &change, approval,
		    arguments, err);
	session_unlock(session);
	cmk_free(cmk);
	return rc;
}

int
approver_change_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err)
{
	struct approver_change change;
	struct store *store;
	struct cmk *cmk;
	int rc;

	(void)approval;		/* whoever calls compares it */
	if (read_arguments(cmk_id, arguments, &change, err) != 0 ||
	    cmk_get(session, cmk_id, &store, &cmk, err) != 0)
		return -1;
	rc = plan_rest(session, store, cmk, &change, plan, err);
	cmk_free(cmk);
	return rc;
}
