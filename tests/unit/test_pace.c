/* How many threads are put to work, by a clock of the test's own. */
#include "kmgr/engine/bulk_inner.h"
#include "tests/unit/unit.h"

/*
 * A token: each zone takes latency_us elsewhere, where limit of them are done
 * at once, and busy_us in a module that does one at a time.
 */
struct far {
	double	latency_us;
	double	limit;
	double	busy_us;
};

static double
us_a_zone(const struct far *far, size_t n)
{
	const double at_once = (double)n < far->limit ? (double)n : far->limit;
	const double us = (far->latency_us + far->busy_us) / at_once;

	return us > far->busy_us ? us : far->busy_us;
}

/* How many signers there are after so many zones. */
static size_t
settled(const struct far *far, int64_t sessions, size_t n_zones)
{
	struct pace pace;
	double now_us = 1000;
	size_t i;

	pace_init(&pace, sessions, n_zones);
	for (i = 0; i < n_zones; i++) {
		now_us += us_a_zone(far, pace.n);
		(void)pace_done(&pace, (int64_t)now_us);
	}
	return pace.n;
}

static void
a_module_that_does_one_at_a_time_gets_one(void **state)
{
	const struct far softhsm = { 0, 1000, 600 };

	(void)state;
	assert_int_equal(settled(&softhsm, 0, 10000), 1);
}

/* Two processors, say: four are not much better than two. */
static void
half_of_a_step_is_kept_where_that_is_enough(void **state)
{
	const struct far two = { 700, 1.9, 10 };

	(void)state;
	assert_int_equal(settled(&two, 0, 10000), 2);
}

static void
a_token_far_away_gets_as_many_as_it_can_use(void **state)
{
	const struct far any = { 20000, 1000, 50 };
	const struct far some = { 5000, 16, 50 };
	const struct far few = { 5000, 7, 50 };

	(void)state;
	assert_int_equal(settled(&any, 0, 10000), 256);
	assert_int_equal(settled(&some, 0, 10000), 16);
	assert_int_equal(settled(&few, 0, 10000), 8);
}

/* It takes no more than a second or so to find out. */
static void
it_is_found_out_soon(void **state)
{
	const struct far any = { 20000, 1000, 50 };

	(void)state;
	assert_true(settled(&any, 0, 100) >= 64);
}

static void
what_is_configured_is_not_measured(void **state)
{
	const struct far softhsm = { 0, 1000, 600 };
	struct pace pace;

	(void)state;
	assert_int_equal(settled(&softhsm, 8, 10000), 8);
	pace_init(&pace, 8, 10000);
	assert_int_equal(pace.n, 8);
	/* Of three zones none is signed by a fourth. */
	pace_init(&pace, 8, 3);
	assert_int_equal(pace.n, 3);
	pace_init(&pace, 0, 3);
	assert_int_equal(pace.n, 1);
	assert_int_equal(pace.max, 3);
	pace_init(&pace, 0, 0);
	assert_int_equal(pace.n, 1);
}

/* Where the token does one at a time another thread verifies meanwhile. */
static void
one_computes_beside_those_of_the_token(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace, 0, 10000);
	assert_int_equal(pace_threads(&pace), 2);
	pace.n = 16;
	assert_int_equal(pace_threads(&pace), 17);
	/* No more than are configured, or than there are items. */
	pace_init(&pace, 8, 10000);
	assert_int_equal(pace_threads(&pace), 8);
	pace_init(&pace, 0, 1);
	assert_int_equal(pace_threads(&pace), 1);
}

/* Signers that wait for zones need no help. */
static void
who_waits_for_zones_gets_no_help(void **state)
{
	struct pace pace;
	int64_t now_us = 1000;
	size_t i;

	(void)state;
	pace_init(&pace, 0, 10000);
	for (i = 0; i < 1000; i++) {
		pace.is_starved = true;
		assert_int_equal(pace_done(&pace, now_us += 5000), 1);
	}
	/* Now they have something to do. */
	for (i = 0; i < 10; i++)
		(void)pace_done(&pace, now_us += 5000);
	assert_int_equal(pace.n, 4);
}

/* Never so many zones on the line that memory would grow with them. */
static void
room_on_the_line_is_bounded(void **state)
{
	struct pace pace = { .n = 1 };

	(void)state;
	assert_int_equal(bulk_room(&pace), 4);
	pace.n = 64;
	/* A zone for each, and as many that are being prepared or recorded. */
	assert_true(bulk_room(&pace) * BULK_BATCH >= 4 * pace.n);
	pace.n = CONFIG_SESSIONS_MAX;
	assert_in_range(bulk_room(&pace), 8, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_that_does_one_at_a_time_gets_one),
		cmocka_unit_test(half_of_a_step_is_kept_where_that_is_enough),
		cmocka_unit_test(a_token_far_away_gets_as_many_as_it_can_use),
		cmocka_unit_test(it_is_found_out_soon),
		cmocka_unit_test(what_is_configured_is_not_measured),
		cmocka_unit_test(one_computes_beside_those_of_the_token),
		cmocka_unit_test(who_waits_for_zones_gets_no_help),
		cmocka_unit_test(room_on_the_line_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
