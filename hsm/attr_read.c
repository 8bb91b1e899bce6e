#include <assert.h>
#include <string.h>

#include "hsm/attr_read.h"
#include "hsm/attr_row.h"
#include "hsm/find.h"

void
attr_read_init(struct attr_read *read)
{

	read->n = 0;
	read->n_rows = 0;
}

size_t
attr_read_add(struct attr_read *read, const struct ck_attribute *attr)
{

	assert(read->n < ATTR_READ_MAX);
	read->list[read->n] = *attr;
	return read->n++;
}

static size_t
room_of(ck_attribute_type_t type)
{

	if (type == CKA_ALLOWED_MECHANISMS)
		return ATTR_READ_MECHS * sizeof(unsigned long);
	return type == CKA_VALUE_LEN ? sizeof(unsigned long) : 1;
}

void
attr_read_half(struct attr_read *read, enum attr_half half)
{
	const struct attr_row *row;
	struct ck_attribute attr;

	assert(read->n == read->n_rows);
	for (row = attr_rows; row->name != NULL; row++) {
		if (row->half != half)
			continue;
		attr.type = row->type;
		attr.value = read->values[read->n];
		attr.value_len = room_of(row->type);
		memset(attr.value, 0, attr.value_len);
		read->rows[attr_read_add(read, &attr)] = row;
		read->n_rows++;
	}
}

/* PKCS #11 3.0 s5.7.5: types and lengths first, then the values. */
static int
nested_read(struct attr_read *read, struct ck_attribute *attr,
    const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, struct error *err)
{
	size_t i, n;

	memset(read->nested, 0, sizeof(read->nested));
	memset(read->nested_values, 0, sizeof(read->nested_values));
	attr->value = read->nested;
	attr->value_len = sizeof(read->nested);
	if (find_values(module, session, object, attr, 1, err) != 0)
		return -1;
	if (attr->value_len == CK_UNAVAILABLE_INFORMATION)
		return 0;
	n = attr->value_len / sizeof(read->nested[0]);
	for (i = 0; i < n; i++) {
		read->nested[i].value = &read->nested_values[i];
		if (read->nested[i].value_len > sizeof(read->nested_values[i]))
			read->nested[i].value_len = 0;
	}
	return find_values(module, session, object, attr, 1, err);
}

int
attr_read_do(struct attr_read *read, const struct module *module,
    ck_session_handle_t session, ck_object_handle_t object,
    struct error *err)
{
	size_t i;

	if (find_values(module, session, object, read->list, read->n,
	    err) != 0)
		return -1;
	for (i = 0; i < read->n_rows; i++)
		if (read->list[i].type == CKA_UNWRAP_TEMPLATE &&
		    nested_read(read, &read->list[i], module, session, object,
		    err) != 0)
			return -1;
	return 0;
}
