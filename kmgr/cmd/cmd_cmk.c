#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_cmk.h"
#include "kmgr/cmd/cmd_next.h"
#include "kmgr/cmd/cmd_policy.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/cmk_create.h"
#include "kmgr/engine/cmk_info.h"
#include "kmgr/engine/pins.h"
#include "kmgr/engine/trust.h"

void
cmd_cmk_put_stored(struct json *json, const char *key, const char *text)
{
	struct error ignored = ERR_INIT;
	struct json *part;

	if (text != NULL && json_read(text, strlen(text), &part,
	    &ignored) == 0)
		json_put_take(json, key, part);
}

char *
cmd_cmk_public_hash(const struct cmk *cmk,
    char out[static 2 * CRYPTO_SHA256_LEN + 1])
{
	uint8_t hash[CRYPTO_SHA256_LEN];

	crypto_sha256(cmk->key.spki.data, cmk->key.spki.len, hash);
	return text_hex(hash, sizeof(hash), out);
}

void
cmd_cmk_put(struct json *json, const struct cmk *cmk)
{
	char text[2 * CRYPTO_SHA256_LEN + 1];
	struct buf pem = BUF_INIT;

	json_put_text(json, "id", cmk->row.id);
	json_put_text(json, "name", cmk->row.name);
	json_put_text(json, "state", cmk->row.state);
	json_put_text(json, "token", cmk->row.token);
	json_put_text(json, "seal_token", cmk->row.seal_token);
	json_put_text(json, "custody",
	    policy_custody_name(cmk->policy->custody));
	json_put_text(json, "created", when_rfc3339(cmk->row.created_at,
	    text));
	json_put_text(json, "sealed", cmk_is_sealed(cmk) ?
	    when_rfc3339(cmk->row.sealed_at, text) : NULL);
	json_put_text(json, "policy_hash", text_hex(cmk->row.policy_hash,
	    CRYPTO_SHA256_LEN, text));
	json_put_text(json, "deletion", cmk->row.deletion_at == 0 ? NULL :
	    when_rfc3339(cmk->row.deletion_at, text));
	json_put_text(json, "contact", cmk->row.contact);
	cmd_cmk_put_stored(json, "tags", cmk->row.tags);
	json_put_text(json, "seal_key_algorithm", alg_name(cmk->key.alg));
	crypto_key_pem(cmk->public, &pem);
	json_put_text(json, "public_key", buf_text(&pem));
	json_put_text(json, "public_key_sha256", cmd_cmk_public_hash(cmk,
	    text));
	json_put_text(json, "identity_key_id", cmk->row.identity_key_id);
	buf_free(&pem);
}

/* What the operator may change, where there is any of it. */
static void
print_info(const struct cmk *cmk, struct buf *out)
{
	struct error ignored = ERR_INIT;
	char text[WHEN_TEXT_LEN];
	const char *key = NULL;
	struct json *tags;

	if (cmk->row.deletion_at != 0)
		buf_printf(out, "  deletion     from %s on\n",
		    when_rfc3339(cmk->row.deletion_at, text));
	if (cmk->row.contact[0] != '\0')
		buf_printf(out, "  contact      %s\n", cmk->row.contact);
	if (json_read(cmk->row.tags, strlen(cmk->row.tags), &tags,
	    &ignored) != 0)
		return;
	while ((key = json_next_key(tags, key)) != NULL)
		buf_printf(out, "  tag          %s=%s\n", key,
		    json_get_text(tags, key));
	json_free(tags);
}

void
cmd_cmk_print(const struct cmk *cmk, struct buf *out)
{
	char text[2 * CRYPTO_SHA256_LEN + 1];

	buf_printf(out, "CMK %s\n  id           %s\n  state        %s\n"
	    "  token        %s\n  custody      %s\n  algorithm    %s\n"
	    "  created      %s\n", cmk->row.name, cmk->row.id, cmk->row.state,
	    cmk->row.token, policy_custody_name(cmk->policy->custody),
	    alg_name(cmk->policy->alg), when_rfc3339(cmk->row.created_at,
	    text));
	buf_printf(out, "  sealed       %s\n", cmk_is_sealed(cmk) ?
	    when_rfc3339(cmk->row.sealed_at, text) :
	    "not yet; the first KSK does it");
	buf_printf(out, "  policy hash  %s\n  seal key     %s, %s, CKA_ID "
	    "%s\n", text_hex(cmk->row.policy_hash, CRYPTO_SHA256_LEN, text),
	    alg_name(cmk->key.alg), cmk->key.label, cmk->key.id);
	if (cmk->identity_public != NULL)
		buf_printf(out, "  seal token   %s\n  identity key %s, %s, "
		    "CKA_ID %s\n", cmk->row.seal_token,
		    alg_name(cmk->identity_key.alg), cmk->identity_key.label,
		    cmk->identity_key.id);
	print_info(cmk, out);
}

