/* Random policies, and what happens under them. */
#ifndef TESTS_UNIT_LIFESTORY_H
#define TESTS_UNIT_LIFESTORY_H

#include "tests/unit/lifehost.h"

/**
 * lifestory_make(seed, story):
 * The story of ${seed}: a policy that kmgr accepts, people who are slow, and
 * a script.
 */
void lifestory_make(uint64_t seed, struct lifehost_story *story);

#endif
