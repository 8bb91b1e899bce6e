#include <assert.h>
#include <string.h>

#include "hsm/attr_row.h"

#define PRIVATE(type, asked, group, use) \
	{ ATTR_PRIVATE, type, #type, asked, ATTR_##group, USE_##use }
#define PUBLIC(type, asked, group, use) \
	{ ATTR_PUBLIC, type, #type, asked, ATTR_##group, USE_##use }

#define WRAPPING(type, asked, use) \
	{ ATTR_WRAPPING, type, #type, asked, ATTR_ALWAYS, USE_##use }
#define UNWRAPPED(type, asked, use) \
	{ ATTR_UNWRAPPED, type, #type, asked, ATTR_ALWAYS, USE_##use }

/*
 * CKA_ALLOWED_MECHANISMS is a list of one, CKA_UNWRAP_TEMPLATE that of
 * attr_unwrap(), CKA_VALUE_LEN that of AES-256; all else is a boolean.
 */
const struct attr_row attr_rows[] = {
	PRIVATE(CKA_TOKEN, true, ALWAYS, TEMPLATE),
	PRIVATE(CKA_PRIVATE, true, ALWAYS, TEMPLATE),
	PRIVATE(CKA_SENSITIVE, true, ALWAYS, LEAK),
	PRIVATE(CKA_EXTRACTABLE, false, ALWAYS, LEAK),
	PRIVATE(CKA_SIGN, true, ALWAYS, TEMPLATE),
	PRIVATE(CKA_DECRYPT, false, CRYPT, TEMPLATE),
	PRIVATE(CKA_UNWRAP, false, USES, TEMPLATE),
	PRIVATE(CKA_DERIVE, false, USES, TEMPLATE),
	PRIVATE(CKA_SIGN_RECOVER, false, USES, TEMPLATE),
	PRIVATE(CKA_MODIFIABLE, false, MODIFIABLE, TEMPLATE),
	PRIVATE(CKA_COPYABLE, false, COPYABLE, TEMPLATE),
	PRIVATE(CKA_DESTROYABLE, false, DESTROYABLE, TEMPLATE),
	PRIVATE(CKA_ALLOWED_MECHANISMS, true, MECHANISMS, TEMPLATE),
	PRIVATE(CKA_LOCAL, true, ALWAYS, ORIGIN),
	PRIVATE(CKA_ALWAYS_SENSITIVE, true, ALWAYS, ORIGIN),
	PRIVATE(CKA_NEVER_EXTRACTABLE, true, ALWAYS, ORIGIN),
	PUBLIC(CKA_TOKEN, true, ALWAYS, TEMPLATE),
	PUBLIC(CKA_PRIVATE, false, ALWAYS, TEMPLATE),
	PUBLIC(CKA_VERIFY, true, ALWAYS, TEMPLATE),
	PUBLIC(CKA_ENCRYPT, false, CRYPT, TEMPLATE),
	PUBLIC(CKA_WRAP, false, USES, TEMPLATE),
	PUBLIC(CKA_VERIFY_RECOVER, false, USES, TEMPLATE),
	PUBLIC(CKA_MODIFIABLE, false, MODIFIABLE, TEMPLATE),
	PUBLIC(CKA_COPYABLE, false, COPYABLE, TEMPLATE),
	PUBLIC(CKA_DESTROYABLE, false, DESTROYABLE, TEMPLATE),
	PUBLIC(CKA_ALLOWED_MECHANISMS, true, MECHANISMS, TEMPLATE),
	PUBLIC(CKA_LOCAL, true, ALWAYS, PROOF),
	WRAPPING(CKA_VALUE_LEN, true, TEMPLATE),
	WRAPPING(CKA_TOKEN, true, TEMPLATE),
	WRAPPING(CKA_PRIVATE, true, TEMPLATE),
	WRAPPING(CKA_SENSITIVE, true, TEMPLATE),
	WRAPPING(CKA_EXTRACTABLE, false, TEMPLATE),
	WRAPPING(CKA_WRAP, true, TEMPLATE),
	WRAPPING(CKA_UNWRAP, true, TEMPLATE),
	WRAPPING(CKA_ENCRYPT, false, TEMPLATE),
	WRAPPING(CKA_DECRYPT, false, TEMPLATE),
	WRAPPING(CKA_SIGN, false, TEMPLATE),
	WRAPPING(CKA_VERIFY, false, TEMPLATE),
	WRAPPING(CKA_DERIVE, false, TEMPLATE),
	WRAPPING(CKA_MODIFIABLE, false, TEMPLATE),
	WRAPPING(CKA_COPYABLE, false, TEMPLATE),
	WRAPPING(CKA_DESTROYABLE, false, TEMPLATE),
	WRAPPING(CKA_ALLOWED_MECHANISMS, true, TEMPLATE),
	WRAPPING(CKA_UNWRAP_TEMPLATE, true, TEMPLATE),
	WRAPPING(CKA_LOCAL, true, PROOF),
	WRAPPING(CKA_ALWAYS_SENSITIVE, true, PROOF),
	WRAPPING(CKA_NEVER_EXTRACTABLE, true, PROOF),
	UNWRAPPED(CKA_TOKEN, false, TEMPLATE),
	UNWRAPPED(CKA_PRIVATE, true, TEMPLATE),
	UNWRAPPED(CKA_SIGN, true, TEMPLATE),
	UNWRAPPED(CKA_SENSITIVE, true, LEAK),
	UNWRAPPED(CKA_EXTRACTABLE, false, LEAK),
	{ .name = NULL },
};

#define AES_256_LEN  32

void
attr_add(struct attr_template *template, ck_attribute_type_t type,
    const void *value, size_t len)
{
	const size_t n = (len + sizeof(template->store[0]) - 1) /
	    sizeof(template->store[0]);
	struct ck_attribute *attr = &template->list[template->n++];

	assert(template->n <= ATTR_TEMPLATE_MAX);
	assert(template->n_store + n <=
	    sizeof(template->store) / sizeof(template->store[0]));
	attr->type = type;
	attr->value = &template->store[template->n_store];
	attr->value_len = len;
	memcpy(attr->value, value, len);
	template->n_store += n;
}

void
attr_add_bool(struct attr_template *template, ck_attribute_type_t type, bool v)
{
	const unsigned char byte = v ? 1 : 0;

	attr_add(template, type, &byte, sizeof(byte));
}

void
attr_add_ulong(struct attr_template *template, ck_attribute_type_t type,
    unsigned long v)
{

	attr_add(template, type, &v, sizeof(v));
}

/* An attribute that is a template itself, with all that it points to. */
static void
add_template(struct attr_template *template, ck_attribute_type_t type,
    const struct attr_template *inner)
{
	struct attr_template copies = { .n = 0 };
	size_t i;

	for (i = 0; i < inner->n; i++) {
		attr_add(template, inner->list[i].type, inner->list[i].value,
		    inner->list[i].value_len);
		copies.list[i] = template->list[--template->n];
	}
	attr_add(template, type, copies.list,
	    inner->n * sizeof(copies.list[0]));
}

bool
attr_row_is_asked(const struct attr_row *row, const struct attr_want *want)
{

	return (row->use == USE_TEMPLATE || row->use == USE_LEAK) &&
	    (row->type != CKA_DESTROYABLE ||
	    want->destroy == HSM_UNDESTROYABLE);
}

unsigned int
attr_groups(const struct attr_want *want)
{
	const struct attr_row *row;
	unsigned int groups = 0;

	for (row = attr_rows; row->name != NULL; row++)
		if (attr_row_is_asked(row, want))
			groups |= row->group;
	return groups;
}

ck_mechanism_type_t
attr_row_mech(const struct attr_row *row, const struct attr_want *want)
{

	return row->half == ATTR_WRAPPING ? want->wrap->type :
	    want->mech->sign;
}

static void
fill_one(struct attr_template *template, const struct attr_row *row,
    const struct attr_want *want)
{
	struct attr_template inner;

	switch (row->type) {
	case CKA_ALLOWED_MECHANISMS:
		attr_add_ulong(template, row->type, attr_row_mech(row, want));
		break;
	case CKA_UNWRAP_TEMPLATE:
		attr_unwrap(&inner, want->mech);
		add_template(template, row->type, &inner);
		break;
	case CKA_VALUE_LEN:
		attr_add_ulong(template, row->type, AES_256_LEN);
		break;
	default:
		attr_add_bool(template, row->type, row->asked);
	}
}

void
attr_fill(struct attr_template *template, enum attr_half half,
    const struct attr_want *want)
{
	const struct attr_row *row;

	for (row = attr_rows; row->name != NULL; row++) {
		if (row->half != half || !attr_row_is_asked(row, want) ||
		    (row->group & want->left_out) != 0)
			continue;
		fill_one(template, row, want);
	}
}

void
attr_unwrap(struct attr_template *template, const struct mech *mech)
{
	const struct attr_want want = { .mech = mech };

	memset(template, 0, sizeof(*template));
	attr_add_ulong(template, CKA_CLASS, CKO_PRIVATE_KEY);
	attr_add_ulong(template, CKA_KEY_TYPE, mech->key_type);
	attr_fill(template, ATTR_UNWRAPPED, &want);
}
