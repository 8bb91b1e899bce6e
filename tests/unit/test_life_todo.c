/* What the operator has to do next. */
#include "tests/unit/unit.h"

#include "kmgr/life/life_todo.h"
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

static struct life_todo
todo_of(struct life_zone *zone, int64_t now_at)
{
	struct life_todo todo;
	struct life_plan plan;

	life_plan(zone, now_at, &plan);
	life_todo(zone, &plan, now_at, &todo);
	life_plan_clear(&plan);
	return todo;
}

static void
test_new_zone(void **state)
{
	struct life_zone zone;
	struct life_todo todo;

	(void)state;
	lifehelp_zone(&zone, "example.com.", &made, 1);
	zone.first_signed_at = zone.signed_until_at = 0;
	todo = todo_of(&zone, T0);
	assert_int_equal(todo.wait, LIFE_DUE);
	assert_string_equal(todo.command, "kmgr sign-zsks example.com. FILE");
	zone.has_response = true;
	todo = todo_of(&zone, T0);
	assert_string_equal(todo.command, "kmgr sign-ksr FILE");
	life_zone_clear(&zone);
}

static void
test_nothing(void **state)
{
	struct life_zone zone;
	struct life_todo todo;

	(void)state;
	lifehelp_zone(&zone, "example.com.", &active, 1);
	todo = todo_of(&zone, T0);
	assert_int_equal(todo.wait, LIFE_WAITS_TIME);
	assert_false(todo.is_idle);
	assert_string_equal(todo.command, "");
	/* Signed anew 5 days before its end. */
	assert_int_equal(todo.until_at, T0 + 5 * DAY);
	life_zone_clear(&zone);
}

/* The way of a roll, one thing after the other. */
static void
test_roll(void **state)
{
	struct life_key keys[] = { active, made };
	struct life_zone zone;
	struct life_todo todo;

	(void)state;
	keys[0].retire_at = T0;
	keys[1].dnskey_in_at = T0;
	lifehelp_zone(&zone, "example.com.", keys, 2);
	todo = todo_of(&zone, T0 + 1);
	assert_int_equal(todo.wait, LIFE_WAITS_TIME);
	assert_int_equal(todo.until_at, T0 + 50400);
	todo = todo_of(&zone, T0 + 50400);
	assert_string_equal(todo.command, "kmgr ds-add example.com./22222");

	zone.keys[1].ds_add_at = zone.keys[0].ds_remove_at = T0 + 50400;
	todo = todo_of(&zone, T0 + 50401);
	assert_int_equal(todo.wait, LIFE_WAITS_DS_SEEN);
	assert_int_equal(todo.since_at, T0 + 50400);
	assert_string_equal(todo.command, "kmgr ds-seen example.com./22222");
	zone.keys[1].ds_seen_at = T0 + 50500;
	todo = todo_of(&zone, T0 + 50501);
	assert_int_equal(todo.wait, LIFE_WAITS_DS_GONE);
	assert_string_equal(todo.command, "kmgr ds-gone example.com./11111");
	zone.keys[0].ds_gone_at = T0 + 50500;
	todo = todo_of(&zone, T0 + 50501);
	assert_int_equal(todo.wait, LIFE_WAITS_TIME);
	life_zone_clear(&zone);
}

/* What nobody may sign with holds up the whole set. */
static void
test_stopped(void **state)
{
	struct life_key key = active;
	struct life_zone zone;
	struct life_todo todo;

	(void)state;
	key.is_usable = false;
	key.stopped_by = "prod";
	lifehelp_zone(&zone, "example.com.", &key, 1);
	todo = todo_of(&zone, T0);
	assert_int_equal(todo.wait, LIFE_WAITS_OPERATOR);
	assert_int_equal(todo.key, 0);
	assert_string_equal(todo.command, "kmgr enable-cmk prod");

	/* One that goes in an emergency is left out. */
	zone.keys[0].is_compromised = true;
	zone.keys[0].retire_at = T0;
	zone.keys[0].ds_remove_at = T0;
	todo = todo_of(&zone, T0);
	assert_string_equal(todo.command, "kmgr roll-ksk example.com.");
	life_zone_clear(&zone);
}

/* One that is not in the set yet stops only its own way in. */
static void
test_stopped_new(void **state)
{
	struct life_key keys[] = { active, made };
	struct life_zone zone;
	struct life_todo todo;

	(void)state;
	keys[1].is_usable = false;
	keys[1].stopped_by = "other";
	keys[0].retire_at = T0;
	lifehelp_zone(&zone, "example.com.", keys, 2);
	todo = todo_of(&zone, T0);
	assert_int_equal(todo.wait, LIFE_WAITS_OPERATOR);
	assert_string_equal(todo.why, "until CMK other is enabled");
	assert_string_equal(todo.command, "kmgr enable-cmk other");
	life_zone_clear(&zone);
}

/* What is due to be signed comes before what the parent is asked for. */
static void
test_urgent(void **state)
{
	struct life_key key = active;
	struct life_zone zone;
	struct life_todo todo;

	(void)state;
	key.ds_seen_at = 0;
	lifehelp_zone(&zone, "example.com.", &key, 1);
	todo = todo_of(&zone, T0);
	assert_string_equal(todo.command, "kmgr ds-seen example.com./11111");
	todo = todo_of(&zone, T0 + 6 * DAY);
	assert_string_equal(todo.command, "kmgr sign-zsks example.com. FILE");
	life_zone_clear(&zone);
}

static void
test_operator(void **state)
{
	struct life_key keys[] = { active, made };
	struct life_zone zone;
	struct life_todo todo;

	(void)state;
	keys[0].retire_at = keys[0].ds_remove_at = keys[0].ds_gone_at =
	    keys[0].dnskey_out_at = T0 - 20 * DAY;
	keys[1].dnskey_in_at = keys[1].ds_add_at = keys[1].ds_seen_at =
	    T0 - 40 * DAY;
	lifehelp_zone(&zone, "example.com.", keys, 2);
	zone.signed_until_at = T0 + 100 * DAY;
	todo = todo_of(&zone, T0);
	/* That one is done and can be deleted is nothing that is awaited. */
	assert_int_equal(todo.wait, LIFE_WAITS_TIME);
	assert_int_equal(todo.key, LIFE_NONE);
	assert_string_equal(todo.command, "");
	life_zone_clear(&zone);

	lifehelp_zone(&zone, "example.com.", &made, 1);
	zone.algs[0].signed_at = 0;
	zone.keys[0].dnskey_in_at = T0 - 5 * DAY;
	todo = todo_of(&zone, T0);
	assert_int_equal(todo.wait, LIFE_WAITS_SIGNER);
	assert_string_equal(todo.command,
	    "kmgr zone-signed example.com. --alg ECDSAP256SHA256");
	life_zone_clear(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_zone),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_roll),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_stopped_new),
		cmocka_unit_test(test_urgent),
		cmocka_unit_test(test_operator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
