/* sign-zsks, of one zone and of many. */
#ifndef CMD_CMD_SIGN_H
#define CMD_CMD_SIGN_H

#include "kmgr/cmd/command.h"
#include "kmgr/engine/zsks.h"

/**
 * cmd_sign_note(cmd, zsks):
 * Note what the rules warn of, and what else there is to know of ${zsks}.
 */
void cmd_sign_note(struct cmd *cmd, const struct zsks *zsks);

/**
 * cmd_sign_folder(cmd):
 * The folder of -o that each zone's set goes to as a file of its own, with
 * --zones-from; NULL: what is signed goes to one file, or standard output.
 */
const char *cmd_sign_folder(const struct cmd *cmd);

/**
 * cmd_sign_many(cmd, request, err):
 * --zones-from: sign the ZSK sets of all its zones, each as ${request} says.
 *
 * Errors: as tally_end() has it.
 */
int cmd_sign_many(struct cmd *cmd, const struct zsks_request *request,
    struct error *err);

#endif
