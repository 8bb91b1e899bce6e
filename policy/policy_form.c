#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/yaml.h"
#include "policy/policy_form.h"
#include "policy/policy_nearest.h"
#include "policy/policy_value.h"

#define FIELDS_MAX 256

/* A policy being read, and which of its keys stood there. */
struct reader {
	const struct policy_table *table;
	const char		  *what;
	int64_t			   version;
	struct policy		  *policy;
	bool			   seen[FIELDS_MAX];
};

static bool
is_section(const struct policy_table *table, const char *key)
{
	size_t i;

	for (i = 0; i < table->n; i++)
		if (policy_fields_within(&table->fields[i], key))
			return true;
	return false;
}

static int
refuse_key(const struct reader *r, const char *key, size_t line,
    struct error *err)
{
	char *nearest = policy_nearest(r->table, r->version, key);

	(void)err_set(err, ERR_CONFIG, "%s:%zu: %.128s: a policy has no such "
	    "key", r->what, line, key);
	if (nearest != NULL)
		(void)err_hint(err, "did you mean %s?", nearest);
	free(nearest);
	return -1;
}

/* A key that a later version has, and this policy says it is older. */
static int
refuse_newer(const struct reader *r, const struct policy_field *field,
    size_t line, struct error *err)
{

	(void)err_set(err, ERR_CONFIG, "%s:%zu: %s: a policy of version %"
	    PRId64 " has no such key; version %" PRId64 " has", r->what, line,
	    field->key, r->version, field->since);
	return err_hint(err, "begin with \"version: %" PRId64 "\"",
	    field->since);
}

static int read_section(struct reader *r, const struct yaml_node *map,
    const char *section, struct error *err);

static const struct policy_field *
find_field(const struct policy_table *table, const char *key)
{
	size_t i;

	for (i = 0; i < table->n; i++)
		if (strcmp(table->fields[i].key, key) == 0)
			return &table->fields[i];
	return NULL;
}

/* What stands at node under the dotted key. */
static int
read_key(struct reader *r, const char *key, const struct yaml_node *node,
    struct error *err)
{
	const struct policy_field *field = find_field(r->table, key);

	if (field != NULL && field->since > r->version)
		return refuse_newer(r, field, node->line, err);
	if (field != NULL) {
		r->seen[field - r->table->fields] = true;
		return policy_value_read(field, node, r->what, r->policy, err);
	}
	if (!is_section(r->table, key))
		return refuse_key(r, key, node->line, err);
	/* All keys of a section may be commented out. */
	if (node->kind == YAML_NODE_SCALAR && node->text[0] == '\0')
		return 0;
	if (node->kind != YAML_NODE_MAP)
		return err_set(err, ERR_CONFIG, "%s:%zu: %s: a section of "
		    "keys is expected here", r->what, node->line, key);
	return read_section(r, node, key, err);
}

static int
read_section(struct reader *r, const struct yaml_node *map,
    const char *section, struct error *err)
{
	char *key;
	size_t i;
	int rc = 0;

	for (i = 0; i < map->n_items && rc == 0; i++) {
		key = section[0] == '\0' ? mem_strdup(map->keys[i]) :
		    mem_printf("%s.%s", section, map->keys[i]);
		/* A dot in a key would be a second way to write one. */
		rc = strchr(map->keys[i], '.') != NULL ?
		    refuse_key(r, key, map->items[i]->line, err) :
		    read_key(r, key, map->items[i], err);
		free(key);
	}
	return rc;
}

static int
refuse_version(const struct reader *r, const struct yaml_node *node,
    struct error *err)
{
	const bool is_text = node->kind == YAML_NODE_SCALAR;
	struct error why = ERR_INIT;
	int64_t v;

	(void)err_set(err, ERR_CONFIG, "%s:%zu: version %.32s; this kmgr "
	    "knows version%s %s%" PRId64, r->what, node->line,
	    is_text ? node->text : "(no number)",
	    r->table->version_max == 1 ? "" : "s",
	    r->table->version_max == 1 ? "" : "1 to ", r->table->version_max);
	if (is_text && text_to_int(node->text, 1, INT64_MAX, &v, &why) == 0)
		return err_hint(err, "a later kmgr may know it");
	return -1;
}

/* The version decides what all other keys mean, so it is read first. */
static int
read_version(struct reader *r, const struct yaml_node *root,
    struct error *err)
{
	const struct yaml_node *node = yaml_node_find(root, "version");
	struct error why = ERR_INIT;

	if (root->kind != YAML_NODE_MAP)
		return err_set(err, ERR_CONFIG,
		    "%s:%zu: a policy is a map of keys", r->what, root->line);
	if (node == NULL) {
		(void)err_set(err, ERR_CONFIG, "%s: version is missing",
		    r->what);
		return err_hint(err, "begin with \"version: %" PRId64 "\"",
		    r->table->version_max);
	}
	if (node->kind != YAML_NODE_SCALAR || text_to_int(node->text, 1,
	    r->table->version_max, &r->version, &why) != 0)
		return refuse_version(r, node, err);
	/* What has no meaning in this version asks for it. */
	r->policy->version = r->version;
	return 0;
}

