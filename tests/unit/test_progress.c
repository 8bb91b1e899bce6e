/* kmgr/base/progress.c */
#include "tests/unit/unit.h"

#include "kmgr/base/progress.h"

static void
assert_text(size_t done, size_t all, size_t step_n, int64_t elapsed_ms,
    const char *text)
{
	struct buf out = BUF_INIT;

	progress_text(done, all, step_n, elapsed_ms, &out);
	assert_string_equal(buf_text(&out), text);
	buf_free(&out);
}

static void
test_text(void **state)
{

	(void)state;
	assert_text(0, 3, 0, 0, "0 of 3");
	assert_text(64, 1000, 64, 999, "64 of 1,000");
	assert_text(12345, 100000, 11725, 5000,
	    "12,345 of 100,000, 2,345/s, 37 s left");
	/* A million zones, and one in three seconds. */
	assert_text(1000000, 1234567, 1000000, 3600000,
	    "1,000,000 of 1,234,567, 277/s, 14 min left");
	assert_text(1, 10000, 1, 3000, "1 of 10,000, 8 h left");
	assert_text(3, 3, 3, 2000, "3 of 3, 1/s");
}

/* Nobody knows how many there are. */
static void
test_open_end(void **state)
{

	(void)state;
	assert_text(1024, 0, 1024, 2000, "1,024, 512/s");
}

/* What is written to a stream in all. */
static char *
shown(void (*act)(struct progress *), char *text, size_t room)
{
	FILE *to = fmemopen(text, room, "w");
	struct progress progress = { .what = "sign", .to = to };

	assert_non_null(to);
	act(&progress);
	progress_erase(&progress);
	(void)fclose(to);
	return text;
}

static void
two_at_once(struct progress *progress)
{

	progress_show(progress, 1, 3);
	progress_show(progress, 2, 3);
}

static void
two_with_a_result_between(struct progress *progress)
{

	progress_show(progress, 1, 3);
	progress_erase(progress);
	progress_show(progress, 2, 3);
}

static void
one_of_one(struct progress *progress)
{

	progress_show(progress, 1, 1);
}

static void
test_show(void **state)
{
	char text[256] = "";

	(void)state;
	assert_string_equal(shown(two_at_once, text, sizeof(text)),
	    "\rsign: 1 of 3\033[K\r\033[K");
	memset(text, 0, sizeof(text));
	assert_string_equal(shown(two_with_a_result_between, text,
	    sizeof(text)), "\rsign: 1 of 3\033[K\r\033[K");
	memset(text, 0, sizeof(text));
	assert_string_equal(shown(one_of_one, text, sizeof(text)), "");
	progress_erase(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_open_end),
		cmocka_unit_test(test_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
