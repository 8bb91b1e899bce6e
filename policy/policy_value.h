/* The value of one policy key: between text, struct policy and JSON. */
#ifndef POLICY_POLICY_VALUE_H
#define POLICY_POLICY_VALUE_H

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/base/yaml.h"
#include "policy/policy.h"
#include "policy/policy_fields.h"

/**
 * policy_value_read(field, node, what, policy, err):
 * Read what stands at ${node} in the file ${what} as the value of ${field}
 * into ${policy}. Sets are sorted, equal elements become one.
 *
 * Errors: ERR_CONFIG, with ${what}, line, key, what was found and what is
 * allowed.
 */
int policy_value_read(const struct policy_field *field,
    const struct yaml_node *node, const char *what, struct policy *policy,
    struct error *err);

/**
 * policy_value_has_preset(field, policy):
 * Whether ${policy} need not give ${field}: it has a default, or is newer
 * than the policy's version.
 */
bool policy_value_has_preset(const struct policy_field *field,
    const struct policy *policy);

/**
 * policy_value_preset(field, policy):
 * Set ${field}, which has one, to its default.
 */
void policy_value_preset(const struct policy_field *field,
    struct policy *policy);

/**
 * policy_value_preset_text(field, policy, out):
 * Append the default of ${field} as people write it in YAML.
 */
void policy_value_preset_text(const struct policy_field *field,
    const struct policy *policy, struct buf *out);

/**
 * policy_value_text(field, policy, out):
 * Append the value of ${field} as YAML.
 */
void policy_value_text(const struct policy_field *field,
    const struct policy *policy, struct buf *out);

/**
 * policy_value_json(field, policy, object, key):
 * Set the member ${key} of ${object} to the value of ${field}.
 */
void policy_value_json(const struct policy_field *field,
    const struct policy *policy, struct json *object, const char *key);

/**
 * policy_value_clear(field, policy):
 * Free what the value of ${field} holds.
 */
void policy_value_clear(const struct policy_field *field,
    struct policy *policy);

#endif
