#include "tests/unit/unit.h"

#include "kmgr/engine/ksk_end_check.h"

#define DAY 86400
#define NOW 1795000000

static struct policy policy;
static char enabled[] = "enabled";
static struct cmk cmk = { .policy = &policy, .row.state = enabled };

#define WAIT (DAY + 3660)

static struct ksk
ksk(char *state, int64_t seen_at, int64_t gone_at)
{

	return (struct ksk) { .row = { .state = state, .zone = "example.",
		.key_tag = 7, .ds_seen_at = seen_at, .ds_gone_at = gone_at,
		.dnskey_in_at = strcmp(state, "generated") == 0 ? 0 : 4 },
		.cmk = &cmk };
}

/* The first of n KSKs of a zone, at most two, is asked about. */
static struct zone_life
zone_of(struct ksk *ksks, size_t n, struct life_key *keys)
{
	struct zone_life zone = { .ksks = ksks, .n_ksks = n };
	size_t i;

	for (i = 0; i < n; i++)
		zone_life_key(&ksks[i], "example./7", &keys[i]);
	zone.life.keys = keys;
	zone.life.n_keys = n;
	zone.life.timing = (struct timing) { .parent_ds_ttl_s = DAY,
		.parent_propagation_delay_s = 3600, .retire_safety_s = 60,
		.dnskey_ttl_s = 600 };
	return zone;
}

static int64_t
end_at(struct ksk *ksks, size_t n, int64_t horizon_at)
{
	struct life_key keys[2];
	struct zone_life zone = zone_of(ksks, n, keys);

	return ksk_end_at(&zone, 0, horizon_at);
}

/* Whether the first of n KSKs may go. */
static int
check(struct ksk *ksks, size_t n, int64_t horizon_at, struct error *err)
{
	struct life_key keys[2];
	struct zone_life zone = zone_of(ksks, n, keys);

	return ksk_end_check(&zone, 0, horizon_at, NOW, err);
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
	assert_int_equal(end_at(&one, 1, NOW), NOW + 1);
	assert_int_equal(end_at(&one, 1, NOW + 2), NOW + 2);
	/* Of one that never had a DS, its DNSKEY. */
	one = ksk("published", 0, 0);
	one.row.dnskey_out_at = NOW - 659;
	unit_fails(check(&one, 1, 0, &err), &err, ERR_NOT_YET,
	    "caches may have its DNSKEY until");
	one.row.dnskey_out_at--;
	unit_ok(check(&one, 1, 0, &err), &err);
	one.row.horizon_at = 1;
	unit_fails(check(&one, 1, 0, &err), &err, ERR_POLICY,
	    "nobody has told");
}

static void
test_at(void **state)
{
	struct ksk one = ksk("generated", 0, 0);

	(void)state;
	assert_int_equal(end_at(&one, 1, 0), 0);
	one = ksk("active", 5, 0);
	assert_true(end_at(&one, 1, 0) == LIFE_NEVER);
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
