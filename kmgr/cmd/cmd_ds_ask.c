/* ds-add and ds-remove: that the parent is asked. */
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_facts.h"
#include "kmgr/cmd/cmd_life.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/ds_ask.h"

static int
ask_one(struct cmd *cmd, const struct ds_ask_request *request,
    struct error *err)
{
	struct plan plan = PLAN_INIT;
	int rc;

	rc = ds_ask_plan(cmd->session, request, &plan, err);
	if (rc == 0 && args_has(cmd->args, OPT_DRY_RUN))
		cmd_plan(cmd, &plan);
	else if (rc == 0 && (rc = ds_ask_apply(cmd->session, request,
	    err)) == 0)
		cmd_life_done(cmd, &plan);
	plan_clear(&plan);
	return rc;
}

static int
prepare_line(struct cmd *cmd, void *told, struct cmk_cache *cache,
    const struct zone_line *line, struct fact **out, struct error *err)
{
	const struct ds_ask_request *all = told;
	struct facts_subject subject;
	struct ds_ask_request request;

	cmd_facts_subject(line, &subject);
	request = (struct ds_ask_request) { subject.ksk, all->kind,
		subject.zone };
	return ds_ask_prepare(cmd->session, cache, &request, out, err);
}

static void
show_line(struct cmd *cmd, void *told, const struct fact *fact,
    struct json *row)
{
	const struct ds_ask_request *request = told;
	char at[WHEN_TEXT_LEN];
	struct ds_ask_view view;

	ds_ask_view(fact, &view);
	if (row != NULL) {
		json_put_text(row, "zone", fact->zone->text);
		json_put_int(row, "key_tag", view.key_tag);
		cmd_life_put_time(row, "asked_at", view.at);
	} else {
		buf_printf(&cmd->text, "the parent is asked to %s the DS of "
		    "KSK %s since %s\n", request->kind == LIFE_ADD_DS ?
		    "add" : "remove", view.ksk, when_rfc3339(view.at, at));
	}
}

static const struct facts_kind facts = { "ksks", prepare_line, show_line,
	NULL };

static int
ask(struct cmd *cmd, enum life_step_kind kind, struct error *err)
{
	struct ds_ask_request request = { .kind = kind };

	if (args_has(cmd->args, OPT_ZONES_FROM))
		return cmd_facts(cmd, &facts, &request, err);
	request.ksk = cmd->args->words[0];
	return ask_one(cmd, &request, err);
}

int
cmd_ds_add(struct cmd *cmd, struct error *err)
{

	return ask(cmd, LIFE_ADD_DS, err);
}

int
cmd_ds_remove(struct cmd *cmd, struct error *err)
{

	return ask(cmd, LIFE_REMOVE_DS, err);
}
