/* Which KSKs count for ksk.max-per-zone, and what is made beyond it. */
#include "tests/unit/unit.h"

#include "kmgr/engine/ksk_rules.h"

static void
what_is_in_use_or_may_be_counts(void **state)
{
	char generated[] = "generated", active[] = "active";
	char retired[] = "retired", removed[] = "removed";
	const struct {
		struct ksk_row	row;
		bool		counts;
	} t[] = {
		/* Not in use yet, in use. */
		{ { .state = generated }, true },
		{ { .state = active, .dnskey_in_at = 4, .ds_add_at = 5,
		    .ds_seen_at = 6 }, true },
		/* Retired, and still in one of both sets. */
		{ { .state = retired, .retire_at = 9, .dnskey_in_at = 4 },
		    true },
		{ { .state = retired, .retire_at = 9, .dnskey_in_at = 4,
		    .dnskey_out_at = 9, .ds_seen_at = 6 }, true },
		{ { .state = retired, .retire_at = 9, .ds_add_at = 5 }, true },
		{ { .state = retired, .retire_at = 9, .dnskey_in_at = 4,
		    .ds_add_at = 5, .ds_seen_at = 6, .ds_gone_at = 8 },
		    true },
		/* Only delete-ksk is left to do. */
		{ { .state = retired, .retire_at = 9, .dnskey_in_at = 4,
		    .dnskey_out_at = 9, .ds_add_at = 5, .ds_seen_at = 6,
		    .ds_gone_at = 8 }, false },
		{ { .state = generated, .retire_at = 9 }, false },
		/* It is done. */
		{ { .state = removed, .dnskey_in_at = 4, .ds_seen_at = 6 },
		    false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++)
		if (ksk_rules_counts(&t[i].row) != t[i].counts)
			fail_msg("row %zu: counts %d", i, !t[i].counts);
}

static void
no_more_are_made_than_may_be(void **state)
{
	static const char yaml[] = "version: 1\nzones: [\".\"]\n"
	    "ksk: { max-per-zone: 3 }\n";
	struct policy *policy = NULL;
	struct error err = ERR_INIT;
	struct cmk cmk = { 0 };
	struct name zone;

	(void)state;
	assert_int_equal(policy_read_yaml(yaml, strlen(yaml), "test", &policy,
	    &err), 0);
	assert_int_equal(name_read("example.com", &zone, &err), 0);
	cmk.policy = policy;
	assert_int_equal(ksk_rules_allow(&cmk, &zone, 2, &err), 0);
	assert_int_equal(ksk_rules_allow(&cmk, &zone, 3, &err), -1);
	assert_int_equal(err.class, ERR_POLICY);
	assert_non_null(strstr(err.msg, "max-per-zone"));
	policy_free(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_use_or_may_be_counts),
		cmocka_unit_test(no_more_are_made_than_may_be),
	};

	return cmocka_run_group_tests_name("ksk_rules", tests, NULL, NULL);
}
