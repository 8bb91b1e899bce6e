#include "tests/unit/unit.h"

#include <time.h>

#include "kmgr/base/when.h"

#define NOW INT64_C(1800000000)

static void
writes_instants(void **state)
{
	static const struct { int64_t at; const char *rfc3339, *dns; } t[] = {
		{ 0, "1970-01-01T00:00:00Z", "19700101000000" },
		{ 951782399, "2000-02-28T23:59:59Z", "20000228235959" },
		{ 951782400, "2000-02-29T00:00:00Z", "20000229000000" },
		{ 1803873600, "2027-03-01T04:00:00Z", "20270301040000" },
		{ UINT32_MAX, "2106-02-07T06:28:15Z", "21060207062815" },
		{ WHEN_MAX, "9999-12-31T23:59:59Z", "99991231235959" },
		{ WHEN_MAX + 1, "invalid", "invalid" },
		{ -1, "invalid", "invalid" },
		{ INT64_MIN, "invalid", "invalid" },
		{ INT64_MAX, "invalid", "invalid" },
	};
	struct error err = ERR_INIT;
	char out[WHEN_TEXT_LEN];
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++) {
		assert_string_equal(when_rfc3339(t[i].at, out), t[i].rfc3339);
		assert_string_equal(when_dns(t[i].at, out), t[i].dns);
		if (strcmp(out, "invalid") == 0)
			continue;
		unit_ok(when_read(t[i].dns, NOW, &at, &err), &err);
		assert_true(at == t[i].at);
		unit_ok(when_read(t[i].rfc3339, NOW, &at, &err), &err);
		assert_true(at == t[i].at);
	}
}

static void
reads_instants(void **state)
{
	static const struct { const char *text; int64_t at; } good[] = {
		{ "now", NOW },
		{ "+1h", NOW + 3600 },
		{ "-1d", NOW - 86400 },
		{ "+PT1M", NOW + 60 },
		{ "+90", NOW + 90 },
		{ "+0", NOW },
		{ "-1800000000", 0 },
		{ "+251602300799", WHEN_MAX },
		{ "1970-01-01", 0 },
		{ "2024-02-29", 1709164800 },
		{ "2000-02-29T12:00:00Z", 951825600 },
		{ "20240229000000", 1709164800 },
	};
	struct error err = ERR_INIT;
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(when_read(good[i].text, NOW, &at, &err), &err);
		assert_true(at == good[i].at);
	}
}

static void
refuses_what_is_no_instant(void **state)
{
	static const char *const bad[] = { "", " now", "NOW", "2027-04-31",
		"2027-02-29", "2100-02-29", "2027-00-01", "2027-13-01",
		"2027-01-00", "2027-01-32", "1969-12-31", "0000-01-01",
		"2027-01-01T24:00:00Z", "2027-01-01T23:60:00Z",
		"2027-01-01T23:59:60Z", "2027-01-01T00:00:00",
		"2027-01-01T00:00:00z", "2027-01-01t00:00:00Z",
		"2027-01-01 00:00:00Z", "2027-01-01T00:00:00+00:00",
		"2027-01-01T00:00:00.5Z", "2027-1-1", "27-01-01",
		"2027-01-01T00:00Z", "20270431000000", "20270101240000",
		"2027010100000", "202701010000000", "1800000000", "20270101",
		"tomorrow", "2027/01/01", "12027-01-01", "2027-1/-01",
		"2027-0:-01" };
	static const struct { const char *text, *why; } signs[] = {
		{ "+", "duration" }, { "-", "duration" },
		{ "+-1", "duration" }, { "++1", "duration" },
		{ "+1y", "duration" }, { "-2027-01-01", "duration" },
		{ "+251602300800", "1970 to 9999" },
		{ "-1800000001", "1970 to 9999" },
	};
	struct error err = ERR_INIT;
	int64_t at = 5;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		assert_int_equal(when_read(bad[i], NOW, &at, &err), -1);
		assert_non_null(strstr(err.hint, "UTC"));
		unit_fails(-1, &err, ERR_INPUT, "not an instant");
	}
	for (i = 0; i < N_OF(signs); i++)
		unit_fails(when_read(signs[i].text, NOW, &at, &err), &err,
		    ERR_INPUT, signs[i].why);
	assert_int_equal(at, 5);
}

