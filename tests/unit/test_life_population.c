<<<<<<< HEAD
#include "tests/unit/unit.h"

#include <inttypes.h>

#include "tests/unit/lifehost.h"
#include "tests/unit/lifestory.h"

#define FEW	200

=======
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
>>>>>>> e40c4b2 (tests: a population of resolvers through random policies)
static uint64_t
stories(void)
{
	const char *n = getenv("KMGR_SOAK");

	if (n == NULL)
		return FEW;
<<<<<<< HEAD
	return strcmp(n, "1") == 0 ? 10000 : strtoull(n, NULL, 10);
=======
	return strcmp(n, "1") == 0 ? MANY : strtoull(n, NULL, 10);
>>>>>>> e40c4b2 (tests: a population of resolvers through random policies)
}

static void
test_population(void **state)
{
<<<<<<< HEAD
	static const struct lifehost_fault none;
	struct lifehost_story story;
	struct lifehost_end end;
	struct lifeworld_bogus bogus;
	size_t n_rolled = 0, n_refused = 0, n_runs = 0, bad = 0;
	uint64_t seed, from = getenv("SEED") ? strtoull(getenv("SEED"),0,10) : 1, until = getenv("SEED") ? from : stories();
	char text[2000], hole[400];

	(void)state;
	for (seed = from; seed <= until; seed++) {
		lifestory_make(seed, &story);
		if (getenv("V")) { lifehost_print(&story, text, sizeof(text)); print_message("%s\n", text); }
		lifehost_tell(&story, &none, &end);
		lifehost_print(&story, text, sizeof(text));
		n_rolled += end.n_rolled;
		n_refused += end.n_refused;
		n_runs += end.n_runs;
		bool b = false;
		if (end.is_abandoned || end.is_restless) {
			print_message("%s\n%s\n", text, end.text); b = true; }
		if (!lifeworld_is_sound(&end.world, &bogus)) {
			char d[600];
			lifeworld_describe(&end.world, &bogus, d, sizeof(d));
			if (!b) print_message("%s\n", text);
			print_message("%s\n", d); b = true;
		}
		if (lifeworld_oracle(&end.world, hole, sizeof(hole)) > 0) {
			if (!b) print_message("%s\n", text);
			print_message("%s\n", hole); b = true;
		}
		bad += b;
		lifeworld_clear(&end.world);
	}
	print_message("bad %zu rolled %zu refused %zu runs %zu\n", bad, n_rolled, n_refused, n_runs);
=======
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
>>>>>>> e40c4b2 (tests: a population of resolvers through random policies)
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
<<<<<<< HEAD
=======
		cmocka_unit_test(test_holes),
>>>>>>> e40c4b2 (tests: a population of resolvers through random policies)
		cmocka_unit_test(test_population),
	};

	return cmocka_run_group_tests_name("life_population", tests, NULL,
	    NULL);
}
