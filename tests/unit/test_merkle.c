#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/base/merkle.h"
#include "kmgr/base/text.h"

#define N_MAX 70		/* leaves; more than a batch */

/* The tree that the implementations of Certificate Transparency test with. */
static const struct {
	const char	*leaf;
	size_t		 len;
} inputs[] = {
	{ "", 0 },
	{ "\x00", 1 },
	{ "\x10", 1 },
	{ "\x20\x21", 2 },
	{ "\x30\x31", 2 },
	{ "\x40\x41\x42\x43", 4 },
	{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8 },
	{ "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
	    16 },
};
static const char *const roots[] = {
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void
assert_node(const struct merkle_node *node, const char *expected)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];

	assert_string_equal(text_hex(node->hash, sizeof(node->hash), hex),
	    expected);
}

static void
known_trees_have_known_roots(void **state)
{
	struct merkle_node leaves[N_OF(inputs)];
	struct merkle *tree;
	size_t n;

	(void)state;
	for (n = 1; n <= N_OF(inputs); n++) {
		merkle_leaf(inputs[n - 1].leaf, inputs[n - 1].len,
		    &leaves[n - 1]);
		tree = merkle_new(leaves, n);
		assert_node(merkle_root(tree), roots[n - 1]);
		merkle_free(tree);
	}
}

/* RFC 9162 s2.1.1, word by word. */
static void
hash_as_said(const struct merkle_node *leaves, size_t n,
    struct merkle_node *out)
{
	uint8_t text[1 + 2 * CRYPTO_SHA256_LEN] = { 1 };
	struct merkle_node left, right;
	size_t k = 1;

	if (n == 1) {
		*out = leaves[0];
		return;
	}
	while (2 * k < n)
		k *= 2;
	hash_as_said(leaves, k, &left);
	hash_as_said(leaves + k, n - k, &right);
	memcpy(text + 1, left.hash, sizeof(left.hash));
	memcpy(text + 1 + sizeof(left.hash), right.hash, sizeof(right.hash));
	crypto_sha256(text, sizeof(text), out->hash);
}

static void
make_leaves(struct merkle_node leaves[static N_MAX])
{
	size_t i;

	for (i = 0; i < N_MAX; i++)
		merkle_leaf(&i, sizeof(i), &leaves[i]);
}

/* Whether path leads from leaf to root. */
static bool
leads(const struct merkle_node *leaf, const struct merkle_path *path,
    const struct merkle_node *root)
{
	struct merkle_node got;

	return merkle_fold(leaf, path, &got) &&
	    memcmp(&got, root, sizeof(got)) == 0;
}

/* What is not the path of this leaf in this tree leads elsewhere. */
static void
assert_no_other(const struct merkle_node *leaves, size_t n,
    const struct merkle_path *path, const struct merkle_node *root)
{
	const struct merkle_node *leaf = &leaves[path->index];
	struct merkle_path other;
	size_t i;

	for (i = 0; i < n; i++) {
		other = *path;
		other.index = i;
		assert_true(i == path->index || !leads(leaf, &other, root));
		assert_true(i == path->index || !leads(&leaves[i], path,
		    root));
	}
	for (i = 0; i < path->n_nodes; i++) {
		other = *path;
		other.nodes[i].hash[31] ^= 1;
		assert_false(leads(leaf, &other, root));
	}
	other = *path;
	other.nodes[other.n_nodes++] = *leaf;
	assert_false(leads(leaf, &other, root));
	if (path->n_nodes > 0) {
		other.n_nodes = path->n_nodes - 1;
		assert_false(leads(leaf, &other, root));
	}
	other = *path;
	other.index = other.n;
	assert_false(leads(leaf, &other, root));
	other.n = 0;
	assert_false(leads(leaf, &other, root));
}

static void
each_leaf_has_one_path(void **state)
{
	struct merkle_node leaves[N_MAX], expected;
	struct merkle_path path;
	struct merkle *tree;
	size_t n, i;

	(void)state;
	make_leaves(leaves);
	for (n = 1; n <= N_MAX; n++) {
		tree = merkle_new(leaves, n);
		hash_as_said(leaves, n, &expected);
		assert_memory_equal(merkle_root(tree), &expected,
		    sizeof(expected));
		for (i = 0; i < n; i++) {
			merkle_path(tree, i, &path);
			assert_true(leads(&leaves[i], &path, &expected));
			assert_no_other(leaves, n, &path, &expected);
		}
		merkle_free(tree);
	}
}

/* The last leaf of a tree that is one too large has a path of one node. */
static void
no_tree_is_larger_than_any(void **state)
{
	struct merkle_path path = { .index = MERKLE_LEAVES_MAX - 1,
		.n = MERKLE_LEAVES_MAX, .n_nodes = MERKLE_PATH_MAX };
	struct merkle_node leaves[N_MAX], root;

	(void)state;
	make_leaves(leaves);
	assert_true(merkle_fold(&leaves[0], &path, &root));
	path = (struct merkle_path) { .index = MERKLE_LEAVES_MAX,
		.n = MERKLE_LEAVES_MAX + 1, .n_nodes = 1 };
	assert_false(merkle_fold(&leaves[0], &path, &root));
}

/* With the 64 bytes below it as a leaf's, which would hash to it. */
static void
an_inner_node_is_no_leaf(void **state)
{
	struct merkle_node leaves[N_MAX], bytes[2], leaf;
	struct merkle_path path;
	struct merkle *tree;

	(void)state;
	make_leaves(leaves);
	tree = merkle_new(leaves, 4);
	merkle_path(tree, 0, &path);
	bytes[0] = leaves[0];
	bytes[1] = leaves[1];
	merkle_leaf(bytes, sizeof(bytes), &leaf);
	/* The rest of the path, in a tree of two. */
	path.nodes[0] = path.nodes[1];
	path.n_nodes = 1;
	path.n = 2;
	assert_false(leads(&leaf, &path, merkle_root(tree)));
	merkle_free(tree);
}

/* A last leaf that is there twice makes another tree (CVE-2012-2459). */
static void
no_leaf_is_there_twice(void **state)
{
	struct merkle_node leaves[N_MAX];
	struct merkle *three, *four;

	(void)state;
	make_leaves(leaves);
	leaves[3] = leaves[2];
	three = merkle_new(leaves, 3);
	four = merkle_new(leaves, 4);
	assert_memory_not_equal(merkle_root(three), merkle_root(four),
	    sizeof(struct merkle_node));
	merkle_free(three);
	merkle_free(four);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_trees_have_known_roots),
		cmocka_unit_test(each_leaf_has_one_path),
		cmocka_unit_test(no_tree_is_larger_than_any),
		cmocka_unit_test(an_inner_node_is_no_leaf),
		cmocka_unit_test(no_leaf_is_there_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
