/* What to do where a store has nothing yet. */
#ifndef CMD_CMD_NEXT_H
#define CMD_CMD_NEXT_H

#include "kmgr/cmd/command.h"
#include "kmgr/engine/config.h"

/**
 * cmd_next(store, config, out, err):
 * Append, where ${store}, that ${config} goes with, has no CMK or no zone's
 * KSK, that, and the command that makes one; nothing else where it has both.
 *
 * cmd_next_note(cmd, err): likewise, as a note of the session's store.
 *
 * Errors: ERR_STORE.
 */
int cmd_next(struct store *store, const struct config *config,
    struct buf *out, struct error *err);
int cmd_next_note(struct cmd *cmd, struct error *err);

#endif
