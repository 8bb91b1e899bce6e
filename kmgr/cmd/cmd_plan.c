#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/engine/approvers.h"

int
cmd_plan_waits(struct cmd *cmd, const char *cmk_name, const char *op,
    bool *waits, struct error *err)
{
	struct store *store;
	struct cmk *cmk;

	*waits = false;
	if (cmk_get(cmd->session, cmk_name, &store, &cmk, err) != 0)
		return -1;
	*waits = approval_is_needed(cmk, op);
	cmk_free(cmk);
	return 0;
}

void
cmd_plan_needs(struct cmd *cmd, const struct cmk *cmk, const char *op)
{
	const size_t needed = cmk == NULL ? 0 :
	    approvers_needed(cmk->policy, op);

	if (needed > 0)
		buf_printf(&cmd->text, "needs %zu approver%s of CMK %s, who "
		    "sign this plan before anything is done\n", needed,
		    needed == 1 ? "" : "s", cmk->row.name);
	json_put_int(cmd->json, "approvers_needed", (int64_t)needed);
}

int
cmd_plan_dry(struct cmd *cmd, const char *cmk_name, const char *op,
    const struct plan *plan, struct error *err)
{
	struct cmk *cmk = NULL;
	struct store *store;

	cmd_plan(cmd, plan);
	if (plan->n > 0 && (session_store(cmd->session, &store, err) != 0 ||
	    cmk_load(store, cmk_name, &cmk, err) != 0))
		return -1;
	cmd_plan_needs(cmd, cmk, op);
	cmk_free(cmk);
	return 0;
}

/* A plan for the approvers of one CMK; who is waited for is told in who. */
static int
ask(struct cmd *cmd, const struct cmk *cmk,
    const struct approval_subject *subject, struct buf *who,
    struct plan_row *row, struct error *err)
{
	const size_t needed = approvers_needed(cmk->policy, subject->op);
	struct json *json;
	char until[WHEN_TEXT_LEN];

	if (approval_request(cmd->session, cmk, subject, row, err) != 0)
		return -1;
	json = json_add_object(json_get(cmd->json, "plans"));
	json_put_text(json, "cmk", cmk->row.name);
	json_put_text(json, "plan_hash", row->hash);
	json_put_text(json, "expires", when_rfc3339(row->expires_at, until));
	json_put_int(json, "approvers_needed", (int64_t)needed);
	buf_printf(&cmd->text, "plan %s\nwaits for %zu approver%s until %s\n",
	    row->hash, needed, needed == 1 ? "" : "s", until);
	buf_printf(who, "%s%zu approver%s of CMK %s", who->len == 0 ? "" :
	    " and ", needed, needed == 1 ? "" : "s", cmk->row.name);
	return 0;
}

/* All plans are written down; the first one stands for all. */
static int
tell_waiting(struct cmd *cmd, const char *op, const struct buf *who,
    struct error *err)
{
	const struct json *first = json_at(json_get(cmd->json, "plans"), 0);
	const char *hash = json_get_text(first, "plan_hash");
	int64_t needed = 0;

	(void)json_get_int(first, "approvers_needed", &needed);
	json_put_text(cmd->json, "plan_hash", hash);
	json_put_text(cmd->json, "expires", json_get_text(first, "expires"));
	json_put_int(cmd->json, "approvers_needed", needed);
	cmd->is_partial = true;
	(void)err_set(err, ERR_NOT_YET, "%s waits for %s", op,
	    buf_text(who));
	return err_hint(err, "an approver runs kmgr show-plan %.16s -o plan, "
	    "ssh-keygen -Y sign -n " APPROVERS_NAMESPACE " -f KEY plan, and "
	    "kmgr approve %.16s --signature plan.sig%s", hash, hash,
	    json_len(json_get(cmd->json, "plans")) > 1 ?
	    "; so for each plan" : "");
}

int
cmd_plan_ask_each(struct cmd *cmd, const struct cmk *const *cmks, size_t n,
    const struct approval_subject *subject, struct error *err)
{
	struct buf who = BUF_INIT;
	struct plan_row row;
	size_t i;
	int rc = 0;

	/* Long, where a list of zones is: one of both is not looked at. */
	if (cmd->wants_json)
		json_put_take(cmd->json, "plan", plan_json(subject->plan));
	else
		plan_text(subject->plan, &cmd->text);
	if (subject->plan->n == 0)
		return 0;
	(void)json_put_array(cmd->json, "plans");
	for (i = 0; i < n && rc == 0; i++) {
		row = (struct plan_row) { 0 };
		rc = ask(cmd, cmks[i], subject, &who, &row, err);
		plan_row_clear(&row);
	}
	if (rc == 0)
		rc = tell_waiting(cmd, subject->op, &who, err);
	buf_free(&who);
	return rc;
}

