#include "kmgr/cmd/cmd_findings.h"
#include "kmgr/cmd/table.h"

int
cmd_findings(struct cmd *cmd, const struct findings *findings,
    struct error *err)
{
	struct json *list = json_put_array(cmd->json, "findings"), *row;
	struct table table;
	size_t i;

	json_put_bool(cmd->json, "passed", findings_failed(findings) == 0);
	table_init(&table, 3, "RULE", "VERDICT", "FOUND");
	for (i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->items[i];

		table_add(&table, finding->rule);
		table_add(&table, finding_verdict_name(finding->verdict));
		table_add(&table, finding->message);
		row = json_add_object(list);
		json_put_text(row, "rule", finding->rule);
		json_put_text(row, "verdict",
		    finding_verdict_name(finding->verdict));
		json_put_text(row, "message", finding->message);
	}
	table_print(&table, &cmd->text);
	if (findings_failed(findings) == 0)
		return 0;
	cmd->is_partial = true;
	return findings_error(findings, err);
}
