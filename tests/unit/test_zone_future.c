/* The oracle asked about futures: sound ones, and each way to spoil one. */
#include "tests/unit/unit.h"

#include "kmgr/engine/zone_future.h"
#include "tests/unit/lifehelp.h"

#define DAY 86400
#define T0  LIFEHELP_T0
#define LONG_AGO (T0 - 90 * DAY)

static const struct life_key active = { .name = "example.com./11111",
	.alg = 13, .key_tag = 11111, .made_at = LONG_AGO,
	.dnskey_in_at = LONG_AGO, .ds_add_at = LONG_AGO + DAY,
	.ds_seen_at = LONG_AGO + DAY, .is_usable = true };
static const struct life_key made = { .name = "example.com./22222",
	.alg = 13, .key_tag = 22222, .made_at = T0, .is_usable = true };

/* A whole roll as it is simulated. */
static void
roll(struct life_zone *zone)
{
	const struct life_world world = { .registration_s = 7200 };
	struct life_key keys[] = { active, made };
	struct life_moment *moments = NULL;
	size_t n;

	keys[0].retire_at = T0;
	lifehelp_zone(zone, "example.com.", keys, 2);
	life_simulate(zone, T0, T0 + 30 * DAY, &world, &moments, &n);
	assert_true(zone->keys[0].dnskey_out_at > T0);
	free(moments);
}

static size_t
holes_of(const struct life_zone *zone)
{
	struct zone_future_answer answer;
	size_t n;

	zone_future_ask(zone, T0, T0 + 30 * DAY, &answer);
	n = answer.n_holes;
	zone_future_answer_clear(&answer);
	return n;
}

static void
test_sound(void **state)
{
	struct life_zone zone;

	(void)state;
	roll(&zone);
	assert_int_equal(holes_of(&zone), 0);
	life_zone_clear(&zone);
}

/* Each of the waits, shortened, is seen. */
static void
test_spoiled(void **state)
{
	struct life_zone zone;
	int64_t at;

	(void)state;
	/* The DS swapped before all caches have the new DNSKEY. */
	roll(&zone);
	zone.keys[1].ds_add_at = zone.keys[1].ds_seen_at = T0 + 60;
	zone.keys[0].ds_remove_at = zone.keys[0].ds_gone_at = T0 + 60;
	assert_true(holes_of(&zone) > 0);
	life_zone_clear(&zone);

	/* The old DNSKEY withdrawn when its DS is gone: lifecycle's hole R3. */
	roll(&zone);
	zone.keys[0].dnskey_out_at = zone.keys[0].ds_gone_at;
	assert_true(holes_of(&zone) > 0);
	life_zone_clear(&zone);

	/* A DS that is asked for may be there at once, whoever has seen it. */
	roll(&zone);
	at = zone.keys[1].ds_seen_at;
	zone.keys[1].dnskey_in_at = at;
	zone.keys[0].dnskey_out_at = 0;
	zone.keys[1].ds_add_at = at - 3600;
	assert_true(holes_of(&zone) > 0);
	life_zone_clear(&zone);
}

/* What is said of 30 days, in full. */
static void
expect_verdict(const struct life_zone *zone, const char *expected)
{
	struct zone_future_answer answer;
	struct buf text = BUF_INIT;

	zone_future_ask(zone, T0, T0 + 30 * DAY, &answer);
	zone_future_verdict(&answer, &text);
	assert_string_equal(buf_text(&text), expected);
	zone_future_answer_clear(&answer);
	buf_free(&text);
}

#define KEPT "oracle: until 2027-01-31T00:00:00Z every resolver, whatever " \
    "its caches hold, keeps the chain of trust"
#define NOT_BOGUS "oracle: until 2027-01-31T00:00:00Z no resolver finds the " \
    "zone bogus; the chain of trust "

