#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_life.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/cmd/cmd_roll_group.h"
#include "kmgr/cmd/cmd_tty.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/ksk_revoke.h"
#include "kmgr/engine/zone_roll.h"

static const char *
duration(int64_t s, char out[static WHEN_TEXT_LEN])
{

	return s == INT64_MAX ? "nobody knows how long" :
	    when_duration(s, out);
}

/* What an attacker may do, and what may be chosen; before it is done. */
static void
print_exposure(const struct zone_roll_request *request,
    const struct zone_roll_outlook *outlook, struct buf *out)
{
	char bare[WHEN_TEXT_LEN], full[WHEN_TEXT_LEN];
	size_t i;

	for (i = 0; i < outlook->n; i++)
		buf_printf(out, "whoever has the private half of KSK %s can "
		    "deceive resolvers for %s from now on; with margins %s\n",
		    outlook->exposures[i].key,
		    duration(outlook->exposures[i].s, bare),
		    duration(outlook->exposures[i].with_margins_s, full));
	buf_printf(out, "  %s\n", outlook->formula);
	if (request->chain == ZONE_ROLL_BREAK_CHAIN)
		buf_printf(out, "the chain breaks: resolvers that have the "
		    "old DS may find the zone bogus until it is out of their "
		    "caches\n");
	else
		buf_printf(out, "the chain is kept: no resolver loses it; "
		    "--break-chain ZONE has the DS removed at once, and "
		    "resolvers fail until caches are empty\n");
}

static void
put_exposure(struct json *json, const struct zone_roll_outlook *outlook)
{
	struct json *list = json_put_array(json, "exposures"), *one;
	size_t i;

	for (i = 0; i < outlook->n; i++) {
		one = json_add_object(list);
		json_put_text(one, "key", outlook->exposures[i].key);
		if (outlook->exposures[i].s != INT64_MAX) {
			json_put_int(one, "exposure_s",
			    outlook->exposures[i].s);
			json_put_int(one, "with_margins_s",
			    outlook->exposures[i].with_margins_s);
		}
	}
	json_put_text(json, "formula", outlook->formula);
}

/* The zone of the words, without what stands behind a slash. */
static int
read_zone(const struct cmd *cmd, struct name *zone, struct error *err)
{
	const char *word = cmd->args->words[0];
	const char *slash = strrchr(word, '/');
	char *text = mem_printf("%.*s", slash == NULL ? (int)strlen(word) :
	    (int)(slash - word), word);
	const int rc = cmd_zone(text, zone, err);

	free(text);
	return rc;
}

/* Who breaks the chain says of which zone. */
static int
read_chain(const struct cmd *cmd, struct zone_roll_request *request,
    struct error *err)
{
	const char *typed = args_get(cmd->args, OPT_BREAK_CHAIN);
	struct name zone, named;
	char text[NAME_TEXT_MAX];

	if (read_zone(cmd, &zone, err) != 0)
		return -1;
	if (typed == NULL)
		return 0;
	if (request->reason == ZONE_ROLL_SCHEDULED) {
		(void)err_set(err, ERR_USAGE, "a scheduled roll breaks no "
		    "chain");
		return err_hint(err, "--break-chain is for --reason "
		    "compromise or loss");
	}
	if (cmd_zone(typed, &named, err) != 0)
		return err_wrap(err, "--break-chain");
	if (!name_is_same(&zone, &named)) {
		(void)err_set(err, ERR_USAGE, "--break-chain names another "
		    "zone than the one to be rolled");
		return err_hint(err, "to break the chain of trust type "
		    "--break-chain %s", name_text(&zone, text));
	}
	request->chain = ZONE_ROLL_BREAK_CHAIN;
	return 0;
}

static int
read_request(const struct cmd *cmd, struct zone_roll_request *request,
    struct error *err)
{
	const char *reason = args_get(cmd->args, OPT_REASON);

	*request = (struct zone_roll_request) {
		.what = cmd->args->words[0],
		.cmk = args_get(cmd->args, OPT_CMK) };
	if (reason != NULL && zone_roll_reason_read(reason, &request->reason,
	    err) != 0)
		return err_wrap(err, "--reason");
	return read_chain(cmd, request, err);
}

static int
confirm(const struct cmd *cmd, const struct zone_roll_request *request,
    const struct zone_roll_outlook *outlook, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc;

	if (request->reason == ZONE_ROLL_SCHEDULED ||
	    request->chain == ZONE_ROLL_BREAK_CHAIN ||
	    args_has(cmd->args, OPT_YES))
		return 0;
	print_exposure(request, outlook, &text);
	rc = cmd_tty_confirm(&(struct cmd_question) { buf_text(&text),
	    "Roll, and keep the chain? Type Yes, exactly: ", "Yes",
	    "look at it with --dry-run; then add --yes to keep the chain, or "
	    "--break-chain ZONE" }, err);
	buf_free(&text);
	return rc;
}

