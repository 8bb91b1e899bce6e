/* create-ksk: the next zones of a list, and what would be done for them. */
#include "kmgr/base/stop.h"
#include "kmgr/cmd/cmd_ksk_create_inner.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/engine/ksk_planner.h"

/* The next zones are those of the request. */
bool
creation_take(struct creation *all, size_t max)
{

	if (!zone_parts_next(&all->zones, max))
		return false;
	all->request.zones = all->zones.zones;
	all->request.n_zones = all->zones.n;
	return true;
}

bool
creation_goes_on(const struct creation *all)
{

	return stop_signal() == 0 && !stream_is_broken(&all->stream);
}

int
creation_plan_words(struct creation *all, struct error *err)
{
	struct plan plan = PLAN_INIT;
	int rc;

	rc = ksk_create_plan(all->cmd->session, &all->request, &plan, err);
	if (rc == 0)
		rc = cmd_plan_dry(all->cmd, all->request.cmk, KSK_CREATE_OP,
		    &plan, err);
	plan_clear(&plan);
	return rc;
}

static void
print_part(struct creation *all, const struct plan *plan)
{
	struct json *rows;
	size_t i;

	if (!all->cmd->wants_json) {
		plan_text(plan, &all->cmd->text);
		stream_write(&all->stream);
		return;
	}
	rows = plan_json(plan);
	for (i = 0; i < json_len(rows); i++)
		stream_row(&all->stream, "plan", json_copy_of(json_at(rows,
		    i)));
	json_free(rows);
}

/* Every part as it is planned; *n actions. */
static int
plan_parts(struct creation *all, struct ksk_planner *planner, size_t *n,
    struct error *err)
{
	const size_t n_bad = all->tally.n_refused;
	struct plan plan = PLAN_INIT;
	int rc = 0;

	while (rc == 0 && creation_goes_on(all) &&
	    creation_take(all, CREATION_PART)) {
		rc = ksk_planner_add(planner, all->request.zones,
		    all->request.n_zones, &plan, err);
		if (rc == 0 && plan.n > 0)
			print_part(all, &plan);
		if (rc == 0)
			all->tally.n_done = all->zones.first + all->zones.n -
			    (all->tally.n_refused - n_bad);
		*n += plan.n;
		plan_clear(&plan);
	}
	return rc;
}

int
creation_plan_list(struct creation *all, struct error *err)
{
	struct ksk_planner *planner = NULL;
	const struct plan none = PLAN_INIT;
	struct cmd *cmd = all->cmd;
	struct cmk *cmk = NULL;
	struct store *store;
	size_t n = 0;
	int rc = -1;

	json_put_bool(cmd->json, "dry_run", true);
	if (session_store(cmd->session, &store, err) != 0 ||
	    cmk_load(store, all->request.cmk, &cmk, err) != 0 ||
	    ksk_planner_new(store, cmk, &all->request, &planner, err) != 0)
		goto out;
	rc = plan_parts(all, planner, &n, err);
	if (!creation_goes_on(all))
		all->tally.done = "looked at";
	if (cmd->n_rows == 0)
		(void)json_put_array(cmd->json, "plan");
	if (rc == 0 && n == 0 && creation_goes_on(all))
		plan_text(&none, &cmd->text);
	if (rc == 0)
		cmd_plan_needs(cmd, n == 0 ? NULL : cmk, KSK_CREATE_OP);
	stream_write(&all->stream);
 out:
	ksk_planner_free(planner);
	cmk_free(cmk);
	return rc;
}