int
cmd_cmk_check_pins(struct cmd *cmd, const struct cmk *cmk, struct error *err)
{

	return trust_check_pins(cmd->session, cmk, err) == 0 ? 0 :
	    err_wrap(err, "CMK %s", cmk->row.name);
}

int
cmd_cmk_show(struct cmd *cmd, const char *id, struct error *err)
{
	struct store *store;
	struct cmk *cmk;

	if (cmk_get(cmd->session, id, &store, &cmk, err) != 0)
		return -1;
	cmd_cmk_put(json_put_object(cmd->json, "cmk"), cmk);
	cmd_cmk_print(cmk, &cmd->text);
	cmk_free(cmk);
	return 0;
}

int
cmd_create_cmk(struct cmd *cmd, struct error *err)
{
	struct cmk_request request = { .name = cmd->args->words[0] };
	struct policy *policy = NULL;
	struct plan plan = PLAN_INIT;
	struct cmk *cmk = NULL;
	const char *path;
	int rc = -1;

	if (cmd_option(cmd, OPT_TOKEN, &request.token, err) != 0 ||
	    cmd_option(cmd, OPT_POLICY, &path, err) != 0 ||
	    cmd_policy_read(path, &policy, err) != 0)
		goto out;
	request.policy = policy;
	if (args_has(cmd->args, OPT_BESIDE_OTHERS))
		request.neighbours = CMK_BESIDE_OTHERS;
	request.seal_token = args_get(cmd->args, OPT_SEAL_TOKEN);
	if (request.seal_token == NULL)
		request.seal_token = request.token;
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		rc = cmk_create_plan(cmd->session, &request, &plan, err);
		if (rc == 0)
			cmd_plan(cmd, &plan);
		goto out;
	}
	if (cmk_create_apply(cmd->session, &request, &cmk, err) != 0)
		goto out;
	cmd_cmk_put(json_put_object(cmd->json, "cmk"), cmk);
	cmd_cmk_print(cmk, &cmd->text);
	if (!cmk_is_sealed(cmk))
		session_note(cmd->session,
		    "next: kmgr create-ksk ZONE --cmk %s", request.name);
	rc = 0;
 out:
	plan_clear(&plan);
	cmk_free(cmk);
	policy_free(policy);
	return rc;
}

int
cmd_list_cmks(struct cmd *cmd, struct error *err)
{
	struct json *list = json_put_array(cmd->json, "cmks");
	char text[WHEN_TEXT_LEN];
	struct cmk_row *rows;
	struct store *store;
	struct table table;
	struct cmk *cmk;
	size_t i, n;
	int rc = 0;

	if (session_store(cmd->session, &store, err) != 0 ||
	    store_cmk_list(store, &rows, &n, err) != 0)
		return -1;
	table_init(&table, 6, "CMK", "STATE", "TOKEN", "CUSTODY",
	    "ALGORITHM", "SEALED");
	for (i = 0; i < n; i++) {
		if (cmk_load(store, rows[i].id, &cmk, err) != 0) {
			rc = -1;
			goto out;
		}
		/* It is shown all the same: how else to see what is wrong. */
		if (rc == 0)
			rc = cmd_cmk_check_pins(cmd, cmk, err);
		cmd_cmk_put(json_add_object(list), cmk);
		table_add(&table, cmk->row.name);
		table_add(&table, cmk->row.state);
		table_add(&table, cmk->row.token);
		table_add(&table, policy_custody_name(cmk->policy->custody));
		table_add(&table, alg_name(cmk->policy->alg));
		table_add(&table, cmk_is_sealed(cmk) ?
		    when_rfc3339(cmk->row.sealed_at, text) : "no");
		cmk_free(cmk);
	}
	cmd->is_partial = true;
	if (rc == 0)
		rc = pins_note_unmatched(cmd->session, err);
	if (rc == 0 && n == 0)
		rc = cmd_next_note(cmd, err);
 out:
	table_print(&table, &cmd->text);
	cmk_rows_free(rows, n);
	return rc;
}

int
cmd_update_cmk(struct cmd *cmd, struct error *err)
{
	const struct args *args = cmd->args;
	struct cmk_info_request request = {
		.cmk = args->words[0],
		.name = args_get(args, OPT_NAME),
		.contact = args_get(args, OPT_CONTACT),
		.tags = args->values[OPT_TAG],
		.n_tags = args->n_values[OPT_TAG],
		.untags = args->values[OPT_UNTAG],
		.n_untags = args->n_values[OPT_UNTAG],
	};
	struct plan plan = PLAN_INIT;
	int rc;

	if (args_has(args, OPT_DRY_RUN)) {
		rc = cmk_info_plan(cmd->session, &request, &plan, err);
		if (rc == 0)
			cmd_plan(cmd, &plan);
		plan_clear(&plan);
		return rc;
	}
	if (cmk_info_apply(cmd->session, &request, err) != 0)
		return -1;
	if (cmd_cmk_show(cmd, request.name != NULL ? request.name :
	    request.cmk, err) != 0)
		return -1;
	return pins_note_unmatched(cmd->session, err);
}
