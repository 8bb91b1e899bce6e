/*
 * The forms of a policy under a table of keys: YAML and canonical JSON. A
 * policy of version N has exactly the rows whose since is N or less; in both
 * directions the others are not there.
 */
#ifndef POLICY_POLICY_FORM_H
#define POLICY_POLICY_FORM_H

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "policy/policy.h"
#include "policy/policy_fields.h"

/**
 * policy_form_read_yaml(table, text, len, what, out, err),
 * policy_form_read_json(table, text, len, out, err):
 * As policy_read_yaml() and policy_read_json(), with the keys of ${table}.
 * A key that is newer than the policy's version is refused.
 */
int policy_form_read_yaml(const struct policy_table *table, const char *text,
    size_t len, const char *what, struct policy **out, struct error *err);
int policy_form_read_json(const struct policy_table *table, const char *text,
    size_t len, struct policy **out, struct error *err);

/**
 * policy_form_json(table, policy), policy_form_yaml(table, policy, out):
 * As policy_json() and policy_yaml(), with the keys of ${table}.
 */
struct json *policy_form_json(const struct policy_table *table,
    const struct policy *policy);
void policy_form_yaml(const struct policy_table *table,
    const struct policy *policy, struct buf *out);

#endif
