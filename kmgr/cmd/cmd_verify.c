#include "kmgr/cmd/command.h"
#include "kmgr/engine/verify.h"

static void
print_report(const struct verify_report *report, struct cmd *cmd)
{
	struct json *list = json_put_array(cmd->json, "differences");
	struct json *row;
	size_t i;

	for (i = 0; i < report->n_problems; i++) {
		const struct verify_problem *p = &report->problems[i];

		buf_printf(&cmd->text, "%s: %s\n    %s\n", p->kind, p->text,
		    p->meaning);
		row = json_add_object(list);
		json_put_text(row, "kind", p->kind);
		json_put_text(row, "text", p->text);
		json_put_text(row, "meaning", p->meaning);
	}
	buf_printf(&cmd->text, "%zu CMKs, %zu key pairs, %zu KSKs, %zu "
	    "events, %zu objects in tokens, %zu valid signatures, %zu "
	    "abandoned: %zu difference%s\n", report->n_cmks, report->n_keys,
	    report->n_ksks, report->n_events, report->n_objects,
	    report->n_signatures, report->n_abandoned, report->n_problems,
	    report->n_problems == 1 ? "" : "s");
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

int
cmd_verify(struct cmd *cmd, struct error *err)
{
	struct verify_report report = VERIFY_REPORT_INIT;
	int rc;

	rc = verify_run(cmd->session, &report, err);
	if (rc == 0) {
		print_report(&report, cmd);
		if (report.n_problems > 0) {
			cmd->is_partial = true;
			rc = err_set(err, ERR_INTEGRITY, "%zu difference%s "
			    "between store, ledger and tokens",
			    report.n_problems,
			    report.n_problems == 1 ? "" : "s");
		}
	}
	verify_report_clear(&report);
	return rc;
}
