#include "tests/unit/unit.h"

#include "kmgr/dns/name.h"

/* As many labels of n octets as fit, then rest. */
static void
fill(char *out, size_t n_labels, size_t n, const char *rest)
{
	size_t i, j;

	for (i = 0; i < n_labels; i++) {
		for (j = 0; j < n; j++)
			*out++ = 'a';
		*out++ = '.';
	}
	(void)strcpy(out, rest);
}

static void
reads_wire_form(void **state)
{
	static const struct { const char *text, *wire; size_t len; } good[] = {
		{ ".", "", 1 },
		{ "example.com.", "\7example\3com", 13 },
		{ "example.com", "\7example\3com", 13 },
		{ "EXAMPLE.Com.", "\7example\3com", 13 },
		{ "*.example.", "\1*\7example", 11 },
		{ "a\\.b.c", "\3a.b\1c", 7 },
		{ "\\065\\066.c", "\2ab\1c", 6 },
		{ "\\000.c", "\1\0\1c", 5 },
		{ "\\255.c", "\1\377\1c", 5 },
		{ "\\@\\\\.c", "\2@\\\1c", 6 },
		{ "a@b$c", "\5a@b$c", 7 },
		{ "_dns.x-1.", "\4_dns\3x-1", 10 },
		{ "\\A.", "\1a", 3 },
		{ "\\~.", "\1~", 3 },
	};
	struct error err = ERR_INIT;
	struct name name;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(name_read(good[i].text, &name, &err), &err);
		assert_int_equal(name.len, good[i].len);
		assert_memory_equal(name.wire, good[i].wire, name.len);
	}
}

static void
refuses_what_is_no_name(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "", "empty" },
		{ "@", "@" },
		{ "..", "empty label" },
		{ ".a", "empty label" },
		{ "a..b", "empty label" },
		{ "a..", "empty label" },
		{ "a b", "must be escaped" },
		{ "a\tb", "must be escaped" },
		{ "a\"b", "must be escaped" },
		{ "a(b", "must be escaped" },
		{ "a)b", "must be escaped" },
		{ "a;b", "must be escaped" },
		{ "a\x7f", "must be escaped" },
		{ "b\xc3\xbc" "cher.example", "outside ASCII" },
		{ "\x80", "outside ASCII" },
		{ "a\\", "bad escape" },
		{ "a\\1", "bad escape" },
		{ "a\\12", "bad escape" },
		{ "a\\12x", "bad escape" },
		{ "a\\1x2", "bad escape" },
		{ "a\\\x7f", "bad escape" },
		{ "a\\256", "bad escape" },
		{ "a\\999", "bad escape" },
		{ "a\\\tb", "bad escape" },
		{ "a\\\xc3\xbc", "bad escape" },
	};
	struct error err = ERR_INIT;
	struct name name = { .len = 77 };
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		unit_fails(name_read(bad[i].text, &name, &err), &err,
		    ERR_INPUT, bad[i].why);
		assert_int_equal(name.len, 77);
	}
}

static void
keeps_limits(void **state)
{
	struct error err = ERR_INIT;
	char text[2048];
	struct name name;

	(void)state;
	fill(text, 1, 63, "");
	unit_ok(name_read(text, &name, &err), &err);
	fill(text, 1, 64, "");
	unit_fails(name_read(text, &name, &err), &err, ERR_INPUT, "63");
	/* 3 * 64 + 62 + 1 = 255 */
	fill(text, 3, 63, "");
	fill(text + 192, 1, 61, "");
	unit_ok(name_read(text, &name, &err), &err);
	assert_int_equal(name.len, 255);
	text[192 + 61] = '\0';
	unit_ok(name_read(text, &name, &err), &err);
	assert_int_equal(name.len, 255);
	fill(text + 192, 1, 62, "");
	unit_fails(name_read(text, &name, &err), &err, ERR_INPUT, "255");
	text[192 + 62] = '\0';
	unit_fails(name_read(text, &name, &err), &err, ERR_INPUT, "255");
	fill(text, 127, 1, "");
	unit_ok(name_read(text, &name, &err), &err);
	assert_int_equal(name.len, 255);
	assert_int_equal(name_labels(&name), 127);
	fill(text, 128, 1, "");
	unit_fails(name_read(text, &name, &err), &err, ERR_INPUT, "255");
}