static int
try_out(struct cmd *cmd, const struct zone_roll_outlook *outlook,
    struct error *err)
{

	return cmd_plan_dry(cmd, outlook->cmk_id, outlook->needs_approval ?
	    ZONE_ROLL_OP : "", &outlook->plan, err);
}

static int
ask(struct cmd *cmd, const struct zone_roll_request *request,
    const struct zone_roll_outlook *outlook, struct error *err)
{
	struct json *arguments = zone_roll_arguments(request);
	const int rc = cmd_plan_ask(cmd, outlook->cmk_id,
	    &(struct approval_subject) { ZONE_ROLL_OP, arguments,
	    &outlook->plan }, err);

	json_free(arguments);
	return rc;
}

/* What comes next is told by the plan. */
static int
apply(struct cmd *cmd, const struct zone_roll_request *request,
    const struct zone_roll_outlook *outlook, struct error *err)
{
	struct name zone;
	char text[NAME_TEXT_MAX];

	if (zone_roll_apply(cmd->session, request, err) != 0 ||
	    read_zone(cmd, &zone, err) != 0)
		return -1;
	cmd_life_done(cmd, &outlook->plan);
	session_note(cmd->session, "kmgr plan %s shows how it goes on",
	    name_text(&zone, text));
	return 0;
}

int
cmd_roll_ksk(struct cmd *cmd, struct error *err)
{
	struct zone_roll_outlook outlook = { .n = 0 };
	struct zone_roll_request request;
	int rc = -1;

	if (args_has(cmd->args, OPT_ZONES_OF))
		return cmd_roll_group(cmd, err);
	if (cmd->args->n_words == 0) {
		(void)err_set(err, ERR_USAGE, "it needs a zone");
		return err_hint(err, "roll-ksk ZONE, or roll-ksk --zones-of "
		    "CMK for all of its zones");
	}
	if (read_request(cmd, &request, err) != 0 || zone_roll_look(
	    cmd->session, &request, &outlook, err) != 0)
		goto out;
	if (request.reason != ZONE_ROLL_SCHEDULED) {
		print_exposure(&request, &outlook, &cmd->text);
		put_exposure(cmd->json, &outlook);
	}
	if (args_has(cmd->args, OPT_DRY_RUN))
		rc = try_out(cmd, &outlook, err);
	else if (confirm(cmd, &request, &outlook, err) != 0)
		rc = -1;
	else
		rc = outlook.needs_approval ? ask(cmd, &request, &outlook,
		    err) : apply(cmd, &request, &outlook, err);
 out:
	zone_roll_outlook_clear(&outlook);
	return rc;
}

/* The zone goes on with other providers, without a KSK of ours. */
int
cmd_leave_zone(struct cmd *cmd, struct error *err)
{
	struct zone_roll_request request = {
		.what = cmd->args->words[0],
		.successor = ZONE_ROLL_TO_FOREIGN };
	struct zone_roll_outlook outlook = { .n = 0 };
	struct name zone;
	int rc;

	if (cmd_zone(request.what, &zone, err) != 0)
		return -1;
	rc = zone_roll_look(cmd->session, &request, &outlook, err);
	if (rc == 0)
		rc = args_has(cmd->args, OPT_DRY_RUN) ? try_out(cmd,
		    &outlook, err) : apply(cmd, &request, &outlook, err);
	zone_roll_outlook_clear(&outlook);
	return rc;
}

static int
revoke(struct cmd *cmd, const struct ksk_revoke_request *request,
    const struct ksk_revoke_ids *ids, const struct plan *plan,
    struct error *err)
{
	struct json *arguments;
	bool waits;
	int rc;

	if (cmd_plan_waits(cmd, ids->cmk, KSK_REVOKE_OP, &waits, err) != 0)
		return -1;
	if (!waits || plan->n == 0) {
		if (ksk_revoke_apply(cmd->session, request, err) != 0)
			return -1;
		cmd_life_done(cmd, plan);
		return 0;
	}
	arguments = ksk_revoke_arguments(ids);
	rc = cmd_plan_ask(cmd, ids->cmk, &(struct approval_subject) {
	    KSK_REVOKE_OP, arguments, plan }, err);
	json_free(arguments);
	return rc;
}

int
cmd_revoke_ksk(struct cmd *cmd, struct error *err)
{
	const struct ksk_revoke_request request = {
		.ksk = cmd->args->words[0] };
	struct plan plan = PLAN_INIT;
	struct ksk_revoke_ids ids;
	int rc;

	rc = ksk_revoke_plan(cmd->session, &request, &ids, &plan, err);
	if (rc == 0)
		rc = args_has(cmd->args, OPT_DRY_RUN) ? cmd_plan_dry(cmd,
		    ids.cmk, KSK_REVOKE_OP, &plan, err) :
		    revoke(cmd, &request, &ids, &plan, err);
	plan_clear(&plan);
	return rc;
}
