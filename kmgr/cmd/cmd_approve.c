/* Plans that wait for approvers: signed, carried out, withdrawn. */
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/engine/approver_change.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/ksk_create.h"

#define SIGNATURE_MAX (1 << 16)	/* bytes of a signature file */

/* What was done, by the actions that were approved. */
static void
print_done(const struct approval_status *status, struct cmd *cmd)
{
	const struct json *actions = json_get(status->text, "actions");
	const char *text;
	size_t i;

	buf_printf(&cmd->text, "plan %s is applied\n", status->row.hash);
	cmd_plan_put(json_put_object(cmd->json, "plan"), status);
	for (i = 0; i < json_len(actions); i++) {
		text = json_get_text(json_at(actions, i), "text");
		buf_printf(&cmd->text, "did %s\n", text == NULL ? "" : text);
	}
}

/* The KSKs that were made in this run, as create-ksk would list them. */
static int
print_made(const struct approval_status *status, struct cmd *cmd,
    struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct ksk *list = NULL;
	struct store *store;
	size_t n = 0, n_made;
	int rc = -1;

	if (strcmp(status->row.op, KSK_CREATE_OP) != 0)
		return 0;
	if (session_store(cmd->session, &store, err) == 0 &&
	    ksk_load(store, &cache, NULL, status->row.cmk_id, &list, &n,
	    err) == 0 && ksk_create_made(cmd->session, status->row.hash,
	    list, n, &n_made, err) == 0) {
		buf_printf(&cmd->text, "\n");
		cmd_ksk_list(list, n_made, cmd);
		(void)cmd_ksk_note_next(list, n_made, cmd);
		rc = 0;
	}
	ksk_list_free(list, n);
	cmk_cache_clear(&cache);
	return rc;
}

static int
apply(struct cmd *cmd, const char *hash, struct error *err)
{
	struct approval_status status;
	int rc;

	if (approval_apply(cmd->session, hash, err) != 0 ||
	    approval_find(cmd->session, hash, &status, err) != 0)
		return -1;
	print_done(&status, cmd);
	rc = print_made(&status, cmd, err);
	approval_status_clear(&status);
	return rc;
}

/* What would be done, and how far where it could not be done to the end. */
static int
tell_plan(struct cmd *cmd, struct plan *plan, int rc)
{

	cmd_plan(cmd, plan);
	cmd->is_partial = plan->n > 0;
	plan_clear(plan);
	return rc;
}

static int
give(struct cmd *cmd, const char *hash, const char *signature,
    struct error *err)
{
	struct approval_status status;
	int rc = 0;

	if (approval_give(cmd->session, hash, signature, &status, err) != 0)
		return -1;
	buf_printf(&cmd->text, "%zu of %zu approvers have signed plan %s\n",
	    status.n_valid, status.n_needed, status.row.hash);
	if (status.n_valid >= status.n_needed) {
		/* The signature is kept although applying may fail. */
		cmd->is_partial = true;
		rc = apply(cmd, status.row.hash, err);
		if (rc != 0 && err->class != ERR_POLICY)
			session_note(cmd->session, "the approvals are kept: "
			    "kmgr apply-plan %.16s tries again",
			    status.row.hash);
	} else {
		cmd_plan_put(json_put_object(cmd->json, "plan"), &status);
	}
	approval_status_clear(&status);
	return rc;
}

int
cmd_approve(struct cmd *cmd, struct error *err)
{
	const char *hash = cmd->args->words[0], *path;
	struct plan plan = PLAN_INIT;
	struct buf text = BUF_INIT;
	int rc = -1;

	if (cmd_option(cmd, OPT_SIGNATURE, &path, err) == 0 &&
	    file_read(path, SIGNATURE_MAX, &text, err) == 0)
		rc = args_has(cmd->args, OPT_DRY_RUN) ? tell_plan(cmd, &plan,
		    approval_give_plan(cmd->session, hash, buf_text(&text),
		    &plan, err)) : give(cmd, hash, buf_text(&text), err);
	buf_free(&text);
	return rc;
}

int
cmd_apply_plan(struct cmd *cmd, struct error *err)
{
	struct plan plan = PLAN_INIT;

	if (args_has(cmd->args, OPT_DRY_RUN))
		return tell_plan(cmd, &plan, approval_apply_plan(cmd->session,
		    cmd->args->words[0], &plan, err));
	return apply(cmd, cmd->args->words[0], err);
}

int
cmd_withdraw_plan(struct cmd *cmd, struct error *err)
{
	struct plan plan = PLAN_INIT;

	if (args_has(cmd->args, OPT_DRY_RUN))
		return tell_plan(cmd, &plan, approval_withdraw_plan(
		    cmd->session, cmd->args->words[0], &plan, err));
	if (approval_withdraw(cmd->session, cmd->args->words[0], err) != 0)
		return -1;
	buf_printf(&cmd->text, "plan %s is withdrawn\n",
	    cmd->args->words[0]);
	return 0;
}

int
cmd_replace_approver(struct cmd *cmd, struct error *err)
{
	struct approver_change change = { .cmk = cmd->args->words[0] };
	struct json *arguments = NULL;
	struct plan plan = PLAN_INIT;
	struct buf text = BUF_INIT;
	const char *path;
	int rc = -1;

	if (cmd_option(cmd, OPT_REMOVE, &change.remove, err) != 0 ||
	    cmd_option(cmd, OPT_ADD, &path, err) != 0 ||
	    file_read(path, SIGNATURE_MAX, &text, err) != 0)
		goto out;
	/* A .pub file is one line. */
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	change.add = buf_text(&text);
	if (approver_change_plan(cmd->session, &change, &plan, err) != 0)
		goto out;
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		rc = cmd_plan_dry(cmd, change.cmk, APPROVERS_REPLACE, &plan,
		    err);
		goto out;
	}
	arguments = approver_change_arguments(&change);
	rc = cmd_plan_ask(cmd, change.cmk, &(struct approval_subject) {
	    APPROVERS_REPLACE, arguments, &plan }, err);
 out:
	json_free(arguments);
	plan_clear(&plan);
	buf_free(&text);
	return rc;
}
