/* The rule whose question the engine's oracle answers. */
#ifndef POLICY_RULES_ORACLE_H
#define POLICY_RULES_ORACLE_H

#include <stddef.h>

#include "policy/rules.h"

/* What the oracle said of a response. */
struct rules_oracle {
	const char	*const *failures;	/* one each way to be bogus */
	size_t		 n_failures;
	const char	*why_off;	/* it was not asked; else NULL */
};

/**
 * rules_check_oracle(answer, findings):
 * Report ${answer} as findings of SKR-DS-CHAIN.
 */
void rules_check_oracle(const struct rules_oracle *answer,
    struct findings *findings);

#endif
