#include "tests/unit/unit.h"

#include "kmgr/base/buf.h"

static void
begins_empty(void **state)
{
	struct buf buf = BUF_INIT;
	char *text;

	(void)state;
	assert_string_equal(buf_text(&buf), "");
	text = buf_take(&buf);
	assert_string_equal(text, "");
	free(text);
	buf_free(&buf);
	buf_free(&buf);
	buf_add(&buf, NULL, 0);
	assert_int_equal(buf.len, 0);
	assert_string_equal(buf_text(&buf), "");
	buf_printf(&buf, "%s", "");
	assert_int_equal(buf.len, 0);
	buf_free(&buf);
}

static void
writes_integers(void **state)
{
	static const int64_t numbers[] = { 0, 7, -1, 10, INT64_MAX, INT64_MIN };
	struct buf buf = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		buf_add_int(&buf, numbers[i]);
		buf_add(&buf, " ", 1);
	}
	assert_string_equal(buf_text(&buf), "0 7 -1 10 9223372036854775807 "
	    "-9223372036854775808 ");
	buf_free(&buf);
}

static void
grows(void **state)
{
	struct buf buf = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		buf_add_u8(&buf, (uint8_t)i);
		assert_int_equal(buf.data[buf.len], 0);
	}
	assert_int_equal(buf.len, 100000);
	for (i = 0; i < 100000; i++)
		assert_int_equal(buf.data[i], (uint8_t)i);
	buf_free(&buf);
	/* Around the first size, with the final 0. */
	for (i = 250; i < 260; i++) {
		char bytes[260];

		memset(bytes, 'x', sizeof(bytes));
		buf_add(&buf, bytes, i);
		assert_int_equal(strlen(buf_text(&buf)), i);
		buf_free(&buf);
	}
}

static void
numbers_are_in_network_order(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	buf_add_u8(&buf, 0x01);
	buf_add_u16(&buf, 0x0203);
	buf_add_u32(&buf, 0x04050607);
	buf_add_u16(&buf, 0xfffe);
	buf_add_u32(&buf, 0xfdfcfbfa);
	assert_int_equal(buf.len, 13);
	assert_memory_equal(buf.data,
	    "\1\2\3\4\5\6\7\xff\xfe\xfd\xfc\xfb\xfa", 13);
	buf_free(&buf);
}

static void
texts_are_added_without_their_end(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	buf_add_text(&buf, "");
	assert_string_equal(buf_text(&buf), "");
	buf_add_text(&buf, "signed: ");
	buf_add_text(&buf, "100%s");
	assert_int_equal(buf.len, 13);
	assert_string_equal(buf_text(&buf), "signed: 100%s");
	buf_free(&buf);
}

/* It may fit, with the final 0 or without, or not at all. */
static void
formats_up_to_the_end(void **state)
{
	char text[800];
	struct buf buf;
	size_t len, filled;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (filled = 0; filled < 300; filled += 37)
		for (len = 500; len > 0; len--) {
			buf = (struct buf)BUF_INIT;
			buf_add(&buf, text, filled);
			buf_printf(&buf, "%.*s", (int)len, text);
			assert_int_equal(buf.len, filled + len);
			assert_int_equal(strlen(buf_text(&buf)), buf.len);
			assert_memory_equal(buf.data, text, buf.len);
			buf_free(&buf);
		}
}

static void
formats(void **state)
{
	struct buf buf = BUF_INIT;
	char long_text[1000];

	(void)state;
	memset(long_text, 'y', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	buf_printf(&buf, "%d %s;", 5, "x");
	buf_printf(&buf, "%s", long_text);
	assert_int_equal(buf.len, 4 + 999);
	assert_memory_equal(buf_text(&buf), "5 x;yyy", 7);
	assert_int_equal(strlen(buf_text(&buf)), buf.len);
	buf_free(&buf);
}

static void
content_can_be_taken(void **state)
{
	struct buf buf = BUF_INIT;
	char *text;

	(void)state;
	buf_printf(&buf, "mine");
	text = buf_take(&buf);
	assert_string_equal(text, "mine");
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
	buf_printf(&buf, "next");
	assert_string_equal(text, "mine");
	assert_string_equal(buf_text(&buf), "next");
	free(text);
	buf_free(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_empty),
		cmocka_unit_test(grows),
		cmocka_unit_test(writes_integers),
		cmocka_unit_test(numbers_are_in_network_order),
		cmocka_unit_test(texts_are_added_without_their_end),
		cmocka_unit_test(formats_up_to_the_end),
		cmocka_unit_test(formats),
		cmocka_unit_test(content_can_be_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
