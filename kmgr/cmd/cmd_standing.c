#include <stdio.h>

#include "kmgr/cmd/cmd_standing.h"
#include "kmgr/engine/config.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/run_told.h"

/* What `run` does where it knows the way nobody has to do. */
static void
leave_to_run(struct cmd *cmd, const struct zone_life *zone,
    struct life_todo *todo)
{
	const struct config_zone *known = config_zone(
	    session_config(cmd->session), zone->text);

	if (todo->wait != LIFE_DUE || todo->is_idle || known == NULL ||
	    (known->source.primary == NULL && known->source.file == NULL &&
	    known->source.command == NULL))
		return;
	(void)snprintf(todo->command, sizeof(todo->command), "kmgr run");
}

int
cmd_standing_find(struct cmd *cmd, const struct zone_life *zone,
    const struct life_plan *plan, struct cmd_standing *out,
    struct error *err)
{

	out->zone = zone;
	out->claim = NULL;
	out->now_at = session_now(cmd->session);
	life_todo(&zone->life, plan, out->now_at, &out->todo);
	leave_to_run(cmd, zone, &out->todo);
	if (run_told_take(cmd->session, zone, &out->todo, &out->broken,
	    err) != 0)
		return -1;
	out->left_s = zone->life.signed_until_at - out->now_at;
	if (publish_waits(cmd->session, zone, &out->is_unpublished, err) != 0)
		return -1;
	/* Before whatever somebody else is asked for. */
	if (out->is_unpublished)
		(void)snprintf(out->todo.command, sizeof(out->todo.command),
		    "kmgr run");
	if (cmd_ends_find(cmd, zone, plan, &out->ends, err) != 0)
		return -1;
	if (run_failure_find(cmd->session, &zone->row, &out->failure,
	    err) == 0)
		return 0;
	cmd_ends_clear(&out->ends);
	return -1;
}

void
cmd_standing_clear(struct cmd_standing *standing)
{

	run_failure_clear(&standing->failure);
	cmd_ends_clear(&standing->ends);
}

/* A set that is still needed, and that no signature covers any more. */
static bool
has_expired(const struct cmd_standing *standing)
{
	const struct zone_life *zone = standing->zone;
	size_t i;

	if (zone->life.signed_until_at == 0 || standing->left_s > 0)
		return false;
	for (i = 0; i < zone->life.n_keys; i++)
		if (zone_life_is_in(&zone->life, i))
			return true;
	return false;
}

enum cmd_standing_kind
cmd_standing_kind(const struct cmd_standing *standing)
{
	const struct life_todo *todo = &standing->todo;

	if (standing->failure.since_at != 0 || standing->broken != NULL ||
	    has_expired(standing))
		return CMD_STANDING_FAILING;
	if (standing->is_unpublished ||
	    (todo->wait == LIFE_DUE && !todo->is_idle))
		return CMD_STANDING_DUE;
	/* Whatever somebody can do has a command. */
	return todo->command[0] != '\0' ? CMD_STANDING_WAITING :
	    CMD_STANDING_QUIET;
}
