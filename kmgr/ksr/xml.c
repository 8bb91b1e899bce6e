#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <expat.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/ksr/xml.h"

#define BLANKS " \t\r\n"

struct reader {
	XML_Parser	 parser;
	const char	*text;
	const char	*what;
	struct xml_node	*root;
	struct xml_node	*open[XML_DEPTH_MAX];
	size_t		 depth;
	size_t		 n_nodes;
	struct buf	 content;	/* of the innermost open element */
	bool		 has_failed;
	struct error	*err;
};

/* The first failure counts; expat may call a handler after it is stopped. */
static void
refuse(struct reader *r, const char *why)
{

	if (r->has_failed)
		return;
	r->has_failed = true;
	(void)err_set(r->err, ERR_INPUT, "%s:%lu: %s", r->what,
	    (unsigned long)XML_GetCurrentLineNumber(r->parser), why);
	(void)XML_StopParser(r->parser, XML_FALSE);
}

/* The bytes of the document that the handler is called for. */
static const char *
raw(const struct reader *r, size_t *len)
{
	const XML_Index at = XML_GetCurrentByteIndex(r->parser);

	*len = at < 0 ? 0 : (size_t)XML_GetCurrentByteCount(r->parser);
	return at < 0 ? r->text : r->text + at;
}

static bool
has_reference(const struct reader *r)
{
	size_t len;
	const char *p = raw(r, &len);

	return memchr(p, '&', len) != NULL;
}

static bool
is_blank(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (strchr(BLANKS, text[i]) == NULL)
			return false;
	return true;
}

/* Why such a name or value is refused, or NULL. */
static const char *
refusal_of_name(const char *name)
{

	if (strchr(name, ':') != NULL)
		return "a name with a prefix; namespaces are not used here";
	return strlen(name) > XML_NAME_MAX ? "a name of more than 64 bytes" :
	    NULL;
}

static const char *
refusal_of_attrs(const char *const *attrs)
{
	const char *why = NULL;
	size_t n;

	for (n = 0; why == NULL && attrs[2 * n] != NULL; n++) {
		why = refusal_of_name(attrs[2 * n]);
		if (why == NULL && strlen(attrs[2 * n + 1]) > XML_VALUE_MAX)
			why = "an attribute of more than 1024 bytes";
		if (why == NULL && n == XML_ATTRS_MAX)
			why = "an element with more than 8 attributes";
	}
	return why;
}

static const char *
refusal_of_element(const struct reader *r, const char *name,
    const char *const *attrs)
{
	const char *why;

	if (r->depth == XML_DEPTH_MAX)
		return "elements nested more than 8 deep";
	if (r->n_nodes == XML_NODES_MAX)
		return "more than 50000 elements";
	if (has_reference(r))
		return "a reference in an attribute; write the characters";
	if (!is_blank((const char *)r->content.data, r->content.len))
		return "an element behind text";
	why = refusal_of_name(name);
	return why != NULL ? why : refusal_of_attrs(attrs);
}

static void XMLCALL
on_start(void *arg, const char *name, const char **attrs)
{
	struct reader *r = arg;
	const char *why = refusal_of_element(r, name, attrs);
	struct xml_node *node, *parent;
	struct xml_attr *attr;

	if (r->has_failed)
		return;
	if (why != NULL) {
		refuse(r, why);
		return;
	}
	node = mem_new(sizeof(*node));
	node->name = mem_strdup(name);
	node->line = XML_GetCurrentLineNumber(r->parser);
	for (; *attrs != NULL; attrs += 2) {
		attr = mem_push(&node->attrs, node->n_attrs++, sizeof(*attr));
		attr->name = mem_strdup(attrs[0]);
		attr->value = mem_strdup(attrs[1]);
	}
	if (r->depth == 0) {
		r->root = node;
	} else {
		parent = r->open[r->depth - 1];
		*(struct xml_node **)mem_push(&parent->children,
		    parent->n_children++, sizeof(node)) = node;
	}
	r->open[r->depth++] = node;
	r->n_nodes++;
	r->content.len = 0;
}

static void XMLCALL
on_end(void *arg, const char *name)
{
	struct reader *r = arg;
	struct xml_node *node;
	const char *text;
	size_t len;

	(void)name;
	if (r->has_failed)
		return;
	node = r->open[--r->depth];
	text = r->content.len == 0 ? "" : (const char *)r->content.data;
	len = r->content.len;
	if (node->n_children > 0 && !is_blank(text, len))
		refuse(r, "text behind an element");
	for (; len > 0 && is_blank(text, 1); text++, len--)
		;
	for (; len > 0 && is_blank(text + len - 1, 1); len--)
		;
	node->text = mem_new(len + 1);
	memcpy(node->text, text, len);
	r->content.len = 0;
}

