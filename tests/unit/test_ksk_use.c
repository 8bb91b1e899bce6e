#include "tests/unit/unit.h"

#include "kmgr/engine/ksk_use.h"

#define DAY 86400
#define NOW 1795000000

/* A DS is out of the caches a day and an hour after it is gone, and a bit. */
static struct policy policy = { .parent_ds_ttl_s = DAY,
	.parent_propagation_delay_s = 3600, .retire_safety_s = 60 };
static struct policy slow = { .parent_ds_ttl_s = 2 * DAY,
	.parent_propagation_delay_s = 3600, .retire_safety_s = 60 };
static struct cmk cmk = { .policy = &policy };
static struct cmk slow_cmk = { .policy = &slow };

#define WAIT (DAY + 3660)

/* A KSK of algorithm alg whose DS was seen and gone at these instants. */
static struct ksk
ksk(uint8_t alg, int64_t seen_at, int64_t gone_at)
{

	return (struct ksk) { .row = { .alg = alg, .ds_seen_at = seen_at,
		.ds_gone_at = gone_at }, .cmk = &cmk };
}

/* Which of n KSKs sign beside ZSKs of algorithm 13, or of algs: "yn". */
static void
signs(const struct ksk *ksks, size_t n, const uint8_t *algs, size_t n_algs,
    const char *expected)
{
	const struct ksk_use use = { .ksks = ksks, .n = n, .now_at = NOW,
		.zsk_algs = algs, .n_zsk_algs = n_algs };
	char found[8] = "";
	size_t i;

	for (i = 0; i < n; i++)
		found[i] = ksk_use_signs(&use, i) ? 'y' : 'n';
	assert_string_equal(found, expected);
}

static const uint8_t p256[] = { 13, 13 };

static void
test_all_sign(void **state)
{
	struct ksk ksks[] = { ksk(13, 0, 0), ksk(13, NOW - 9 * DAY, 0) };

	(void)state;
	signs(ksks, 2, p256, 2, "yy");
}

/* The second one that it leaves, and the one before. */
static void
test_wait(void **state)
{
	struct ksk ksks[] = { ksk(13, 1, NOW - WAIT), ksk(13, 2, 0) };

	(void)state;
	signs(ksks, 2, p256, 2, "ny");
	ksks[0].row.ds_gone_at++;
	signs(ksks, 2, p256, 2, "yy");
}

static void
test_no_successor(void **state)
{
	struct ksk ksks[] = { ksk(13, 1, NOW - 9 * DAY), ksk(13, 0, 0) };

	(void)state;
	/* Nobody, one that is only published, one that is gone as well. */
	signs(ksks, 1, p256, 2, "y");
	signs(ksks, 2, p256, 2, "yy");
	ksks[1] = ksk(13, 2, NOW - 9 * DAY);
	signs(ksks, 2, p256, 2, "yy");
}

static void
test_longest_wait(void **state)
{
	struct ksk ksks[] = { ksk(13, 1, NOW - WAIT), ksk(13, 2, 0) };

	(void)state;
	ksks[1].cmk = &slow_cmk;
	assert_int_equal(ksk_use_ds_out_at(ksks, 2, 0), NOW + DAY);
	signs(ksks, 2, p256, 2, "yy");
	ksks[0].row.ds_gone_at -= DAY;
	signs(ksks, 2, p256, 2, "ny");
}

/* Roll from 8 to 13: the old KSKs stay as long as ZSKs of 8 are there. */
static void
test_algorithm_roll(void **state)
{
	static const uint8_t both[] = { 8, 13 };
	struct ksk ksks[] = { ksk(8, 1, NOW - 9 * DAY),
		ksk(8, 1, NOW - 8 * DAY), ksk(13, 2, 0) };

	(void)state;
	signs(ksks, 3, both, 2, "yyy");
	signs(ksks, 3, p256, 2, "nny");
	/* One of them is in use. */
	ksks[1] = ksk(8, 1, 0);
	signs(ksks, 3, both, 2, "nyy");
}

static void
test_out_at(void **state)
{
	struct ksk one = ksk(13, 0, 0);

	(void)state;
	assert_int_equal(ksk_use_ds_out_at(&one, 1, 0), 0);
	assert_false(ksk_use_is_at_parent(&one.row));
	assert_true(ksk_use_wants_ds(&one.row));
	one = ksk(13, 5, 0);
	assert_true(ksk_use_ds_out_at(&one, 1, 0) == KSK_USE_NEVER);
	assert_true(ksk_use_is_at_parent(&one.row));
	assert_true(ksk_use_wants_ds(&one.row));
	one = ksk(13, 5, 7);
	assert_int_equal(ksk_use_ds_out_at(&one, 1, 0), 7 + WAIT);
	assert_false(ksk_use_is_at_parent(&one.row));
	assert_false(ksk_use_wants_ds(&one.row));
}

static void
test_wanted_first(void **state)
{
	struct ksk list[] = { ksk(1, 1, 2), ksk(2, 1, 0), ksk(3, 1, 2),
		ksk(4, 0, 0) };

	(void)state;
	assert_int_equal(ksk_use_wanted_first(list, 4), 2);
	assert_int_equal(list[0].row.alg, 2);
	assert_int_equal(list[1].row.alg, 4);
	assert_int_equal(list[2].row.alg + list[3].row.alg, 1 + 3);
	assert_int_equal(ksk_use_wanted_first(list, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_sign),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_no_successor),
		cmocka_unit_test(test_longest_wait),
		cmocka_unit_test(test_algorithm_roll),
		cmocka_unit_test(test_out_at),
		cmocka_unit_test(test_wanted_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