static void
every_day_of_a_cycle_is_read_back(void **state)
{
	struct error err = ERR_INIT;
	char out[WHEN_TEXT_LEN];
	int64_t at, again;

	(void)state;
	/* 400 years, in steps that visit every hour, minute and second. */
	for (at = 0; at < INT64_C(12622780800); at += 86399 * 3) {
		unit_ok(when_read(when_dns(at, out), NOW, &again, &err), &err);
		assert_true(at == again);
		unit_ok(when_read(when_rfc3339(at, out), NOW, &again, &err),
		    &err);
		assert_true(at == again);
	}
}

static void
reads_durations(void **state)
{
	static const struct { const char *text; int64_t s; } good[] = {
		{ "0", 0 }, { "0s", 0 }, { "PT0S", 0 }, { "3600", 3600 },
		{ "007", 7 }, { "1w2d", 777600 }, { "36h", 129600 },
		{ "90m", 5400 }, { "1w2d3h4m5s", 788645 }, { "1d1s", 86401 },
		{ "P9D", 777600 }, { "PT36H", 129600 }, { "P1W2D", 777600 },
		{ "P1DT1H", 90000 }, { "PT1H30M5S", 5405 }, { "P2W", 1209600 },
		{ "253402300799", WHEN_MAX }, { "253402300799s", WHEN_MAX },
	};
	static const char *const bad[] = { "", " ", "1 h", "1h ", "h", "1x",
		"1y", "1M", "1H", "1hh", "1h1h", "1s1m", "1h30", "-1", "+1",
		"1.5h", "0x10", "P", "PT", "P1", "P1H", "PT1D", "P1Y", "P1M",
		"P1DT", "P1D1D", "PT1S1M", "p1d", "P-1D", "P1.5D", "1d P1D",
		"P1DT1H ", "253402300800", "0000000000001", "500000w",
		"253402300799s1", "253402300798s2", "418979w9999999h",
		"99999999999999999999999999999999s" };
	struct error err = ERR_INIT;
	int64_t s = 5;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(good); i++) {
		unit_ok(when_duration_read(good[i].text, &s, &err), &err);
		if (s != good[i].s)
			fail_msg("%s", good[i].text);
	}
	s = 5;
	for (i = 0; i < N_OF(bad); i++) {
		if (when_duration_read(bad[i], &s, &err) == 0)
			fail_msg("%s is a duration", bad[i]);
		unit_fails(-1, &err, ERR_INPUT, "is not a duration");
	}
	assert_int_equal(s, 5);
}

static void
writes_durations(void **state)
{
	static const struct { int64_t s; const char *text; } t[] = {
		{ 0, "0s" }, { 1, "1s" }, { 60, "1m" }, { 3600, "1h" },
		{ 86400, "1d" }, { 604800, "1w" }, { 788645, "9d3h4m5s" },
		{ 1209600, "2w" }, { 86401, "1d1s" },
		{ WHEN_MAX, "2932896d23h59m59s" },
	};
	struct error err = ERR_INIT;
	char out[WHEN_TEXT_LEN];
	int64_t s, again;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++)
		assert_string_equal(when_duration(t[i].s, out), t[i].text);
	for (s = 0; s < 2000000; s += 37) {
		unit_ok(when_duration_read(when_duration(s, out), &again,
		    &err), &err);
		assert_true(s == again);
	}
	/* It fits, whatever it is. */
	assert_true(strlen(when_duration(INT64_MAX, out)) < WHEN_TEXT_LEN);
	assert_true(strlen(when_duration(INT64_MIN, out)) < WHEN_TEXT_LEN);
}

static void
now_is_the_clock(void **state)
{
	const time_t before = time(NULL);
	const int64_t now = when_now();

	(void)state;
	assert_true(now >= before && now <= time(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_instants),
		cmocka_unit_test(reads_instants),
		cmocka_unit_test(refuses_what_is_no_instant),
		cmocka_unit_test(every_day_of_a_cycle_is_read_back),
		cmocka_unit_test(reads_durations),
		cmocka_unit_test(writes_durations),
		cmocka_unit_test(now_is_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