static void XMLCALL
on_text(void *arg, const char *text, int len)
{
	struct reader *r = arg;

	if (r->has_failed)
		return;
	if (has_reference(r))
		refuse(r, "a reference; write the character itself");
	else if (len < 0 || r->content.len + (size_t)len > XML_TEXT_MAX)
		refuse(r, "a text of more than 4096 bytes");
	else
		buf_add(&r->content, text, (size_t)len);
}

static void XMLCALL
on_doctype(void *arg, const char *name, const char *system_id,
    const char *public_id, int has_subset)
{

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	refuse(arg, "a document type; take the <!DOCTYPE ...> out");
}

static void XMLCALL
on_instruction(void *arg, const char *target, const char *data)
{

	(void)target;
	(void)data;
	refuse(arg, "a processing instruction");
}

/* kskm fails at comments inside, and ignores all in front of the root. */
static void XMLCALL
on_comment(void *arg, const char *data)
{
	struct reader *r = arg;

	(void)data;
	if (r->depth > 0)
		refuse(r, "a comment inside of the document");
}

static void XMLCALL
on_cdata(void *arg)
{

	refuse(arg, "a CDATA section; write plain text");
}

static void XMLCALL
on_declaration(void *arg, const char *version, const char *encoding,
    int standalone)
{

	(void)standalone;
	if (version != NULL && strcmp(version, "1.0") != 0)
		refuse(arg, "not XML 1.0");
	else if (encoding != NULL && strcasecmp(encoding, "UTF-8") != 0 &&
	    strcasecmp(encoding, "US-ASCII") != 0)
		refuse(arg, "the encoding must be UTF-8");
}

static void
set_handlers(struct reader *r)
{

	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	XML_SetProcessingInstructionHandler(r->parser, on_instruction);
	XML_SetCommentHandler(r->parser, on_comment);
	XML_SetStartCdataSectionHandler(r->parser, on_cdata);
	XML_SetXmlDeclHandler(r->parser, on_declaration);
}

/* Before expat takes the bytes for another encoding. */
static int
check_bytes(const char *text, size_t len, const char *what,
    struct error *err)
{
	const char *end, *p = text;
	size_t line = 1;

	if (len > XML_MAX_LEN)
		return err_set(err, ERR_INPUT, "%s: %zu bytes; a document has "
		    "at most %d", what, len, XML_MAX_LEN);
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return err_set(err, ERR_INPUT, "%s:1: a byte order mark",
		    what);
	if (text_is_utf8(text, len))
		return 0;
	for (; p < text + len; p = end + 1, line++) {
		end = memchr(p, '\n', (size_t)(text + len - p));
		if (end == NULL || !text_is_utf8(p, (size_t)(end - p)))
			break;
	}
	return err_set(err, ERR_INPUT, "%s:%zu: not UTF-8", what, line);
}

static int
parse(struct reader *r, size_t len)
{
	enum XML_Error code;

	if (XML_Parse(r->parser, r->text, (int)len, XML_TRUE) ==
	    XML_STATUS_OK && !r->has_failed)
		return 0;
	if (r->has_failed)
		return -1;
	code = XML_GetErrorCode(r->parser);
	(void)err_set(r->err, ERR_INPUT, "%s:%lu: not well-formed XML: %s",
	    r->what, (unsigned long)XML_GetCurrentLineNumber(r->parser),
	    XML_ErrorString(code));
	return code == XML_ERROR_NO_ELEMENTS || code ==
	    XML_ERROR_UNCLOSED_TOKEN ? err_hint(r->err, "the file ends too "
	    "early; it may have been cut off") : -1;
}

int
xml_node_read(const char *text, size_t len, const char *what,
    struct xml_node **out, struct error *err)
{
	struct reader r = { .text = text, .what = what, .err = err };
	int rc;

	*out = NULL;
	if (check_bytes(text, len, what, err) != 0)
		return -1;
	if ((r.parser = XML_ParserCreate("UTF-8")) == NULL)
		return err_set(err, ERR_INTERNAL, "start the XML parser");
	set_handlers(&r);
	rc = parse(&r, len);
	XML_ParserFree(r.parser);
	buf_free(&r.content);
	if (rc != 0) {
		xml_node_free(r.root);
		return -1;
	}
	*out = r.root;
	return 0;
}

const char *
xml_node_attr(const struct xml_node *node, const char *name)
{
	size_t i;

	for (i = 0; i < node->n_attrs; i++)
		if (strcmp(node->attrs[i].name, name) == 0)
			return node->attrs[i].value;
	return NULL;
}

void
xml_node_free(struct xml_node *node)
{
	size_t i;

	if (node == NULL)
		return;
	for (i = 0; i < node->n_children; i++)
		xml_node_free(node->children[i]);
	for (i = 0; i < node->n_attrs; i++) {
		free(node->attrs[i].name);
		free(node->attrs[i].value);
	}
	free(node->children);
	free(node->attrs);
	free(node->name);
	free(node->text);
	free(node);
}
