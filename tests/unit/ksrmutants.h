/* All mutations of requests, for the rules and for the commands. */
#ifndef TESTS_UNIT_KSRMUTANTS_H
#define TESTS_UNIT_KSRMUTANTS_H

#include "tests/unit/ksrmutate.h"

struct ksrmutants {
	const struct ksrmutate	*rows;
	size_t			 n;
};

/* Of the document, of what came before it, of keys, of their sets, ... */
extern const struct ksrmutants ksrmutants_document, ksrmutants_chain,
    ksrmutants_keys, ksrmutants_sets, ksrmutants_proof, ksrmutants_times,
    ksrmutants_limits;
extern const struct ksrmutants *const ksrmutants_all[];
extern const size_t ksrmutants_all_n;

#endif
