/*
 * The plain subset of XML in which key signing requests are written: UTF-8,
 * elements and attributes, and text where there are no elements. Everything
 * that makes a document mean more than what stands there is refused. Each
 * element knows its line.
 */
#ifndef KMGR_KSR_XML_H
#define KMGR_KSR_XML_H

#include <stddef.h>

#include "kmgr/base/err.h"

#define XML_MAX_LEN	(1 << 20)	/* bytes of a document */
#define XML_DEPTH_MAX	8
#define XML_NODES_MAX	50000
#define XML_ATTRS_MAX	8		/* of an element */
#define XML_NAME_MAX	64		/* bytes of a name */
#define XML_VALUE_MAX	1024		/* bytes of an attribute's value */
#define XML_TEXT_MAX	4096		/* bytes of an element's text */

struct xml_attr {
	char	*name;
	char	*value;
};

struct xml_node {
	char		 *name;
	size_t		  line;		/* of the start tag; 1 is the first */
	struct xml_attr	 *attrs;
	size_t		  n_attrs;
	struct xml_node	**children;
	size_t		  n_children;
	char		 *text;		/* trimmed; "" where there is none */
};

/**
 * xml_node_read(text, len, what, out, err):
 * Parse ${len} bytes; ${what} (a file name) stands in messages. Refused, with
 * their line: what is not well-formed, more than the limits above, other
 * encodings, a byte order mark, document types, references to entities and
 * characters, CDATA, processing instructions, comments inside of the root
 * element, names with a prefix, text beside elements.
 *
 * Owner: the caller, xml_node_free().
 * Errors: ERR_INPUT, with ${what} and line.
 */
int xml_node_read(const char *text, size_t len, const char *what,
    struct xml_node **out, struct error *err);

/**
 * xml_node_attr(node, name):
 * The value of the attribute ${name}, or NULL. Owner: ${node}.
 */
const char *xml_node_attr(const struct xml_node *node, const char *name);

/**
 * xml_node_free(node):
 * Free ${node} and all below it.
 */
void xml_node_free(struct xml_node *node);

#endif