static void
test_verdict(void **state)
{
	struct zone_future_answer answer;
	struct buf text = BUF_INIT;
	struct life_zone zone;

	(void)state;
	roll(&zone);
	expect_verdict(&zone, KEPT);
	zone.keys[0].dnskey_out_at = T0 + 60;
	zone_future_ask(&zone, T0, T0 + 30 * DAY, &answer);
	zone_future_verdict(&answer, &text);
	assert_non_null(strstr(buf_text(&text), "to lose the chain of trust"));
	buf_free(&text);
	zone_future_answer_clear(&answer);
	life_zone_clear(&zone);
}

/*
 * Who has the DS removed before another one is there leaves a while without,
 * in which nobody is bogus and who asks the parent is insecure: until the new
 * DS was seen, and the last cache has forgotten that there was none.
 */
static void
test_broken(void **state)
{
	struct life_zone zone;
	int64_t seen_at;

	(void)state;
	roll(&zone);
	zone.timing.parent_ds_ttl_s = DAY;
	zone.timing.parent_propagation_delay_s = 3600;
	seen_at = zone.keys[1].ds_seen_at = T0 + 10 * DAY;
	zone.keys[1].ds_add_at = seen_at - 7200;
	zone.keys[0].ds_remove_at = T0 + 3600;
	zone.keys[0].ds_gone_at = T0 + 7200;
	zone.keys[0].dnskey_out_at = T0 + 20 * DAY;
	expect_verdict(&zone, NOT_BOGUS "is broken from 2027-01-01T01:00:00Z "
	    "to 2027-01-12T01:00:00Z: resolvers that ask the parent while it "
	    "has no DS take the zone for insecure");
	/* The one that comes was asked for before: the parent swaps them. */
	zone.keys[0].ds_remove_at = zone.keys[1].ds_add_at;
	zone.keys[0].ds_gone_at = seen_at;
	expect_verdict(&zone, KEPT);
	/* What is over, caches and all, is not told. */
	zone.keys[1].dnskey_in_at = LONG_AGO;
	zone.keys[1].ds_add_at = zone.keys[1].ds_seen_at = T0 - 2 * DAY;
	zone.keys[0].ds_remove_at = zone.keys[0].ds_gone_at = T0 - 3 * DAY;
	expect_verdict(&zone, KEPT);
	zone.keys[1].ds_seen_at += DAY;
	expect_verdict(&zone, NOT_BOGUS "is broken from 2026-12-29T00:00:00Z "
	    "to 2027-01-01T01:00:00Z: resolvers that ask the parent while it "
	    "has no DS take the zone for insecure");
	life_zone_clear(&zone);
}

/* A zone that leaves DNSSEC has no chain afterwards; a new one had none. */
static void
test_ends(void **state)
{
	struct life_key key = active;
	struct life_zone zone;

	(void)state;
	key.ds_remove_at = key.ds_gone_at = T0 + 3600;
	lifehelp_zone(&zone, "example.com.", &key, 1);
	expect_verdict(&zone, NOT_BOGUS "ends at 2027-01-01T01:00:00Z: "
	    "resolvers that ask the parent from then on take the zone for "
	    "insecure");
	zone.keys[0].ds_add_at = zone.keys[0].ds_seen_at = T0 + DAY;
	zone.keys[0].ds_remove_at = zone.keys[0].ds_gone_at = 0;
	expect_verdict(&zone, KEPT);
	life_zone_clear(&zone);
}

/*
 * Without a DS nobody can be bogus; a zone without keys is no hole. That
 * nobody told of a DS does not say that there is none.
 */
static void
test_insecure(void **state)
{
	struct life_key key = active;
	struct life_zone zone;

	(void)state;
	key.ds_add_at = key.ds_seen_at = 0;
	key.dnskey_out_at = T0 + 60;
	lifehelp_zone(&zone, "example.com.", &key, 1);
	assert_true(holes_of(&zone) > 0);
	zone.keys[0].ds_gone_at = LONG_AGO;
	assert_int_equal(holes_of(&zone), 0);
	zone.keys[0].ds_gone_at = 0;
	zone.name = ".";	/* has no parent */
	assert_int_equal(holes_of(&zone), 0);
	zone.n_keys = 0;
	assert_int_equal(holes_of(&zone), 0);
	life_zone_clear(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_insecure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
