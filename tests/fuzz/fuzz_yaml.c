/* YAML: a tree of what yaml.h says, and nothing else. */
#include "tests/fuzz/fuzz.h"

#include "kmgr/base/text.h"
#include "kmgr/base/yaml.h"

static void
check_node(const struct yaml_node *node, unsigned int depth)
{
	size_t i;

	assert(depth <= 16);
	assert(node->line > 0);
	assert((node->text != NULL) == (node->kind == YAML_NODE_SCALAR));
	assert(node->kind != YAML_NODE_SCALAR || node->n_items == 0);
	assert(node->text == NULL ||
	    text_is_utf8(node->text, strlen(node->text)));
	for (i = 0; i < node->n_items; i++) {
		check_node(node->items[i], depth + 1);
		if (node->kind != YAML_NODE_MAP)
			continue;
		assert(text_is_utf8(node->keys[i], strlen(node->keys[i])));
		assert(strcmp(node->keys[i], "<<") != 0);
		assert(yaml_node_find(node, node->keys[i]) == node->items[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct error err = ERR_INIT;
	struct yaml_node *root;
	int rc;

	rc = yaml_node_read((const char *)data, len, "input", &root, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (root != NULL));
	if (rc != 0)
		return 0;
	check_node(root, 1);
	yaml_node_free(root);
	return 0;
}
