/* What the commands of the life cycle share. */
#ifndef CMD_CMD_LIFE_H
#define CMD_CMD_LIFE_H

#include <stddef.h>

#include "kmgr/cmd/command.h"
#include "kmgr/engine/zone_life.h"

/* What is made of zones, one after the other. */
struct cmd_life_view {
	int	(*show)(struct cmd *cmd, void *arg,
		    const struct zone_life *zone,
		    const struct life_plan *plan, struct error *err);
	void	*arg;
	size_t	 n_unread;	/* of all zones: those that failed */
};

/**
 * cmd_life_each(cmd, view, err):
 * Load the zone that the command names, or one after the other all that have
 * keys, and let view->show(), given view->arg, add each, with its plan as of
 * now, to the array "zones" of the result. Where one of them cannot be loaded
 * the others are shown all the same, and the first failure is the command's;
 * view->n_unread counts them.
 *
 * cmd_life_glance(cmd, view, err): likewise, but where it is one of many zones
 * it is loaded only if zone_life_read() does not say that it is quiet.
 *
 * Errors: as zone_life_load(); those of view->show().
 */
int cmd_life_each(struct cmd *cmd, struct cmd_life_view *view,
    struct error *err);
int cmd_life_glance(struct cmd *cmd, struct cmd_life_view *view,
    struct error *err);

/**
 * cmd_life_done(cmd, plan):
 * Make what was done, the actions of ${plan}, the command's result.
 */
void cmd_life_done(struct cmd *cmd, const struct plan *plan);

/**
 * cmd_life_put_time(json, name, at):
 * Put the instant ${at}, null where it is 0 or LIFE_NEVER.
 */
void cmd_life_put_time(struct json *json, const char *name, int64_t at);

#endif
