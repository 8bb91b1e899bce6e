/* What rules found, as commands print it. */
#ifndef CMD_CMD_FINDINGS_H
#define CMD_CMD_FINDINGS_H

#include "kmgr/cmd/command.h"
#include "policy/rules.h"

/**
 * cmd_findings(cmd, findings):
 * Make ${findings} part of the result: a line each, and "findings" for
 * machines. Where a rule failed the result is printed although the command
 * fails.
 *
 * Errors: findings_error() of failures.
 */
int cmd_findings(struct cmd *cmd, const struct findings *findings,
    struct error *err);

#endif
