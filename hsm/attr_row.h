/* The inside of attr.h: the rows of the table. */
#ifndef HSM_ATTR_ROW_H
#define HSM_ATTR_ROW_H

#include "hsm/attr.h"

enum attr_use {
	USE_TEMPLATE,		/* asked for */
	USE_PROOF,		/* set by the token; read back only */
	USE_LEAK,		/* asked for; otherwise the value can leave */
	USE_ORIGIN		/* as USE_PROOF; otherwise it was outside */
};

struct attr_row {
	enum attr_half		 half;
	ck_attribute_type_t	 type;
	const char		*name;	/* NULL: behind the last row */
	bool			 asked;
	unsigned int		 group;
	enum attr_use		 use;
};

extern const struct attr_row attr_rows[];

/**
 * attr_row_is_asked(row, want):
 * Whether ${want} asks for ${row}, unless it is left out.
 */
bool attr_row_is_asked(const struct attr_row *row,
    const struct attr_want *want);

/**
 * attr_row_mech(row, want):
 * The one mechanism of CKA_ALLOWED_MECHANISMS.
 */
ck_mechanism_type_t attr_row_mech(const struct attr_row *row,
    const struct attr_want *want);

#endif
