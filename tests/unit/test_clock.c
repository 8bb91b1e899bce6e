#include "tests/unit/unit.h"

#include "kmgr/base/when.h"
#include "kmgr/engine/clock.h"

#define MINUTE 60
#define DAY    (24 * 60 * MINUTE)
#define NOW    INT64_C(1800000000)

static void
test_judge(void **state)
{
	static const struct {
		int64_t			 last_at, now_at;
		enum clock_verdict	 verdict;
	} rows[] = {
		{ NOW, NOW, CLOCK_FINE },
		{ NOW, NOW - 5 * MINUTE, CLOCK_FINE },
		{ NOW, NOW - 5 * MINUTE - 1, CLOCK_BEHIND },
		{ NOW, NOW + 100 * DAY, CLOCK_FINE },
		{ NOW, NOW + 100 * DAY + 1, CLOCK_AHEAD },
		{ NOW, 0, CLOCK_BEHIND },
		{ NOW, WHEN_MAX, CLOCK_AHEAD },
		/* What only somebody else can have written. */
		{ INT64_MAX, NOW, CLOCK_BEHIND },
		{ INT64_MAX, WHEN_MAX, CLOCK_FINE },
		{ INT64_MIN, NOW, CLOCK_AHEAD },
		{ INT64_MIN, 0, CLOCK_FINE },
	};
	const struct policy policy = { .clock_tolerance_s = 5 * MINUTE,
		.clock_max_jump_s = 100 * DAY };
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(rows); i++)
		if (clock_judge(&policy, rows[i].last_at, rows[i].now_at) !=
		    rows[i].verdict)
			fail_msg("row %zu", i);
}

static void
test_no_tolerance(void **state)
{
	const struct policy policy = { .clock_max_jump_s = DAY };

	(void)state;
	assert_int_equal(clock_judge(&policy, NOW, NOW), CLOCK_FINE);
	assert_int_equal(clock_judge(&policy, NOW, NOW - 1), CLOCK_BEHIND);
}

static void
test_stale(void **state)
{
	const struct policy policy = { .clock_tolerance_s = 5 * MINUTE,
		.clock_max_jump_s = 100 * DAY };

	(void)state;
	assert_false(clock_is_stale(&policy, NOW, NOW));
	assert_false(clock_is_stale(&policy, NOW, NOW + 25 * DAY));
	assert_true(clock_is_stale(&policy, NOW, NOW + 25 * DAY + 1));
	/* It was signed by a clock that was ahead, and is right now. */
	assert_false(clock_is_stale(&policy, NOW, NOW - 5 * MINUTE));
	assert_true(clock_is_stale(&policy, NOW, NOW - 5 * MINUTE - 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_no_tolerance),
		cmocka_unit_test(test_stale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
