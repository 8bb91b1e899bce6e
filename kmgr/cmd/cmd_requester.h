/* Signatures of requesters that stand beside what they ask for. */
#ifndef CMD_REQUESTER_H
#define CMD_REQUESTER_H

#include "kmgr/cmd/command.h"

struct cmd_requester {
	char	**signatures;
	size_t	  n;
};

/**
 * cmd_requester_read(cmd, path, out, err):
 * Read the files that --requester-signature names; without it ${path}.sig, if
 * that is there and ${path} no standard input. What is in them is not looked
 * at.
 *
 * Owner: the caller, cmd_requester_clear(), also after an error.
 * Errors: ERR_INPUT, ERR_SYSTEM.
 */
int cmd_requester_read(const struct cmd *cmd, const char *path,
    struct cmd_requester *out, struct error *err);

/**
 * cmd_requester_list(requester):
 * The signatures, as the engine takes them. Owner: ${requester}.
 */
const char *const *cmd_requester_list(const struct cmd_requester *requester);

/**
 * cmd_requester_clear(requester):
 * Free what ${requester} holds.
 */
void cmd_requester_clear(struct cmd_requester *requester);

#endif
