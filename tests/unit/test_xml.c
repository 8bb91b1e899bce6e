#include "tests/unit/unit.h"

#include "kmgr/base/buf.h"
#include "kmgr/ksr/xml.h"

static struct xml_node *
read_ok(const char *text)
{
	struct error err = ERR_INIT;
	struct xml_node *node;

	unit_ok(xml_node_read(text, strlen(text), "f", &node, &err), &err);
	return node;
}

static void
refused_len(const char *text, size_t len, const char *why)
{
	struct error err = ERR_INIT;
	struct xml_node *node = NULL;

	unit_fails(xml_node_read(text, len, "f", &node, &err), &err,
	    ERR_INPUT, why);
	assert_null(node);
}

static void
refused(const char *text, const char *why)
{

	refused_len(text, strlen(text), why);
}

static void
a_document_is_a_tree(void **state)
{
	struct xml_node *a = read_ok("<?xml version='1.0'?>\n<!-- & -->\n"
	    "<a y='2' x=\"1\">\r\n  <b>\n one\ttwo\n</b><c/>\n"
	    "<b><d></d></b></a>\n<!-- after -->\n");

	(void)state;
	assert_string_equal(a->name, "a");
	assert_int_equal(a->line, 3);
	assert_int_equal(a->n_attrs, 2);
	assert_string_equal(xml_node_attr(a, "x"), "1");
	assert_string_equal(xml_node_attr(a, "y"), "2");
	assert_null(xml_node_attr(a, "z"));
	assert_string_equal(a->text, "");
	assert_int_equal(a->n_children, 3);
	assert_string_equal(a->children[0]->name, "b");
	assert_string_equal(a->children[0]->text, "one\ttwo");
	assert_int_equal(a->children[0]->line, 4);
	assert_string_equal(a->children[1]->name, "c");
	assert_string_equal(a->children[1]->text, "");
	assert_int_equal(a->children[1]->line, 6);
	assert_int_equal(a->children[2]->n_children, 1);
	xml_node_free(a);
	xml_node_free(NULL);
}

static void
what_means_more_than_it_says_is_refused(void **state)
{

	(void)state;
	refused("<!DOCTYPE a>\n<a/>", "f:1: a document type");
	refused("\n<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>",
	    "f:2: a document type");
	refused("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
	    "f:1: a document type");
	refused("<a>\n&b;</a>", "f:2: ");
	refused("<a>\n1&amp;2</a>", "f:2: a reference");
	refused("<a>\n&#49;</a>", "f:2: a reference");
	refused("<a>\n<b c='&#x31;'/></a>", "f:2: a reference");
	refused("<a>\n<![CDATA[1]]></a>", "f:2: a CDATA section");
	refused("<a>\n<!-- 1 --></a>", "f:2: a comment inside");
	refused("<?b c?>\n<a/>", "f:1: a processing instruction");
	refused("<a>\n<?b c?></a>", "f:2: a processing instruction");
	refused("<a/>\n<?b c?>", "f:2: a processing instruction");
	refused("<a>\n<x:b/></a>", "f:2: a name with a prefix");
	refused("<a\nxmlns:x='y'/>", "f:1: a name with a prefix");
	refused("<a>\n1<b/></a>", "f:2: an element behind text");
	refused("<a>\n<b/>1</a>", "f:2: text behind an element");
}

static void
other_encodings_are_refused(void **state)
{

	(void)state;
	refused("<?xml version='1.0' encoding='ISO-8859-1'?>\n<a/>",
	    "f:1: the encoding must be UTF-8");
	refused("\xef\xbb\xbf<a/>", "f:1: a byte order mark");
	refused("<a>\n\xe4</a>", "f:2: not UTF-8");
	refused_len("\xff\xfe<\0a\0/\0>\0", 10, "f:1: not UTF-8");
	refused_len("<\0a\0/\0>\0", 8, "f:1: not UTF-8");
	refused_len("<a>\n1\0</a>", 10, "f:2: not UTF-8");
	refused("<?xml version='1.1'?><a/>", "f:1: ");
	xml_node_free(read_ok("<?xml version='1.0' encoding='utf-8'?><a/>"));
	xml_node_free(read_ok("<a>\xc3\xa4</a>"));
}

static void
what_is_not_well_formed_is_refused(void **state)
{

	(void)state;
	refused("", "f:1: not well-formed");
	refused("<a>\n", "f:2: not well-formed");
	refused("<a>\n</b>", "f:2: not well-formed");
	refused("<a/>\n<b/>", "f:2: not well-formed");
	refused("<a/>\n;; KeySigningRequest", "f:2: not well-formed");
	refused("\n<?xml version='1.0'?><a/>", "f:2: not well-formed");
	refused("<a b='1'\nb='2'/>", "not well-formed XML: duplicate");
	refused("<a b=1/>", "f:1: not well-formed");
	refused("<a>\x01</a>", "f:1: not well-formed");
}

/* n times each, what is in the middle once. */
static void
repeat(struct buf *out, size_t n, const char *before, const char *middle,
    const char *after)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(out, "%s", before);
	buf_printf(out, "%s", middle);
	for (i = 0; i < n; i++)
		buf_printf(out, "%s", after);
}

/* With n of them read, with one more refused. */
static void
check_limit(size_t n, const char *begin, const char *before,
    const char *middle, const char *after, const char *end, const char *why)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s", begin);
	repeat(&text, n, before, middle, after);
	buf_printf(&text, "%s", end);
	xml_node_free(read_ok(buf_text(&text)));
	buf_free(&text);
	buf_printf(&text, "%s", begin);
	repeat(&text, n + 1, before, middle, after);
	buf_printf(&text, "%s", end);
	refused(buf_text(&text), why);
	buf_free(&text);
}

static void
everything_has_a_limit(void **state)
{
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	check_limit(XML_DEPTH_MAX, "", "<a>", "", "</a>", "",
	    "f:1: elements nested more than 8 deep");
	check_limit(XML_NODES_MAX - 1, "<a>", "<b/>", "", "", "</a>",
	    "f:1: more than 50000 elements");
	check_limit(XML_TEXT_MAX, "<a>", "t", "", "", "</a>",
	    "f:1: a text of more than 4096 bytes");
	check_limit(XML_VALUE_MAX, "<a b='", "v", "", "", "'/>",
	    "f:1: an attribute of more than 1024 bytes");
	check_limit(XML_NAME_MAX, "<a ", "n", "", "", "='1'/>",
	    "f:1: a name of more than 64 bytes");
	check_limit(XML_NAME_MAX, "<", "n", "", "", "/>",
	    "f:1: a name of more than 64 bytes");
	check_limit(XML_MAX_LEN - 4, "", " ", "<a/>", "", "",
	    "f: 1048577 bytes; a document has at most 1048576");
	buf_printf(&text, "<a");
	for (i = 0; i < XML_ATTRS_MAX; i++)
		buf_printf(&text, " b%zu=''", i);
	buf_printf(&text, "/>");
	xml_node_free(read_ok(buf_text(&text)));
	text.len -= 2;
	buf_printf(&text, " c=''/>");
	refused(buf_text(&text), "f:1: an element with more than 8");
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_a_tree),
		cmocka_unit_test(what_means_more_than_it_says_is_refused),
		cmocka_unit_test(other_encodings_are_refused),
		cmocka_unit_test(what_is_not_well_formed_is_refused),
		cmocka_unit_test(everything_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
