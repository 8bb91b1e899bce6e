#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "hsm/attr.h"
#include "hsm/find.h"

enum use {
	USE_TEMPLATE,		/* asked for */
	USE_PROOF,		/* set by the token; read back only */
	USE_LEAK,		/* asked for; otherwise the value can leave */
	USE_ORIGIN		/* as USE_PROOF; otherwise it was outside */
};

struct row {
	enum attr_half		 half;
	ck_attribute_type_t	 type;
	const char		*name;
	bool			 asked;
	unsigned int		 group;
	enum use		 use;
};

#define PRIVATE(type, asked, group, use) \
	{ ATTR_PRIVATE, type, #type, asked, ATTR_##group, USE_##use }
#define PUBLIC(type, asked, group, use) \
	{ ATTR_PUBLIC, type, #type, asked, ATTR_##group, USE_##use }

/* CKA_ALLOWED_MECHANISMS is a list of one; all else is a boolean. */
static const struct row table[] = {
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
};

#define N_ROWS (sizeof(table) / sizeof(table[0]))
#define N_MECHS_READ 32

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

static bool
is_asked(const struct row *row, const struct attr_want *want)
{

	return (row->use == USE_TEMPLATE || row->use == USE_LEAK) &&
	    (row->type != CKA_DESTROYABLE ||
	    want->destroy == HSM_UNDESTROYABLE);
}

unsigned int
attr_groups(const struct attr_want *want)
{
	unsigned int groups = 0;
	size_t i;

	for (i = 0; i < N_ROWS; i++)
		if (is_asked(&table[i], want))
			groups |= table[i].group;
	return groups;
}

void
attr_fill(struct attr_template *template, enum attr_half half,
    const struct attr_want *want)
{
	const struct row *row;

	for (row = table; row < table + N_ROWS; row++) {
		if (row->half != half || !is_asked(row, want) ||
		    (row->group & want->left_out) != 0)
			continue;
		if (row->type == CKA_ALLOWED_MECHANISMS)
			attr_add_ulong(template, row->type, want->mech->sign);
		else
			attr_add_bool(template, row->type, row->asked);
	}
}

/* The words of the report for what was read; false when it is unreadable. */
static bool
value_words(const struct row *row, const struct ck_attribute *attr,
    const struct attr_want *want, char out[static 24])
{
	const unsigned long *mechs = attr->value;
	const unsigned char *v = attr->value;
	const unsigned int n =
	    (unsigned int)(attr->value_len / sizeof(*mechs));

	out[0] = '\0';
	if (attr->value_len == CK_UNAVAILABLE_INFORMATION)
		return false;
	if (row->type != CKA_ALLOWED_MECHANISMS) {
		if (attr->value_len == 1)
			(void)strcpy(out, *v != 0 ? "true" : "false");
		return attr->value_len == 1;
	}
	if (n == 0)
		(void)strcpy(out, "any");
	else if (n == 1 && mechs[0] == want->mech->sign)
		(void)snprintf(out, 24, "%s", want->mech->name);
	else
		(void)snprintf(out, 24, "%u: 0x%lx", n & 0xff,
		    mechs[0] & 0xffffffff);
	return true;
}

static const char *
half_name(const struct row *row)
{

	return row->half == ATTR_PRIVATE ? "private" : "public";
}

static const char *
asked_words(const struct row *row, const struct mech *mech)
{

	if (row->type == CKA_ALLOWED_MECHANISMS)
		return mech->name;
	return row->asked ? "true" : "false";
}

static void
judge(const struct row *row, const struct ck_attribute *attr,
    const struct attr_want *want, struct hsm_attr *out)
{
	const bool is_left_out = (row->group & want->left_out) != 0;
	const bool is_read = value_words(row, attr, want, out->got);

	out->half = half_name(row);
	out->name = row->name;
	out->asked = asked_words(row, want->mech);
	if (is_read && strcmp(out->got, out->asked) == 0)
		out->verdict = HSM_ATTR_HELD;
	else if (is_left_out)
		out->verdict = HSM_ATTR_LEFT_OUT;
	else
		out->verdict = is_read ? HSM_ATTR_DIFFERS :
		    HSM_ATTR_UNREADABLE;
}

int
attr_report(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, enum attr_half half,
    const struct attr_want *want, struct hsm_attr out[static ATTR_REPORT_MAX],
    size_t *n, struct error *err)
{
	unsigned long values[N_ROWS][N_MECHS_READ] = { { 0 } };
	struct ck_attribute attrs[N_ROWS];
	const struct row *rows[N_ROWS];
	size_t i, n_rows = 0;

	for (i = 0; i < N_ROWS; i++) {
		if (table[i].half != half)
			continue;
		attrs[n_rows].type = table[i].type;
		attrs[n_rows].value = values[i];
		attrs[n_rows].value_len =
		    table[i].type == CKA_ALLOWED_MECHANISMS ?
		    sizeof(values[i]) : 1;
		rows[n_rows++] = &table[i];
	}
	if (find_values(module, session, object, attrs, n_rows, err) != 0)
		return -1;
	for (i = 0; i < n_rows; i++) {
		struct hsm_attr *row = &out[*n];

		assert(*n < ATTR_REPORT_MAX);
		judge(rows[i], &attrs[i], want, row);
		/* Not asked for is no matter, unless somebody did before. */
		if (rows[i]->type == CKA_DESTROYABLE &&
		    !is_asked(rows[i], want) &&
		    row->verdict != HSM_ATTR_HELD)
			continue;
		(*n)++;
	}
	return 0;
}

size_t
hsm_attr_rules(enum alg alg, enum hsm_destroy destroy,
    struct hsm_attr_rule out[static HSM_ATTR_RULES_MAX])
{
	const struct attr_want want = { mech_find(alg), destroy, 0 };
	const struct row *row;
	size_t n = 0;

	assert(N_ROWS <= HSM_ATTR_RULES_MAX);
	for (row = table; row < table + N_ROWS; row++) {
		if (row->type == CKA_DESTROYABLE && !is_asked(row, &want))
			continue;
		out[n++] = (struct hsm_attr_rule) { half_name(row), row->name,
		    asked_words(row, want.mech), row->use == USE_LEAK ?
		    HSM_ATTR_SECRECY : row->use == USE_ORIGIN ?
		    HSM_ATTR_ORIGIN : HSM_ATTR_ADVISORY };
	}
	return n;
}

static bool
is_guard(const struct hsm_attr *attr)
{
	const struct row *row;

	for (row = table; row < table + N_ROWS; row++)
		if (row->half == ATTR_PRIVATE &&
		    strcmp(row->name, attr->name) == 0)
			return row->use == USE_LEAK || row->use == USE_ORIGIN;
	return false;
}

const struct hsm_attr *
attr_leak(const struct hsm_attr *attrs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (attrs[i].verdict == HSM_ATTR_DIFFERS &&
		    strcmp(attrs[i].half, "private") == 0 &&
		    is_guard(&attrs[i]))
			return &attrs[i];
	return NULL;
}

const char *
hsm_attr_verdict_name(enum hsm_attr_verdict verdict)
{
	static const char *const names[] = { "held", "differs", "unreadable",
		"left-out" };

	if ((size_t)verdict >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[verdict];
}
