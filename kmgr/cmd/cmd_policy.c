#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/text.h"
#include "kmgr/cmd/cmd_policy.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/cmk_create.h"
#include "kmgr/engine/cmk_policy.h"
#include "policy/rules.h"

int
cmd_policy_read(const char *path, struct policy **out, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc = -1;

	*out = NULL;
	if (file_read(path, POLICY_MAX_LEN, &text, err) != 0) {
		err->class = ERR_CONFIG;
		(void)err_wrap(err, "policy");
	} else {
		rc = policy_read_yaml(buf_text(&text), text.len, path, out,
		    err);
	}
	buf_free(&text);
	return rc;
}

static void
put_policy(struct json *json, const struct policy *policy)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	uint8_t hash[CRYPTO_SHA256_LEN];

	policy_hash(policy, hash);
	json_put_take(json, "policy", policy_json(policy));
	json_put_text(json, "policy_hash", text_hex(hash, sizeof(hash), hex));
}

int
cmd_check_policy(struct cmd *cmd, struct error *err)
{
	struct findings findings = FINDINGS_INIT;
	struct policy *policy;
	size_t i;
	int rc = 0;

	if (cmd_policy_read(cmd->args->words[0], &policy, err) != 0)
		return -1;
	rules_check_policy(policy, &findings);
	if (findings_failed(&findings) > 0) {
		rc = findings_error(&findings, err);
		(void)err_wrap(err, "%s", cmd->args->words[0]);
		goto out;
	}
	for (i = 0; i < findings.n; i++)
		if (findings.items[i].verdict == FINDING_WARN)
			buf_printf(&cmd->text, "# %s: %s\n",
			    findings.items[i].rule, findings.items[i].message);
	policy_yaml(policy, &cmd->text);
	put_policy(cmd->json, policy);
	buf_printf(&cmd->text, "# SHA-256 of the canonical form: %s\n",
	    json_get_text(cmd->json, "policy_hash"));
 out:
	findings_clear(&findings);
	policy_free(policy);
	return rc;
}

int
cmd_get_policy(struct cmd *cmd, struct error *err)
{
	const char *format = args_get(cmd->args, OPT_FORMAT);
	struct store *store;
	struct cmk *cmk;
	int rc = 0;

	if (cmk_get(cmd->session, cmd->args->words[0], &store, &cmk, err) != 0)
		return -1;
	if (format == NULL || strcmp(format, "yaml") == 0)
		policy_yaml(cmk->policy, &cmd->text);
	else if (strcmp(format, "json") == 0)
		buf_printf(&cmd->text, "%s", cmk->row.policy);
	else
		rc = err_set(err, ERR_USAGE, "no format \"%.32s\": yaml or "
		    "json", format);
	json_put_text(cmd->json, "cmk", cmk->row.name);
	json_put_bool(cmd->json, "sealed", cmk_is_sealed(cmk));
	put_policy(cmd->json, cmk->policy);
	cmk_free(cmk);
	return rc;
}

/* What was compared, for people and machines: also why it was refused. */
static void
print_differences(struct cmd *cmd, const struct cmk_policy_result *result)
{
	struct json *list = json_put_array(cmd->json, "differences");
	struct table table;
	struct json *row;
	size_t i;

	if (result->n == 0)
		return;
	table_init(&table, 3, "KEY", "POLICY OF THE CMK", "OFFERED");
	for (i = 0; i < result->n; i++) {
		const struct policy_difference *one = &result->list[i];

		table_add(&table, one->key);
		table_add(&table, one->old_value);
		table_add(&table, one->new_value);
		row = json_add_object(list);
		json_put_text(row, "key", one->key);
		json_put_text(row, "old", one->old_value);
		json_put_text(row, "new", one->new_value);
	}
	table_print(&table, &cmd->text);
}

int
cmd_put_policy(struct cmd *cmd, struct error *err)
{
	struct cmk_policy_request request = { cmd->args->words[0], NULL };
	struct cmk_policy_result result = { NULL, 0 };
	struct policy *policy;
	struct plan plan = PLAN_INIT;
	int rc;

	if (cmd_policy_read(cmd->args->words[1], &policy, err) != 0)
		return -1;
	request.policy = policy;
	rc = args_has(cmd->args, OPT_DRY_RUN) ?
	    cmk_policy_plan(cmd->session, &request, &plan, &result, err) :
	    cmk_policy_apply(cmd->session, &request, &result, err);
	if (rc == 0 && args_has(cmd->args, OPT_DRY_RUN))
		cmd_plan(cmd, &plan);
	else
		print_differences(cmd, &result);
	cmd->is_partial = result.n > 0;
	put_policy(cmd->json, policy);
	plan_clear(&plan);
	cmk_policy_result_clear(&result);
	policy_free(policy);
	return rc;
}

static void
put_rule(struct json *list, const struct rule_info *rule)
{
	struct json *row = json_add_object(list);

	json_put_text(row, "id", rule->id);
	json_put_text(row, "summary", rule->summary);
	json_put_text(row, "explanation", rule->explanation);
}

int
cmd_explain_rule(struct cmd *cmd, struct error *err)
{
	struct json *list = json_put_array(cmd->json, "rules");
	const struct rule_info *rule;
	struct table table;
	size_t i;

	if (cmd->args->n_words == 1) {
		if ((rule = rules_find(cmd->args->words[0])) == NULL) {
			(void)err_set(err, ERR_USAGE, "no rule \"%.64s\"",
			    cmd->args->words[0]);
			return err_hint(err, "kmgr explain-rule lists all");
		}
		buf_printf(&cmd->text, "%s: %s\n\n", rule->id,
		    rule->summary);
		cmd_wrap(rule->explanation, &cmd->text);
		put_rule(list, rule);
		return 0;
	}
	table_init(&table, 2, "RULE", "HOLDS WHEN IT PASSES");
	for (i = 0; (rule = rules_at(i)) != NULL; i++) {
		table_add(&table, rule->id);
		table_add(&table, rule->summary);
		put_rule(list, rule);
	}
	table_print(&table, &cmd->text);
	return 0;
}
