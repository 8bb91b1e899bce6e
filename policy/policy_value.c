#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "policy/policy_element.h"
#include "policy/policy_list.h"
#include "policy/policy_value.h"

/* The address of the field's value. */
static void *
place_of(const struct policy_field *field, struct policy *policy)
{

	return (char *)policy + field->offset;
}

static const void *
value_of(const struct policy_field *field, const struct policy *policy)
{

	return (const char *)policy + field->offset;
}

static const char *
list_of(const struct policy_field *field, const struct policy *policy,
    size_t *n)
{
	const char *list = value_of(field, policy);

	memcpy(n, (const char *)policy + field->n_offset, sizeof(*n));
	if (policy_element_of(field)->is_apart)
		memcpy(&list, value_of(field, policy), sizeof(list));
	return list;
}

/* Refuse what stands at node, with the reason that err has, if any. */
static int
refuse(const struct policy_field *field, const struct yaml_node *node,
    const char *what, const char *reason, struct error *err)
{
	struct buf allowed = BUF_INIT;
	char hint[ERR_HINT_LEN];

	memcpy(hint, err->hint, sizeof(hint));
	if (policy_element_of(field)->is_list)
		buf_printf(&allowed, "a list [..] of ");
	policy_element_of(field)->allowed(field, &allowed);
	(void)err_set(err, ERR_CONFIG, "%s:%zu: %s: %s; allowed is %s", what,
	    node->line, field->key, reason, buf_text(&allowed));
	if (hint[0] != '\0')
		(void)err_hint(err, "%s", hint);
	buf_free(&allowed);
	return -1;
}

static int
read_element(const struct policy_field *field, const struct yaml_node *node,
    const char *what, void *at, struct error *err)
{
	struct error why = ERR_INIT;

	if (node->kind != YAML_NODE_SCALAR)
		return refuse(field, node, what, node->kind == YAML_NODE_LIST ?
		    "a list where one value is expected" :
		    "a map where one value is expected", err);
	if (node->text[0] == '\0' && field->kind != POLICY_LABEL)
		return refuse(field, node, what, "no value", err);
	if (policy_element_of(field)->read(field, node->text, at, &why) == 0)
		return 0;
	memcpy(err->hint, why.hint, sizeof(err->hint));
	return refuse(field, node, what, why.msg, err);
}

static int
refuse_double(const struct policy_field *field, const struct yaml_node *node,
    const char *what, const void *at, struct error *err)
{
	struct buf text = BUF_INIT;
	char *reason;

	policy_element_of(field)->text(field, at, &text);
	reason = mem_printf("%.160s stands there twice", buf_text(&text));
	(void)refuse(field, node, what, reason, err);
	free(reason);
	buf_free(&text);
	return -1;
}

/* Give the list, of which n fit, to the policy. */
static void
store_list(const struct policy_field *field, struct policy *policy,
    char *list_take, size_t n)
{

	memcpy((char *)policy + field->n_offset, &n, sizeof(n));
	if (policy_element_of(field)->is_apart) {
		memcpy(place_of(field, policy), &list_take,
		    sizeof(list_take));
		return;
	}
	if (n > 0)
		memcpy(place_of(field, policy), list_take,
		    n * policy_element_of(field)->size);
	free(list_take);
}

/* Read the elements to *list; *n counts those that were. */
static int
read_elements(const struct policy_field *field, const struct yaml_node *node,
    const char *what, char **list, size_t *n, struct error *err)
{
	const size_t size = policy_element_of(field)->size;
	void *at;

	for (*n = 0; *n < node->n_items; (*n)++) {
		at = mem_push(list, *n, size);
		if (read_element(field, node->items[*n], what, at, err) != 0)
			return -1;
	}
	return 0;
}

static int
read_list(const struct policy_field *field, const struct yaml_node *node,
    const char *what, struct policy *policy, struct error *err)
{
	const struct policy_element *element = policy_element_of(field);
	char *list = NULL;
	const char *twice = NULL;
	size_t n = 0;
	int rc = -1;

	if (node->kind != YAML_NODE_LIST)
		return refuse(field, node, what, "not a list", err);
	if (read_elements(field, node, what, &list, &n, err) != 0)
		goto out;
	policy_list_sort(element, list, n);
	if (element->is_unique)
		twice = policy_list_find_double(element, list, n);
	if (twice != NULL) {
		(void)refuse_double(field, node, what, twice, err);
		goto out;
	}
	n = policy_list_merge(element, list, n);
	if (n < field->n_min)
		(void)refuse(field, node, what, "an empty list", err);
	else if (field->n_max > 0 && n > field->n_max)
		(void)refuse(field, node, what, "too many", err);
	else {
		store_list(field, policy, list, n);
		list = NULL;
		rc = 0;
	}
 out:
	if (list != NULL)
		policy_list_clear(element, list, n);
	free(list);
	return rc;
}

int
policy_value_read(const struct policy_field *field,
    const struct yaml_node *node, const char *what, struct policy *policy,
    struct error *err)
{

	if (policy_element_of(field)->is_list)
		return read_list(field, node, what, policy, err);
	return read_element(field, node, what, place_of(field, policy), err);
}

