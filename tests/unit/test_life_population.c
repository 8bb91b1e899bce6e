/*
 * kmgr/life in a world of resolvers: random policies, scripts, slow people,
 * outages and clocks. No resolver is ever bogus, and the oracle, told the
 * same, sees no hole.
 */
#include "tests/unit/unit.h"

#include "tests/unit/lifestory.h"

#define FEW  200
#define MANY 10000
#define DAY  INT64_C(86400)

static const struct lifehost_fault none;

/* KMGR_SOAK=1 is many of them; another number so many. */
static uint64_t
stories(void)
{
	const char *n = getenv("KMGR_SOAK");

	if (n == NULL)
		return FEW;
	return strcmp(n, "1") == 0 ? MANY : strtoull(n, NULL, 10);
}

static void
test_population(void **state)
{
	const uint64_t n = stories();
	struct lifestory_verdict v;
	struct lifehost_story story;
	size_t n_rolled = 0, n_refused = 0, n_bad = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= n; seed++) {
		lifestory_make(seed, &story);
		if (!lifestory_judge(&story, &none, &v)) {
			print_message("# %s\n", v.text);
			n_bad++;
		}
		n_rolled += v.n_rolled;
		n_refused += v.n_refused;
	}
	print_message("# %llu policies, %d resolvers: %zu KSKs rolled away, "
	    "%zu rolls refused\n", (unsigned long long)n, LIFEWORLD_RESOLVERS,
	    n_rolled, n_refused);
	assert_int_equal(n_bad, 0);
	/* They were not all idle. */
	assert_true(n_rolled > n);
	assert_true(n_refused > n / 10);
}

/* The timing under which the engines of test_lifeworld.c lose resolvers. */
static void
make_lab(struct lifehost_story *s)
{

	*s = (struct lifehost_story) { .seed = 1,
		.timing = { .dnskey_ttl_s = 3600,
		    .zone_propagation_delay_s = 43200,
		    .publish_safety_s = 3600, .retire_safety_s = 3600,
		    .max_zone_ttl_s = 86400, .parent_ds_ttl_s = 86400,
		    .parent_propagation_delay_s = 9999,
		    .validity_s = 14 * DAY, .refresh_s = 3 * DAY },
		.automation = LIFE_AUTO_ALL, .alg = 13, .other_alg = 8,
		.ds_ttl_s = DAY, .inception_offset_s = 3600,
		.sees_one = true, .length_s = 30 * DAY };
}

static void
keeps(const char *what, const struct lifehost_story *story,
    struct lifestory_verdict *v)
{

	if (!lifestory_judge(story, &none, v))
		fail_msg("%s: %s", what, v->text);
}

static void
test_holes(void **state)
{
	const struct lifehost_fault believes = { .ignores_ds_ttl = true };
	struct lifestory_verdict v;
	struct lifehost_story s;

	(void)state;
	make_lab(&s);
	s.n_actions = 2;
	s.actions[0] = (struct lifehost_action) { 5 * DAY, LIFEHOST_ROLL, 0 };
	s.actions[1] = (struct lifehost_action) { 5 * DAY + 50400,
		LIFEHOST_ROLL, 0 };
	keeps("R1: a second roll during a roll", &s, &v);
	assert_int_equal(v.n_refused, 1);
	assert_int_equal(v.n_rolled, 1);
	s.actions[1].at = 5 * DAY + 50400;
	s.actions[1].what = LIFEHOST_COMPROMISE;
	keeps("R1: an emergency during a roll", &s, &v);
	assert_int_equal(v.n_rolled, 2);
	s.n_actions = 1;
	keeps("R3: done as soon as the DS is seen", &s, &v);
	assert_int_equal(v.n_rolled, 1);
	s.actions[0].what = LIFEHOST_GO_INSECURE;
	keeps("R2: insecure by the zone's own timing", &s, &v);
	s.actions[0].what = LIFEHOST_ROLL;
	s.timing.parent_ds_ttl_s = 3600;
	keeps("V9n: the parent's TTL is longer than the policy's", &s, &v);
	assert_int_equal(v.n_rolled, 1);
	assert_false(lifestory_judge(&s, &believes, &v));
	assert_true(v.by_population && v.by_oracle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_population),
	};

	return cmocka_run_group_tests_name("life_population", tests, NULL,
	    NULL);
}
