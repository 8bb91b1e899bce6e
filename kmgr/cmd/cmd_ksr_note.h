/* What sign-ksr says of a request beside its result. */
#ifndef CMD_CMD_KSR_NOTE_H
#define CMD_CMD_KSR_NOTE_H

#include "kmgr/cmd/command.h"
#include "kmgr/engine/skr.h"

/**
 * cmd_ksr_note(cmd, skr, rc):
 * Name the zone to machines, and, where skr_prepare() returned 0 in ${rc},
 * note what the rules warn of and what an operator should know of the DS.
 * ${skr} may be NULL.
 */
void cmd_ksr_note(struct cmd *cmd, const struct skr *skr, int rc);

#endif
