#include "tests/unit/unit.h"

#include "kmgr/engine/ksk_end_check.h"
#include "kmgr/engine/ksk_use.h"

#define DAY 86400
#define NOW 1795000000

static struct policy policy = { .parent_ds_ttl_s = DAY,
	.parent_propagation_delay_s = 3600, .retire_safety_s = 60 };
static struct cmk cmk = { .policy = &policy };

#define WAIT (DAY + 3660)

static struct ksk
ksk(char *state, int64_t seen_at, int64_t gone_at)
{

	return (struct ksk) { .row = { .state = state, .zone = "example.",
		.key_tag = 7, .ds_seen_at = seen_at, .ds_gone_at = gone_at },
		.cmk = &cmk };
}

/* Whether the first of n KSKs may go. */
static int
check(const struct ksk *ksks, size_t n, int64_t horizon_at, struct error *err)
{

	return ksk_end_check(ksks, n, 0, horizon_at, NOW, err);
}

static void
test_unused(void **state)
{
	struct ksk one = ksk("generated", 0, 0);
	struct error err = ERR_INIT;

	(void)state;
	unit_ok(check(&one, 1, 0, &err), &err);
	/* It has signed, whatever its state is. */
	unit_fails(check(&one, 1, NOW - 9 * DAY, &err), &err, ERR_POLICY,
	    "nobody has told");
	one = ksk("generated", NOW - 9 * DAY, 0);
	unit_fails(check(&one, 1, 0, &err), &err, ERR_POLICY, "last KSK");
	one = ksk("published", 0, 0);
	unit_fails(check(&one, 1, 0, &err), &err, ERR_POLICY,
	    "nobody has told");
}

static void
test_at_parent(void **state)
{
	struct ksk two[] = { ksk("active", 5, 0), ksk("published", 0, 0) };
	struct error err = ERR_INIT;

	(void)state;
	unit_fails(check(two, 2, 0, &err), &err, ERR_POLICY, "last KSK");
	two[1] = ksk("retired", 5, 6);
	unit_fails(check(two, 2, 0, &err), &err, ERR_POLICY, "last KSK");
	two[1] = ksk("active", 5, 0);
	unit_fails(check(two, 2, 0, &err), &err, ERR_POLICY,
	    "at the parent since 1970-01-01T00:00:05Z");
}

static void
test_waits(void **state)
{
	struct ksk one = ksk("retired", 5, NOW - WAIT);
	struct error err = ERR_INIT;

	(void)state;
	unit_ok(check(&one, 1, NOW, &err), &err);
	unit_fails(check(&one, 1, NOW + 1, &err), &err, ERR_NOT_YET,
	    "a signature by it is valid until");
	one.row.ds_gone_at++;
	unit_fails(check(&one, 1, NOW, &err), &err, ERR_NOT_YET,
	    "caches may have its DS until");
	/* The later of both. */
	assert_int_equal(ksk_end_at(&one, 1, 0, NOW), NOW + 1);
	assert_int_equal(ksk_end_at(&one, 1, 0, NOW + 2), NOW + 2);
}

static void
test_at(void **state)
{
	struct ksk one = ksk("generated", 0, 0);

	(void)state;
	assert_int_equal(ksk_end_at(&one, 1, 0, 0), 0);
	one = ksk("active", 5, 0);
	assert_true(ksk_end_at(&one, 1, 0, 0) == KSK_USE_NEVER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unused),
		cmocka_unit_test(test_at_parent),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
