/*
 * The attributes of keys: one table from which the template of the generation,
 * the reading back and the report are all made.
 */
#ifndef HSM_ATTR_H
#define HSM_ATTR_H

#include <stddef.h>
#include <stdint.h>

#include "hsm/key.h"
#include "hsm/mech.h"
#include "hsm/module.h"

/* What may be left out of a template, as far as a token refuses it. */
enum attr_group {
	ATTR_CRYPT = 1 << 0,		/* CKA_ENCRYPT, CKA_DECRYPT */
	ATTR_COPYABLE = 1 << 1,
	ATTR_DESTROYABLE = 1 << 2,
	ATTR_MECHANISMS = 1 << 3,
	ATTR_USES = 1 << 4,		/* all others but signing */
	ATTR_MODIFIABLE = 1 << 5,
	ATTR_GROUPS = 6,
	ATTR_ALWAYS = 0			/* never left out */
};

/* Which object: half of a pair, or what custody wrapped has besides. */
enum attr_half {
	ATTR_PRIVATE,
	ATTR_PUBLIC,
	ATTR_WRAPPING,		/* the secret key that wraps pairs */
	ATTR_UNWRAPPED		/* a private key that comes from its blob */
};

#define ATTR_TEMPLATE_MAX 24
#define ATTR_REPORT_MAX	  32

/* A template with its values. */
struct attr_template {
	struct ck_attribute	list[ATTR_TEMPLATE_MAX];
	size_t			n;
	unsigned long		store[80];	/* aligned for CK_ULONG */
	size_t			n_store;
};

/**
 * attr_add(template, type, value, len), attr_add_bool(template, type, v),
 * attr_add_ulong(template, type, v):
 * Append an attribute; the value is copied.
 */
void attr_add(struct attr_template *template, ck_attribute_type_t type,
    const void *value, size_t len);
void attr_add_bool(struct attr_template *template, ck_attribute_type_t type,
    bool v);
void attr_add_ulong(struct attr_template *template, ck_attribute_type_t type,
    unsigned long v);

/* What is asked of a pair, or of a wrapping key for pairs of mech's type. */
struct attr_want {
	const struct mech	*mech;
	const struct mech_wrap	*wrap;		/* of a wrapping key */
	enum hsm_destroy	 destroy;
	unsigned int		 left_out;	/* bits of enum attr_group */
};

/**
 * attr_groups(want):
 * The bits of those groups that ${want} asks anything of.
 */
unsigned int attr_groups(const struct attr_want *want);

/**
 * attr_fill(template, half, want):
 * Append what ${want} asks of ${half}.
 */
void attr_fill(struct attr_template *template, enum attr_half half,
    const struct attr_want *want);

/**
 * attr_unwrap(template, mech):
 * A template of all that may come from a blob with a key of ${mech}'s type: a
 * private key of the session that signs and cannot leave. The wrapping key
 * has it as CKA_UNWRAP_TEMPLATE, and whoever unwraps gives the same.
 */
void attr_unwrap(struct attr_template *template, const struct mech *mech);

/**
 * attr_report(module, session, object, half, want, out, n, err):
 * Read from ${object}, the ${half} of a pair, what ${want} asks of it and
 * what proves where it comes from; append to the *${n} rows in ${out}.
 *
 * Errors: ERR_TOKEN.
 */
int attr_report(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, enum attr_half half,
    const struct attr_want *want, struct hsm_attr out[static ATTR_REPORT_MAX],
    size_t *n, struct error *err);

/**
 * attr_fault(attrs, n):
 * The first of the ${n} rows that does not read back as asked, or NULL.
 */
const struct hsm_attr *attr_fault(const struct hsm_attr *attrs, size_t n);

/**
 * attr_leak(attrs, n):
 * The first of the ${n} rows by which the private value can leave the token,
 * or was outside before; NULL when there is none.
 */
const struct hsm_attr *attr_leak(const struct hsm_attr *attrs, size_t n);

#endif
