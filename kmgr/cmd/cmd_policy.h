/* Policy files on the command line. */
#ifndef CMD_POLICY_H
#define CMD_POLICY_H

#include "kmgr/base/err.h"
#include "policy/policy.h"

/**
 * cmd_read_policy(path, out, err):
 * Read the policy file ${path}, "-" for standard input.
 *
 * Owner: the caller, policy_free().
 * Errors: ERR_CONFIG.
 */
int cmd_read_policy(const char *path, struct policy **out, struct error *err);

#endif
