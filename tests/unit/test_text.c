#include "tests/unit/unit.h"

#include "kmgr/base/text.h"

static void
reads_numbers(void **state)
{
	static const struct { const char *text; int64_t v; } good[] = {
		{ "0", 0 }, { "1", 1 }, { "-1", -1 }, { "4096", 4096 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
	};
	static const char *const bad[] = { "", "-", "-0", "00", "01", "-01",
		"+1", " 1", "1 ", "1x", "0x1", "1e3", "1.0", "--1", "\n1",
		"9223372036854775808", "-9223372036854775809",
		"99999999999999999999999999" };
	struct error err = ERR_INIT;
	int64_t v = 5;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(text_to_int(good[i].text, INT64_MIN, INT64_MAX, &v,
		    &err), &err);
		assert_true(v == good[i].v);
	}
	v = 5;
	for (i = 0; i < N_OF(bad); i++)
		unit_fails(text_to_int(bad[i], INT64_MIN, INT64_MAX, &v,
		    &err), &err, ERR_INPUT, "");
	assert_int_equal(v, 5);
	unit_ok(text_to_int("-3", -3, 7, &v, &err), &err);
	unit_ok(text_to_int("7", -3, 7, &v, &err), &err);
	unit_fails(text_to_int("8", -3, 7, &v, &err), &err, ERR_INPUT,
	    "8 is not within -3 and 7");
	unit_fails(text_to_int("-4", -3, 7, &v, &err), &err, ERR_INPUT,
	    "-4 is not within -3 and 7");
}

static void
reads_hex(void **state)
{
	static const char *const bad[] = { "0", "0g", "g0", "00 ", " 0",
		"0x", "000", "\xc3\xbc" };
	struct error err = ERR_INIT;
	uint8_t out[4] = { 9, 9, 9, 9 };
	size_t len, i;
	char hex[9];

	(void)state;
	unit_ok(text_from_hex("", out, 4, &len, &err), &err);
	assert_int_equal(len, 0);
	unit_ok(text_from_hex("00Ff7aA9", out, 4, &len, &err), &err);
	assert_int_equal(len, 4);
	assert_memory_equal(out, "\x00\xff\x7a\xa9", 4);
	assert_string_equal(text_hex(out, 4, hex), "00ff7aa9");
	assert_string_equal(text_hex(out, 0, hex), "");
	unit_fails(text_from_hex("0011223344", out, 4, &len, &err), &err,
	    ERR_INPUT, "at most 8");
	unit_ok(text_from_hex("aa", out, 1, &len, &err), &err);
	unit_fails(text_from_hex("aabb", out, 1, &len, &err), &err,
	    ERR_INPUT, "at most 2");
	unit_fails(text_from_hex("00gg", out, 4, &len, &err), &err,
	    ERR_INPUT, "position 3");
	for (i = 0; i < N_OF(bad); i++)
		unit_fails(text_from_hex(bad[i], out, 4, &len, &err), &err,
		    ERR_INPUT, "hex digit");
}

static void
knows_utf8(void **state)
{
	static const struct { const char *text; size_t len; bool is; } t[] = {
		{ "", 0, true },
		{ "abc", 3, true },
		{ "\0", 1, false },
		{ "a\0b", 3, false },
		{ "\x01\x7f", 2, true },
		{ "\xc3\xbc", 2, true },
		{ "\xc3", 1, false },
		{ "\xc3" "a", 2, false },
		{ "\x80", 1, false },
		{ "\xbf", 1, false },
		{ "\xc0\x80", 2, false },		/* overlong */
		{ "\xc1\xbf", 2, false },
		{ "\xc2\x80", 2, true },
		{ "\xdf\xbf", 2, true },
		{ "\xe0\x9f\xbf", 3, false },		/* overlong */
		{ "\xe0\xa0\x80", 3, true },
		{ "\xe2\x82", 2, false },
		{ "\xe2\x82\xac", 3, true },
		{ "\xe2\x28\xa1", 3, false },
		{ "\xe2\x82\x28", 3, false },
		{ "\xed\x9f\xbf", 3, true },
		{ "\xed\xa0\x80", 3, false },		/* surrogate */
		{ "\xed\xbf\xbf", 3, false },
		{ "\xee\x80\x80", 3, true },
		{ "\xef\xbf\xbd", 3, true },
		{ "\xc2\xc0", 2, false },
		{ "\xe2\x82\xc0", 3, false },
		{ "\xf0\x8f\xbf\xbf", 4, false },	/* overlong */
		{ "\xf0\x90\x80\x80", 4, true },
		{ "\xf0\x9f\x94\x91", 4, true },
		{ "\xf0\x9f\x94", 3, false },
		{ "\xf4\x8f\xbf\xbf", 4, true },
		{ "\xf4\x90\x80\x80", 4, false },	/* above U+10FFFF */
		{ "\xf5\x80\x80\x80", 4, false },
		{ "\xff", 1, false },
		{ "ok\xc3\xbcok\xff", 7, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++)
		if (text_is_utf8(t[i].text, t[i].len) != t[i].is)
			fail_msg("row %zu", i);
}

static void
knows_labels(void **state)
{
	static const char *const good[] = { "a", "A", "9", "a.b_c-d", "x-" };
	static const char *const bad[] = { "", "-a", ".a", "_a", "a b", "a/b",
		"a\n", "\xc3\xbc", "a\xc3\xbc", "a:b" };
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++)
		assert_true(text_is_label(good[i], 10));
	for (i = 0; i < N_OF(bad); i++)
		assert_false(text_is_label(bad[i], 10));
	assert_true(text_is_label("abc", 3));
	assert_false(text_is_label("abcd", 3));
}

static void
finds_in_lists(void **state)
{
	static const char *const list[] = { "a", "b", "ab" };

	(void)state;
	assert_int_equal(text_is_one_of("a", list, 3), 0);
	assert_int_equal(text_is_one_of("ab", list, 3), 2);
	assert_int_equal(text_is_one_of("ab", list, 2), -1);
	assert_int_equal(text_is_one_of("", list, 3), -1);
	assert_int_equal(text_is_one_of("A", list, 3), -1);
	assert_int_equal(text_is_one_of("a", list, 0), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(reads_hex),
		cmocka_unit_test(knows_utf8),
		cmocka_unit_test(knows_labels),
		cmocka_unit_test(finds_in_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
