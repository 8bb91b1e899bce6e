#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_cmk.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/cmk_end.h"
#include "kmgr/engine/cmk_life.h"

/* A deletion for which the policy demands approvers becomes a plan. */
static int
ask(struct cmd *cmd, const struct cmk_life_request *request, bool *asked,
    struct error *err)
{
	struct plan plan = PLAN_INIT;
	struct json *arguments;
	int rc = -1;

	*asked = false;
	if (request->step != CMK_SCHEDULE_DELETION)
		return 0;
	if (cmd_plan_waits(cmd, request->cmk, CMK_LIFE_DELETION_OP, asked,
	    err) != 0)
		return -1;
	if (!*asked)
		return 0;
	arguments = cmk_life_arguments(request);
	if (cmk_life_plan(cmd->session, request, &plan, err) == 0)
		rc = cmd_plan_ask(cmd, request->cmk,
		    &(struct approval_subject) { CMK_LIFE_DELETION_OP,
		    arguments, &plan }, err);
	plan_clear(&plan);
	json_free(arguments);
	return rc;
}

static int
run_step(struct cmd *cmd, enum cmk_step step, int64_t window_s,
    struct error *err)
{
	const struct cmk_life_request request = {
		.cmk = cmd->args->words[0],
		.step = step,
		.window_s = window_s,
	};
	struct plan plan = PLAN_INIT;
	bool asked;
	int rc;

	if (!args_has(cmd->args, OPT_DRY_RUN)) {
		rc = ask(cmd, &request, &asked, err);
		if (rc != 0 || asked)
			return rc;
		return cmk_life_apply(cmd->session, &request, err) != 0 ? -1 :
		    cmd_cmk_show(cmd, request.cmk, err);
	}
	rc = cmk_life_plan(cmd->session, &request, &plan, err);
	if (rc == 0)
		rc = cmd_plan_dry(cmd, request.cmk,
		    step == CMK_SCHEDULE_DELETION ? CMK_LIFE_DELETION_OP : "",
		    &plan, err);
	plan_clear(&plan);
	return rc;
}

int
cmd_disable_cmk(struct cmd *cmd, struct error *err)
{

	return run_step(cmd, CMK_DISABLE, CMK_WINDOW_BY_POLICY, err);
}

int
cmd_enable_cmk(struct cmd *cmd, struct error *err)
{

	return run_step(cmd, CMK_ENABLE, CMK_WINDOW_BY_POLICY, err);
}

int
cmd_schedule_cmk_deletion(struct cmd *cmd, struct error *err)
{
	const char *text = args_get(cmd->args, OPT_PENDING_WINDOW);
	int64_t window_s = CMK_WINDOW_BY_POLICY;

	if (text != NULL && when_duration_read(text, &window_s, err) != 0) {
		err->class = ERR_USAGE;
		return err_wrap(err, "--pending-window");
	}
	return run_step(cmd, CMK_SCHEDULE_DELETION, window_s, err);
}

int
cmd_cancel_cmk_deletion(struct cmd *cmd, struct error *err)
{

	return run_step(cmd, CMK_CANCEL_DELETION, CMK_WINDOW_BY_POLICY, err);
}

int
cmd_delete_cmk(struct cmd *cmd, struct error *err)
{
	const struct cmk_end_request request = { cmd->args->words[0] };
	struct plan plan = PLAN_INIT;
	int rc;

	if (!args_has(cmd->args, OPT_DRY_RUN))
		return cmk_end_apply(cmd->session, &request, err) != 0 ? -1 :
		    cmd_cmk_show(cmd, request.cmk, err);
	rc = cmk_end_plan(cmd->session, &request, &plan, err);
	if (rc == 0)
		cmd_plan(cmd, &plan);
	plan_clear(&plan);
	return rc;
}
