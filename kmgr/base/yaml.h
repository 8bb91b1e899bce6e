/*
 * The plain subset of YAML in which people write configuration and policy:
 * one document of maps, lists and scalars. Anchors, aliases, tags, merge and
 * duplicate keys are refused, and every scalar stays text until somebody who
 * knows what it means reads it. Each node knows its line.
 */
#ifndef KMGR_BASE_YAML_H
#define KMGR_BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/err.h"

/* Scalars, lists and maps of a file: 200,000 zones with ten each. */
#define YAML_NODES_MAX 2000000

enum yaml_kind {
	YAML_NODE_SCALAR,
	YAML_NODE_LIST,
	YAML_NODE_MAP
};

struct yaml_node {
	enum yaml_kind		  kind;
	size_t			  line;		/* 1 is the first */
	char			 *text;		/* scalar: UTF-8 */
	struct yaml_node	**items;	/* list, or a map's values */
	char			**keys;		/* map: as many as items */
	size_t			  n_items;
};

/**
 * yaml_node_read(text, len, what, out, err):
 * Parse ${len} bytes; ${what} (a file name) stands in messages. An empty
 * document is an empty map.
 *
 * Owner: the caller, yaml_node_free().
 * Errors: ERR_CONFIG, with ${what}, line and column.
 */
int yaml_node_read(const char *text, size_t len, const char *what,
    struct yaml_node **out, struct error *err);

/**
 * yaml_node_find(map, key):
 * The value of ${key} in ${map}, or NULL when absent or ${map} is no map.
 */
const struct yaml_node *yaml_node_find(const struct yaml_node *map,
    const char *key);

/**
 * yaml_node_free(node):
 * Free ${node} and all below it.
 */
void yaml_node_free(struct yaml_node *node);

#endif
