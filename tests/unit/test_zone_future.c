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
	struct oracle_hole *holes;
	size_t n;

	zone_future_ask(zone, T0, T0 + 30 * DAY, &holes, &n);
	free(holes);
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

static void
test_verdict(void **state)
{
	struct buf text = BUF_INIT;
	struct oracle_hole *holes;
	struct life_zone zone;
	size_t n;

	(void)state;
	roll(&zone);
	zone_future_ask(&zone, T0, T0 + 30 * DAY, &holes, &n);
	zone_future_verdict(holes, n, T0 + 30 * DAY, &text);
	assert_string_equal(buf_text(&text), "oracle: until "
	    "2027-01-31T00:00:00Z every resolver, whatever its caches hold, "
	    "keeps the chain of trust");
	buf_free(&text);
	free(holes);
	zone.keys[0].dnskey_out_at = T0 + 60;
	zone_future_ask(&zone, T0, T0 + 30 * DAY, &holes, &n);
	zone_future_verdict(holes, n, T0 + 30 * DAY, &text);
	assert_non_null(strstr(buf_text(&text), "to lose the chain of trust"));
	buf_free(&text);
	free(holes);
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
		cmocka_unit_test(test_insecure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
