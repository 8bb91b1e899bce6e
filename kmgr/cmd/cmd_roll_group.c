#include "kmgr/base/stop.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_life.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/cmd/cmd_roll_group.h"
#include "kmgr/cmd/cmd_tty.h"
#include "kmgr/cmd/tally.h"
#include "kmgr/engine/zone_roll_group.h"

static void
refused(void *arg, const char *zone, const struct error *err)
{

	(void)tally_refuse(arg, zone, err);
}

/* What the counts of the engine say to whoever asked. */
static int
end(struct tally *tally, const struct zone_roll_group_count *count, int rc,
    struct error *err)
{

	tally->n_done = count->n_rolled;
	tally->n_before = count->n_rolling;
	return tally_end(tally, rc, err);
}

static int
read_request(const struct cmd *cmd, struct zone_roll_group_request *request,
    struct error *err)
{
	const char *reason = args_get(cmd->args, OPT_REASON);

	*request = (struct zone_roll_group_request) {
		.group = args_get(cmd->args, OPT_ZONES_OF),
		.cmk = args_get(cmd->args, OPT_CMK) };
	if (cmd->args->n_words > 0)
		return err_set(err, ERR_USAGE, "--zones-of names all zones of "
		    "a CMK: name no zone beside it");
	if (args_has(cmd->args, OPT_BREAK_CHAIN)) {
		(void)err_set(err, ERR_USAGE, "--zones-of breaks no chain");
		return err_hint(err, "--break-chain goes zone by zone");
	}
	return reason == NULL || zone_roll_reason_read(reason,
	    &request->reason, err) == 0 ? 0 : err_wrap(err, "--reason");
}

static size_t
n_zones(const struct zone_roll_group_count *count)
{

	return count->n_rolled + count->n_rolling + count->n_refused;
}

static void
put_count(struct cmd *cmd, const struct zone_roll_group_count *count)
{

	json_put_int(cmd->json, "zones_rolled", (int64_t)count->n_rolled);
	json_put_int(cmd->json, "zones_rolling", (int64_t)count->n_rolling);
	json_put_int(cmd->json, "zones_refused", (int64_t)count->n_refused);
}

static void
print_phases(struct cmd *cmd, const struct zone_roll_group_outlook *outlook)
{
	struct json *list = json_put_array(cmd->json, "phases"), *one;
	char from[WHEN_TEXT_LEN], to[WHEN_TEXT_LEN];
	size_t k;

	for (k = 0; k < ZONE_ROLL_PHASES; k++) {
		const struct zone_roll_phase *phase = &outlook->phases[k];
		const char *name = life_step_name(phase->kind);

		if (phase->from_at == 0)
			continue;
		one = json_add_object(list);
		json_put_text(one, "step", name);
		cmd_life_put_time(one, "first_at", phase->from_at);
		cmd_life_put_time(one, "last_at", phase->to_at);
		buf_printf(&cmd->text, "  %-16s from %s, in all zones from "
		    "%s\n", name, when_rfc3339(phase->from_at, from),
		    when_rfc3339(phase->to_at, to));
	}
}

/* Before it is done: how many, and when. */
static void
print_outlook(struct cmd *cmd, const struct zone_roll_group_outlook *outlook)
{
	const struct zone_roll_group_count *count = &outlook->count;

	put_count(cmd, count);
	json_put_int(cmd->json, "key_pairs", (int64_t)count->n_made);
	buf_printf(&cmd->text, "%zu zone%s to roll, %zu new key pair%s; "
	    "%zu rolled already, %zu that cannot be\n", count->n_rolled,
	    count->n_rolled == 1 ? "" : "s", count->n_made,
	    count->n_made == 1 ? "" : "s", count->n_rolling,
	    count->n_refused);
	print_phases(cmd, outlook);
}

static int
confirm(const struct cmd *cmd, const struct zone_roll_group_request *request,
    struct error *err)
{

	if (request->reason == ZONE_ROLL_SCHEDULED ||
	    args_has(cmd->args, OPT_YES))
		return 0;
	return cmd_tty_confirm(&(struct cmd_question) {
	    buf_text(&cmd->text), "Roll all of them, and keep the chains? "
	    "Type Yes, exactly: ", "Yes", "look at it with --dry-run; then "
	    "add --yes" }, err);
}

static int
ask(struct cmd *cmd, const struct zone_roll_group_request *request,
    const struct zone_roll_group_outlook *outlook, struct error *err)
{
	struct json *arguments = zone_roll_group_arguments(request);
	const int rc = cmd_plan_ask(cmd, outlook->cmk_id,
	    &(struct approval_subject) { outlook->op, arguments,
	    &outlook->plan }, err);

	json_free(arguments);
	return rc;
}

/* Each zone that is refused is told of once: here, and not before. */
static int
apply(struct cmd *cmd, struct zone_roll_group_request *request,
    const struct zone_roll_group_outlook *outlook, struct error *err)
{
	struct zone_roll_group_count count;
	struct tally tally;
	int rc;

	tally_init(&tally, cmd, "zones", "rolled", "zone");
	tally.all = n_zones(&outlook->count);
	request->refused = refused;
	request->arg = &tally;
	stop_catch();
	rc = zone_roll_group_apply(cmd->session, request, &count, err);
	/* A signal may have come before all of it was done. */
	if (rc == 0 && n_zones(&count) >= tally.all)
		cmd_life_done(cmd, &outlook->plan);
	put_count(cmd, &count);
	if (count.n_rolled > 0)
		session_note(cmd->session, "%zu zones: kmgr run does what is "
		    "due in each, kmgr plan ZONE shows how it goes on",
		    count.n_rolled);
	return end(&tally, &count, rc, err);
}

/* Nothing is changed: who would be refused is told. */
static int
look(struct cmd *cmd, struct zone_roll_group_request *request,
    struct zone_roll_group_outlook *outlook, struct error *err)
{
	struct tally tally;
	int rc;

	tally_init(&tally, cmd, "zones", "rolled", "zone");
	request->refused = refused;
	request->arg = &tally;
	rc = zone_roll_group_look(cmd->session, request, outlook, err);
	tally.all = n_zones(&outlook->count);
	if (rc == 0) {
		print_outlook(cmd, outlook);
		rc = cmd_plan_dry(cmd, outlook->cmk_id, outlook->op == NULL ?
		    "" : outlook->op, &outlook->plan, err);
	}
	return end(&tally, &outlook->count, rc, err);
}

static int
roll(struct cmd *cmd, struct zone_roll_group_request *request,
    struct zone_roll_group_outlook *outlook, struct error *err)
{

	if (zone_roll_group_look(cmd->session, request, outlook, err) != 0)
		return -1;
	print_outlook(cmd, outlook);
	if (outlook->op != NULL)
		return confirm(cmd, request, err) != 0 ? -1 :
		    ask(cmd, request, outlook, err);
	if (outlook->plan.n > 0 && confirm(cmd, request, err) != 0)
		return -1;
	return apply(cmd, request, outlook, err);
}

int
cmd_roll_group(struct cmd *cmd, struct error *err)
{
	struct zone_roll_group_outlook outlook = { .op = NULL };
	struct zone_roll_group_request request;
	int rc;

	if (read_request(cmd, &request, err) != 0)
		return -1;
	rc = args_has(cmd->args, OPT_DRY_RUN) ?
	    look(cmd, &request, &outlook, err) :
	    roll(cmd, &request, &outlook, err);
	zone_roll_group_outlook_clear(&outlook);
	return rc;
}
