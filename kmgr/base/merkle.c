#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/merkle.h"

/* RFC 9162 s2.1.1: so that no inner node can be taken for a leaf. */
#define LEAF  0x00
#define INNER 0x01

/* The leaves, then what is above them, level by level up to the root. */
struct merkle {
	struct merkle_node	*levels[MERKLE_PATH_MAX + 1];
	size_t			 n[MERKLE_PATH_MAX + 1];
	size_t			 n_levels;
};

void
merkle_leaf(const void *p, size_t len, struct merkle_node *out)
{
	static const uint8_t prefix = LEAF;
	struct buf text = BUF_INIT;

	buf_add(&text, &prefix, sizeof(prefix));
	buf_add(&text, p, len);
	crypto_sha256(text.data, text.len, out->hash);
	buf_free(&text);
}

static void
join(const struct merkle_node *left, const struct merkle_node *right,
    struct merkle_node *out)
{
	uint8_t text[1 + 2 * CRYPTO_SHA256_LEN];

	text[0] = INNER;
	memcpy(text + 1, left->hash, CRYPTO_SHA256_LEN);
	memcpy(text + 1 + CRYPTO_SHA256_LEN, right->hash, CRYPTO_SHA256_LEN);
	crypto_sha256(text, sizeof(text), out->hash);
}

/*
 * The level above. A last node that has no other goes up as it is, which is
 * the tree of RFC 9162 s2.1.1: split at the largest power of two.
 */
static void
add_level(struct merkle *tree)
{
	const struct merkle_node *below = tree->levels[tree->n_levels - 1];
	const size_t n_below = tree->n[tree->n_levels - 1];
	const size_t n = (n_below + 1) / 2;
	struct merkle_node *level = mem_new(n * sizeof(*level));
	size_t i;

	for (i = 0; i < n; i++)
		if (2 * i + 1 < n_below)
			join(&below[2 * i], &below[2 * i + 1], &level[i]);
		else
			level[i] = below[2 * i];
	tree->levels[tree->n_levels] = level;
	tree->n[tree->n_levels++] = n;
}

struct merkle *
merkle_new(const struct merkle_node *leaves, size_t n)
{
	struct merkle *tree = mem_new(sizeof(*tree));

	assert(n > 0 && n <= MERKLE_LEAVES_MAX);
	tree->levels[0] = mem_dup(leaves, n * sizeof(*leaves));
	tree->n[0] = n;
	tree->n_levels = 1;
	while (tree->n[tree->n_levels - 1] > 1)
		add_level(tree);
	return tree;
}

void
merkle_free(struct merkle *tree)
{
	size_t i;

	if (tree == NULL)
		return;
	for (i = 0; i < tree->n_levels; i++)
		free(tree->levels[i]);
	free(tree);
}

const struct merkle_node *
merkle_root(const struct merkle *tree)
{

	return tree->levels[tree->n_levels - 1];
}

void
merkle_path(const struct merkle *tree, size_t index, struct merkle_path *out)
{
	size_t i, other;

	assert(index < tree->n[0]);
	*out = (struct merkle_path) { .index = index, .n = tree->n[0] };
	for (i = 0; i + 1 < tree->n_levels; i++) {
		other = index ^ 1;
		if (other < tree->n[i])
			out->nodes[out->n_nodes++] = tree->levels[i][other];
		index /= 2;
	}
}

bool
merkle_fold(const struct merkle_node *leaf, const struct merkle_path *path,
    struct merkle_node *root)
{
	size_t i = 0, at = path->index, last = path->n - 1;

	if (path->index >= path->n || path->n > MERKLE_LEAVES_MAX)
		return false;
	*root = *leaf;
	for (; last > 0; at /= 2, last /= 2) {
		if (at % 2 == 0 && at == last)
			continue;	/* it has no other, as above */
		if (i == path->n_nodes)
			return false;
		if (at % 2 == 0)
			join(root, &path->nodes[i++], root);
		else
			join(&path->nodes[i++], root, root);
	}
	return i == path->n_nodes;
}