static void
reads_relative_names(void **state)
{
	static const struct { const char *text, *origin, *whole; } good[] = {
		{ "www", "example.com.", "www.example.com." },
		{ "www.", "example.com.", "www." },
		{ "@", "example.com.", "example.com." },
		{ "@", ".", "." },
		{ ".", "example.com.", "." },
		{ "www", ".", "www." },
		{ "example.com", "example.com.", "example.com.example.com." },
		/* The final dot is part of a label, and then it is not. */
		{ "a\\.", "b.", "a\\..b." },
		{ "a\\\\.", "b.", "a\\\\." },
		{ "a\\\\\\.", "b.", "a\\\\\\..b." },
		{ "a\\046", "b.", "a\\..b." },
	};
	struct error err = ERR_INIT;
	struct name origin, name;
	char text[NAME_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(name_read(good[i].origin, &origin, &err), &err);
		unit_ok(name_read_relative(good[i].text, &origin, &name,
		    &err), &err);
		assert_string_equal(name_text(&name, text), good[i].whole);
	}
	unit_fails(name_read_relative("", &origin, &name, &err), &err,
	    ERR_INPUT, "empty");
	unit_fails(name_read_relative("a..", &origin, &name, &err), &err,
	    ERR_INPUT, "empty label");
}

static void
text_is_read_back(void **state)
{
	struct error err = ERR_INIT;
	struct name name = { .len = 4, .wire = { 2, 'x', 0, 0 } }, again;
	char text[NAME_TEXT_MAX];
	unsigned int c;

	(void)state;
	for (c = 0; c < 256; c++) {
		if (c >= 'A' && c <= 'Z')
			continue;
		name.wire[2] = (uint8_t)c;
		unit_ok(name_read(name_text(&name, text), &again, &err), &err);
		assert_true(name_is_same(&name, &again));
		unit_ok(name_read(name_file(&name, text), &again, &err), &err);
		assert_true(name_is_same(&name, &again));
		assert_null(strchr(text, '/'));
		name.wire[2] = 'x';
		name.wire[1] = (uint8_t)c;
		unit_ok(name_read(name_text(&name, text), &again, &err), &err);
		assert_true(name_is_same(&name, &again));
		name.wire[1] = 'x';
	}
	unit_ok(name_read("a/b.c/", &name, &err), &err);
	assert_string_equal(name_file(&name, text), "a\\047b.c\\047");
	unit_ok(name_read(".", &name, &err), &err);
	assert_string_equal(name_file(&name, text), "root");
	unit_ok(name_read("!~\\127", &name, &err), &err);
	assert_string_equal(name_text(&name, text), "!~\\127.");
	unit_ok(name_read("a\\000\\$\\@\\\"\\(\\)\\;\\ b", &name, &err),
	    &err);
	assert_string_equal(name_text(&name, text),
	    "a\\000\\$\\@\\\"\\(\\)\\;\\032b.");
}

static void
longest_text_fits(void **state)
{
	struct error err = ERR_INIT;
	uint8_t wire[255] = { 0 };
	char text[NAME_TEXT_MAX];
	struct name name, again;
	size_t at;

	(void)state;
	for (at = 0; at < 254; at += 1 + (size_t)wire[at]) {
		wire[at] = at < 192 ? 63 : 61;
		memset(wire + at + 1, 0xff, wire[at]);
	}
	unit_ok(name_from_wire(wire, 255, &name, &err), &err);
	assert_int_equal(strlen(name_text(&name, text)), 250 * 4 + 4);
	unit_ok(name_read(text, &again, &err), &err);
	assert_true(name_is_same(&name, &again));
}

static void
takes_wire_form(void **state)
{
	static const struct { const char *wire; size_t len; } bad[] = {
		{ "", 0 },
		{ "\1a", 2 },			/* no root */
		{ "\1", 1 },			/* no label */
		{ "\3ab", 4 },			/* label beyond the end */
		{ "\1a\0", 4 },			/* more behind the root */
		{ "\0\0", 2 },
		{ "\1a\300\0", 4 },		/* compressed */
		{ "\100aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaa", 66 },
	};
	struct error err = ERR_INIT;
	uint8_t wire[300];
	struct name name;
	size_t i;

	(void)state;
	unit_ok(name_from_wire((const uint8_t *)"\3wWw\1Z", 7, &name, &err),
	    &err);
	assert_memory_equal(name.wire, "\3www\1z", 7);
	unit_ok(name_from_wire((const uint8_t *)"", 1, &name, &err), &err);
	assert_int_equal(name.len, 1);
	for (i = 0; i < N_OF(bad); i++)
		unit_fails(name_from_wire((const uint8_t *)bad[i].wire,
		    bad[i].len, &name, &err), &err, ERR_INPUT, "domain name");
	for (i = 0; i < 256; i += 2) {
		wire[i] = 1;
		wire[i + 1] = 'a';
	}
	wire[254] = 0;
	unit_ok(name_from_wire(wire, 255, &name, &err), &err);
	wire[254] = 1;
	wire[256] = 0;
	unit_fails(name_from_wire(wire, 257, &name, &err), &err, ERR_INPUT,
	    "257");
}

