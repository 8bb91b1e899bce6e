#include "kmgr/base/stop.h"
#include "kmgr/base/text.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/backup.h"
#include "kmgr/engine/cover.h"

static int
plan_backup(struct cmd *cmd, struct error *err)
{
	struct plan plan = PLAN_INIT;
	int rc;

	rc = backup_plan(cmd->session, cmd->args->words[0], &plan, err);
	cmd_plan(cmd, &plan);
	/* The file is written although what it covers cannot be recorded. */
	cmd->is_partial = plan.n > 0;
	plan_clear(&plan);
	return rc;
}

int
cmd_backup(struct cmd *cmd, struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	const char *path = cmd->args->words[0];
	struct backup backup;

	if (args_has(cmd->args, OPT_DRY_RUN))
		return plan_backup(cmd, err);
	stop_catch();
	if (backup_make(cmd->session, path, &backup, err) != 0)
		return -1;
	json_put_text(cmd->json, "file", path);
	json_put_text(cmd->json, "sha256", text_hex(backup.sha256,
	    sizeof(backup.sha256), hex));
	buf_printf(&cmd->text, "wrote %s\n  SHA-256  %s\n", path, hex);
	json_put_int(cmd->json, "seq", backup.seq);
	json_put_text(cmd->json, "head", text_hex(backup.head,
	    sizeof(backup.head), hex));
	buf_printf(&cmd->text, "  head     event %lld, %s\n",
	    (long long)backup.seq, hex);
	json_put_int(cmd->json, "covered", (int64_t)backup.n_covered);
	if (backup.n_covered > 0)
		buf_printf(&cmd->text, "  covers   %zu KSK%s that may get "
		    "their DS now\n", backup.n_covered,
		    backup.n_covered == 1 ? "" : "s");
	return 0;
}

static int
read_request(const struct cmd *cmd, struct cover_request *out,
    struct error *err)
{

	*out = (struct cover_request) {
		.ksk = cmd->args->n_words == 1 ? cmd->args->words[0] : NULL,
		.cmk = args_get(cmd->args, OPT_CMK) };
	if ((out->ksk == NULL) != (out->cmk == NULL))
		return 0;
	(void)err_set(err, ERR_USAGE, "confirm-backup takes a KSK, or --cmk");
	return err_hint(err, "usage: kmgr confirm-backup %s",
	    cmd->command->words);
}

int
cmd_confirm_backup(struct cmd *cmd, struct error *err)
{
	struct cover_request request;
	struct plan plan = PLAN_INIT;
	size_t n;
	int rc;

	if (read_request(cmd, &request, err) != 0)
		return -1;
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		if ((rc = cover_plan(cmd->session, &request, &plan,
		    err)) == 0)
			cmd_plan(cmd, &plan);
		plan_clear(&plan);
		return rc;
	}
	if (cover_apply(cmd->session, &request, &n, err) != 0)
		return -1;
	json_put_int(cmd->json, "covered", (int64_t)n);
	if (n > 0)
		buf_printf(&cmd->text, "a backup covers %zu KSK%s now\n", n,
		    n == 1 ? "" : "s");
	else
		session_note(cmd->session, "that is known; nothing to do");
	return 0;
}