/* Read a list's default, elements parted by ", ". */
static void
preset_list(const struct policy_field *field, const char *preset,
    struct policy *policy)
{
	const struct policy_element *element = policy_element_of(field);
	char *copy = mem_strdup(preset), *rest = copy, *list = NULL, *word;
	struct error err = ERR_INIT;
	size_t n = 0;
	int rc;

	while ((word = strsep(&rest, ",")) != NULL && *preset != '\0') {
		rc = element->read(field, word + strspn(word, " "),
		    mem_push(&list, n, element->size), &err);
		assert(rc == 0);
		n++;
	}
	policy_list_sort(element, list, n);
	n = policy_list_merge(element, list, n);
	assert(field->n_max == 0 || n <= field->n_max);
	store_list(field, policy, list, n);
	free(copy);
}

static const char *
preset_of(const struct policy_field *field, const struct policy *policy)
{

	if (field->since > policy->version)
		return field->before;
	return field->derive != NULL ? field->derive(policy) : field->preset;
}

bool
policy_value_has_preset(const struct policy_field *field,
    const struct policy *policy)
{

	return field->since > policy->version || field->preset != NULL ||
	    field->derive != NULL;
}

void
policy_value_preset(const struct policy_field *field, struct policy *policy)
{
	const char *preset = preset_of(field, policy);
	struct error err = ERR_INIT;
	int rc;

	if (policy_element_of(field)->is_list) {
		preset_list(field, preset, policy);
		return;
	}
	/* The table is wrong if its own defaults are refused. */
	rc = policy_element_of(field)->read(field, preset,
	    place_of(field, policy), &err);
	assert(rc == 0);
}

void
policy_value_preset_text(const struct policy_field *field,
    const struct policy *policy, struct buf *out)
{
	const struct policy_element *element = policy_element_of(field);

	buf_printf(out, element->is_list ? "[%s]" :
	    element->is_quoted ? "\"%s\"" : "%s", preset_of(field, policy));
}

/* One element as YAML: what could be read as something else is quoted. */
static void
add_element(const struct policy_field *field, const void *at, struct buf *out)
{
	const struct policy_element *element = policy_element_of(field);
	struct buf text = BUF_INIT;
	const char *p;

	element->text(field, at, &text);
	if (element->is_quoted)
		buf_add(out, "\"", 1);
	for (p = buf_text(&text); *p != '\0'; p++) {
		if (element->is_quoted && (*p == '"' || *p == '\\'))
			buf_add(out, "\\", 1);
		buf_add(out, p, 1);
	}
	if (element->is_quoted)
		buf_add(out, "\"", 1);
	buf_free(&text);
}

void
policy_value_text(const struct policy_field *field,
    const struct policy *policy, struct buf *out)
{
	const struct policy_element *element = policy_element_of(field);
	const char *list;
	size_t i, n;

	if (!element->is_list) {
		add_element(field, value_of(field, policy), out);
		return;
	}
	list = list_of(field, policy, &n);
	buf_add(out, "[", 1);
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_add(out, ", ", 2);
		add_element(field, list + i * element->size, out);
	}
	buf_add(out, "]", 1);
}

static void
add_json(const struct policy_field *field, const char *at, struct json *array)
{
	struct buf text = BUF_INIT;
	int64_t v;

	if (policy_element_of(field)->is_number) {
		memcpy(&v, at, sizeof(v));
		json_add_int(array, v);
		return;
	}
	policy_element_of(field)->text(field, at, &text);
	json_add_text(array, buf_text(&text));
	buf_free(&text);
}

static void
put_json(const struct policy_field *field, const void *at,
    struct json *object, const char *key)
{
	struct buf text = BUF_INIT;
	int64_t v;
	bool b;

	if (policy_element_of(field)->is_number) {
		memcpy(&v, at, sizeof(v));
		json_put_int(object, key, v);
		return;
	}
	if (field->kind == POLICY_BOOL) {
		memcpy(&b, at, sizeof(b));
		json_put_bool(object, key, b);
		return;
	}
	policy_element_of(field)->text(field, at, &text);
	json_put_text(object, key, buf_text(&text));
	buf_free(&text);
}

void
policy_value_json(const struct policy_field *field,
    const struct policy *policy, struct json *object, const char *key)
{
	const struct policy_element *element = policy_element_of(field);
	struct json *array;
	const char *list;
	size_t i, n;

	if (!element->is_list) {
		put_json(field, value_of(field, policy), object, key);
		return;
	}
	array = json_put_array(object, key);
	list = list_of(field, policy, &n);
	for (i = 0; i < n; i++)
		add_json(field, list + i * element->size, array);
}

void
policy_value_clear(const struct policy_field *field, struct policy *policy)
{
	const struct policy_element *element = policy_element_of(field);
	char *list;
	size_t n;

	if (!element->is_list) {
		if (element->clear != NULL)
			element->clear(place_of(field, policy));
		return;
	}
	if (!element->is_apart)
		return;
	memcpy(&list, value_of(field, policy), sizeof(list));
	memcpy(&n, (const char *)policy + field->n_offset, sizeof(n));
	policy_list_clear(element, list, n);
	free(list);
	store_list(field, policy, NULL, 0);
}
