/* ZSK sets that are fetched. */
#ifndef CMD_CMD_ZSKS_H
#define CMD_CMD_ZSKS_H

#include "kmgr/cmd/command.h"
#include "kmgr/engine/zsks.h"

/**
 * cmd_zsks_fetch(cmd, word, request, text, err):
 * Fill ${request} with the zone ${word}, and the set that its configured source
 * gives, which goes to ${text}: to be signed in this very run, so that nobody
 * can change it between.
 *
 * Errors: ERR_USAGE, ERR_CONFIG (no source), and as source_read().
 */
int cmd_zsks_fetch(struct cmd *cmd, const char *word,
    struct zsks_request *request, struct buf *text, struct error *err);

#endif
