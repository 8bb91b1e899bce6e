#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/loss.h"

/* ZONE=FILE, each time that --keys was given. */
static int
read_zones(const struct cmd *cmd, struct loss_zone **out, struct error *err)
{
	const size_t n = cmd->args->n_values[OPT_KEYS];
	struct loss_zone *zones = mem_new((n + 1) * sizeof(*zones));
	const char *value, *equals;
	char *name;
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		value = cmd->args->values[OPT_KEYS][i];
		if ((equals = strchr(value, '=')) == NULL) {
			rc = err_set(err, ERR_USAGE, "--keys takes ZONE=FILE, "
			    "not \"%.200s\"", value);
			break;
		}
		name = mem_printf("%.*s", (int)(equals - value), value);
		rc = cmd_zone(name, &zones[i].zone, err);
		zones[i].path = equals + 1;
		free(name);
	}
	*out = zones;
	return rc;
}

static int
read_request(const struct cmd *cmd, struct loss_request *out,
    struct loss_zone **zones, struct error *err)
{
	const struct args *args = cmd->args;

	*zones = NULL;
	if (cmd_option(cmd, OPT_TOKEN, &out->token, err) != 0 ||
	    read_zones(cmd, zones, err) != 0)
		return -1;
	out->endorsements = args->values[OPT_ENDORSEMENT];
	out->n_endorsements = args->n_values[OPT_ENDORSEMENT];
	out->zones = *zones;
	out->n_zones = args->n_values[OPT_KEYS];
	out->ledger = args_get(args, OPT_LEDGER);
	out->approvals = args->values[OPT_SIGNATURE];
	out->n_approvals = args->n_values[OPT_SIGNATURE];
	out->lists = args->values[OPT_APPROVERS];
	out->n_lists = args->n_values[OPT_APPROVERS];
	if (args_has(args, OPT_ACCEPT_LOSS) || args_has(args, OPT_DRY_RUN))
		return 0;
	(void)err_set(err, ERR_USAGE, "recover needs --accept-loss: what the "
	    "token does not keep is gone for ever then");
	return err_hint(err, "with --dry-run it says what that is; kmgr "
	    "restore, of a backup or an exported ledger, loses less");
}

static void
print_lost(const struct loss_report *report, struct cmd *cmd)
{
	struct json *list = json_put_array(cmd->json, "lost");
	const char *line = buf_text(&report->lost);
	size_t len;
	char *copy;

	for (; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		copy = mem_printf("%.*s", (int)len, line);
		json_add_text(list, copy);
		buf_printf(&cmd->text, "lost: %s\n", copy);
		free(copy);
	}
}

static void
print_done(const struct loss_report *report, struct cmd *cmd)
{
	size_t i;

	json_put_take(cmd->json, "done", plan_json(&report->plan));
	for (i = 0; i < report->plan.n; i++)
		buf_printf(&cmd->text, "did: %s\n",
		    report->plan.actions[i].text);
	print_lost(report, cmd);
}

/* The bytes that approvers sign, and nothing else. */
static int
ask_approvers(const struct loss_report *report, struct cmd *cmd,
    struct error *err)
{

	buf_printf(&cmd->text, "%s", report->text);
	json_put_text(cmd->json, "plan", report->text);
	json_put_int(cmd->json, "approvers_missing",
	    (int64_t)report->n_missing);
	cmd->is_partial = true;
	(void)err_set(err, ERR_NOT_YET, "recover waits for %s",
	    buf_text(&report->waiting));
	return err_hint(err, "write the plan with -o plan; an approver runs "
	    "ssh-keygen -Y sign -n " APPROVERS_NAMESPACE " -f KEY plan; then "
	    "run the command again with --signature plan.sig");
}

int
cmd_recover(struct cmd *cmd, struct error *err)
{
	struct loss_report report = LOSS_REPORT_INIT;
	struct loss_request request = { 0 };
	struct loss_zone *zones;
	int rc = -1;

	if (read_request(cmd, &request, &zones, err) != 0)
		goto out;
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		rc = loss_plan(cmd->session, &request, &report, err);
		if (rc == 0) {
			cmd_plan(cmd, &report.plan);
			print_lost(&report, cmd);
		}
		goto out;
	}
	rc = loss_apply(cmd->session, &request, &report, err);
	if (rc == 0 && report.n_missing > 0)
		rc = ask_approvers(&report, cmd, err);
	else if (rc == 0) {
		print_done(&report, cmd);
		session_note(cmd->session, "next: make a new backup (kmgr "
		    "backup FILE)");
	}
 out:
	loss_report_clear(&report);
	free(zones);
	return rc;
}
