/* The vectors of OpenDNSSEC, BIND and Knot, and what is at the borders. */
#include "tests/unit/unit.h"

#include "tests/unit/oraclezone.h"

/* One step of a timeline: D for DNSKEY, P for the parent. */
struct step {
	char		 side;
	int64_t		 at;
	const char	*keys;
};

struct timeline {
	const char	*what;
	struct step	 steps[8];
};

static void
play(struct oraclezone *z, const struct timeline *t)
{
	size_t i;

	oraclezone_init(z);
	for (i = 0; i < N_OF(t->steps) && t->steps[i].side != 0; i++)
		(t->steps[i].side == 'D' ? oraclezone_dnskeys :
		    oraclezone_ds)(z, t->steps[i].at,
		    t->steps[i].keys);
}

static const struct timeline timelines[] = {
	{ "V1 enable", { { 'P', BEGIN, "" }, { 'D', BEGIN, "" },
	    { 'D', 0, "1" }, { 'P', 129600, "1" } } },
	{ "V2 double signature, BIND", { { 'D', BEGIN, "1" },
	    { 'P', BEGIN, "1" }, { 'D', 0, "12" }, { 'P', 50400, "2" },
	    { 'D', 150399, "2" } } },
	{ "V3 double signature, OpenDNSSEC", { { 'D', BEGIN, "1" },
	    { 'P', BEGIN, "1" }, { 'D', 0, "12" }, { 'P', 50400, "2" },
	    { 'D', 146800, "2" } } },
	{ "V4 double DS", { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" },
	    { 'P', 0, "12" }, { 'D', 96400, "2" }, { 'P', 146799, "2" } } },
	{ "V5 double RRset", { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" },
	    { 'P', 0, "12" }, { 'D', 0, "12" }, { 'P', 50400, "2" },
	    { 'D', 146800, "2" } } },
	{ "V6 scheduled", { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" },
	    { 'D', 2541600, "12" }, { 'P', 2592000, "2" },
	    { 'D', 2691999, "2" }, { 'D', 5133600, "23" },
	    { 'P', 5184000, "3" }, { 'D', 5283999, "3" } } },
	{ "V7 algorithm", { { 'D', BEGIN, "5" }, { 'P', BEGIN, "5" },
	    { 'D', 0, "51" }, { 'P', 129600, "1" }, { 'D', 226000, "1" } } },
	{ "V7k algorithm, Knot, the old key kept as long as it must",
	    { { 'D', BEGIN, "5" }, { 'P', BEGIN, "5" }, { 'D', 129600, "51" },
	    { 'P', 176401, "1" }, { 'D', 272801, "1" } } },
	{ "V8 CSK", { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" },
	    { 'D', 0, "12" }, { 'P', 50400, "2" }, { 'D', 150399, "2" } } },
	{ "V9 insecure", { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" },
	    { 'P', 0, "" }, { 'D', 99999, "" } } },
	{ "V10 double signature", { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" },
	    { 'D', 0, "12" }, { 'P', 57600, "2" }, { 'D', 157599, "2" } } },
	{ "V11 compromise, standby with DS", { { 'P', BEGIN, "12" },
	    { 'D', BEGIN, "1" }, { 'D', 0, "2" }, { 'P', 50400, "2" } } },
	{ "V12 Knot, the old key kept as long as it must",
	    { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" }, { 'D', 0, "12" },
	    { 'P', 46801, "2" }, { 'D', 143201, "2" } } },
	{ "V13 compromise, standby with DNSKEY", { { 'P', BEGIN, "1" },
	    { 'D', BEGIN, "12" }, { 'P', 0, "2" }, { 'D', 99999, "2" } } },
	{ "two providers, one of which rolls", { { 'D', BEGIN, "12" },
	    { 'P', BEGIN, "12" }, { 'D', 0, "123" }, { 'P', 50400, "23" },
	    { 'D', 146800, "23" } } },
};

static void
test_vectors(void **state)
{
	struct oraclezone z;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(timelines); i++) {
		play(&z, &timelines[i]);
		oraclezone_sound(&z, timelines[i].what);
	}
}

