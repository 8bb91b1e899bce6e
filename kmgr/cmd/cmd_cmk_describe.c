/* One CMK, with all that there is to know of it. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/cmd_cmk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/pins.h"

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

/* Who may approve now: after replacements, and in the policy's order. */
static void
put_approvers(struct cmd *cmd, struct store *store, const struct cmk *cmk,
    struct json *json)
{
	struct error why = ERR_INIT;
	struct approvers approvers;
	struct json *list;
	size_t i;

	if (approvers_told(store, cmk, &approvers, &why) != 0) {
		session_note(cmd->session, "who may approve: %s", why.msg);
		return;
	}
	list = json_put_array(json, "approvers");
	for (i = 0; i < approvers.n; i++) {
		json_add_text(list, approvers.keys[i]);
		buf_printf(&cmd->text, "  approver     %s\n",
		    approvers.keys[i]);
	}
	approvers_clear(&approvers);
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
	int rc;

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
	cmd_cmk_put(json, cmk);
	json_put_int(json, "ksks", (int64_t)n_live);
	cmd_cmk_put_stored(json, "token_identity", cmk->row.token_identity);
	cmd_cmk_put_stored(json, "seal_key_attributes", cmk->key.attributes);
	cmd_cmk_put_stored(json, "probe", cmk->row.probe);
	cmd_cmk_put_stored(json, "seal", cmk->row.seal);
	cmd_cmk_put_stored(json, "identity", cmk->row.identity);
	json_put_text(json, "identity_signature",
	    cmk->row.identity_signature);
	json_put_text(json, "seal_signature", cmk->row.seal_signature);
	cmd_cmk_print(cmk, &cmd->text);
	print_identity(cmk->row.token_identity, &cmd->text);
	put_approvers(cmd, store, cmk, json);
	buf_printf(&cmd->text, "  KSKs         %zu\n  public key   SHA-256 "
	    "%s\n\n", n_live, cmd_cmk_public_hash(cmk, hex));
	crypto_key_pem(cmk->public, &cmd->text);
	/* It is shown all the same: how else to see what is wrong. */
	cmd->is_partial = true;
	rc = cmd_cmk_check_pins(cmd, cmk, err);
	cmk_free(cmk);
	return rc == 0 ? pins_note_unmatched(cmd->session, err) : -1;
}
