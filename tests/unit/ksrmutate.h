/* Mutations: each breaks the rule that it is named after, and no other. */
#ifndef TESTS_UNIT_KSRMUTATE_H
#define TESTS_UNIT_KSRMUTATE_H

#include "policy/rules.h"
#include "tests/unit/ksrcase.h"

#define IN_ICANN (1U << KSR_ICANN)
#define IN_BIND	 (1U << KSR_BIND)
#define IN_KNOT	 (1U << KSR_KNOT)
#define IN_TEXT	 (IN_BIND | IN_KNOT)
#define IN_ALL	 (IN_ICANN | IN_TEXT)

enum ksrmutate_proof { PROVED_ANEW, PROOF_STAYS };

struct ksrmutate {
	const char		*rule;
	unsigned int		 formats;
	void			(*mutate)(struct ksrcase *);
	enum ksrmutate_proof	 proof;
	/* What is found then, FAIL where it says PASS. */
	enum finding_verdict	 verdict;
	const char		*also;	/* a rule that must break too, or NULL:
					 * why says the row's comment */
	unsigned int		 files;	/* formats in which what mutate does
					 * is all in the file, the options and
					 * the clock of a command */
	enum ksrcase_policy	 policy;
};

/**
 * ksrmutate(row, c):
 * Spoil the request of ${c} as ${row} does.
 */
void ksrmutate(const struct ksrmutate *row, struct ksrcase *c);

/**
 * ksrmutate_run(rows, n):
 * Apply each of ${rows} to a request in each of its formats; just its rule,
 * and the other one that it names, must find something.
 */
void ksrmutate_run(const struct ksrmutate *rows, size_t n);

/**
 * ksrmutate_expect(findings, rule, also, verdict, where):
 * Just ${rule}, and ${also} unless that is NULL, warn or fail in ${findings},
 * ${rule} with ${verdict}. Messages of this test name ${where}.
 */
void ksrmutate_expect(const struct findings *findings, const char *rule,
    const char *also, enum finding_verdict verdict, const char *where);

#endif
