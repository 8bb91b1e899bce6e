/* What a zone loses between two worlds, before a step and after it. */
#include "tests/unit/unit.h"

#include "kmgr/engine/zone_history.h"

#define HOUR	INT64_C(3600)
#define DAY	(24 * HOUR)
#define NOW	INT64_C(1800000000)

static const struct zone_history_timing lab = {
	.zone_propagation_delay_s = 2 * HOUR, .parent_ds_ttl_s = DAY,
	.parent_propagation_delay_s = 2 * HOUR, .retire_safety_s = HOUR };

static struct dnskey
dnskey(char n)
{
	struct dnskey key = { .flags = 257, .protocol = 3, .alg = 13,
		.key_len = 64 };

	memset(key.key, n, key.key_len);
	return key;
}

static void
add_ksk(struct zone_history *h, char n, int64_t seen_at, int64_t gone_at)
{
	const struct zone_history_facts ds = { .seen_at = seen_at,
		.gone_at = gone_at };
	const struct dnskey key = dnskey(n);

	zone_history_add_ksk(h, NULL, &key, &ds);
}

/* The KSKs of the digits sign a set. */
static void
plan(struct zone_history *h, int64_t at, const char *keys)
{
	struct zone_history_key set[4];
	struct dnskey dnskeys[4];
	size_t i;

	for (i = 0; keys[i] != '\0'; i++) {
		dnskeys[i] = dnskey(keys[i]);
		set[i] = (struct zone_history_key) { &dnskeys[i], false };
	}
	zone_history_add_planned(h, at, NOW + 30 * DAY, set, i);
}

/* A set that KSK 1 signed long ago, and the next one now; KSK 1 has a DS. */
static struct zone_history *
planned(const char *keys, int64_t ds2_at, int64_t gone1_at)
{
	struct zone_history *h = zone_history_new(&lab);

	add_ksk(h, '1', NOW - 90 * DAY, gone1_at);
	add_ksk(h, '2', ds2_at, 0);
	plan(h, NOW - 30 * DAY, "1");
	plan(h, NOW, keys);
	return h;
}

static const struct {
	const char	*before;	/* NULL: none */
	int64_t		 before2_at, before_gone_at;
	const char	*after;
	int64_t		 after2_at, after_gone_at;
	int64_t		 from_at, until_at;
	size_t		 n;		/* of holes; 0: none */
	const char	*part;
} cases[] = {
	{ "1", 0, 0, "1", 0, 0, NOW, NOW + 9 * DAY, 0, "" },
	{ "1", 0, 0, "12", 0, 0, NOW, NOW + 9 * DAY, 0, "" },
	/* Its only key with a DS goes; and the whole set. */
	{ "12", 0, 0, "2", 0, 0, NOW, NOW + 9 * DAY, 1,
	    "no KSK is in both" },
	{ "1", 0, 0, "", 0, 0, NOW, NOW + 9 * DAY, 1,
	    "no KSK is in both" },
	/* The DS goes over while caches have the set of before. */
	{ "12", 0, 0, "12", NOW + 1, NOW + 1, NOW, NOW + 9 * DAY, 1,
	    "no KSK is in both" },
	{ "12", 0, 0, "12", NOW + 9 * DAY, NOW + 9 * DAY, NOW,
	    NOW + 20 * DAY, 0, "" },
	/* Later than what is asked about. */
	{ "12", 0, 0, "12", NOW + 9 * DAY, NOW + DAY, NOW,
	    NOW + HOUR, 0, "" },
	/* It was so before: to do the same, or better, is allowed. */
	{ "2", 0, 0, "2", 0, 0, NOW, NOW + 9 * DAY, 0, "" },
	{ "2", 0, 0, "12", 0, 0, NOW, NOW + 9 * DAY, 0, "" },
	{ "2", 0, 0, "3", 0, 0, NOW, NOW + 9 * DAY, 0, "" },
	/* But not to lose another pair of sets beside. */
	{ "2", 0, 0, "2", NOW + 1, NOW + HOUR, NOW, NOW + 9 * DAY, 1,
	    "no KSK is in both" },
	/* Without a world before all counts. */
	{ NULL, 0, 0, "2", 0, 0, NOW, NOW + 9 * DAY, 1,
	    "no KSK is in both" },
	{ NULL, 0, 0, "1", 0, 0, NOW, NOW + 9 * DAY, 0, "" },
};

/* What is lost is what the world after loses and the one before does not. */
static void
test_compare(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct zone_history *before, *after;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(cases); i++) {
		before = cases[i].before == NULL ? NULL :
		    planned(cases[i].before, cases[i].before2_at,
		    cases[i].before_gone_at);
		after = planned(cases[i].after, cases[i].after2_at,
		    cases[i].after_gone_at);
		zone_history_compare(before, after, cases[i].from_at,
		    cases[i].until_at, &findings);
		if (findings_failed(&findings) != cases[i].n)
			fail_msg("case %zu: %zu: %s", i,
			    findings_failed(&findings),
			    findings.items[0].message);
		if (strstr(findings.items[0].message, cases[i].part) == NULL)
			fail_msg("case %zu: %s", i,
			    findings.items[0].message);
		findings_clear(&findings);
		zone_history_free(before);
		zone_history_free(after);
	}
}

/* Where nobody told of a DS there is nothing to lose. */
static void
test_compare_off(void **state)
{
	struct zone_history *before = zone_history_new(&lab);
	struct zone_history *after = zone_history_new(&lab);
	struct findings findings = FINDINGS_INIT;

	(void)state;
	zone_history_compare(before, after, NOW, NOW + DAY, &findings);
	assert_int_equal(findings.items[0].verdict, FINDING_OFF);
	findings_clear(&findings);
	plan(after, NOW, "1");
	zone_history_compare(before, after, NOW, NOW + DAY, &findings);
	assert_int_equal(findings.items[0].verdict, FINDING_OFF);
	findings_clear(&findings);
	zone_history_free(before);
	zone_history_free(after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_compare_off),
	};

	return cmocka_run_group_tests_name("zone_history_compare", tests,
	    NULL, NULL);
}
