/*
 * Random policies, without the code that reads and writes policies: a value
 * is a number, two values of a field are the same if and only if their
 * numbers are, and there are many ways to write each.
 */
#ifndef TESTS_UNIT_POLICYMODEL_H
#define TESTS_UNIT_POLICYMODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kmgr/base/buf.h"
#include "policy/policy.h"

#define POLICYMODEL_FIELDS 256
#define POLICYMODEL_VALUES 12

struct policymodel_value {
	uint64_t ids[POLICYMODEL_VALUES];	/* of a set in any order */
	size_t	 n;
	bool	 is_given;			/* else the default holds */
};

struct policymodel {
	struct policymodel_value values[POLICYMODEL_FIELDS]; /* by row */
};

/**
 * policymodel_seed(seed):
 * The state of a generator that gives the same on every machine.
 */
uint64_t policymodel_seed(uint64_t seed);

/**
 * policymodel_draw(model, random):
 * Draw a random policy from the generator ${random}.
 */
void policymodel_draw(struct policymodel *model, uint64_t *random);

/**
 * policymodel_change(model, random):
 * Change the meaning of one random key. Returns the key.
 */
const char *policymodel_change(struct policymodel *model, uint64_t *random);

/**
 * policymodel_write(model, random, out):
 * Append the policy as YAML: keys and sets in random order, values in random
 * spelling.
 */
void policymodel_write(const struct policymodel *model, uint64_t *random,
    struct buf *out);

/* Whether two policies, read, have the same hash. */
static inline bool
policymodel_is_same(const struct policy *a, const struct policy *b)
{
	uint8_t left[CRYPTO_SHA256_LEN], right[CRYPTO_SHA256_LEN];

	policy_hash(a, left);
	policy_hash(b, right);
	return memcmp(left, right, sizeof(left)) == 0;
}

#endif
