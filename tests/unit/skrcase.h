/* A response to the good request of ksrcase.h, and how it is spoilt. */
#ifndef TESTS_UNIT_SKRCASE_H
#define TESTS_UNIT_SKRCASE_H

#include "tests/unit/ksrmutate.h"

struct skrcase {
	struct ksrcase	 ksr;
	struct ksr	*response;	/* laid out, not signed */
	struct rules_skr in;
};

/* Breaks the rule that it is named after, and also, unless that is NULL. */
struct skrmutation {
	const char	*rule;
	unsigned int	 formats;	/* IN_ICANN, ... */
	void		(*mutate)(struct skrcase *);
	const char	*also;
};

/**
 * skrcase_init(s, format), skrcase_clear(s):
 * Make the response in ${format}; free all.
 */
void skrcase_init(struct skrcase *s, enum ksr_format format);
void skrcase_clear(struct skrcase *s);

/**
 * skrcase_bundle(s, b):
 * Bundle ${b} of the response, from 0.
 */
struct ksr_bundle *skrcase_bundle(struct skrcase *s, size_t b);

/**
 * skrcase_lay(s, b):
 * Lay the signatures of bundle ${b} out anew.
 */
void skrcase_lay(struct skrcase *s, size_t b);

/**
 * skrcase_add_key(s, b, which, flags), skrcase_remove_key(s, b, which):
 * Put a key into bundle ${b} or take it out; signatures stay as they are.
 */
void skrcase_add_key(struct skrcase *s, size_t b, enum ksrcase_key which,
    uint16_t flags);
void skrcase_remove_key(struct skrcase *s, size_t b, enum ksrcase_key which);

/**
 * skrcase_run(rows, n):
 * Apply each of ${rows} to a response in each of its formats; just its rules
 * must fail.
 */
void skrcase_run(const struct skrmutation *rows, size_t n);

#endif
