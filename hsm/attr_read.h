/*
 * Attributes of one object, read in one call: a module may look at its files
 * anew with each.
 */
#ifndef HSM_ATTR_READ_H
#define HSM_ATTR_READ_H

#include "hsm/attr.h"

#define ATTR_READ_MAX	 32
#define ATTR_READ_MECHS	 32	/* of CKA_ALLOWED_MECHANISMS */
#define ATTR_READ_NESTED 16	/* of CKA_UNWRAP_TEMPLATE */

struct attr_row;

/* It points into itself: it is not copied. */
struct attr_read {
	struct ck_attribute	 list[ATTR_READ_MAX];
	size_t			 n;
	const struct attr_row	*rows[ATTR_READ_MAX];	/* the first of them */
	size_t			 n_rows;
	unsigned long		 values[ATTR_READ_MAX][ATTR_READ_MECHS];
	struct ck_attribute	 nested[ATTR_READ_NESTED];
	unsigned long		 nested_values[ATTR_READ_NESTED];
};

/**
 * attr_read_init(read), attr_read_half(read, half):
 * Ask for nothing; for what attr_judge() needs of ${half}, before anything
 * else.
 *
 * attr_read_add(read, attr):
 * Ask for ${attr}, too. Returns its place in the list, where what was read
 * stands afterwards; the value is in the buffer of ${attr}.
 */
void attr_read_init(struct attr_read *read);
void attr_read_half(struct attr_read *read, enum attr_half half);
size_t attr_read_add(struct attr_read *read, const struct ck_attribute *attr);

/**
 * attr_read_do(read, module, session, object, err):
 * Read all of them from ${object}, as find_values() does.
 *
 * Errors: ERR_TOKEN.
 */
int attr_read_do(struct attr_read *read, const struct module *module,
    ck_session_handle_t session, ck_object_handle_t object,
    struct error *err);

/**
 * attr_judge(read, want, out, n):
 * Append to the *${n} rows in ${out} what was read of the half: what ${want}
 * asks of it and what proves where it comes from.
 */
void attr_judge(const struct attr_read *read, const struct attr_want *want,
    struct hsm_attr out[static ATTR_REPORT_MAX], size_t *n);

#endif
