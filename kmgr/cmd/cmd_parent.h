/* What check-parent and get-ds --diff share. */
#ifndef CMD_CMD_PARENT_H
#define CMD_CMD_PARENT_H

#include "kmgr/cmd/command.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/service/parent.h"

/* The keys of a zone, for parent_judge(). */
struct cmd_parent_keys {
	struct cmk_cache	 cache;
	struct zone_life	*life;
	struct parent_key	*list;		/* as life has them */
	size_t			 n;
};

/**
 * cmd_parent_keys(cmd, text, out, err):
 * All keys of the zone ${text}, foreign ones too, and whether the parent should
 * have their DS.
 *
 * Owner: the caller, cmd_parent_keys_clear(), also where it fails.
 * Errors: as zone_life_load(); ERR_USAGE.
 */
int cmd_parent_keys(struct cmd *cmd, const char *text,
    struct cmd_parent_keys *out, struct error *err);
void cmd_parent_keys_clear(struct cmd_parent_keys *keys);

#endif