static void
knows_family(void **state)
{
	static const struct { const char *a, *b; bool below; } pairs[] = {
		{ "a.example.", "example.", true },
		{ "a.b.example.", "example.", true },
		{ "example.", ".", true },
		{ "example.", "example.", false },
		{ "example.", "a.example.", false },
		{ "aexample.", "example.", false },
		{ "x\\.example.", "example.", false },
		{ ".", ".", false },
		{ "EXAMPLE.org.", "ORG.", true },
		/* The octets of an ancestor's wire form inside a label. */
		{ "x\\007example.", "example.", false },
	};
	struct error err = ERR_INIT;
	struct name a, b;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(pairs); i++) {
		unit_ok(name_read(pairs[i].a, &a, &err), &err);
		unit_ok(name_read(pairs[i].b, &b, &err), &err);
		assert_int_equal(name_is_below(&a, &b), pairs[i].below);
	}
	unit_ok(name_read("A.example", &a, &err), &err);
	unit_ok(name_read("a.EXAMPLE.", &b, &err), &err);
	assert_true(name_is_same(&a, &b));
	unit_ok(name_read("b.example.", &b, &err), &err);
	assert_false(name_is_same(&a, &b));
}

static void
counts_labels(void **state)
{
	static const struct { const char *text; uint8_t n; bool star; } t[] = {
		{ ".", 0, false },
		{ "com.", 1, false },
		{ "a.b.c.", 3, false },
		{ "*.b.c.", 2, true },
		{ "*.", 0, true },
		{ "a.*.c.", 3, false },
		{ "*a.c.", 2, false },
		{ "\\*.c.", 1, true },
	};
	struct error err = ERR_INIT;
	struct name name;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++) {
		unit_ok(name_read(t[i].text, &name, &err), &err);
		assert_int_equal(name_labels(&name), t[i].n);
		assert_int_equal(name_is_wildcard(&name), t[i].star);
	}
}

static void
orders_as_signers_do(void **state)
{
	/* RFC 4034 s6.1, and the edges of it. */
	static const char *const sorted[] = { ".", "example.", "a.example.",
		"yljkjljk.a.example.", "z.a.example.", "zabc.a.example.",
		"z.example.", "\\001.z.example.", "*.z.example.",
		"\\200.z.example.", "za.example.", "example1." };
	struct name a, b;
	struct error err = ERR_INIT;
	size_t i, k;

	(void)state;
	for (i = 0; i < N_OF(sorted); i++)
		for (k = 0; k < N_OF(sorted); k++) {
			unit_ok(name_read(sorted[i], &a, &err), &err);
			unit_ok(name_read(sorted[k], &b, &err), &err);
			assert_int_equal(name_order(&a, &b) < 0, i < k);
			assert_int_equal(name_order(&a, &b) > 0, i > k);
		}
}

static void
makes_wildcards(void **state)
{
	struct error err = ERR_INIT;
	struct name a, b;

	(void)state;
	unit_ok(name_read("b.example.", &a, &err), &err);
	unit_ok(name_read("*.b.example.", &b, &err), &err);
	a = name_wildcard(&a);
	assert_true(name_is_same(&a, &b));
	unit_ok(name_read(".", &a, &err), &err);
	unit_ok(name_read("*.", &b, &err), &err);
	a = name_wildcard(&a);
	assert_true(name_is_same(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_wire_form),
		cmocka_unit_test(refuses_what_is_no_name),
		cmocka_unit_test(keeps_limits),
		cmocka_unit_test(reads_relative_names),
		cmocka_unit_test(text_is_read_back),
		cmocka_unit_test(longest_text_fits),
		cmocka_unit_test(takes_wire_form),
		cmocka_unit_test(knows_family),
		cmocka_unit_test(counts_labels),
		cmocka_unit_test(orders_as_signers_do),
		cmocka_unit_test(makes_wildcards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