/* A second too early, and there is a hole of one second. */
static void
test_a_second_early(void **state)
{
	static const struct {
		struct timeline	timeline;
		int64_t		hole_at;
	} rows[] = {
		{ { "DS swap before the new DNSKEY is everywhere",
		    { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" },
		    { 'D', 0, "12" }, { 'P', 46800, "2" },
		    { 'D', 200000, "2" } } }, 46800 },
		{ { "old DNSKEY out before its DS is forgotten",
		    { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" },
		    { 'D', 0, "12" }, { 'P', 50400, "2" },
		    { 'D', 146799, "2" } } }, 146799 },
		{ { "double DS", { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" },
		    { 'P', 0, "12" }, { 'D', 96399, "2" },
		    { 'P', 146799, "2" } } }, 96399 },
		{ { "insecure", { { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" },
		    { 'P', 0, "" }, { 'D', 96399, "" } } }, 96399 },
		{ { "first DS", { { 'D', BEGIN, "" }, { 'P', BEGIN, "" },
		    { 'D', 0, "1" }, { 'P', 46800, "1" } } }, 46800 },
		{ { "second algorithm's DS", { { 'D', BEGIN, "5" },
		    { 'P', BEGIN, "5" }, { 'D', 0, "51" },
		    { 'P', 46800, "51" } } }, 46800 },
	};
	struct oraclezone z;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(rows); i++) {
		play(&z, &rows[i].timeline);
		(void)oraclezone_hole(&z, rows[i].timeline.what,
		    rows[i].hole_at, rows[i].hole_at);
	}
}

/* What three engines do, and no one may. */
static void
test_holes(void **state)
{
	static const struct timeline second_roll = {
		"R1 a second roll during a roll", { { 'D', BEGIN, "1" },
		{ 'P', BEGIN, "1" }, { 'D', 0, "12" }, { 'P', 50400, "2" },
		{ 'D', 50400, "123" }, { 'P', 100800, "3" },
		{ 'D', 100800, "13" } } };
	static const struct timeline insecure = {
		"R2 insecure by another zone's timing", { { 'D', BEGIN, "1" },
		{ 'P', BEGIN, "1" }, { 'P', 0, "" }, { 'D', 90000, "" } } };
	static const struct timeline submitted = {
		"R3 confirmed as soon as it is seen", { { 'D', BEGIN, "1" },
		{ 'P', BEGIN, "1" }, { 'D', 0, "12" }, { 'P', 46801, "2" },
		{ 'D', 46801, "2" } } };
	static const struct timeline short_ttl = {
		"V9n the parent's TTL is longer than was believed",
		{ { 'D', BEGIN, "1" }, { 'P', BEGIN, "1" }, { 'D', 0, "12" },
		{ 'P', 50400, "2" }, { 'D', 50400 + 3600 + 9999 + 3600,
		"2" } } };
	struct oracle_hole hole;
	struct oraclezone z;

	(void)state;
	play(&z, &second_roll);
	hole = oraclezone_hole(&z, second_roll.what, 100800, 100800 + 96399);
	assert_int_equal(hole.dnskeys, 3);
	assert_int_equal(hole.ds, 1);
	assert_int_equal(hole.why, ORACLE_NO_KEY);
	assert_int_equal(hole.alg, 13);
	assert_string_equal(hole.message, "a resolver is bogus from "
	    "1970-01-02T04:00:00Z until 1970-01-03T06:46:39Z with cached "
	    "DNSKEY set 13 and cached DS set 2: no key of algorithm 13 is in "
	    "both");
	play(&z, &insecure);
	(void)oraclezone_hole(&z, insecure.what, 90000, 96399);
	play(&z, &submitted);
	(void)oraclezone_hole(&z, submitted.what, 46801, 46801 + 96399);
	play(&z, &short_ttl);
	(void)oraclezone_hole(&z, short_ttl.what, 67599, 50400 + 96399);
}

