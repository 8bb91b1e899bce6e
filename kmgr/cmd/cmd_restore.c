#include <string.h>

#include "kmgr/cmd/command.h"
#include "kmgr/engine/restore.h"

/* What was asked for: one file, of one kind. */
static int
read_request(const struct cmd *cmd, struct restore_request *out,
    struct error *err)
{
	const char *ledger = args_get(cmd->args, OPT_LEDGER);

	if ((ledger == NULL) != (cmd->args->n_words == 1)) {
		(void)err_set(err, ERR_USAGE, "restore takes a backup or an "
		    "exported ledger");
		return err_hint(err, "usage: kmgr restore %s",
		    cmd->command->words);
	}
	*out = (struct restore_request) {
		.file = ledger != NULL ? ledger : cmd->args->words[0],
		.source = ledger != NULL ? RESTORE_LEDGER : RESTORE_BACKUP,
	};
	return 0;
}

int
cmd_restore(struct cmd *cmd, struct error *err)
{
	struct restore_request request;
	struct plan plan = PLAN_INIT;
	size_t i;
	int rc;

	if (read_request(cmd, &request, err) != 0)
		return -1;
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		if ((rc = restore_plan(cmd->session, &request, &plan,
		    err)) == 0)
			cmd_plan(cmd, &plan);
		plan_clear(&plan);
		return rc;
	}
	rc = restore_apply(cmd->session, &request, &plan, err);
	if (rc == 0) {
		json_put_take(cmd->json, "done", plan_json(&plan));
		for (i = 0; i < plan.n; i++)
			buf_printf(&cmd->text, "did: %s\n",
			    plan.actions[i].text);
		session_note(cmd->session, "next: make a new backup (kmgr "
		    "backup FILE): no older one has what was just done");
	}
	plan_clear(&plan);
	return rc;
}
