#include "tests/unit/unit.h"

#include <inttypes.h>

#include "tests/unit/lifehost.h"
#include "tests/unit/lifestory.h"

#define FEW	200

static uint64_t
stories(void)
{
	const char *n = getenv("KMGR_SOAK");

	if (n == NULL)
		return FEW;
	return strcmp(n, "1") == 0 ? 10000 : strtoull(n, NULL, 10);
}

static void
test_population(void **state)
{
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
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_population),
	};

	return cmocka_run_group_tests_name("life_population", tests, NULL,
	    NULL);
}
