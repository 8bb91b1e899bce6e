/* Commands whose plan may have to wait for approvers. */
#ifndef CMD_CMD_PLAN_H
#define CMD_CMD_PLAN_H

#include "kmgr/cmd/command.h"
#include "kmgr/engine/approval.h"

/**
 * cmd_plan_waits(cmd, cmk, op, waits, err):
 * Whether the policy of the CMK with name or id ${cmk} demands approvers for
 * ${op}.
 *
 * Errors: as cmk_load().
 */
int cmd_plan_waits(struct cmd *cmd, const char *cmk, const char *op,
    bool *waits, struct error *err);

/**
 * cmd_plan_needs(cmd, cmk, op):
 * Add to the result how many approvers ${cmk} demands for ${op}; NULL: there
 * is nothing to do, for which nobody has to approve.
 */
void cmd_plan_needs(struct cmd *cmd, const struct cmk *cmk, const char *op);

/**
 * cmd_plan_dry(cmd, cmk, op, plan, err):
 * cmd_plan(), and how many approvers the CMK with name or id ${cmk} demands
 * for it.
 *
 * Errors: as cmk_load().
 */
int cmd_plan_dry(struct cmd *cmd, const char *cmk, const char *op,
    const struct plan *plan, struct error *err);

/**
 * cmd_plan_put(json, status):
 * Put a plan that waits, or waited, for approvers into ${json}.
 */
void cmd_plan_put(struct json *json, const struct approval_status *status);

/**
 * cmd_plan_ask(cmd, cmk, subject, err),
 * cmd_plan_ask_each(cmd, cmks, n, subject, err):
 * Write ${subject} down as a plan that waits for the approvers of ${cmk}, or
 * as one for those of each of ${cmks}, and make it the result, which is
 * printed although the command did not do what it was asked. Returns -1, but
 * for a plan without actions, which needs nobody.
 *
 * Errors: ERR_NOT_YET, and those of approval_request().
 */
int cmd_plan_ask(struct cmd *cmd, const char *cmk,
    const struct approval_subject *subject, struct error *err);
int cmd_plan_ask_each(struct cmd *cmd, const struct cmk *const *cmks,
    size_t n, const struct approval_subject *subject, struct error *err);

#endif
