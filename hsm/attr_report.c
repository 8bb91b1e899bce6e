#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "hsm/attr_row.h"
#include "hsm/find.h"

#define N_MECHS_READ 32
#define N_NESTED     16

static const char *const half_names[] = { "private", "public", "secret",
	"private" };

static const char *
asked_words(const struct attr_row *row, const struct attr_want *want)
{

	switch (row->type) {
	case CKA_ALLOWED_MECHANISMS:
		return row->half == ATTR_WRAPPING ? want->wrap->name :
		    want->mech->name;
	case CKA_UNWRAP_TEMPLATE:
		return "exact";
	case CKA_VALUE_LEN:
		return "32";
	default:
		return row->asked ? "true" : "false";
	}
}

static const char *
mechs_words(const struct attr_row *row, const struct ck_attribute *attr,
    const struct attr_want *want, char out[static 24])
{
	const unsigned long *mechs = attr->value;
	const unsigned int n =
	    (unsigned int)(attr->value_len / sizeof(*mechs));

	if (n == 0)
		return "any";
	if (n == 1 && mechs[0] == attr_row_mech(row, want))
		return asked_words(row, want);
	(void)snprintf(out, 24, "%u: 0x%lx", n & 0xff, mechs[0] & 0xffffffff);
	return out;
}

/* Whether a template that was read is that of attr_unwrap(), and no more. */
static bool
is_unwrap(const struct ck_attribute *read, const struct mech *mech)
{
	const struct ck_attribute *list = read->value;
	const size_t n = read->value_len / sizeof(*list);
	struct attr_template asked;
	size_t i, k;

	attr_unwrap(&asked, mech);
	for (i = 0; i < asked.n; i++) {
		for (k = 0; k < n && list[k].type != asked.list[i].type; k++)
			continue;
		if (k == n || list[k].value_len != asked.list[i].value_len ||
		    memcmp(list[k].value, asked.list[i].value,
		    list[k].value_len) != 0)
			return false;
	}
	return n == asked.n;
}

/* The words of the report for what was read; false when it is unreadable. */
static bool
value_words(const struct attr_row *row, const struct ck_attribute *attr,
    const struct attr_want *want, char out[static 24])
{
	const unsigned char *v = attr->value;
	const char *words = NULL;
	char text[24];

	out[0] = '\0';
	if (attr->value_len == CK_UNAVAILABLE_INFORMATION)
		return false;
	if (row->type == CKA_ALLOWED_MECHANISMS) {
		words = mechs_words(row, attr, want, text);
	} else if (row->type == CKA_UNWRAP_TEMPLATE) {
		words = is_unwrap(attr, want->mech) ? "exact" : "another";
	} else if (row->type == CKA_VALUE_LEN) {
		(void)snprintf(text, sizeof(text), "%lu",
		    *(const unsigned long *)attr->value);
		words = text;
	} else if (attr->value_len == 1) {
		words = *v != 0 ? "true" : "false";
	}
	if (words != NULL)
		(void)snprintf(out, 24, "%s", words);
	return words != NULL;
}

static void
judge(const struct attr_row *row, const struct ck_attribute *attr,
    const struct attr_want *want, struct hsm_attr *out)
{
	const bool is_left_out = (row->group & want->left_out) != 0;
	const bool is_read = value_words(row, attr, want, out->got);

	out->half = half_names[row->half];
	out->name = row->name;
	out->asked = asked_words(row, want);
	if (is_read && strcmp(out->got, out->asked) == 0)
		out->verdict = HSM_ATTR_HELD;
	else if (is_left_out)
		out->verdict = HSM_ATTR_LEFT_OUT;
	else
		out->verdict = is_read ? HSM_ATTR_DIFFERS :
		    HSM_ATTR_UNREADABLE;
}

/* Values of an attribute that is a template, in two steps. */
struct nested {
	struct ck_attribute	list[N_NESTED];
	unsigned long		values[N_NESTED];
};