static int
read_tree(const struct policy_table *table, const struct yaml_node *root,
    const char *what, struct policy **out, struct error *err)
{
	struct reader r = { .table = table, .what = what };
	const struct policy_field *field;
	size_t i;

	assert(table->n <= FIELDS_MAX);
	r.policy = mem_new(sizeof(*r.policy));
	if (read_version(&r, root, err) != 0 ||
	    read_section(&r, root, "", err) != 0)
		goto fail;
	for (i = 0; i < table->n; i++) {
		field = &table->fields[i];
		if (r.seen[i])
			continue;
		if (!policy_value_has_preset(field, r.policy)) {
			(void)err_set(err, ERR_CONFIG, "%s: %s is missing",
			    what, field->key);
			goto fail;
		}
		policy_value_preset(field, r.policy);
	}
	*out = r.policy;
	return 0;
 fail:
	policy_free(r.policy);
	return -1;
}

/* What policy_yaml() writes must be short enough to be read back. */
static size_t
written_len(const struct policy_table *table, const struct policy *policy)
{
	struct buf text = BUF_INIT;
	size_t len;

	policy_form_yaml(table, policy, &text);
	len = text.len;
	buf_free(&text);
	return len;
}

int
policy_form_read_yaml(const struct policy_table *table, const char *text,
    size_t len, const char *what, struct policy **out, struct error *err)
{
	struct yaml_node *root;
	int rc;

	*out = NULL;
	if (len > POLICY_MAX_LEN)
		return err_set(err, ERR_CONFIG, "%s: %zu bytes; a policy has "
		    "at most %d", what, len, POLICY_MAX_LEN);
	if (yaml_node_read(text, len, what, &root, err) != 0) {
		/* YAML takes a bare * for an alias, and libyaml says so. */
		if (strstr(err->msg, "alias") != NULL ||
		    strstr(err->msg, "expected alphabetic") != NULL)
			(void)err_hint(err, "put quotes around patterns: "
			    "\"*.example.net\"");
		return -1;
	}
	rc = read_tree(table, root, what, out, err);
	yaml_node_free(root);
	if (rc == 0 && written_len(table, *out) > POLICY_MAX_LEN) {
		policy_free(*out);
		*out = NULL;
		return err_set(err, ERR_CONFIG, "%s: more than %d bytes with "
		    "every default written out", what, POLICY_MAX_LEN);
	}
	return rc;
}

/* JSON as the tree that YAML gives, so that one walk reads both. */
static struct yaml_node *
node_of_json(const struct json *json)
{
	struct yaml_node *node = mem_new(sizeof(*node));
	const char *key = NULL;
	size_t i;
	int64_t v;
	bool b;

	node->line = 1;
	if (json_holds_object(json)) {
		node->kind = YAML_NODE_MAP;
		node->n_items = json_len(json);
		node->items = mem_new(node->n_items * sizeof(*node->items));
		node->keys = mem_new(node->n_items * sizeof(*node->keys));
		for (i = 0; i < node->n_items; i++) {
			key = json_next_key(json, key);
			node->keys[i] = mem_strdup(key);
			node->items[i] = node_of_json(json_get(json, key));
		}
	} else if (json_holds_array(json)) {
		node->kind = YAML_NODE_LIST;
		node->n_items = json_len(json);
		node->items = mem_new(node->n_items * sizeof(*node->items));
		for (i = 0; i < node->n_items; i++)
			node->items[i] = node_of_json(json_at(json, i));
	} else if (json_int(json, &v))
		node->text = mem_printf("%" PRId64, v);
	else if (json_bool(json, &b))
		node->text = mem_strdup(b ? "true" : "false");
	else
		node->text = mem_strdup(json_text(json) == NULL ? "" :
		    json_text(json));
	return node;
}

int
policy_form_read_json(const struct policy_table *table, const char *text,
    size_t len, struct policy **out, struct error *err)
{
	struct policy *policy = NULL;
	struct yaml_node *root = NULL;
	struct json *json = NULL, *written = NULL;
	struct buf again = BUF_INIT;
	int rc = -1;

	*out = NULL;
	if (json_read(text, len, &json, err) != 0)
		goto out;
	root = node_of_json(json);
	if (read_tree(table, root, "policy", &policy, err) != 0)
		goto out;
	written = policy_form_json(table, policy);
	json_canonical(written, &again);
	if (again.len != len || memcmp(again.data, text, len) != 0) {
		(void)err_set(err, ERR_INTEGRITY, "not in canonical form");
		goto out;
	}
	*out = policy;
	policy = NULL;
	rc = 0;
 out:
	/* Whatever is wrong, nobody but kmgr wrote this. */
	if (rc != 0) {
		err->class = ERR_INTEGRITY;
		(void)err_wrap(err, "sealed policy");
	}
	policy_free(policy);
	yaml_node_free(root);
	json_free(json);
	json_free(written);
	buf_free(&again);
	return rc;
}

/* The object in which the dotted key stands; *last is its last word. */
static struct json *
parent_of(struct json *root, const char *key, const char **last)
{
	char word[64];
	const char *dot;
	struct json *object = root, *next;

	for (*last = key; (dot = strchr(*last, '.')) != NULL; *last = dot + 1) {
		assert((size_t)(dot - *last) < sizeof(word));
		memcpy(word, *last, (size_t)(dot - *last));
		word[dot - *last] = '\0';
		next = json_get(object, word);
		object = next != NULL ? next : json_put_object(object, word);
	}
	return object;
}

struct json *
policy_form_json(const struct policy_table *table,
    const struct policy *policy)
{
	struct json *root = json_new_object(), *object;
	const struct policy_field *field;
	const char *last;
	size_t i;

	for (i = 0; i < table->n; i++) {
		field = &table->fields[i];
		if (field->since > policy->version)
			continue;
		object = parent_of(root, field->key, &last);
		policy_value_json(field, policy, object, last);
	}
	return root;
}
