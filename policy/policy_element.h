/* The kinds of values in a policy: how one of each is read and written. */
#ifndef POLICY_POLICY_ELEMENT_H
#define POLICY_POLICY_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "policy/policy_fields.h"

/* A value, or each member of a list. */
struct policy_element {
	/* Read text to at; errors say what is wrong with it. */
	int	(*read)(const struct policy_field *, const char *text,
		    void *at, struct error *);
	/* Append the one canonical text. */
	void	(*text)(const struct policy_field *, const void *at,
		    struct buf *out);
	/* Append what may be written. */
	void	(*allowed)(const struct policy_field *, struct buf *out);
	/* Order of a set, NULL for a list whose order means something. */
	int	(*compare)(const void *, const void *);
	/* Free what the value at holds, NULL where it holds nothing. */
	void	(*clear)(void *at);
	size_t	  size;
	bool	  is_list;
	bool	  is_apart;	/* a list outside of struct policy */
	bool	  is_unique;	/* a set that refuses equal elements */
	bool	  is_number;	/* an integer in JSON, else text or bool */
	bool	  is_quoted;	/* in YAML */
};

/**
 * policy_element_of(field):
 * What the values of ${field} are.
 */
const struct policy_element *policy_element_of(
    const struct policy_field *field);

#endif
