/* Policy files on the command line. */
#ifndef CMD_POLICY_H
#define CMD_POLICY_H

#include "kmgr/base/err.h"
#include "policy/policy.h"

/**
 * cmd_policy_read(path, out, err):
 * Read the policy file ${path}, "-" for standard input.
 *
 * Owner: the caller, policy_free().
 * Errors: ERR_CONFIG.
 */
int cmd_policy_read(const char *path, struct policy **out, struct error *err);

#endif
