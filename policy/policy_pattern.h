/* Zone patterns of a policy as text. */
#ifndef POLICY_POLICY_PATTERN_H
#define POLICY_POLICY_PATTERN_H

#include "kmgr/base/err.h"
#include "policy/policy.h"

#define POLICY_PATTERN_MAX (NAME_TEXT_MAX + 2)

/**
 * policy_pattern_read(text, out, err):
 * Read a name, "*." and a name, or ".".
 *
 * Errors: ERR_CONFIG, ERR_INPUT.
 */
int policy_pattern_read(const char *text, struct policy_zone *out,
    struct error *err);

/**
 * policy_pattern_text(zone, out):
 * The pattern as it is sealed: no final dot but the root's own. Returns it,
 * somewhere in ${out} or a constant.
 */
const char *policy_pattern_text(const struct policy_zone *zone,
    char out[static POLICY_PATTERN_MAX]);

#endif
