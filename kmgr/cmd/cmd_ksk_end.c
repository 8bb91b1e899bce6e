#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/ksk_end.h"

static const struct {
	const char	*word;
	const char	*sentence;
} fates[] = {
	[KSK_FATE_DESTROYED] = { "destroyed", "its key pair is destroyed" },
	[KSK_FATE_SHARED] = { "shared",
	    "its key pair stays: other zones use it" },
	[KSK_FATE_WRAPPED] = { "wrapped", "that it has ended is not provable "
	    "until its wrapping key is destroyed, with delete-cmk" },
	[KSK_FATE_COMPLIANCE] = { "compliance", "its key pair stays in the "
	    "token for ever: seal: compliance lets nothing be destroyed" },
	[KSK_FATE_LOST] = { "lost", "its private key was lost with its "
	    "token, not destroyed by kmgr" },
};

/* Where the policy demands approvers the deletion becomes a plan. */
static int
ask(struct cmd *cmd, const struct ksk *ksk, struct error *err)
{
	const struct ksk_end_request request = { .ksk = ksk->row.id };
	struct json *arguments = ksk_end_arguments(ksk);
	struct plan plan = PLAN_INIT;
	int rc = -1;

	if (ksk_end_plan(cmd->session, &request, &plan, err) == 0)
		rc = cmd_plan_ask(cmd, ksk->cmk->row.id,
		    &(struct approval_subject) { KSK_END_OP, arguments,
		    &plan }, err);
	plan_clear(&plan);
	json_free(arguments);
	return rc;
}

/* *asked where it has; a KSK that is removed already needs nobody. */
static int
ask_if_needed(struct cmd *cmd, bool *asked, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct error none = ERR_INIT;
	struct ksk *ksk = NULL;
	struct store *store;
	int rc = 0;

	*asked = false;
	if (session_store(cmd->session, &store, err) != 0)
		return -1;
	if (ksk_find(store, &cache, cmd->args->words[0], &ksk, &none) == 0 &&
	    approval_is_needed(ksk->cmk, KSK_END_OP)) {
		*asked = true;
		rc = ask(cmd, ksk, err);
	}
	ksk_list_free(ksk, ksk == NULL ? 0 : 1);
	cmk_cache_clear(&cache);
	return rc;
}

static int
try_out(struct cmd *cmd, const struct ksk_end_request *request,
    struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct plan plan = PLAN_INIT;
	struct ksk *ksk = NULL;
	struct store *store;
	int rc;

	rc = ksk_end_plan(cmd->session, request, &plan, err);
	/* One that is removed already is found no more, and nothing is done. */
	if (rc == 0 && plan.n == 0) {
		cmd_plan(cmd, &plan);
	} else if (rc == 0) {
		rc = session_store(cmd->session, &store, err) == 0 &&
		    ksk_find(store, &cache, request->ksk, &ksk, err) == 0 ?
		    cmd_plan_dry(cmd, ksk->cmk->row.id, KSK_END_OP, &plan,
		    err) : -1;
	}
	ksk_list_free(ksk, ksk == NULL ? 0 : 1);
	cmk_cache_clear(&cache);
	plan_clear(&plan);
	return rc;
}

int
cmd_delete_ksk(struct cmd *cmd, struct error *err)
{
	const struct ksk_end_request request = { .ksk = cmd->args->words[0] };
	struct ksk_row row;
	enum ksk_fate fate;
	struct json *json;
	bool asked;
	int rc;

	if (args_has(cmd->args, OPT_DRY_RUN))
		return try_out(cmd, &request, err);
	rc = ask_if_needed(cmd, &asked, err);
	if (rc != 0 || asked)
		return rc;
	if (ksk_end_apply(cmd->session, &request, &row, &fate, err) != 0)
		return -1;
	json = json_put_object(cmd->json, "ksk");
	json_put_text(json, "id", row.id);
	json_put_text(json, "zone", row.zone);
	json_put_int(json, "key_tag", row.key_tag);
	json_put_text(json, "state", "removed");
	json_put_text(json, "key_pair", fates[fate].word);
	json_put_text(json, "retirement", row.retirement);
	json_put_text(json, "retirement_signature", row.retirement_signature);
	buf_printf(&cmd->text, "KSK %s/%u is removed; %s\n", row.zone,
	    row.key_tag, fates[fate].sentence);
	ksk_row_clear(&row);
	return 0;
}