/* PKCS #11 3.0 s5.7.5: types and lengths first, then the values. */
static int
nested_read(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, struct ck_attribute *attr,
    struct nested *nested, struct error *err)
{
	size_t i, n;

	memset(nested, 0, sizeof(*nested));
	attr->value = nested->list;
	attr->value_len = sizeof(nested->list);
	if (find_values(module, session, object, attr, 1, err) != 0)
		return -1;
	if (attr->value_len == CK_UNAVAILABLE_INFORMATION)
		return 0;
	n = attr->value_len / sizeof(nested->list[0]);
	for (i = 0; i < n; i++) {
		nested->list[i].value = &nested->values[i];
		if (nested->list[i].value_len > sizeof(nested->values[i]))
			nested->list[i].value_len = 0;
	}
	return find_values(module, session, object, attr, 1, err);
}

static size_t
room_of(ck_attribute_type_t type)
{

	if (type == CKA_ALLOWED_MECHANISMS)
		return N_MECHS_READ * sizeof(unsigned long);
	return type == CKA_VALUE_LEN ? sizeof(unsigned long) : 1;
}

int
attr_report(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, enum attr_half half,
    const struct attr_want *want, struct hsm_attr out[static ATTR_REPORT_MAX],
    size_t *n, struct error *err)
{
	unsigned long values[ATTR_REPORT_MAX][N_MECHS_READ] = { { 0 } };
	struct ck_attribute attrs[ATTR_REPORT_MAX];
	const struct attr_row *rows[ATTR_REPORT_MAX];
	struct nested nested;
	const struct attr_row *row;
	size_t i, n_rows = 0;

	for (row = attr_rows; row->name != NULL; row++) {
		if (row->half != half)
			continue;
		assert(n_rows < ATTR_REPORT_MAX);
		attrs[n_rows].type = row->type;
		attrs[n_rows].value = values[n_rows];
		attrs[n_rows].value_len = room_of(row->type);
		rows[n_rows++] = row;
	}
	if (find_values(module, session, object, attrs, n_rows, err) != 0)
		return -1;
	for (i = 0; i < n_rows; i++) {
		struct hsm_attr *place = &out[*n];

		assert(*n < ATTR_REPORT_MAX);
		if (rows[i]->type == CKA_UNWRAP_TEMPLATE && nested_read(module,
		    session, object, &attrs[i], &nested, err) != 0)
			return -1;
		judge(rows[i], &attrs[i], want, place);
		/* Not asked for is no matter, unless somebody did before. */
		if (rows[i]->type == CKA_DESTROYABLE &&
		    !attr_row_is_asked(rows[i], want) &&
		    place->verdict != HSM_ATTR_HELD)
			continue;
		(*n)++;
	}
	return 0;
}

size_t
hsm_attr_rules(enum alg alg, enum hsm_destroy destroy,
    struct hsm_attr_rule out[static HSM_ATTR_RULES_MAX])
{
	const struct attr_want want = { .mech = mech_find(alg),
		.destroy = destroy };
	const struct attr_row *row;
	size_t n = 0;

	for (row = attr_rows; row->name != NULL; row++) {
		if (row->half != ATTR_PRIVATE && row->half != ATTR_PUBLIC)
			continue;
		if (row->type == CKA_DESTROYABLE &&
		    !attr_row_is_asked(row, &want))
			continue;
		assert(n < HSM_ATTR_RULES_MAX);
		out[n++] = (struct hsm_attr_rule) { half_names[row->half],
		    row->name, asked_words(row, &want),
		    row->use == USE_LEAK ? HSM_ATTR_SECRECY :
		    row->use == USE_ORIGIN ? HSM_ATTR_ORIGIN :
		    HSM_ATTR_ADVISORY };
	}
	return n;
}

const struct hsm_attr *
attr_fault(const struct hsm_attr *attrs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (attrs[i].verdict != HSM_ATTR_HELD)
			return &attrs[i];
	return NULL;
}

static bool
is_guard(const struct hsm_attr *attr)
{
	const struct attr_row *row;

	for (row = attr_rows; row->name != NULL; row++)
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
