/*
 * Every key of a policy in one table. Reading, writing, comparing and
 * documenting a policy are walks over it; a further key is a further row.
 *
 * A sealed policy means the same to every later kmgr. So nothing in the rows
 * of a version that was released ever changes, and a further key comes with
 * a further version: a policy of an older one neither has nor takes it, and
 * what it means there says the row's before.
 */
#ifndef POLICY_POLICY_FIELDS_H
#define POLICY_POLICY_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

enum policy_kind {
	POLICY_INT,		/* int64_t, min to max */
	POLICY_DURATION,	/* int64_t seconds, min to max */
	POLICY_BOOL,		/* bool */
	POLICY_WORD,		/* an enum whose values count from 0 */
	POLICY_ALG,		/* enum alg */
	POLICY_LABEL,		/* char *, NULL for "" */
	POLICY_WORDS,		/* a set of such */
	POLICY_ALGS,		/* a set of enum alg */
	POLICY_DIGESTS,		/* a set of enum digest */
	POLICY_ZONES,		/* a set of struct policy_zone */
	POLICY_INTS,		/* int64_t in the order given, min to max */
	POLICY_SSH_KEYS		/* a set of char *, lines of ssh_key.h */
};

struct policy_field {
	const char	*key;		/* "ksk.lifetime" */
	enum policy_kind kind;
	int64_t		 since;		/* policies of this version have it */
	size_t		 offset;	/* in struct policy */
	size_t		 n_offset;	/* of a list's count */
	size_t		 n_min;		/* elements */
	size_t		 n_max;		/* 0: as many as fit a file */
	int64_t		 min, max;
	const char	*const *words;	/* ends with NULL */
	const char	*zero;		/* the word that people write for 0 */
	/* The default, as people write it and a list's elements parted by
	   commas, or what follows from rows before it, or neither. */
	const char	*preset;
	const char	*(*derive)(const struct policy *);
	/* In older policies; there where since is not 1. */
	const char	*before;
	const char	*doc;
};

struct policy_table {
	const struct policy_field *fields;
	size_t			   n;
	int64_t			   version_max;	/* of a since */
};

/**
 * policy_fields_table():
 * The table; a test has others.
 */
const struct policy_table *policy_fields_table(void);

/**
 * policy_fields_at(i):
 * The ${i}th row, sections together and in the order in which people read
 * them; NULL behind the last. A row's derive() looks at rows before it.
 */
const struct policy_field *policy_fields_at(size_t i);

/**
 * policy_fields_find(key):
 * The row of the dotted ${key}, or NULL.
 */
const struct policy_field *policy_fields_find(const char *key);

/**
 * policy_fields_within(field, section):
 * Whether the key of ${field} lies in the dotted ${section}; "" holds all.
 */
bool policy_fields_within(const struct policy_field *field,
    const char *section);

#endif
