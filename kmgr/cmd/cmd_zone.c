/* What operators decide and tell of a zone. */
#include <stdlib.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_facts.h"
#include "kmgr/cmd/cmd_life.h"
#include "kmgr/cmd/cmd_tty.h"
#include "kmgr/cmd/command.h"
#include "kmgr/dns/alg.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/foreign.h"
#include "kmgr/engine/zone_told.h"

static int
run(struct cmd *cmd, const struct zone_told_request *request,
    struct error *err)
{
	struct plan plan = PLAN_INIT;
	int rc;

	rc = zone_told_plan(cmd->session, request, &plan, err);
	if (rc == 0 && args_has(cmd->args, OPT_DRY_RUN))
		cmd_plan(cmd, &plan);
	else if (rc == 0 && (rc = zone_told_apply(cmd->session, request,
	    err)) == 0)
		cmd_life_done(cmd, &plan);
	plan_clear(&plan);
	return rc;
}

static int
confirm(const struct cmd *cmd, const struct name *zone, struct error *err)
{
	char text[NAME_TEXT_MAX], *ask;
	int rc;

	if (args_has(cmd->args, OPT_YES) || args_has(cmd->args, OPT_DRY_RUN))
		return 0;
	ask = mem_printf("Zone %s will lose its chain of trust, for good and "
	    "without an outage: resolvers\nwill take its data unvalidated. "
	    "Type the zone's name, with its final dot: ",
	    name_text(zone, text));
	rc = cmd_tty_confirm(&(struct cmd_question) { "", ask, text,
	    "look at it with --dry-run, and add --yes" }, err);
	free(ask);
	return rc;
}

int
cmd_go_insecure(struct cmd *cmd, struct error *err)
{
	struct zone_told_request request = { .what = ZONE_TOLD_INSECURE };
	struct name zone;

	request.zone = &zone;
	if (cmd_zone(cmd->args->words[0], &zone, err) != 0 ||
	    confirm(cmd, &zone, err) != 0)
		return -1;
	return run(cmd, &request, err);
}

int
cmd_go_secure(struct cmd *cmd, struct error *err)
{
	struct zone_told_request request = { .what = ZONE_TOLD_SECURE };
	struct name zone;

	request.zone = &zone;
	return cmd_zone(cmd->args->words[0], &zone, err) != 0 ? -1 :
	    run(cmd, &request, err);
}

static int
prepare_line(struct cmd *cmd, void *told, struct cmk_cache *cache,
    const struct zone_line *line, struct fact **out, struct error *err)
{
	struct zone_told_request request =
	    *(const struct zone_told_request *)told;
	struct name zone;

	zone_list_name(line, &zone);
	request.zone = &zone;
	return zone_told_prepare(cmd->session, cache, &request, out, err);
}

static void
show_line(struct cmd *cmd, void *told, const struct fact *fact,
    struct json *row)
{
	const struct zone_told_request *request = told;
	const int64_t signed_at = zone_told_signed_at(fact);
	const char *alg = alg_name(request->alg);
	char at[WHEN_TEXT_LEN];

	if (row != NULL) {
		json_put_text(row, "zone", fact->zone->text);
		json_put_text(row, "algorithm", alg);
		cmd_life_put_time(row, "signed_at", signed_at);
	} else if (signed_at != 0) {
		buf_printf(&cmd->text, "%s is signed with %s since %s\n",
		    fact->zone->text, alg, when_rfc3339(signed_at, at));
	} else {
		buf_printf(&cmd->text, "%s is signed with %s no more\n",
		    fact->zone->text, alg);
	}
}

static const struct facts_kind facts = { "zones", prepare_line, show_line,
	NULL };

static int
read_signer(struct cmd *cmd, struct zone_told_request *request,
    struct error *err)
{
	const char *text;
	enum alg alg;

	if (cmd_option(cmd, OPT_ALG, &text, err) != 0 ||
	    cmd_time(cmd, OPT_AT, session_now(cmd->session), &request->at,
	    err) != 0)
		return -1;
	if (alg_read(text, &alg, err) != 0) {
		err->class = ERR_USAGE;
		return err_wrap(err, "--alg");
	}
	request->alg = (uint8_t)alg;
	if (args_has(cmd->args, OPT_FORCE))
		request->doubt = ZONE_TOLD_FORCED;
	return 0;
}

static int
tell_signer(struct cmd *cmd, enum zone_told what, struct error *err)
{
	struct zone_told_request request = { .what = what };
	struct name zone;

	if (args_has(cmd->args, OPT_ZONES_FROM))
		return read_signer(cmd, &request, err) != 0 ? -1 :
		    cmd_facts(cmd, &facts, &request, err);
	request.zone = &zone;
	return cmd_zone(cmd->args->words[0], &zone, err) != 0 ||
	    read_signer(cmd, &request, err) != 0 ? -1 :
	    run(cmd, &request, err);
}

int
cmd_zone_signed(struct cmd *cmd, struct error *err)
{

	return tell_signer(cmd, ZONE_TOLD_SIGNED, err);
}

int
cmd_zone_unsigned(struct cmd *cmd, struct error *err)
{

	return tell_signer(cmd, ZONE_TOLD_UNSIGNED, err);
}

int
cmd_add_foreign_key(struct cmd *cmd, struct error *err)
{
	struct foreign_request request = { .what = cmd->args->words[1] };
	struct plan plan = PLAN_INIT;
	struct buf text = BUF_INIT;
	struct name zone;
	int rc = -1;

	request.zone = &zone;
	if (cmd_zone(cmd->args->words[0], &zone, err) != 0 ||
	    cmd_time(cmd, OPT_AT, 0, &request.ds_at, err) != 0 ||
	    cmd_check_input(request.what, err) != 0 ||
	    file_read(request.what, ZONEFILE_MAX_LEN, &text, err) != 0)
		goto out;
	request.text = buf_text(&text);
	request.len = text.len;
	rc = foreign_plan(cmd->session, &request, &plan, err);
	if (rc == 0 && args_has(cmd->args, OPT_DRY_RUN))
		cmd_plan(cmd, &plan);
	else if (rc == 0 && (rc = foreign_apply(cmd->session, &request,
	    err)) == 0)
		cmd_life_done(cmd, &plan);
 out:
	plan_clear(&plan);
	buf_free(&text);
	return rc;
}

int
cmd_remove_foreign_key(struct cmd *cmd, struct error *err)
{
	const char *key = cmd->args->words[0];
	struct plan plan = PLAN_INIT;
	bool is_gone = false;
	int rc;

	rc = foreign_remove_plan(cmd->session, key, &plan, err);
	if (rc == 0 && args_has(cmd->args, OPT_DRY_RUN)) {
		cmd_plan(cmd, &plan);
	} else if (rc == 0 && (rc = foreign_remove(cmd->session, key,
	    &is_gone, err)) == 0) {
		cmd_life_done(cmd, &plan);
		json_put_bool(cmd->json, "is_gone", is_gone);
	}
	plan_clear(&plan);
	return rc;
}
