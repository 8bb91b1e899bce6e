/*
 * Merkle trees with SHA-256, as RFC 9162 s2.1 has them: leaves and inner nodes
 * are hashed apart, and a tree of any number of leaves is told by that number.
 */
#ifndef KMGR_BASE_MERKLE_H
#define KMGR_BASE_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"

#define MERKLE_PATH_MAX	  16
#define MERKLE_LEAVES_MAX (1 << MERKLE_PATH_MAX)

struct merkle_node {
	uint8_t	hash[CRYPTO_SHA256_LEN];
};

/* How one leaf of a tree reaches the root. */
struct merkle_path {
	size_t			index;	/* of the leaf */
	size_t			n;	/* leaves of the tree */
	struct merkle_node	nodes[MERKLE_PATH_MAX];	/* leaf's side first */
	size_t			n_nodes;
};

struct merkle;			/* a tree */

/**
 * merkle_leaf(p, len, out):
 * The leaf of the ${len} bytes ${p}.
 *
 * Source: RFC 9162 s2.1.1.
 */
void merkle_leaf(const void *p, size_t len, struct merkle_node *out);

/**
 * merkle_new(leaves, n):
 * The tree of ${n} ${leaves}, 1 to MERKLE_LEAVES_MAX.
 * Owner: the caller, merkle_free().
 */
struct merkle *merkle_new(const struct merkle_node *leaves, size_t n);
void merkle_free(struct merkle *tree);

/**
 * merkle_root(tree), merkle_path(tree, index, out):
 * The root of ${tree}; how its leaf ${index} reaches it.
 *
 * Source: RFC 9162 s2.1.1, s2.1.3.1.
 */
const struct merkle_node *merkle_root(const struct merkle *tree);
void merkle_path(const struct merkle *tree, size_t index,
    struct merkle_path *out);

/**
 * merkle_fold(leaf, path, root):
 * The ${root} of the tree in which ${leaf} has ${path}; false where a tree of
 * that many leaves has no such path.
 *
 * Source: RFC 9162 s2.1.3.2.
 */
bool merkle_fold(const struct merkle_node *leaf,
    const struct merkle_path *path, struct merkle_node *root);

#endif
