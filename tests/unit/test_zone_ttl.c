/* TTLs that were seen count for as long as a cache may go by them. */
#include "tests/unit/storehelp.h"

#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/zone_ttl.h"

#define AT   INT64_C(1800000000)
#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)
#define LAG  HOUR

static void
see(struct storehelp *help, int64_t ttl_s, int64_t at)
{
	char zone[] = "a.", kind[] = "dnskey-ttl", text[] = "";
	const struct observation_row row = { zone, kind, ttl_s, text, at,
		at };
	bool is_new;

	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_observe_max(help->store, &row, &is_new, &help->err),
	    &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
}

static int64_t
seen(struct storehelp *help, int64_t now_at)
{
	int64_t ttl_s = -1;

	unit_ok(zone_ttl_seen(help->store, "a.", ZONE_TTL_DNSKEY, LAG,
	    now_at, &ttl_s, &help->err), &help->err);
	return ttl_s;
}

static size_t
n_rows(struct storehelp *help)
{
	struct observation_row *rows;
	size_t n;

	unit_ok(store_observation_list(help->store, "a.", "dnskey-ttl", 0,
	    &rows, &n, &help->err), &help->err);
	observation_rows_free(rows, n);
	return n;
}

static void
what_was_seen_last_counts(void **state)
{
	struct storehelp *help = *state;

	assert_int_equal(seen(help, AT), 0);
	see(help, 2 * HOUR, AT);
	assert_int_equal(seen(help, AT), 2 * HOUR);
	assert_int_equal(seen(help, AT + 300 * DAY), 2 * HOUR);
	see(help, 3 * HOUR, AT + HOUR);
	assert_int_equal(seen(help, AT + HOUR), 3 * HOUR);
	assert_int_equal(seen(help, AT + 300 * DAY), 3 * HOUR);
}

/* Nobody looked between: it may have been served until just now. */
static void
what_was_larger_counts_until_it_has_run_out(void **state)
{
	struct storehelp *help = *state;

	see(help, DAY, AT);
	see(help, HOUR, AT + 10 * DAY);
	assert_int_equal(seen(help, AT + 10 * DAY), DAY);
	assert_int_equal(seen(help, AT + 11 * DAY + LAG - 1), DAY);
	assert_int_equal(seen(help, AT + 11 * DAY + LAG), HOUR);
	/* Lower ones on top of it take nothing away. */
	see(help, HOUR / 2, AT + 10 * DAY + 60);
	see(help, HOUR / 2, AT + 10 * DAY + 70);
	assert_int_equal(seen(help, AT + 11 * DAY + LAG - 1), DAY);
	assert_int_equal(seen(help, AT + 11 * DAY + LAG), HOUR / 2);
}

static void
ups_and_downs_forget_nothing(void **state)
{
	struct storehelp *help = *state;
	int64_t i;

	see(help, 2 * DAY, AT);
	for (i = 0; i < 300; i++)
		see(help, i % 2 == 0 ? HOUR : 60, AT + 1 + i);
	assert_int_equal(seen(help, AT + DAY), 2 * DAY);
	assert_true(n_rows(help) <= 3);
	/* One second less each time: the first counts the longest. */
	for (i = 0; i < 300; i++)
		see(help, HOUR - 1 - i, AT + 301 + i);
	assert_int_equal(seen(help, AT + 2 * DAY), 2 * DAY);
	assert_int_equal(seen(help, AT + 3 * DAY), HOUR - 300);
	assert_true(n_rows(help) <= 65);
}

/* It is told as it is; how long it counts is another question. */
static void
nothing_counts_for_longer_than_caches_keep_it(void **state)
{
	struct storehelp *help = *state;

	see(help, INT32_MAX, AT);
	assert_int_equal(seen(help, AT + 300 * DAY), INT32_MAX);
	see(help, HOUR, AT + DAY);
	assert_int_equal(seen(help, AT + 8 * DAY + LAG - 1), INT32_MAX);
	assert_int_equal(seen(help, AT + 8 * DAY + LAG), HOUR);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(what_was_seen_last_counts),
		STOREHELP_TEST(what_was_larger_counts_until_it_has_run_out),
		STOREHELP_TEST(ups_and_downs_forget_nothing),
		STOREHELP_TEST(nothing_counts_for_longer_than_caches_keep_it),
	};

	return storehelp_run(tests, N_OF(tests));
}
