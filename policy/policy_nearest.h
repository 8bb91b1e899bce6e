/* What somebody meant who wrote a key that no policy has. */
#ifndef POLICY_POLICY_NEAREST_H
#define POLICY_POLICY_NEAREST_H

#include "policy/policy_fields.h"

/**
 * policy_nearest(table, version, key):
 * The key or section of policies of ${version} that somebody who wrote
 * ${key} most probably meant, or NULL when none is near.
 * Owner: the caller, free().
 */
char *policy_nearest(const struct policy_table *table, int64_t version,
    const char *key);

#endif
