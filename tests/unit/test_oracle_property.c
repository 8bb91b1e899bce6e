/* The oracle against oraclemodel.h, on small random worlds. */
#include "tests/unit/unit.h"

#include "tests/unit/oraclemodel.h"

#define KEYS	4
#define SETS	4
#define SIGS	3
#define SECONDS 24

struct small {
	struct oracle_world	world;
	struct oracle_dnskeys	dnskeys[SETS];
	struct oracle_ds	ds[SETS];
	struct oracle_key	keys[SETS][KEYS], ds_keys[SETS][KEYS];
	bool			is_revoked[SETS][KEYS];
	struct oracle_sig	sigs[SETS][SIGS];
	struct oracle_key	anchors[KEYS];
};

struct seed {
	uint64_t	x;
};

static int64_t
pick(struct seed *seed, int64_t n)
{

	seed->x = seed->x * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (int64_t)((seed->x >> 33) % (uint64_t)n);
}

/* Four keys of two algorithms; two of them with one tag. */
static struct oracle_key
key(int64_t i)
{

	return (struct oracle_key) { .alg = i < 3 ? 13 : 8,
		.key_tag = (uint16_t)(i == 1 ? 0 : i),
		.id = { (uint8_t)(i + 1) } };
}

/* Some of the keys, in some order. */
static size_t
pick_keys(struct seed *seed, size_t least, struct oracle_key *out)
{
	const int64_t first = pick(seed, KEYS);
	size_t i, n = 0;

	for (i = 0; i < KEYS; i++)
		if (pick(seed, 5) < 2 || (n < least && i == KEYS - 1))
			out[n++] = key((first + (int64_t)i) % KEYS);
	return n;
}

static void
make_dnskeys(struct seed *seed, struct small *s, size_t i)
{
	struct oracle_dnskeys *set = &s->dnskeys[i];
	size_t k;

	set->from_at = pick(seed, SECONDS);
	set->until_at = set->from_at + pick(seed, 12) - 1;
	set->ttl_s = pick(seed, 8);
	set->keys = s->keys[i];
	set->n_keys = pick_keys(seed, 1, s->keys[i]);
	set->is_revoked = pick(seed, 3) == 0 ? s->is_revoked[i] : NULL;
	for (k = 0; k < set->n_keys; k++)
		s->is_revoked[i][k] = pick(seed, 3) == 0;
	set->sigs = s->sigs[i];
	set->n_sigs = (size_t)pick(seed, SIGS + 1);
	for (k = 0; k < set->n_sigs; k++) {
		s->sigs[i][k].key = (size_t)pick(seed, (int64_t)set->n_keys);
		s->sigs[i][k].inception_at = set->from_at - 4 + pick(seed, 7);
		s->sigs[i][k].expiration_at = s->sigs[i][k].inception_at - 1 +
		    pick(seed, 24);
	}
}

static void
make(struct seed *seed, struct small *s)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	s->world = (struct oracle_world) { .dnskeys = s->dnskeys,
		.n_dnskeys = 1 + (size_t)pick(seed, SETS), .ds = s->ds,
		.n_ds = 1 + (size_t)pick(seed, SETS),
		.from_at = pick(seed, 6), .until_at = 20 + pick(seed, 20) };
	for (i = 0; i < s->world.n_dnskeys; i++)
		make_dnskeys(seed, s, i);
	for (i = 0; i < s->world.n_ds; i++) {
		s->ds[i].from_at = pick(seed, SECONDS);
		s->ds[i].until_at = s->ds[i].from_at + pick(seed, 12) - 1;
		s->ds[i].ttl_s = pick(seed, 8);
		s->ds[i].keys = s->ds_keys[i];
		s->ds[i].n_keys = pick_keys(seed, 0, s->ds_keys[i]);
	}
}

static bool
is_told(const struct oracle_hole *holes, size_t n, size_t dnskeys, size_t ds,
    int64_t at)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (holes[i].dnskeys == dnskeys && holes[i].ds == ds &&
		    holes[i].from_at <= at && at <= holes[i].until_at)
			return true;
	return false;
}

static bool
is_ds_unknown(const struct oracle_world *w, int64_t at)
{
	size_t i;

	for (i = 0; i < w->n_ds; i++)
		if (w->ds[i].from_at <= at && at <= w->ds[i].until_at)
			return false;
	return true;
}

