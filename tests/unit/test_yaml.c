#include "tests/unit/unit.h"

#include "kmgr/base/buf.h"
#include "kmgr/base/yaml.h"

static struct yaml_node *
read_yaml(const char *text)
{
	struct error err = ERR_INIT;
	struct yaml_node *root;

	unit_ok(yaml_node_read(text, strlen(text), "f", &root, &err), &err);
	return root;
}

static void
check_scalar(const struct yaml_node *node, const char *text, size_t line)
{

	assert_non_null(node);
	assert_int_equal(node->kind, YAML_NODE_SCALAR);
	assert_string_equal(node->text, text);
	assert_int_equal(node->line, line);
	assert_int_equal(node->n_items, 0);
}

static void
reads_maps_lists_and_scalars(void **state)
{
	struct yaml_node *root = read_yaml("version: 1\n"
	    "\n# comment\nzones: [\"example.com\", '*.example.net',\n"
	    "  plain ]\nksk:\n  lifetime: 365d\n  list:\n  - a\n  - b: c\n"
	    "    d: {}\nlast: |\n  two\n  lines\n");
	const struct yaml_node *node;

	(void)state;
	assert_int_equal(root->kind, YAML_NODE_MAP);
	assert_int_equal(root->n_items, 4);
	assert_int_equal(root->line, 1);
	assert_string_equal(root->keys[1], "zones");
	check_scalar(yaml_node_find(root, "version"), "1", 1);
	node = yaml_node_find(root, "zones");
	assert_int_equal(node->kind, YAML_NODE_LIST);
	assert_int_equal(node->line, 4);
	assert_int_equal(node->n_items, 3);
	assert_null(node->keys);
	check_scalar(node->items[0], "example.com", 4);
	check_scalar(node->items[1], "*.example.net", 4);
	check_scalar(node->items[2], "plain", 5);
	node = yaml_node_find(root, "ksk");
	assert_int_equal(node->line, 7);
	check_scalar(yaml_node_find(node, "lifetime"), "365d", 7);
	node = yaml_node_find(node, "list");
	check_scalar(node->items[0], "a", 9);
	node = node->items[1];
	check_scalar(yaml_node_find(node, "b"), "c", 10);
	assert_int_equal(yaml_node_find(node, "d")->kind, YAML_NODE_MAP);
	assert_int_equal(yaml_node_find(node, "d")->n_items, 0);
	check_scalar(yaml_node_find(root, "last"), "two\nlines\n", 12);
	yaml_node_free(root);
}

static void
scalars_stay_text(void **state)
{
	struct yaml_node *root = read_yaml("a: yes\nb: 0x10\nc: ~\nd:\n"
	    "e: 1.5\nf: \"\\u00fc\\t\"\ng: null\n"
	    "\"h i\": 2027-03-01\n1: x\n");

	(void)state;
	check_scalar(yaml_node_find(root, "a"), "yes", 1);
	check_scalar(yaml_node_find(root, "b"), "0x10", 2);
	check_scalar(yaml_node_find(root, "c"), "~", 3);
	check_scalar(yaml_node_find(root, "d"), "", 4);
	check_scalar(yaml_node_find(root, "e"), "1.5", 5);
	check_scalar(yaml_node_find(root, "f"), "\xc3\xbc\t", 6);
	check_scalar(yaml_node_find(root, "g"), "null", 7);
	check_scalar(yaml_node_find(root, "h i"), "2027-03-01", 8);
	check_scalar(yaml_node_find(root, "1"), "x", 9);
	yaml_node_free(root);
}

static void
nothing_is_an_empty_map(void **state)
{
	static const char *const empty[] = { "", "\n", "# comment\n", "---\n",
		"--- \n...\n", "{}\n", "''\n" };
	struct yaml_node *root;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(empty); i++) {
		root = read_yaml(empty[i]);
		assert_int_equal(root->kind, YAML_NODE_MAP);
		assert_int_equal(root->n_items, 0);
		assert_int_equal(root->line, 1);
		yaml_node_free(root);
	}
	yaml_node_free(NULL);
}

static void
roots_need_not_be_maps(void **state)
{
	struct yaml_node *root = read_yaml("- a\n");

	(void)state;
	assert_int_equal(root->kind, YAML_NODE_LIST);
	assert_null(yaml_node_find(root, "a"));
	yaml_node_free(root);
	root = read_yaml("w\n");
	check_scalar(root, "w", 1);
	assert_null(yaml_node_find(root, "w"));
	yaml_node_free(root);
	assert_null(yaml_node_find(NULL, "a"));
}

