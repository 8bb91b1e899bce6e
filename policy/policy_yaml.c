#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "policy/policy.h"
#include "policy/policy_fields.h"
#include "policy/policy_form.h"
#include "policy/policy_value.h"

#define INDENT 2

/* The length of the section part that both keys begin with, dot included. */
static size_t
common_section(const char *a, const char *b)
{
	size_t i, n = 0;

	for (i = 0; a[i] != '\0' && a[i] == b[i]; i++)
		if (a[i] == '.')
			n = i + 1;
	return n;
}

static void
indent(size_t depth, struct buf *out)
{

	buf_printf(out, "%*s", (int)(depth * INDENT), "");
}

/*
 * Write the heads of the sections in which key stands and previous does not.
 * Returns the key's last word and its depth.
 */
static const char *
open_sections(const char *key, const char *previous, size_t *depth,
    struct buf *out)
{
	const size_t common = common_section(key, previous);
	const char *word = key, *dot;

	for (*depth = 0; (dot = strchr(word, '.')) != NULL; ++*depth) {
		if ((size_t)(word - key) >= common) {
			if (*depth == 0)
				buf_add(out, "\n", 1);
			indent(*depth, out);
			buf_printf(out, "%.*s:\n", (int)(dot - word), word);
		}
		word = dot + 1;
	}
	return word;
}

void
policy_form_yaml(const struct policy_table *table,
    const struct policy *policy, struct buf *out)
{
	const struct policy_field *field;
	const char *previous = "", *word;
	size_t i, depth;

	for (i = 0; i < table->n; i++) {
		field = &table->fields[i];
		if (field->since > policy->version)
			continue;
		word = open_sections(field->key, previous, &depth, out);
		indent(depth, out);
		buf_printf(out, "%s: ", word);
		policy_value_text(field, policy, out);
		buf_add(out, "\n", 1);
		previous = field->key;
	}
}

void
policy_yaml(const struct policy *policy, struct buf *out)
{

	policy_form_yaml(policy_fields_table(), policy, out);
}

/* What the field holds in the example: all but two keys have a default. */
static void
example_value(const struct policy_field *field, const struct policy *policy,
    struct buf *out)
{

	if (policy_value_has_preset(field, policy))
		policy_value_preset_text(field, policy, out);
	else
		policy_value_text(field, policy, out);
}

/* A comment that stands there once holds for its like as well. */
static bool
is_explained(const struct policy_field *field)
{
	const struct policy_field *earlier;
	size_t i;

	for (i = 0; (earlier = policy_fields_at(i)) != field; i++)
		if (strcmp(earlier->doc, field->doc) == 0)
			return true;
	return false;
}

void
policy_example(struct buf *out)
{
	static const char head[] =
	    "# Every key of a policy, what it means, and its default. Only "
	    "version and zones\n"
	    "# must be given. Durations are 1w2d3h4m5s or ISO 8601. In ksr, "
	    "0, false and []\n"
	    "# turn a check off; a key means the same in each format.\n\n";
	char *text = mem_printf("version: %d\nzones: [example.com]\n",
	    POLICY_VERSION_MAX);
	const struct policy_field *field;
	const char *previous = "", *word;
	struct error err = ERR_INIT;
	struct policy *policy;
	size_t i, depth;
	int rc;

	/* A policy of nothing but what it needs cannot be refused. */
	rc = policy_read_yaml(text, strlen(text), "example", &policy, &err);
	assert(rc == 0);
	free(text);
	buf_add(out, head, sizeof(head) - 1);
	for (i = 0; (field = policy_fields_at(i)) != NULL; i++) {
		word = open_sections(field->key, previous, &depth, out);
		if (!is_explained(field)) {
			indent(depth, out);
			buf_printf(out, "# %s\n", field->doc);
		}
		indent(depth, out);
		buf_printf(out, "%s: ", word);
		example_value(field, policy, out);
		buf_add(out, "\n", 1);
		previous = field->key;
	}
	policy_free(policy);
}
