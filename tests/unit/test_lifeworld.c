/*
 * The population of lifeworld.h can tell: timelines of engines that lose
 * resolvers, and the same ones done right.
 */
#include "tests/unit/unit.h"

#include "tests/unit/lifeworld.h"

/* The timing under which those engines were run. */
#define DNSKEY_TTL 3600
#define ZONE_PROPAGATION 43200
#define DS_TTL	   86400
#define PARENT_PROPAGATION 9999
#define DATA_TTL   86400
#define START	   1000000	/* all before is settled */
#define LONG	   4000000

struct move {
	char		 what;		/* D: DNSKEY, P: DS, Z: data */
	int64_t		 at;		/* after START */
	const char	*digits;	/* keys 1 to 4 are of algorithm 13, 5
					 * and 6 of 8; of data the first */
};

static uint64_t
named(const char *digits)
{
	uint64_t keys = 0;

	for (; *digits != '\0'; digits++)
		keys |= UINT64_C(1) << (*digits - '1');
	return keys;
}

static uint32_t
algs_of(const struct lifeworld *world, uint64_t keys)
{
	uint32_t algs = 0;
	size_t i;

	for (i = 0; i < world->n_keys; i++)
		if (keys >> i & 1)
			algs |= UINT32_C(1) << world->keys[i].alg;
	return algs;
}

static void
move(struct lifeworld *world, const struct move *m)
{
	const uint64_t keys = named(m->digits);
	const int64_t at = START + m->at;

	if (m->what == 'D')
		lifeworld_publish(world, 0, &(struct lifeworld_set) {
		    .at = at, .ttl_s = DNSKEY_TTL, .keys = keys,
		    .signers = keys, .zsk_algs = algs_of(world, keys),
		    .inception_at = -LIFEWORLD_EVER,
		    .expiration_at = LIFEWORLD_EVER });
	else if (m->what == 'P')
		lifeworld_delegate(world, &(struct lifeworld_ds) { at, DS_TTL,
		    keys });
	else
		lifeworld_sign(world, &(struct lifeworld_data) { at,
		    algs_of(world, keys) });
}

/* Moves until one without a kind. */
static void
play(struct lifeworld *world, const struct move *moves)
{
	size_t i;

	lifeworld_init(world, 1);
	world->zone_propagation_s = ZONE_PROPAGATION;
	world->parent_propagation_s = PARENT_PROPAGATION;
	world->data_ttl_s = DATA_TTL;
	world->until_at = LONG;
	for (i = 0; i < 6; i++)
		(void)lifeworld_add_key(world, i < 4 ? 13 : 8);
	for (i = 0; moves[i].what != '\0'; i++)
		move(world, &moves[i]);
}

/* The first resolver is bogus then, and why. */
static void
loses(const char *what, const struct move *moves, int64_t from_at,
    enum lifeworld_why why)
{
	struct lifeworld world;
	struct lifeworld_bogus bogus;
	char text[512];

	play(&world, moves);
	if (lifeworld_is_sound(&world, &bogus))
		fail_msg("%s: nobody is bogus", what);
	lifeworld_describe(&world, &bogus, text, sizeof(text));
	if (bogus.at != START + from_at || bogus.why != why)
		fail_msg("%s: %s", what, text);
	if (lifeworld_oracle(&world, text, sizeof(text)) == 0)
		fail_msg("%s: the oracle is content", what);
	lifeworld_clear(&world);
}

static void
keeps(const char *what, const struct move *moves)
{
	struct lifeworld world;
	struct lifeworld_bogus bogus;
	char text[512];

	play(&world, moves);
	if (!lifeworld_is_sound(&world, &bogus)) {
		lifeworld_describe(&world, &bogus, text, sizeof(text));
		fail_msg("%s: %s", what, text);
	}
	if (lifeworld_oracle(&world, text, sizeof(text)) > 0)
		fail_msg("%s: %s", what, text);
	lifeworld_clear(&world);
}

static void
loses_anyhow(const char *what, const struct move *moves)
{
	struct lifeworld world;
	struct lifeworld_bogus bogus;

	play(&world, moves);
	if (lifeworld_is_sound(&world, &bogus))
		fail_msg("%s: nobody is bogus", what);
	lifeworld_clear(&world);
}

#define BEGINS { 'D', 0, "1" }, { 'P', 0, "1" }, { 'Z', 0, "1" }

static void
test_holes(void **state)
{
	static const struct move second_roll[] = { BEGINS,
		{ 'D', 0, "12" }, { 'P', 50400, "2" }, { 'D', 50400, "123" },
		{ 'P', 100800, "3" }, { 'D', 100800, "13" }, { 0 } };
	static const struct move insecure[] = { BEGINS, { 'P', 0, "" },
		{ 'D', 90000, "" }, { 0 } };
	static const struct move submitted[] = { BEGINS, { 'D', 0, "12" },
		{ 'P', 46800, "2" }, { 'D', 46800, "2" }, { 0 } };
	static const struct move short_ttl[] = { BEGINS, { 'D', 0, "12" },
		{ 'P', 50400, "2" }, { 'D', 50400 + 3600 + 9999 + 3600, "2" },
		{ 0 } };

	(void)state;
	loses("R1: a second roll during a roll", second_roll, 100800,
	    LIFEWORLD_NO_KEY);
	loses("R2: insecure by another zone's timing", insecure, 90000,
	    LIFEWORLD_NO_KEY);
	loses("R3: done as soon as the DS is seen", submitted, 46800,
	    LIFEWORLD_NO_KEY);
	loses("V9n: the parent's TTL is longer than was believed", short_ttl,
	    50400 + 3600 + 9999 + 3600, LIFEWORLD_NO_KEY);
}

/* Each wait to the second, and a second less. */
static void
test_waits(void **state)
{
	static const int64_t publish_s = DNSKEY_TTL + ZONE_PROPAGATION;
	static const int64_t ds_s = DS_TTL + PARENT_PROPAGATION;
	static const int64_t data_s = DATA_TTL + ZONE_PROPAGATION;
	int64_t early;

	(void)state;
	for (early = 0; early < 2; early++) {
		void (*const judge)(const char *, const struct move *) =
		    early == 0 ? keeps : loses_anyhow;
		const struct move publish[] = { BEGINS, { 'D', 0, "12" },
			{ 'P', publish_s - early, "2" }, { 0 } };
		const struct move ds[] = { BEGINS, { 'D', 0, "12" },
			{ 'P', publish_s, "2" }, { 'D', publish_s + ds_s -
			early, "2" }, { 0 } };
		const struct move double_ds[] = { BEGINS, { 'P', 0, "12" },
			{ 'D', ds_s - early, "2" }, { 'P', ds_s + publish_s,
			"2" }, { 0 } };
		const struct move data[] = { BEGINS, { 'Z', 0, "15" },
			{ 'D', data_s - early, "15" }, { 'P', data_s +
			publish_s, "15" }, { 0 } };
		const struct move data_out[] = { { 'D', 0, "15" }, { 'P', 0,
			"15" }, { 'Z', 0, "15" }, { 'P', 0, "5" },
			{ 'D', ds_s, "5" }, { 'Z', ds_s + publish_s - early,
			"5" }, { 0 } };

		judge("DNSKEY in", publish);
		judge("DS", ds);
		judge("double DS", double_ds);
		judge("data", data);
		judge("data out", data_out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_waits),
	};

	return cmocka_run_group_tests_name("lifeworld", tests, NULL, NULL);
}