static void
refuses_what_is_not_plain(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "a: &x 1\n", "f:1:4: anchors" },
		{ "a: &x [1]\n", "f:1:4: anchors" },
		{ "a:\n  b: &x {}\n", "f:2:6: anchors" },
		{ "&x a: 1\n", "f:1:1: anchors" },
		{ "a: &x 1\nb: *x\n", "anchors" },
		{ "a: *x\n", "f:1:4: aliases" },
		{ "- *x\n", "f:1:3: aliases" },
		{ "*x : 1\n", "aliases" },
		{ "a: !!str 1\n", "f:1:4: tags" },
		{ "a: !x [1]\n", "tags" },
		{ "a: !!map {}\n", "tags" },
		{ "!!str a: 1\n", "f:1:1: tags" },
		{ "<<: {a: 1}\n", "f:1:1: merge" },
		{ "b: 1\n\"<<\": c\n", "f:2:1: merge" },
		{ "a: 1\nb: 2\na: 3\n", "f:3:1: this key stands here twice" },
		{ "a: 1\na: 1\n", "f:2:1: this key stands here twice" },
		{ "a: {b: 1, c: 2, \"b\": 1}\n", "f:1:17: this key" },
		{ "- {x: {k: 1, k: 2}}\n", "f:1:14: this key" },
		{ "? [a]\n: b\n", "f:1:3: a key must be a plain word" },
		{ "{{a: 1}: 2}\n", "a key must be a plain word" },
		{ "a: 1\n---\nb: 2\n", "f:2:1: a second document" },
		{ "--- a\n--- b\n", "a second document" },
		{ "a: [1, 2\n", "f:2:1:" },
		{ "a: 'x\n", "f:2:1:" },
		{ "a: 1\n b: 2\n", "f:2:" },
		{ "a: b: c\n", "f:1:5:" },
		{ "a:\n\t- b\n", "f:2:1:" },
		{ "\tb: c\n", "f:1:1:" },
		{ "- a\nb: c\n", "f:2:1:" },
		{ "a: %x\n", "f:1:4:" },
		{ "a: @x\n", "f:1:4:" },
		{ "a: \"\\0\"\n", "f:1:4: a NUL" },
		{ "\"a\\0b\": 1\n", "f:1:1: a NUL" },
		{ "a: \xff\n", "f:1:1: not UTF-8" },
		{ "a: 1\n\nb: \xc3\n", "f:3:1: not UTF-8" },
		{ "\xef\xbb\xbf", "f:1:1: a byte order mark" },
		{ "\xef\xbb\xbf" "a: 1\n", "f:1:1: a byte order mark" },
		{ "a: \x01\n", "f:" },
	};
	struct error err = ERR_INIT;
	struct yaml_node *root;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		unit_fails(yaml_node_read(bad[i].text, strlen(bad[i].text),
		    "f", &root, &err), &err, ERR_CONFIG, bad[i].why);
		assert_null(root);
	}
	/* UTF-16, which the parser would take, and a NUL in the text. */
	unit_fails(yaml_node_read("\xff\xfe" "a\0:\0 \0b\0\n\0", 12, "f",
	    &root, &err), &err, ERR_CONFIG, "f:1:1: not UTF-8");
	unit_fails(yaml_node_read("a: 1\nb: \0\n", 10, "f", &root, &err), &err,
	    ERR_CONFIG, "f:2:1: not UTF-8");
}

static int
read_nested(size_t levels, struct yaml_node **out, struct error *err)
{
	struct buf text = BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; i < levels; i++)
		buf_printf(&text, i % 2 == 0 ? "[" : "{a: ");
	buf_printf(&text, "x");
	for (i = levels; i-- > 0;)
		buf_printf(&text, i % 2 == 0 ? "]" : "}");
	rc = yaml_node_read(buf_text(&text), text.len, "f", out, err);
	buf_free(&text);
	return rc;
}

static void
depth_has_a_limit(void **state)
{
	struct error err = ERR_INIT;
	struct yaml_node *root;

	(void)state;
	unit_ok(read_nested(15, &root, &err), &err);
	yaml_node_free(root);
	unit_fails(read_nested(16, &root, &err), &err, ERR_CONFIG,
	    "nested too deep");
	unit_fails(read_nested(500, &root, &err), &err, ERR_CONFIG,
	    "nested too deep");
	unit_fails(read_nested(20000, &root, &err), &err, ERR_CONFIG, "f:");
}

static void
size_has_a_limit(void **state)
{
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct yaml_node *root;
	size_t i;

	(void)state;
	for (i = 1; i < YAML_NODES_MAX; i++)
		buf_printf(&text, "- a\n");
	unit_ok(yaml_node_read(buf_text(&text), text.len, "f", &root, &err),
	    &err);
	assert_int_equal(root->n_items, YAML_NODES_MAX - 1);
	yaml_node_free(root);
	buf_printf(&text, "- a\n");
	unit_fails(yaml_node_read(buf_text(&text), text.len, "f", &root, &err),
	    &err, ERR_CONFIG, "f:2000000:3: too many values");
	buf_free(&text);
}

/* As many zones as there may be; twice the same is found among them. */
static void
many_keys_are_compared(void **state)
{
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct yaml_node *root;
	size_t i;

	(void)state;
	for (i = 0; i < 90000; i++)
		buf_printf(&text, "z%zu.example: 1\n", (i * 7919) % 90000);
	unit_ok(yaml_node_read(buf_text(&text), text.len, "f", &root, &err),
	    &err);
	assert_string_equal(root->keys[1], "z7919.example");
	yaml_node_free(root);
	buf_printf(&text, "z7919.example: 1\n");
	unit_fails(yaml_node_read(buf_text(&text), text.len, "f", &root, &err),
	    &err, ERR_CONFIG, "f:90001:1: this key stands here twice");
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_maps_lists_and_scalars),
		cmocka_unit_test(scalars_stay_text),
		cmocka_unit_test(nothing_is_an_empty_map),
		cmocka_unit_test(roots_need_not_be_maps),
		cmocka_unit_test(refuses_what_is_not_plain),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(size_has_a_limit),
		cmocka_unit_test(many_keys_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