int
cmd_plan_ask(struct cmd *cmd, const char *cmk_name,
    const struct approval_subject *subject, struct error *err)
{
	const struct cmk *cmks[1];
	struct cmk *cmk = NULL;
	struct store *store;
	int rc;

	if (cmk_get(cmd->session, cmk_name, &store, &cmk, err) != 0)
		return -1;
	cmks[0] = cmk;
	rc = cmd_plan_ask_each(cmd, cmks, 1, subject, err);
	cmk_free(cmk);
	return rc;
}

void
cmd_plan_put(struct json *json, const struct approval_status *status)
{
	struct json *list, *row;
	char text[WHEN_TEXT_LEN];
	size_t i;

	json_put_text(json, "hash", status->row.hash);
	json_put_text(json, "op", status->row.op);
	json_put_text(json, "state", status->row.state);
	json_put_text(json, "created", when_rfc3339(status->row.created_at,
	    text));
	json_put_text(json, "expires", when_rfc3339(status->row.expires_at,
	    text));
	json_put_int(json, "approvers_needed", (int64_t)status->n_needed);
	json_put_int(json, "approvals_valid", (int64_t)status->n_valid);
	json_put_take(json, "plan", json_copy_of(status->text));
	list = json_put_array(json, "approvals");
	for (i = 0; i < status->n_approvals; i++) {
		row = json_add_object(list);
		json_put_text(row, "who", status->approvals[i].who);
		json_put_text(row, "fingerprint",
		    status->approvals[i].fingerprint);
		json_put_text(row, "at", when_rfc3339(
		    status->approvals[i].at, text));
	}
}

/* All that a plan that waits needs is there. */
static bool
is_ready(const struct approval_status *status)
{

	return strcmp(status->row.state, "waiting") == 0 &&
	    status->n_valid >= status->n_needed;
}

/* A plan for people. */
static void
print_status(const struct approval_status *status, struct buf *out)
{
	const struct json *actions = json_get(status->text, "actions");
	const struct json *by = json_get(status->text, "requested_by");
	const char *cmk = json_get_text(status->text, "cmk");
	char created[WHEN_TEXT_LEN], expires[WHEN_TEXT_LEN];
	const char *text;
	size_t i;

	buf_printf(out, "plan     %s\nstate    %s\nwants    %s under CMK %s\n"
	    "asked    %s by %s on %s\nexpires  %s\n", status->row.hash,
	    status->row.state, status->row.op, cmk == NULL ? "" : cmk,
	    when_rfc3339(status->row.created_at, created),
	    json_get_text(by, "user"), json_get_text(by, "host"),
	    when_rfc3339(status->row.expires_at, expires));
	buf_printf(out, "signed   by %zu of %zu approvers\n",
	    status->n_valid, status->n_needed);
	for (i = 0; i < status->n_approvals; i++)
		buf_printf(out, "  %s (%s) %s\n", status->approvals[i].who,
		    status->approvals[i].fingerprint,
		    when_rfc3339(status->approvals[i].at, created));
	buf_printf(out, "\n");
	for (i = 0; i < json_len(actions); i++) {
		text = json_get_text(json_at(actions, i), "text");
		buf_printf(out, "would %s\n", text == NULL ? "" : text);
	}
	if (is_ready(status))
		buf_printf(out, "\nenough have signed: kmgr apply-plan "
		    "%.16s does it\n", status->row.hash);
}

int
cmd_show_plan(struct cmd *cmd, struct error *err)
{
	struct approval_status status;

	if (approval_find(cmd->session, cmd->args->words[0], &status,
	    err) != 0)
		return -1;
	cmd_plan_put(json_put_object(cmd->json, "plan"), &status);
	/* A file gets the bytes that are signed, and nothing else. */
	if (args_has(cmd->args, OPT_OUTPUT))
		buf_printf(&cmd->text, "%s", status.row.text);
	else
		print_status(&status, &cmd->text);
	approval_status_clear(&status);
	return 0;
}
