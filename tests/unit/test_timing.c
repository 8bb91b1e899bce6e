/* How long changes take; see test_policy.c for what policies make of it. */
#include "tests/unit/unit.h"

#include "kmgr/dns/timing.h"

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)

/* Each number its own digit, so that a sum says what is in it. */
static const struct timing digits = { .dnskey_ttl_s = 1,
	.zone_propagation_delay_s = 10, .publish_safety_s = 100,
	.retire_safety_s = 1000, .max_zone_ttl_s = 10000,
	.parent_ds_ttl_s = 100000, .parent_propagation_delay_s = 1000000,
	.parent_registration_delay_s = 10000000, .validity_s = 14 * DAY,
	.refresh_s = 5 * DAY, .query_interval_s = 20000000 };

static void
waits_are_sums(void **state)
{

	(void)state;
	assert_int_equal(timing_publish_s(&digits), 111);
	assert_int_equal(timing_retire_s(&digits), 1011);
	assert_int_equal(timing_ds_s(&digits), 1101000);
	assert_int_equal(timing_data_s(&digits), 10010);
	assert_int_equal(timing_leave_s(&digits), 1011);
}

/* RFC 5011 s2.3: at most 15 days, at least an hour. */
static void
followers_look_now_and_then(void **state)
{

	(void)state;
	assert_int_equal(timing_query_s(HOUR, 14 * DAY), HOUR);
	assert_int_equal(timing_query_s(2 * HOUR + 2, 14 * DAY), HOUR + 1);
	assert_int_equal(timing_query_s(7 * DAY, 2 * DAY), DAY);
	assert_int_equal(timing_query_s(40 * DAY, 40 * DAY), 15 * DAY);
}

static void
waits_of_followers_are_longer(void **state)
{
	struct timing timing = digits;

	(void)state;
	timing.is_rfc5011 = true;
	assert_int_equal(timing_publish_s(&timing), 111 + 40000000 +
	    30 * DAY);
	assert_int_equal(timing_revoke_s(&timing), 1011 + 20000000 +
	    30 * DAY);
	assert_int_equal(timing_retire_s(&timing), 1011);
	assert_int_equal(timing_leave_s(&timing), 2022 + 20000000 +
	    30 * DAY);
	timing.dnskey_ttl_s = 40 * DAY;
	assert_int_equal(timing_publish_s(&timing), 110 + 40000000 +
	    80 * DAY);
}

static void
whole_rolls(void **state)
{
	struct timing timing = digits;
	const int64_t ds_s = 10000000 + 1101000;

	(void)state;
	assert_int_equal(timing_double_signature_s(&timing), 111 + ds_s +
	    1011);
	assert_int_equal(timing_double_ds_s(&timing), 2 * ds_s + 1011);
	assert_int_equal(timing_double_rrset_s(&timing), 2 * ds_s);
	timing.publish_safety_s = 1100;
	assert_int_equal(timing_double_ds_s(&timing), 2 * ds_s + 1111);
	timing.publish_safety_s = 20000000;
	assert_int_equal(timing_double_rrset_s(&timing), 20000011 + ds_s);
	timing.is_rfc5011 = true;
	assert_int_equal(timing_double_signature_s(&timing),
	    20000011 + 40000000 + 30 * DAY + ds_s +
	    2022 + 20000000 + 30 * DAY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_are_sums),
		cmocka_unit_test(followers_look_now_and_then),
		cmocka_unit_test(waits_of_followers_are_longer),
		cmocka_unit_test(whole_rolls),
	};

	return cmocka_run_group_tests_name("timing", tests, NULL, NULL);
}
