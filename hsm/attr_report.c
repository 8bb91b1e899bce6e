#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "hsm/attr_read.h"
#include "hsm/attr_row.h"

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

void
attr_judge(const struct attr_read *read, const struct attr_want *want,
    struct hsm_attr out[static ATTR_REPORT_MAX], size_t *n)
{
	size_t i;

	for (i = 0; i < read->n_rows; i++) {
		struct hsm_attr *place = &out[*n];

		assert(*n < ATTR_REPORT_MAX);
		judge(read->rows[i], &read->list[i], want, place);
		/* Not asked for is no matter, unless somebody did before. */
		if (read->rows[i]->type == CKA_DESTROYABLE &&
		    !attr_row_is_asked(read->rows[i], want) &&
		    place->verdict != HSM_ATTR_HELD)
			continue;
		(*n)++;
	}
}

int
attr_report(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, enum attr_half half,
    const struct attr_want *want, struct hsm_attr out[static ATTR_REPORT_MAX],
    size_t *n, struct error *err)
{
	struct attr_read read;

	attr_read_init(&read);
	attr_read_half(&read, half);
	if (attr_read_do(&read, module, session, object, err) != 0)
		return -1;
	attr_judge(&read, want, out, n);
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
