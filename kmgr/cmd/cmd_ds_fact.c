#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/ds_fact.h"

/* The KSK as it is now. */
static int
show(struct cmd *cmd, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct ksk *ksk = NULL;
	struct store *store;
	int rc = -1;

	if (session_store(cmd->session, &store, err) == 0 &&
	    ksk_find(store, &cache, cmd->args->words[0], &ksk, err) == 0) {
		cmd_ksk_put(json_put_object(cmd->json, "ksk"), ksk);
		buf_printf(&cmd->text, "KSK %s/%u is %s\n", ksk->row.zone,
		    ksk->row.key_tag, ksk->row.state);
		rc = 0;
	}
	ksk_list_free(ksk, ksk == NULL ? 0 : 1);
	cmk_cache_clear(&cache);
	return rc;
}

static int
tell(struct cmd *cmd, enum ds_fact what, struct error *err)
{
	struct ds_fact_request request = { cmd->args->words[0], what,
		DS_FACT_NOW };
	const char *at = args_get(cmd->args, OPT_AT);
	struct plan plan = PLAN_INIT;
	int rc;

	if (at != NULL && when_read(at, session_now(cmd->session),
	    &request.at, err) != 0) {
		err->class = ERR_USAGE;
		return err_wrap(err, "--at");
	}
	if (!args_has(cmd->args, OPT_DRY_RUN))
		return ds_fact_apply(cmd->session, &request, err) != 0 ? -1 :
		    show(cmd, err);
	rc = ds_fact_plan(cmd->session, &request, &plan, err);
	if (rc == 0)
		cmd_plan(cmd, &plan);
	plan_clear(&plan);
	return rc;
}

int
cmd_ds_seen(struct cmd *cmd, struct error *err)
{

	return tell(cmd, DS_FACT_SEEN, err);
}

int
cmd_ds_gone(struct cmd *cmd, struct error *err)
{

	return tell(cmd, DS_FACT_GONE, err);
}