/* Every pair, every second, also those that were not asked about. */
static size_t
compare_second(const struct oracle_world *w, const struct oracle_hole *holes,
    size_t n, int64_t at, size_t round)
{
	const bool is_asked = w->from_at <= at && at <= w->until_at;
	size_t i, j, bad = 0;
	bool want;

	for (j = 0; j < w->n_ds; j++) {
		for (i = 0; i < w->n_dnskeys; i++) {
			want = is_asked &&
			    oraclemodel_is_bogus(w, i, j, at);
			bad += want;
			if (is_told(holes, n, i, j, at) != want)
				fail_msg("world %zu, set %zu, DS set %zu, "
				    "second %d: bogus is %d", round, i, j,
				    (int)at, want);
		}
		want = is_asked && oraclemodel_is_unserved(w, j, at);
		if (is_told(holes, n, ORACLE_NONE, j, at) != want)
			fail_msg("world %zu, DS set %zu, second %d: unserved "
			    "is %d", round, j, (int)at, want);
	}
	want = is_asked && is_ds_unknown(w, at);
	if (is_told(holes, n, ORACLE_NONE, ORACLE_NONE, at) != want)
		fail_msg("world %zu, second %d: DS unknown is %d", round,
		    (int)at, want);
	return bad;
}

static void
check_order(const struct oracle_hole *holes, size_t n, size_t round)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (holes[i].until_at < holes[i].from_at)
			fail_msg("world %zu: hole %zu is empty", round, i);
		if (i > 0 && holes[i].from_at < holes[i - 1].from_at)
			fail_msg("world %zu: hole %zu is before its "
			    "predecessor", round, i);
	}
}

static void
test_pairs(void **state)
{
	struct seed seed = { 20270101 };
	struct oracle_hole *holes;
	struct small s;
	size_t i, n, bad, n_sound = 0;
	int64_t at;

	(void)state;
	for (i = 0; i < 6000; i++) {
		make(&seed, &s);
		oracle_ask(&s.world, &holes, &n);
		check_order(holes, n, i);
		assert_true(n < ORACLE_HOLES_MAX);
		bad = 0;
		for (at = -5; at < 60; at++)
			bad += compare_second(&s.world, holes, n, at, i);
		n_sound += bad == 0;
		free(holes);
	}
	/* Both kinds of world have been there. */
	assert_in_range(n_sound, 500, 5500);
}

/* One set behind the other, so that followers live for some time. */
static void
make_followed(struct seed *seed, struct small *s)
{
	struct oracle_dnskeys *set;
	int64_t at = 0;
	size_t i, k;

	memset(s, 0, sizeof(*s));
	s->world = (struct oracle_world) { .dnskeys = s->dnskeys,
		.n_dnskeys = 2 + (size_t)pick(seed, SETS - 1), .from_at = 0,
		.until_at = ORACLEMODEL_SECONDS - 1 };
	s->anchors[0] = key(0);
	s->anchors[1] = key(1);
	s->world.anchors = (struct oracle_anchors) { s->anchors,
		1 + (size_t)pick(seed, 2), 1 + pick(seed, 4),
		1 + pick(seed, 3) };
	for (i = 0; i < s->world.n_dnskeys; i++) {
		set = &s->dnskeys[i];
		make_dnskeys(seed, s, i);
		set->ttl_s = pick(seed,
		    s->world.anchors.add_hold_down_s + 1);
		set->from_at = at;
		at += 3 + pick(seed, 14);
		set->until_at = at + pick(seed, 3) - 1;
		for (k = 0; k < set->n_sigs; k++) {
			s->sigs[i][k].inception_at = set->from_at;
			s->sigs[i][k].expiration_at = set->until_at +
			    pick(seed, 8);
			if (pick(seed, 2) == 0)
				s->sigs[i][k].key = 0;
		}
	}
}

struct counts {
	size_t	told, untold, lost;
};

static void
compare_followed(const struct oraclemodel_followers *model, size_t set,
    const struct oracle_hole *holes, size_t n, size_t round,
    struct counts *counts)
{
	int64_t at;
	bool told;

	for (at = 0; at < ORACLEMODEL_SECONDS; at++) {
		told = is_told(holes, n, set, ORACLE_NONE, at);
		counts->told += told;
		counts->untold += !told;
		counts->lost += model->is_bogus[set][at];
		if (model->is_bogus[set][at] && !told)
			fail_msg("world %zu, set %zu, second %d", round, set,
			    (int)at);
	}
}

/*
 * No follower is lost where the oracle says nothing; it may say more, since
 * it asks that one key be good for all of them.
 */
static void
test_followers(void **state)
{
	static struct oraclemodel_followers model;
	struct seed seed = { 5011 };
	struct counts counts = { 0, 0, 0 };
	struct oracle_hole *holes;
	struct small s;
	size_t i, k, n;

	(void)state;
	for (i = 0; i < 1500; i++) {
		make_followed(&seed, &s);
		oracle_ask(&s.world, &holes, &n);
		oraclemodel_follow(&s.world, 0, &model);
		for (k = 0; k < s.world.n_dnskeys; k++)
			compare_followed(&model, k, holes, n, i, &counts);
		free(holes);
	}
	assert_true(counts.untold > 10000);
	assert_true(counts.lost > 10000);
	/* And not much more than there is. */
	assert_true(counts.told < counts.lost + counts.lost / 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_followers),
	};

	return cmocka_run_group_tests_name("oracle_property", tests, NULL,
	    NULL);
}
