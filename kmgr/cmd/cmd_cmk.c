#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_cmk.h"
#include "kmgr/cmd/cmd_policy.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/cmk_create.h"
#include "kmgr/engine/cmk_info.h"

/* A stored JSON text as a member, where it is one. */
static void
put_stored(struct json *json, const char *key, const char *text)
{
	struct error ignored = ERR_INIT;
	struct json *part;

	if (text != NULL && json_read(text, strlen(text), &part,
	    &ignored) == 0)
		json_put_take(json, key, part);
}

/* What a configuration pins: the SHA-256 of the seal key's public half. */
static char *
public_hash(const struct cmk *cmk, char out[2 * CRYPTO_SHA256_LEN + 1])
{
	uint8_t hash[CRYPTO_SHA256_LEN];

	crypto_sha256(cmk->key.spki.data, cmk->key.spki.len, hash);
	return text_hex(hash, sizeof(hash), out);
}

static void
put_cmk(struct json *json, const struct cmk *cmk)
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
	put_stored(json, "tags", cmk->row.tags);
	json_put_text(json, "seal_key_algorithm", alg_name(cmk->key.alg));
	crypto_key_pem(cmk->public, &pem);
	json_put_text(json, "public_key", buf_text(&pem));
	json_put_text(json, "public_key_sha256", public_hash(cmk, text));
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

static void
print_cmk(const struct cmk *cmk, struct buf *out)
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
cmd_cmk_show(struct cmd *cmd, const char *id, struct error *err)
{
	struct store *store;
	struct cmk *cmk;

	if (session_store(cmd->session, &store, err) != 0 ||
	    cmk_load(store, id, &cmk, err) != 0)
		return -1;
	put_cmk(json_put_object(cmd->json, "cmk"), cmk);
	print_cmk(cmk, &cmd->text);
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
	put_cmk(json_put_object(cmd->json, "cmk"), cmk);
	print_cmk(cmk, &cmd->text);
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
	for (i = 0; i < n && rc == 0; i++) {
		if ((rc = cmk_load(store, rows[i].id, &cmk, err)) != 0)
			break;
		put_cmk(json_add_object(list), cmk);
		table_add(&table, cmk->row.name);
		table_add(&table, cmk->row.state);
		table_add(&table, cmk->row.token);
		table_add(&table, policy_custody_name(cmk->policy->custody));
		table_add(&table, alg_name(cmk->policy->alg));
		table_add(&table, cmk_is_sealed(cmk) ?
		    when_rfc3339(cmk->row.sealed_at, text) : "no");
		cmk_free(cmk);
	}
	table_print(&table, &cmd->text);
	cmk_rows_free(rows, n);
	return rc;
}

/* As the token named itself when the CMK was made. */
static void
print_identity(const char *identity, struct buf *out)
{
	struct error ignored = ERR_INIT;
	struct json *json;

	if (json_read(identity, strlen(identity), &json, &ignored) != 0)
		return;
	buf_printf(out, "  token is     %s, %s %s, serial %s\n",
	    json_get_text(json, "label"), json_get_text(json, "manufacturer"),
	    json_get_text(json, "model"), json_get_text(json, "serial"));
	json_free(json);
}

/* An enabled CMK is of no use while the token of its KSKs is away. */
static void
find_unavailable(struct cmd *cmd, struct cmk *cmk)
{
	struct error away = ERR_INIT;

	if (strcmp(cmk->row.state, "enabled") != 0 || session_find_token(
	    cmd->session, cmk->row.token, &away) == 0)
		return;
	session_note(cmd->session, "token %s is not there: %s",
	    cmk->row.token, away.msg);
	free(cmk->row.state);
	cmk->row.state = mem_strdup("unavailable");
}

int
cmd_describe_cmk(struct cmd *cmd, struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct store *store;
	struct ksk_row *ksks;
	struct json *json;
	size_t i, n, n_live = 0;
	struct cmk *cmk;

	if (session_store(cmd->session, &store, err) != 0 ||
	    cmk_load(store, cmd->args->words[0], &cmk, err) != 0)
		return -1;
	if (store_ksk_list(store, NULL, cmk->row.id, &ksks, &n, err) != 0) {
		cmk_free(cmk);
		return -1;
	}
	for (i = 0; i < n; i++)
		n_live += strcmp(ksks[i].state, "removed") != 0;
	ksk_rows_free(ksks, n);
	find_unavailable(cmd, cmk);
	json = json_put_object(cmd->json, "cmk");
	put_cmk(json, cmk);
	json_put_int(json, "ksks", (int64_t)n_live);
	put_stored(json, "token_identity", cmk->row.token_identity);
	put_stored(json, "seal_key_attributes", cmk->key.attributes);
	put_stored(json, "probe", cmk->row.probe);
	put_stored(json, "seal", cmk->row.seal);
	put_stored(json, "identity", cmk->row.identity);
	json_put_text(json, "identity_signature",
	    cmk->row.identity_signature);
	json_put_text(json, "seal_signature", cmk->row.seal_signature);
	print_cmk(cmk, &cmd->text);
	print_identity(cmk->row.token_identity, &cmd->text);
	buf_printf(&cmd->text, "  KSKs         %zu\n  public key   SHA-256 "
	    "%s\n\n", n_live, public_hash(cmk, hex));
	crypto_key_pem(cmk->public, &cmd->text);
	cmk_free(cmk);
	return 0;
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
	return cmd_cmk_show(cmd, request.name != NULL ? request.name :
	    request.cmk, err);
}
