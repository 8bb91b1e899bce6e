#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_facts.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/ds_fact.h"
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

struct telling {
	struct ds_fact_request	request;	/* what the options say */
	size_t			n_unpublished;
	size_t			n_insecure;
};

static int
prepare_line(struct cmd *cmd, void *told, struct cmk_cache *cache,
    const struct zone_line *line, struct fact **out, struct error *err)
{
	const struct telling *telling = told;
	struct ds_fact_request request = telling->request;
	struct facts_subject subject;

	cmd_facts_subject(line, &subject);
	request.ksk = subject.ksk;
	request.zone = subject.zone;
	return ds_fact_prepare(cmd->session, cache, &request, out, err);
}

/* A line a KSK, as ds-seen of one has it. */
static void
show_line(struct cmd *cmd, void *told, const struct fact *fact,
    struct json *row)
{
	struct telling *telling = told;
	struct ds_fact_view view;

	ds_fact_view(cmd->session, fact, &view);
	if (view.objection != NULL)
		session_note(cmd->session, "KSK %s: the oracle: %s",
		    view.ksk, view.objection);
	telling->n_unpublished += view.is_unpublished;
	telling->n_insecure += view.is_insecure;
	if (row != NULL) {
		json_put_text(row, "zone", view.zone_text);
		json_put_int(row, "key_tag", view.key_tag);
		json_put_text(row, "state", view.state);
	} else {
		buf_printf(&cmd->text, "KSK %s is %s\n", view.ksk,
		    view.state);
	}
}

static void
note_lines(struct cmd *cmd, const void *told)
{
	const struct telling *telling = told;

	if (telling->n_unpublished > 0)
		session_note(cmd->session, "%zu of the KSKs were never "
		    "published: without another KSK that has its DS at the "
		    "parent these zones do not validate; next: kmgr "
		    "sign-zsks --zones-from PATH, and publish the result",
		    telling->n_unpublished);
	if (telling->n_insecure > 0)
		session_note(cmd->session, "%zu zones have no KSK with its "
		    "DS at the parent now: resolvers will not validate them",
		    telling->n_insecure);
}

static const struct facts_kind facts = { "ksks", prepare_line, show_line,
	note_lines };

static int
tell(struct cmd *cmd, enum ds_fact what, struct error *err)
{
	struct telling telling = { .request = { .what = what,
		.at = DS_FACT_NOW, .doubt = DS_FACT_ASKED_FOR } };

	if (read_options(cmd, &telling.request, err) != 0)
		return -1;
	if (args_has(cmd->args, OPT_ZONES_FROM))
		return cmd_facts(cmd, &facts, &telling, err);
	telling.request.ksk = cmd->args->words[0];
	return tell_one(cmd, &telling.request, err);
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