/* Two sets, two signers, of which one is valid for a shorter time. */
static void
test_signatures(void **state)
{
	struct oracle_hole hole;
	struct oraclezone z;

	(void)state;
	oraclezone_init(&z);
	z.world.from_at = 0;
	z.world.until_at = 20000;
	oraclezone_dnskeys(&z, 0, "1");
	oraclezone_ds(&z, BEGIN, "1");
	z.dnskeys[0].until_at = 20000;
	/* Good at both ends of its validity. */
	z.sigs[0][0] = (struct oracle_sig) { 0, 0, 20000 };
	oraclezone_sound(&z, "valid as long as it is served");
	z.sigs[0][0] = (struct oracle_sig) { 0, 2, 20000 };
	(void)oraclezone_hole(&z, "not valid yet", 0, 1);
	z.sigs[0][0] = (struct oracle_sig) { 0, 0, 19999 };
	hole = oraclezone_hole(&z, "expired", 20000, 20000);
	assert_int_equal(hole.why, ORACLE_NO_SIGNATURE);
	/* Two windows of one key. */
	z.dnskeys[0].n_sigs = 2;
	z.sigs[0][0] = (struct oracle_sig) { 0, 0, 9999 };
	z.sigs[0][1] = (struct oracle_sig) { 0, 10000, 30000 };
	oraclezone_sound(&z, "one behind the other");
	z.sigs[0][1].inception_at = 10002;
	(void)oraclezone_hole(&z, "two seconds between", 10000, 10001);
}

/* A cache keeps a set as long as the signature it went by. */
static void
test_cap(void **state)
{
	struct oraclezone z;

	(void)state;
	oraclezone_init(&z);
	z.world.from_at = 0;
	z.world.until_at = 30000;
	oraclezone_dnskeys(&z, 0, "1");
	oraclezone_dnskeys(&z, 5000, "1");
	oraclezone_ds(&z, BEGIN, "1");
	z.dnskeys[0].until_at = 10000;
	z.sigs[0][0].expiration_at = 10000;
	oraclezone_sound(&z, "who went by it forgets it when it expires");
	/* Key 2 lives longer, but nobody can go by it. */
	z.dnskeys[0].n_keys = z.dnskeys[0].n_sigs = 2;
	z.keys[0][1] = z.all[1];
	z.sigs[0][1] = (struct oracle_sig) { 1, BEGIN, 40000 };
	oraclezone_sound(&z, "no DS names the one that lives longer");
	/* There was a DS set of key 2 when the set was served last. */
	z.ds[0].from_at = 0;
	z.ds[1] = (struct oracle_ds) { BEGIN, 10000 - DS_TTL, DS_TTL,
		z.ds_keys[1], 1, "2" };
	z.ds_keys[1][0] = z.all[1];
	z.world.n_ds = 2;
	z.dnskeys[1].n_keys = z.dnskeys[1].n_sigs = 2;
	z.keys[1][1] = z.all[1];
	z.sigs[1][1] = (struct oracle_sig) { 1, BEGIN, ORACLE_FOR_EVER };
	(void)oraclezone_hole(&z, "went by 2, is asked for 1", 10001, 13600);
	/* Or the zone was insecure then. */
	z.ds[1].n_keys = 0;
	(void)oraclezone_hole(&z, "went by none, is asked for 1", 10001, 13600);
	z.ds[1].until_at--;
	(void)oraclezone_hole(&z, "a second less", 10001, 13599);
}

static void
test_revoked(void **state)
{
	static const bool is_revoked[] = { true, false };
	struct oracle_hole hole;
	struct oraclezone z;

	(void)state;
	oraclezone_init(&z);
	z.world.from_at = 0;
	oraclezone_dnskeys(&z, BEGIN, "12");
	oraclezone_ds(&z, BEGIN, "1");
	z.dnskeys[0].is_revoked = is_revoked;
	hole = oraclezone_hole(&z, "a DS of a revoked key", 0, LONG);
	assert_int_equal(hole.why, ORACLE_NO_KEY);
	z.keys[0][1] = z.all[0];
	oraclezone_sound(&z, "the same key, not revoked, beside it");
}

/* Equal tags do not make one key of two. */
static void
test_same_tag(void **state)
{
	struct oraclezone z;

	(void)state;
	oraclezone_init(&z);
	z.world.from_at = 0;
	z.all[1].key_tag = z.all[0].key_tag;
	oraclezone_dnskeys(&z, BEGIN, "2");
	oraclezone_ds(&z, BEGIN, "1");
	(void)oraclezone_hole(&z, "another key of that tag", 0, LONG);
	oraclezone_init(&z);
	z.all[1].key_tag = z.all[0].key_tag;
	oraclezone_dnskeys(&z, BEGIN, "21");
	oraclezone_ds(&z, BEGIN, "1");
	oraclezone_sound(&z, "both keys of that tag");
}

