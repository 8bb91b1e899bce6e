/* What is told again, and when. */
#include <stdio.h>

#include "kmgr/base/told.h"
#include "tests/unit/unit.h"

#define S 1000			/* milliseconds */
#define N 1000

static void
what_stays_is_told_once_an_hour(void **state)
{
	struct told told = { 0 };

	(void)state;
	assert_true(told_is_new(&told, "a", 0, TOLD_MAX_S));
	told_settle(&told, 0);
	assert_false(told_is_new(&told, "a", 60 * S, TOLD_MAX_S));
	assert_true(told_is_new(&told, "b", 60 * S, TOLD_MAX_S));
	told_settle(&told, 60 * S);
	assert_false(told_is_new(&told, "a", 3599 * S, TOLD_MAX_S));
	assert_true(told_is_new(&told, "a", 3600 * S, TOLD_MAX_S));
	told_settle(&told, 3600 * S);
	assert_false(told_is_new(&told, "a", 7199 * S, TOLD_MAX_S));
	/* What was not heard of for an hour is forgotten. */
	told_settle(&told, 7200 * S);
	assert_int_equal(told.n, 0);
	assert_true(told_is_new(&told, "a", 7200 * S, TOLD_MAX_S));
	told_clear(&told);
}

static void
a_pause_may_be_shorter(void **state)
{
	struct told told = { 0 };

	(void)state;
	assert_true(told_is_new(&told, "a", 0, 60));
	told_settle(&told, 0);
	assert_false(told_is_new(&told, "a", 59 * S, 60));
	assert_true(told_is_new(&told, "a", 60 * S, 60));
	told_clear(&told);
}

/* Two keys of a zone may wait for the same: each pass has both lines. */
static void
a_pass_tells_all_it_has(void **state)
{
	struct told told = { 0 };

	(void)state;
	assert_true(told_is_new(&told, "a", 0, TOLD_MAX_S));
	assert_true(told_is_new(&told, "a", 0, TOLD_MAX_S));
	told_settle(&told, 0);
	assert_int_equal(told.n, 1);
	assert_false(told_is_new(&told, "a", S, TOLD_MAX_S));
	told_clear(&told);
	assert_true(told_is_new(&told, "a", S, TOLD_MAX_S));
	told_clear(&told);
}

static void
many_are_found(void **state)
{
	struct told told = { 0 };
	char line[32];
	int i, pass;

	(void)state;
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < N; i++) {
			(void)snprintf(line, sizeof(line), "zone%d", i);
			assert_int_equal(told_is_new(&told, line, pass * S,
			    TOLD_MAX_S), pass == 0);
		}
		told_settle(&told, pass * S);
		assert_int_equal(told.n, N);
	}
	told_clear(&told);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_is_told_once_an_hour),
		cmocka_unit_test(a_pause_may_be_shorter),
		cmocka_unit_test(a_pass_tells_all_it_has),
		cmocka_unit_test(many_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
