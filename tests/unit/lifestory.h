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

/* What the judges say. */
struct lifestory_verdict {
	bool	by_population;	/* a resolver is bogus */
	bool	by_oracle;	/* it sees a hole */
	bool	by_facts;	/* left without a DS; or there is no end */
	size_t	n_rolled;
	size_t	n_refused;
	char	text[2400];	/* story, resolver, hole */
};

/**
 * lifestory_judge(story, fault, verdict):
 * Tell ${story} with ${fault}, and judge; whether nobody objects.
 */
bool lifestory_judge(const struct lifehost_story *story,
    const struct lifehost_fault *fault, struct lifestory_verdict *verdict);

#endif