/* Each algorithm in the DS set is asked for (RFC 4035 s2.2). */
static void
test_algorithms(void **state)
{
	struct oracle_hole hole;
	struct oraclezone z;

	(void)state;
	oraclezone_init(&z);
	z.world.from_at = 0;
	oraclezone_dnskeys(&z, BEGIN, "1");
	oraclezone_ds(&z, BEGIN, "15");
	hole = oraclezone_hole(&z, "one of two algorithms", 0, LONG);
	assert_int_equal(hole.alg, 8);
	oraclezone_init(&z);
	oraclezone_dnskeys(&z, BEGIN, "15");
	oraclezone_ds(&z, BEGIN, "1");
	oraclezone_sound(&z, "an algorithm that has no DS");
}

static void
test_gaps(void **state)
{
	struct oracle_hole hole;
	struct oraclezone z;

	(void)state;
	oraclezone_init(&z);
	z.world.from_at = 0;
	oraclezone_dnskeys(&z, BEGIN, "1");
	oraclezone_dnskeys(&z, 5001, "1");
	oraclezone_ds(&z, BEGIN, "1");
	z.dnskeys[0].until_at = 5000;
	oraclezone_sound(&z, "one behind the other");
	z.dnskeys[1].from_at = 5003;
	hole = oraclezone_hole(&z, "nothing served", 5001, 5002);
	assert_int_equal(hole.dnskeys, ORACLE_NONE);
	assert_int_equal(hole.ds, 0);
	assert_int_equal(hole.why, ORACLE_NO_DNSKEYS);
	z.ds[0].n_keys = 0;
	oraclezone_sound(&z, "nothing served, and nobody asks");
	z.dnskeys[1].until_at = LONG - 1;
	z.ds[0].n_keys = 1;
	z.dnskeys[1].from_at = 5001;
	(void)oraclezone_hole(&z, "it ends before what is asked about", LONG,
	    LONG);
	z.dnskeys[1].until_at = LONG;
	z.ds[0].until_at = LONG - DS_TTL;
	hole = oraclezone_hole(&z, "nothing is known of the parent",
	    LONG - DS_TTL + 1, LONG);
	assert_int_equal(hole.why, ORACLE_NO_DS);
}

#define DAY	86400

/* Many sets, and no more holes than somebody reads. */
static void
test_many(void **state)
{
	enum { BUNDLES = 1000, DS = 50 };
	struct oracle_dnskeys *sets = calloc(BUNDLES, sizeof(*sets));
	struct oracle_ds *dss = calloc(DS, sizeof(*dss));
	struct oracle_sig *sigs = calloc(BUNDLES, sizeof(*sigs));
	struct oracle_world world = { .dnskeys = sets, .n_dnskeys = BUNDLES,
		.ds = dss, .n_ds = DS, .from_at = 0,
		.until_at = BUNDLES * 7 * DAY };
	struct oracle_hole *holes;
	struct oraclezone z;
	size_t i, n;

	(void)state;
	oraclezone_init(&z);
	/* Latest first: the order is the oracle's affair. */
	for (i = 0; i < BUNDLES; i++) {
		const int64_t at = (int64_t)(BUNDLES - 1 - i) * 7 * DAY;

		sigs[i] = (struct oracle_sig) { 0, at - 3600, at + 14 * DAY };
		sets[i] = (struct oracle_dnskeys) { .from_at = at,
			.until_at = at + 7 * DAY, .ttl_s = 3600,
			.keys = z.all, .n_keys = 1, .sigs = &sigs[i],
			.n_sigs = 1 };
	}
	for (i = 0; i < DS; i++)
		dss[i] = (struct oracle_ds) { 0, ORACLE_FOR_EVER, DS_TTL,
			z.all, 1, NULL };
	oracle_ask(&world, &holes, &n);
	assert_int_equal(n, 0);
	free(holes);
	for (i = 0; i < DS; i++)
		dss[i].keys = &z.all[1];
	oracle_ask(&world, &holes, &n);
	assert_int_equal(n, ORACLE_HOLES_MAX);
	/* Fifty of the earliest bundle come first. */
	assert_int_equal(holes[0].dnskeys, BUNDLES - 1);
	assert_int_equal(holes[DS - 1].dnskeys, BUNDLES - 1);
	assert_int_equal(holes[DS].dnskeys, BUNDLES - 2);
	free(holes);
	free(sigs);
	free(dss);
	free(sets);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_a_second_early),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_same_tag),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("oracle", tests, NULL, NULL);
}
