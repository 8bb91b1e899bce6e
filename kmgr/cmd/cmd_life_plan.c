#include <stdlib.h>

#include "kmgr/base/file.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_life.h"
#include "kmgr/engine/zone_future.h"
#include "kmgr/life/life_svg.h"
#include "kmgr/life/life_text.h"

#define DAY 86400
#define LOOK_AHEAD_S (365 * DAY)	/* without --until */
#define WHOLE_MAX 4		/* zones whose plans people get whole */

/* A zone, its plan, and what comes of it. */
struct outlook {
	const struct life_plan	*plan;
	struct life_zone	 after;
	struct life_moment	*moments;
	size_t			 n;
	struct life_line	 line;
	bool			 is_safe; /* the chain is kept, or to end */
	struct buf		 verdict;
};

static void
outlook_clear(struct outlook *outlook)
{

	life_line_clear(&outlook->line);
	life_zone_clear(&outlook->after);
	free(outlook->moments);
	buf_free(&outlook->verdict);
}

static int
look_ahead(const struct cmd *cmd, const struct life_zone *zone,
    const struct life_plan *plan, struct outlook *out, struct error *err)
{
	const struct life_world world = {
		.registration_s = zone->timing.parent_registration_delay_s };
	const int64_t now_at = session_now(cmd->session);
	struct zone_future_answer answer;
	int64_t until_at;

	*out = (struct outlook) { .plan = plan };
	if (cmd_time(cmd, OPT_UNTIL, now_at + LOOK_AHEAD_S, &until_at,
	    err) != 0)
		return -1;
	life_zone_copy(zone, &out->after);
	life_simulate(&out->after, now_at, until_at, &world, &out->moments,
	    &out->n);
	life_line_init(&out->line, &(struct life_story) { zone, &out->after,
	    now_at, until_at, out->moments, out->n });
	zone_future_ask(&out->after, now_at, until_at, &answer);
	zone_future_verdict(&answer, &out->verdict);
	out->is_safe = answer.n_holes == 0 && (answer.gap.from_at == 0 ||
	    zone->goal == LIFE_INSECURE);
	zone_future_answer_clear(&answer);
	return 0;
}

static void
put_json(struct json *json, const struct zone_life *zone,
    const struct outlook *outlook)
{
	struct json *steps;
	size_t i;

	json_put_text(json, "goal", zone->life.goal == LIFE_INSECURE ?
	    "insecure" : "secure");
	steps = json_put_array(json, "steps");
	for (i = 0; i < outlook->plan->n; i++)
		json_add_take(steps, life_line_step_json(&outlook->line,
		    &outlook->plan->steps[i]));
	json_put_int(json, "due", (int64_t)outlook->plan->n_due);
	cmd_life_put_time(json, "next", outlook->plan->next_at);
	json_put_text(json, "oracle", buf_text(&outlook->verdict));
}

static void
print_text(const struct zone_life *zone, const struct outlook *outlook,
    struct buf *out)
{

	buf_printf(out, "%s is to be %s\n", zone->text,
	    zone->life.goal == LIFE_INSECURE ? "insecure" : "secure");
	life_text_plan(&outlook->line, outlook->plan, out);
	if (outlook->plan->n == 0)
		buf_printf(out, "nothing is to come\n");
	life_text_line(&outlook->line, out);
	buf_printf(out, "%s\n", buf_text(&outlook->verdict));
}

static int
write_picture(const char *path, const struct outlook *outlook,
    struct error *err)
{
	struct buf picture = BUF_INIT;
	int rc;

	life_svg_line(&outlook->line, buf_text(&outlook->verdict), &picture);
	rc = file_write(path, 0644, picture.data, picture.len, err);
	buf_free(&picture);
	return rc;
}

static int
show_zone(struct cmd *cmd, void *arg, const struct zone_life *zone,
    const struct life_plan *plan, struct error *err)
{
	struct json *json = NULL;
	struct outlook outlook;
	int rc = 0;

	(void)arg;
	if (look_ahead(cmd, &zone->life, plan, &outlook, err) != 0)
		return -1;
	if (cmd->wants_json) {
		json = life_line_json(&outlook.line);
		put_json(json, zone, &outlook);
	} else {
		buf_printf(&cmd->text, "%s", cmd->n_rows > 0 ? "\n" : "");
		print_text(zone, &outlook, &cmd->text);
	}
	if (args_has(cmd->args, OPT_SVG))
		rc = write_picture(args_get(cmd->args, OPT_SVG), &outlook,
		    err);
	if (rc == 0)
		rc = cmd_row(cmd, "zones", json, err);
	else
		json_free(json);
	outlook_clear(&outlook);
	return rc;
}

/* That the chain of trust is kept goes without saying. */
static int
show_brief(struct cmd *cmd, void *arg, const struct zone_life *zone,
    const struct life_plan *plan, struct error *err)
{
	struct outlook outlook;

	(void)arg;
	if (look_ahead(cmd, &zone->life, plan, &outlook, err) != 0)
		return -1;
	buf_printf(&cmd->text, "%s%s: ", zone->text,
	    zone->life.goal == LIFE_INSECURE ? " is to be insecure" : "");
	life_text_brief(&outlook.line, plan, &cmd->text);
	if (!outlook.is_safe)
		buf_printf(&cmd->text, "; %s", buf_text(&outlook.verdict));
	buf_printf(&cmd->text, "\n");
	outlook_clear(&outlook);
	return cmd_row(cmd, "zones", NULL, err);
}

/* Whether there are more zones than people read whole plans of. */
static int
are_many(struct cmd *cmd, bool *are, struct error *err)
{
	struct store *store;
	char **names;
	size_t n;

	*are = false;
	if (cmd->wants_json || cmd->args->n_words > 0)
		return 0;
	if (session_store(cmd->session, &store, err) != 0 ||
	    store_zone_list(store, "", WHOLE_MAX + 1, &names, &n, err) != 0)
		return -1;
	*are = n > WHOLE_MAX;
	zone_names_free(names, n);
	return 0;
}

int
cmd_life_plan(struct cmd *cmd, struct error *err)
{
	struct cmd_life_view view = { .show = show_zone };
	int64_t until_at;
	bool is_brief;

	if (cmd_time(cmd, OPT_UNTIL, WHEN_MAX, &until_at, err) != 0)
		return -1;
	if (until_at <= cmd->options.now_at)
		return err_set(err, ERR_USAGE, "--until is not in the future");
	if (args_has(cmd->args, OPT_SVG) && cmd->args->n_words == 0) {
		(void)err_set(err, ERR_USAGE, "a picture shows one zone");
		return err_hint(err, "name it: kmgr plan ZONE --svg FILE");
	}
	if (are_many(cmd, &is_brief, err) != 0)
		return -1;
	if (is_brief) {
		view.show = show_brief;
		session_note(cmd->session, "a line a zone, of more than %d; "
		    "kmgr plan ZONE shows the whole plan of one", WHOLE_MAX);
	}
	return cmd_life_each(cmd, &view, err);
}
