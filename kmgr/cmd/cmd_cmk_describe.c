/* One CMK, with all that there is to know of it. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/cmd_cmk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/pins.h"
#include "policy/ssh_key.h"

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

/* How many approvers each operation takes, and who they are now. */
static void
put_approvers(const struct cmk *cmk, const struct approvers *approvers,
    struct cmd *cmd, struct json *json)
{
	struct json *ops = json_put_object(json, "approvals");
	struct json *list, *fingerprints;
	char fingerprint[SSH_KEY_FINGERPRINT_LEN];
	const char *op;
	size_t i, needed;

	for (i = 0; i < POLICY_OP_N; i++) {
		op = policy_op_name((enum policy_op)i);
		if ((needed = approvers_needed(cmk->policy, op)) == 0)
			continue;
		json_put_int(ops, op, (int64_t)needed);
		buf_printf(&cmd->text, "  approvals    %s: %zu\n", op,
		    needed);
	}
	list = json_put_array(json, "approvers");
	fingerprints = json_put_array(json, "approver_fingerprints");
	for (i = 0; i < approvers->n; i++) {
		(void)ssh_key_fingerprint(approvers->keys[i], fingerprint);
		json_add_text(list, approvers->keys[i]);
		json_add_text(fingerprints, fingerprint);
		buf_printf(&cmd->text, "  approver     %s %s\n", fingerprint,
		    ssh_key_comment(approvers->keys[i]));
	}
	list = json_put_array(json, "approver_authorities");
	for (i = 0; i < approvers->n_authorities; i++) {
		json_add_text(list, approvers->authorities[i]);
		buf_printf(&cmd->text, "  authority    %s %s\n",
		    ssh_key_fingerprint(approvers->authorities[i],
		    fingerprint), ssh_key_comment(approvers->authorities[i]));
	}
}

static void
find_approvers(struct cmd *cmd, struct store *store, const struct cmk *cmk,
    struct json *json)
{
	struct error why = ERR_INIT;
	struct approvers approvers;

	if (approvers_told(store, cmk, &approvers, &why) != 0) {
		session_note(cmd->session, "who may approve: %s", why.msg);
		return;
	}
	put_approvers(cmk, &approvers, cmd, json);
	approvers_clear(&approvers);
}

static int
find_wrap_key(struct cmd *cmd, struct store *store, const struct cmk *cmk,
    struct json *json, struct error *err)
{
	struct key_row key = { 0 };
	bool found = false;

	json_put_text(json, "wrapping_key_id", cmk->wrap_key_id[0] == '\0' ?
	    NULL : cmk->wrap_key_id);
	if (cmk->wrap_key_id[0] == '\0')
		return 0;
	if (store_key_find(store, cmk->wrap_key_id, &key, &found, err) != 0)
		return -1;
	buf_printf(&cmd->text, "  wrapping key %s, CKA_ID %s\n",
	    found ? key.label : "(the store has lost its record)",
	    cmk->wrap_key_id);
	key_row_clear(&key);
	return 0;
}

static int
count_ksks(struct store *store, const struct cmk *cmk, size_t *n_live,
    struct error *err)
{
	struct ksk_row *ksks;
	size_t i, n;

	*n_live = 0;
	if (store_ksk_list(store, NULL, cmk->row.id, &ksks, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		*n_live += strcmp(ksks[i].state, "removed") != 0;
	ksk_rows_free(ksks, n);
	return 0;
}

static void
put_proofs(struct json *json, const struct cmk *cmk)
{

	cmd_cmk_put_stored(json, "token_identity", cmk->row.token_identity);
	cmd_cmk_put_stored(json, "seal_key_attributes", cmk->key.attributes);
	cmd_cmk_put_stored(json, "probe", cmk->row.probe);
	cmd_cmk_put_stored(json, "seal", cmk->row.seal);
	cmd_cmk_put_stored(json, "identity", cmk->row.identity);
	json_put_text(json, "identity_signature",
	    cmk->row.identity_signature);
	json_put_text(json, "seal_signature", cmk->row.seal_signature);
}

static int
describe(struct cmd *cmd, struct store *store, struct cmk *cmk,
    struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct json *json;
	size_t n_live;

	if (count_ksks(store, cmk, &n_live, err) != 0)
		return -1;
	find_unavailable(cmd, cmk);
	json = json_put_object(cmd->json, "cmk");
	cmd_cmk_put(json, cmk);
	json_put_int(json, "ksks", (int64_t)n_live);
	put_proofs(json, cmk);
	cmd_cmk_print(cmk, &cmd->text);
	if (find_wrap_key(cmd, store, cmk, json, err) != 0)
		return -1;
	find_approvers(cmd, store, cmk, json);
	print_identity(cmk->row.token_identity, &cmd->text);
	buf_printf(&cmd->text, "  KSKs         %zu\n  public key   SHA-256 "
	    "%s\n\n", n_live, cmd_cmk_public_hash(cmk, hex));
	crypto_key_pem(cmk->public, &cmd->text);
	/* It is shown all the same: how else to see what is wrong. */
	cmd->is_partial = true;
	return cmd_cmk_check_pins(cmd, cmk, err) != 0 ? -1 :
	    pins_note_unmatched(cmd->session, err);
}

int
cmd_describe_cmk(struct cmd *cmd, struct error *err)
{
	struct store *store;
	struct cmk *cmk;
	int rc;

	if (cmk_get(cmd->session, cmd->args->words[0], &store, &cmk, err) != 0)
		return -1;
	rc = describe(cmd, store, cmk, err);
	cmk_free(cmk);
	return rc;
}
