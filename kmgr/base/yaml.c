#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/yaml.h"

#define DEPTH_MAX 16

struct reader {
	yaml_parser_t	 parser;
	const char	*what;
	size_t		 n_nodes;
};

static int
fail_at(const struct reader *r, const yaml_mark_t *mark, const char *why,
    struct error *err)
{

	return err_set(err, ERR_CONFIG, "%s:%zu:%zu: %s", r->what,
	    mark->line + 1, mark->column + 1, why);
}

/* The next event, which the caller deletes. */
static int
next(struct reader *r, yaml_event_t *event, struct error *err)
{
	const yaml_parser_t *p = &r->parser;

	if (yaml_parser_parse(&r->parser, event) == 1)
		return 0;
	if (p->error == YAML_READER_ERROR)
		return err_set(err, ERR_CONFIG, "%s: byte %zu: %s", r->what,
		    p->problem_offset, p->problem);
	return fail_at(r, &p->problem_mark,
	    p->problem == NULL ? "not YAML" : p->problem, err);
}

static int node_from_event(struct reader *r, const yaml_event_t *event,
    unsigned int depth, struct yaml_node **out, struct error *err);

/* What YAML allows and this program does not. */
static const char *
refusal(const yaml_event_t *e)
{

	if (e->type == YAML_ALIAS_EVENT)
		return "aliases are not allowed; write the value out";
	if ((e->type == YAML_SCALAR_EVENT &&
	    e->data.scalar.anchor != NULL) ||
	    (e->type == YAML_SEQUENCE_START_EVENT &&
	    e->data.sequence_start.anchor != NULL) ||
	    (e->type == YAML_MAPPING_START_EVENT &&
	    e->data.mapping_start.anchor != NULL))
		return "anchors are not allowed";
	if ((e->type == YAML_SCALAR_EVENT && e->data.scalar.tag != NULL) ||
	    (e->type == YAML_SEQUENCE_START_EVENT &&
	    e->data.sequence_start.tag != NULL) ||
	    (e->type == YAML_MAPPING_START_EVENT &&
	    e->data.mapping_start.tag != NULL))
		return "tags are not allowed";
	return NULL;
}

static void
node_push(struct yaml_node *node, char *key_take, struct yaml_node *item_take)
{

	if (node->kind == YAML_NODE_MAP)
		*(char **)mem_push(&node->keys, node->n_items,
		    sizeof(*node->keys)) = key_take;
	*(struct yaml_node **)mem_push(&node->items, node->n_items,
	    sizeof(*node->items)) = item_take;
	node->n_items++;
}

/* A key of the map that is being read, and where it stands. */
struct key {
	char		*text;
	yaml_mark_t	 mark;
};

static int
read_key(struct reader *r, const yaml_event_t *event, struct key *out,
    struct error *err)
{
	const char *text, *why = refusal(event);

	if (why == NULL && event->type != YAML_SCALAR_EVENT)
		why = "a key must be a plain word";
	if (why != NULL)
		return fail_at(r, &event->start_mark, why, err);
	text = (const char *)event->data.scalar.value;
	if (!text_is_utf8(text, event->data.scalar.length))
		return fail_at(r, &event->start_mark, "a NUL character", err);
	if (strcmp(text, "<<") == 0)
		return fail_at(r, &event->start_mark,
		    "merge keys are not allowed; write the values out", err);
	out->text = mem_strdup(text);
	out->mark = event->start_mark;
	return 0;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	const int order = strcmp(x->text, y->text);

	return order != 0 ? order : x->mark.index < y->mark.index ? -1 : 1;
}

/* Sorted, since a file may list as many zones as there are. */
static int
check_unique(const struct reader *r, struct key *keys, size_t n,
    struct error *err)
{
	size_t i;

	if (n > 1)
		qsort(keys, n, sizeof(*keys), compare_keys);
	for (i = 1; i < n; i++)
		if (strcmp(keys[i - 1].text, keys[i].text) == 0)
			return fail_at(r, &keys[i].mark,
			    "this key stands here twice", err);
	return 0;
}

/* Add the value that event begins to node, under key in a map. */
static int
read_item(struct reader *r, const yaml_event_t *event,
    struct yaml_node *node, char *key_take, unsigned int depth,
    struct error *err)
{
	struct yaml_node *item;

	if (node_from_event(r, event, depth, &item, err) != 0) {
		free(key_take);
		return -1;
	}
	node_push(node, key_take, item);
	return 0;
}

/* The members of a list or map up to the event that ends it. */
static int
read_members(struct reader *r, struct yaml_node *node, unsigned int depth,
    struct error *err)
{
	const bool is_map = node->kind == YAML_NODE_MAP;
	struct key *keys = NULL, *key = NULL;
	yaml_event_t event;
	size_t n_keys = 0;
	bool is_end = false;
	int rc = 0;

