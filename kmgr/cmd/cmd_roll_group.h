/* roll-ksk --zones-of: all zones of a CMK. */
#ifndef CMD_CMD_ROLL_GROUP_H
#define CMD_CMD_ROLL_GROUP_H

#include "kmgr/cmd/command.h"

/**
 * cmd_roll_group(cmd, err):
 * roll-ksk for the zones of the CMK that --zones-of names.
 *
 * Errors: ERR_USAGE; those of zone_roll_group_apply(); of the first zone that
 * was not rolled.
 */
int cmd_roll_group(struct cmd *cmd, struct error *err);

#endif
