#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ds_fact.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/zone_step.h"

/* The key as it is now. */
static int
show(struct cmd *cmd, struct error *err)
{
	const int64_t now_at = session_now(cmd->session);
	struct cmk_cache cache = { 0 };
	struct zone_life *zone = NULL;
	struct json *json;
	const char *word;
	size_t i;
	int rc;

	rc = zone_step_locate(cmd->session, &cache, cmd->args->words[0],
	    &zone, &i, err);
	if (rc == 0) {
		json = json_put_object(cmd->json, "ksk");
		word = life_word(&zone->life, i, now_at);
		if (i < zone->n_ksks)
			cmd_ksk_put(json, &zone->ksks[i]);
		json_put_text(json, "zone", zone->text);
		json_put_int(json, "key_tag", zone->life.keys[i].key_tag);
		json_put_text(json, "state", word);
		buf_printf(&cmd->text, "KSK %s is %s\n", zone->names[i],
		    word);
	}
	zone_life_free(zone);
	cmk_cache_clear(&cache);
	return rc;
}

static int
read_options(const struct cmd *cmd, struct ds_fact_request *request,
    struct error *err)
{
	const char *at = args_get(cmd->args, OPT_AT);

	if (args_has(cmd->args, OPT_FORCE))
		request->doubt = DS_FACT_FORCED;
	if (at == NULL || when_read(at, session_now(cmd->session),
	    &request->at, err) == 0)
		return 0;
	err->class = ERR_USAGE;
	return err_wrap(err, "--at");
}

static int
tell_one(struct cmd *cmd, const struct ds_fact_request *request,
    struct error *err)
{
	struct plan plan = PLAN_INIT;
	int rc;

	if (!args_has(cmd->args, OPT_DRY_RUN))
		return ds_fact_apply(cmd->session, request, err) != 0 ? -1 :
		    show(cmd, err);
	rc = ds_fact_plan(cmd->session, request, &plan, err);
	if (rc == 0)
		cmd_plan(cmd, &plan);
	plan_clear(&plan);
	return rc;
}

static int
tell(struct cmd *cmd, enum ds_fact what, struct error *err)
{
	struct ds_fact_request request = { .what = what, .at = DS_FACT_NOW,
		.doubt = DS_FACT_ASKED_FOR };

	if (read_options(cmd, &request, err) != 0)
		return -1;
	if (args_has(cmd->args, OPT_ZONES_FROM))
		return cmd_ds_fact_many(cmd, &request, err);
	request.ksk = cmd->args->words[0];
	return tell_one(cmd, &request, err);
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
