#include "tests/unit/unit.h"

#include "kmgr/dns/lexer.h"

/*
 * The entries of text as "line:field|field|", an indented one with a blank
 * before its line, entries parted by " / ".
 */
static void
check(const char *text, const char *expected)
{
	struct error err = ERR_INIT;
	char got[512] = "";
	struct lexer lexer;
	size_t i, n = 0;
	int rc;

	unit_ok(lexer_init(&lexer, text, strlen(text), &err), &err);
	while ((rc = lexer_next(&lexer, &err)) == 1) {
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s%zu:",
		    n == 0 ? "" : " / ", lexer.is_indented ? " " : "",
		    lexer.entry_line);
		for (i = 0; i < lexer.n_fields; i++)
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s|",
			    lexer.fields[i]);
	}
	unit_ok(rc, &err);
	lexer_clear(&lexer);
	assert_string_equal(got, expected);
}

/* Reading text fails in this line with this message. */
static void
refused(const char *text, size_t len, size_t line, const char *why)
{
	struct error err = ERR_INIT;
	struct lexer lexer;
	int rc;

	rc = lexer_init(&lexer, text, len, &err);
	while (rc == 0 && (rc = lexer_next(&lexer, &err)) == 1)
		rc = 0;
	unit_fails(rc, &err, ERR_INPUT, why);
	assert_int_equal(lexer.line, line);
	lexer_clear(&lexer);
}

static void
parts_fields(void **state)
{

	(void)state;
	check("", "");
	check("\n\n", "");
	check("a b\tc\n", "1:a|b|c|");
	check("a\nb\n", "1:a| / 2:b|");
	check("\n\n a\n\tb\nc\n", " 3:a| /  4:b| / 5:c|");
	check("a  \t b \n", "1:a|b|");
	check("a\r\nb c\r\n\r\n", "1:a| / 2:b|c|");
	check("; nothing\na ;b\n;\n  ; c\nd;e\n", "2:a| / 5:d|");
	check("a\\ b \\; \\( \\\" c\n", "1:a\\ b|\\;|\\(|\\\"|c|");
	check("a \"b c;()\" \"d\\\"e\" f=\"g h\"i\n",
	    "1:a|\"b c;()\"|\"d\\\"e\"|f=\"g h\"i|");
	check("; \xc3\xbc\n\"\xc3\xbc\"\n", "2:\"\xc3\xbc\"|");
}

static void
parentheses_join_lines(void **state)
{

	(void)state;
	check("a ( b\n c ) d\ne\n", "1:a|b|c|d| / 3:e|");
	check("a(b)c\n", "1:a|b|c|");
	check("a ( ; one )\n ; two\n\n b ; three\n) ; four\nc\n",
	    "1:a|b| / 6:c|");
	check("(a\nb)\nc\n", "1:a|b| / 3:c|");
	check(" ( a )\n", " 1:a|");
	check("a () ( b )\n", "1:a|b|");
	check("()\na\n", "2:a|");
	check("a \"(\" b\nc\n", "1:a|\"(\"|b| / 2:c|");
	check("a (\r\n b\r\n)\r\nc\r\n", "1:a|b| / 4:c|");
}

static void
refuses_what_is_not_balanced(void **state)
{
	static const struct { const char *text; size_t line;
	    const char *why; } bad[] = {
		{ "a\nb ( c\nd\n", 2, "never closed" },
		{ "a (\n", 1, "never closed" },
		{ "a )\n", 1, "no partner" },
		{ "\na ( ( b ) )\n", 2, "no partner" },
		{ "a ( b\n ( c )\n", 2, "no partner" },
		{ "a ( b ) )\n", 1, "no partner" },
		{ "a ; (\n)\n", 2, "no partner" },
		{ "a \"b\nc\"\n", 1, "open quote" },
		{ "\n\n\"\n", 3, "open quote" },
		{ "a ( \"\n\" )\n", 1, "open quote" },
		{ "a\n\"\\\"\n", 2, "open quote" },
		{ "a\\\n", 1, "backslash" },
		{ "a \"b\\\nc\"\n", 1, "backslash" },
		{ "a\\\r\n", 1, "backslash" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++)
		refused(bad[i].text, strlen(bad[i].text), bad[i].line,
		    bad[i].why);
}

static void
refuses_what_is_no_text(void **state)
{
	static const struct { const char *text; size_t len, line;
	    const char *why; } bad[] = {
		{ "a", 1, 1, "no end" },
		{ "a\nb\nc", 5, 3, "no end" },
		{ "a\n ", 3, 2, "no end" },
		{ "a\r", 2, 1, "no end" },
		{ "\xef\xbb\xbf" "a\n", 5, 1, "byte order mark" },
		{ "\xef\xbb\xbf", 3, 1, "byte order mark" },
		{ "a\0\n", 3, 1, "0x00" },
		{ "a\n;\0\n", 5, 2, "0x00" },
		{ "a\rb\n", 4, 1, "0x0d" },
		{ "a\r\r\n", 4, 1, "0x0d" },
		{ "a\n\n\x1b[1m\n", 8, 3, "0x1b" },
		{ "; \f\n", 4, 1, "0x0c" },
		{ "a\v\n", 3, 1, "0x0b" },
		{ "a\x7f\n", 3, 1, "0x7f" },
		{ "a\n\xff\n", 4, 2, "UTF-8" },
		{ ";\xc3\n", 3, 1, "UTF-8" },
		{ "\xc0\x80\n", 3, 1, "UTF-8" },
		{ "\xed\xa0\x80\n", 4, 1, "UTF-8" },
		{ "\xfe\xff\0a\0\n", 6, 1, "0x00" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++)
		refused(bad[i].text, bad[i].len, bad[i].line, bad[i].why);
}

static void
limits_fields(void **state)
{
	const size_t len = 2 * (size_t)LEXER_FIELDS_MAX;
	struct error err = ERR_INIT;
	struct lexer lexer;
	char *text;
	size_t i;

	(void)state;
	text = malloc(len + 3);
	assert_non_null(text);
	for (i = 0; i < len; i += 2)
		memcpy(text + i, "a ", 2);
	memcpy(text + len, "\na\n", 3);
	unit_ok(lexer_init(&lexer, text, len + 1, &err), &err);
	assert_int_equal(lexer_next(&lexer, &err), 1);
	assert_int_equal(lexer.n_fields, LEXER_FIELDS_MAX);
	lexer_clear(&lexer);
	text[len] = ' ';
	refused(text, len + 3, 1, "fields");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_fields),
		cmocka_unit_test(parentheses_join_lines),
		cmocka_unit_test(refuses_what_is_not_balanced),
		cmocka_unit_test(refuses_what_is_no_text),
		cmocka_unit_test(limits_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
