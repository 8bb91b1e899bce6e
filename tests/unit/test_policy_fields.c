/* The table of keys. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "policy/policy.h"
#include "policy/policy_element.h"
#include "policy/policy_fields.h"
#include "policy/policy_nearest.h"

static void
every_key_has_a_place_of_its_own(void **state)
{
	const struct policy_field *a, *b;
	size_t i, j;

	(void)state;
	for (i = 0; (a = policy_fields_at(i)) != NULL; i++)
		for (j = i + 1; (b = policy_fields_at(j)) != NULL; j++) {
			assert_string_not_equal(a->key, b->key);
			assert_int_not_equal(a->offset, b->offset);
		}
	assert_true(i > 80);
}

static void
every_key_is_documented_and_bounded(void **state)
{
	const struct policy_field *field;
	struct buf text = BUF_INIT;
	size_t i, n_required = 0;

	(void)state;
	for (i = 0; (field = policy_fields_at(i)) != NULL; i++) {
		assert_true(strlen(field->doc) > 5);
		assert_in_range(field->since, 1, POLICY_VERSION_MAX);
		assert_true((field->since > 1) == (field->before != NULL));
		assert_true(strlen(field->key) < sizeof(
		    ((struct policy_difference *)NULL)->key));
		assert_ptr_equal(policy_fields_find(field->key), field);
		n_required += field->preset == NULL && field->derive == NULL;
		if (field->kind == POLICY_INT ||
		    field->kind == POLICY_DURATION)
			assert_true(field->min <= field->max);
		policy_element_of(field)->allowed(field, &text);
		assert_true(text.len > 0);
		buf_free(&text);
	}
	/* version and zones, and nothing else. */
	assert_int_equal(n_required, 2);
	assert_null(policy_fields_find("ksk"));
	assert_null(policy_fields_find("ksk.lifetim"));
}

static char *
nearest_to(const char *key)
{

	return policy_nearest(policy_fields_table(), 1, key);
}

static void
the_nearest_key_is_what_was_meant(void **state)
{
	static const struct { const char *typed, *meant; } pairs[] = {
		{ "ksk.lifetme", "ksk.lifetime" },
		{ "ksk-lifetime", "ksk.lifetime" },
		{ "zones.ksk.algorithm", "ksk.algorithm" },
		{ "signatures-validity", "signatures.validity" },
		{ "signature", "signatures" },
		{ "dnskey-ttl", "signatures.dnskey-ttl" },
		{ "zsk.parent-ds-ttl", "timing.parent-ds-ttl" },
		{ "ksr.ican", "ksr.icann" },
		{ "zone", "zones" },
		{ "approvers", "approvals.approvers" },
		{ "approval", "approvals" },
		{ "max-jump", "clock.max-jump" },
	};
	char *nearest, *text;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(pairs); i++) {
		nearest = nearest_to(pairs[i].typed);
		assert_non_null(nearest);
		assert_string_equal(nearest, pairs[i].meant);
		free(nearest);
	}
	assert_null(nearest_to("colour-of-the-token"));
	assert_null(nearest_to(""));
	text = mem_new(70000);
	memset(text, 'x', 69999);
	assert_null(nearest_to(text));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_has_a_place_of_its_own),
		cmocka_unit_test(every_key_is_documented_and_bounded),
		cmocka_unit_test(the_nearest_key_is_what_was_meant),
	};

	return cmocka_run_group_tests_name("policy fields", tests, NULL, NULL);
}