	while (rc == 0 && !is_end && (rc = next(r, &event, err)) == 0) {
		is_end = event.type == YAML_SEQUENCE_END_EVENT ||
		    event.type == YAML_MAPPING_END_EVENT;
		if (is_end) {
			rc = check_unique(r, keys, n_keys, err);
		} else if (is_map && key == NULL) {
			key = mem_push(&keys, n_keys, sizeof(*keys));
			if ((rc = read_key(r, &event, key, err)) == 0)
				n_keys++;
		} else {
			rc = read_item(r, &event, node,
			    is_map ? key->text : NULL, depth, err);
			key = NULL;
		}
		yaml_event_delete(&event);
	}
	/* A key that still waits for its value is nobody's. */
	if (key != NULL)
		free(key->text);
	free(keys);
	return rc;
}

static int
node_from_event(struct reader *r, const yaml_event_t *event,
    unsigned int depth, struct yaml_node **out, struct error *err)
{
	struct yaml_node *node;
	const char *why = refusal(event);

	*out = NULL;
	if (why == NULL && depth == 0)
		why = "nested too deep";
	if (why == NULL && ++r->n_nodes > YAML_NODES_MAX)
		why = "too many values";
	if (why == NULL && event->type == YAML_SCALAR_EVENT &&
	    !text_is_utf8((const char *)event->data.scalar.value,
	    event->data.scalar.length))
		why = "a NUL character";
	if (why != NULL)
		return fail_at(r, &event->start_mark, why, err);

	node = mem_new(sizeof(*node));
	node->line = event->start_mark.line + 1;
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		node->kind = YAML_NODE_SCALAR;
		node->text = mem_strdup(
		    (const char *)event->data.scalar.value);
		*out = node;
		return 0;
	case YAML_SEQUENCE_START_EVENT:
		node->kind = YAML_NODE_LIST;
		break;
	case YAML_MAPPING_START_EVENT:
		node->kind = YAML_NODE_MAP;
		break;
	default:
		yaml_node_free(node);
		return fail_at(r, &event->start_mark, "unexpected end", err);
	}
	if (read_members(r, node, depth - 1, err) != 0) {
		yaml_node_free(node);
		return -1;
	}
	*out = node;
	return 0;
}

/* One document: its root, then nothing more. */
static int
read_document(struct reader *r, struct yaml_node **root, struct error *err)
{
	yaml_event_t event;
	yaml_event_type_t type;

	for (;;) {
		int rc = 0;

		if (next(r, &event, err) != 0)
			return -1;
		type = event.type;
		if (type == YAML_DOCUMENT_START_EVENT && *root != NULL)
			rc = fail_at(r, &event.start_mark,
			    "a second document", err);
		else if (type == YAML_SCALAR_EVENT ||
		    type == YAML_SEQUENCE_START_EVENT ||
		    type == YAML_MAPPING_START_EVENT ||
		    type == YAML_ALIAS_EVENT)
			rc = node_from_event(r, &event, DEPTH_MAX, root, err);
		yaml_event_delete(&event);
		if (rc != 0)
			return -1;
		if (type == YAML_STREAM_END_EVENT)
			return 0;
	}
}

/* Before the parser guesses UTF-16 and whatever else. */
static int
check_bytes(const char *text, size_t len, const char *what,
    struct error *err)
{
	const char *end, *p = text;
	size_t line = 1;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return err_set(err, ERR_CONFIG, "%s:1:1: a byte order mark",
		    what);
	if (text_is_utf8(text, len))
		return 0;
	for (; p < text + len; p = end + 1, line++) {
		end = memchr(p, '\n', (size_t)(text + len - p));
		if (end == NULL || !text_is_utf8(p, (size_t)(end - p)))
			break;
	}
	return err_set(err, ERR_CONFIG, "%s:%zu:1: not UTF-8", what, line);
}

int
yaml_node_read(const char *text, size_t len, const char *what,
    struct yaml_node **out, struct error *err)
{
	struct reader r = { .what = what };
	struct yaml_node *root = NULL;
	int rc;

	*out = NULL;
	if (yaml_parser_initialize(&r.parser) != 1)
		return err_set(err, ERR_INTERNAL, "start the YAML parser");
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text,
	    len);
	if ((rc = check_bytes(text, len, what, err)) == 0)
		rc = read_document(&r, &root, err);
	yaml_parser_delete(&r.parser);
	if (rc != 0) {
		yaml_node_free(root);
		return -1;
	}
	if (root == NULL || (root->kind == YAML_NODE_SCALAR &&
	    root->text[0] == '\0')) {
		yaml_node_free(root);
		root = mem_new(sizeof(*root));
		root->kind = YAML_NODE_MAP;
		root->line = 1;
	}
	*out = root;
	return 0;
}

const struct yaml_node *
yaml_node_find(const struct yaml_node *map, const char *key)
{
	size_t i;

	if (map == NULL || map->kind != YAML_NODE_MAP)
		return NULL;
	for (i = 0; i < map->n_items; i++)
		if (strcmp(map->keys[i], key) == 0)
			return map->items[i];
	return NULL;
}

void
yaml_node_free(struct yaml_node *node)
{
	size_t i;

	if (node == NULL)
		return;
	for (i = 0; i < node->n_items; i++) {
		yaml_node_free(node->items[i]);
		if (node->keys != NULL)
			free(node->keys[i]);
	}
	free(node->items);
	free(node->keys);
	free(node->text);
	free(node);
}
