/* CMKs as commands print them. */
#ifndef CMD_CMK_H
#define CMD_CMK_H

#include "kmgr/base/err.h"
#include "kmgr/cmd/command.h"

/**
 * cmd_cmk_show(cmd, id, err):
 * Make the CMK with name or id ${id} the command's result.
 *
 * Errors: as cmk_load().
 */
int cmd_cmk_show(struct cmd *cmd, const char *id, struct error *err);

#endif
