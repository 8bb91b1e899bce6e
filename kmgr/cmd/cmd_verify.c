#include <string.h>

#include "kmgr/cmd/command.h"
#include "kmgr/engine/verify.h"

static void
print_problems(const struct verify_report *report, struct cmd *cmd)
{
	struct json *list = json_put_array(cmd->json, "differences");
	const char *kind = "";
	struct json *row;
	size_t i;

	for (i = 0; i < report->n_problems; i++) {
		const struct verify_problem *p = &report->problems[i];

		buf_printf(&cmd->text, "%s: %s\n", p->kind, p->text);
		/* Many of a kind mean the same. */
		if (strcmp(kind, p->kind) != 0)
			buf_printf(&cmd->text, "    %s\n", p->meaning);
		kind = p->kind;
		row = json_add_object(list);
		json_put_text(row, "kind", p->kind);
		json_put_text(row, "text", p->text);
		json_put_text(row, "meaning", p->meaning);
	}
}

static void
print_gaps(const struct verify_report *report, struct cmd *cmd)
{
	struct json *list = json_put_array(cmd->json, "not_checked"), *row;
	size_t i;

	for (i = 0; i < report->n_gaps; i++) {
		const struct verify_gap *gap = &report->gaps[i];

		buf_printf(&cmd->text, "not checked: token %s (%s): %s\n",
		    gap->token, gap->holds, gap->why.msg);
		row = json_add_object(list);
		json_put_text(row, "token", gap->token);
		json_put_text(row, "holds", gap->holds);
		json_put_text(row, "why", gap->why.msg);
	}
	json_put_bool(cmd->json, "complete", report->n_gaps == 0);
}

static void
print_report(const struct verify_report *report, struct cmd *cmd)
{

	print_problems(report, cmd);
	print_gaps(report, cmd);
	buf_printf(&cmd->text, "%zu CMKs, %zu key pairs, %zu KSKs, %zu "
	    "events, %zu objects in tokens, %zu valid signatures, %zu "
	    "abandoned: %zu difference%s%s\n", report->n_cmks, report->n_keys,
	    report->n_ksks, report->n_events, report->n_objects,
	    report->n_signatures, report->n_abandoned, report->n_problems,
	    report->n_problems == 1 ? "" : "s", report->n_gaps == 0 ? "" :
	    " in what was checked, which is not all");
	if (report->n_unprovable > 0)
		buf_printf(&cmd->text, "note: of %zu removed KSK%s under "
		    "custody wrapped it is not provable that no copy is left "
		    "until the wrapping key is destroyed\n",
		    report->n_unprovable,
		    report->n_unprovable == 1 ? "" : "s");
	json_put_int(cmd->json, "cmks", (int64_t)report->n_cmks);
	json_put_int(cmd->json, "keys", (int64_t)report->n_keys);
	json_put_int(cmd->json, "ksks", (int64_t)report->n_ksks);
	json_put_int(cmd->json, "events", (int64_t)report->n_events);
	json_put_int(cmd->json, "objects", (int64_t)report->n_objects);
	json_put_int(cmd->json, "valid_signatures",
	    (int64_t)report->n_signatures);
	json_put_int(cmd->json, "abandoned", (int64_t)report->n_abandoned);
	json_put_int(cmd->json, "not_provable",
	    (int64_t)report->n_unprovable);
}

/* What of a report is an error. Without the seal key's token a day goes by. */
static int
judge(const struct verify_report *report, struct error *err)
{
	size_t i;

	if (report->n_problems > 0)
		return err_set(err, ERR_INTEGRITY, "%zu difference%s between "
		    "store, ledger and tokens", report->n_problems,
		    report->n_problems == 1 ? "" : "s");
	for (i = 0; i < report->n_gaps; i++)
		if (report->gaps[i].holds_ksks) {
			*err = report->gaps[i].why;
			return err_wrap(err, "not checked: token %s",
			    report->gaps[i].token);
		}
	return 0;
}

int
cmd_verify(struct cmd *cmd, struct error *err)
{
	struct verify_report report = VERIFY_REPORT_INIT;
	int rc;

	rc = verify_run(cmd->session, &report, err);
	if (rc == 0) {
		print_report(&report, cmd);
		cmd->is_partial = true;
		rc = judge(&report, err);
	}
	verify_report_clear(&report);
	return rc;
}
