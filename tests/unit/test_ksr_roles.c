#include "tests/unit/unit.h"

#include "kmgr/engine/ksr_roles.h"

/* KSK 0 is the current one, 1 the next one, 2 nobody's. */
static const struct ksr_pair pair = { 0, 1 };

/*
 * The slots of a table as "CURRENT/NEXT ...": P publishes, S signs, R is
 * revoked, - nothing.
 */
static void
show(const struct ksr_roles *roles, char *out)
{
	unsigned int bits;
	size_t i, k;

	for (i = 0; i < roles->n_slots; i++) {
		if (i > 0)
			*out++ = ' ';
		for (k = 0; k < 2; k++) {
			bits = ksr_roles_of(roles, i, k);
			if (k > 0)
				*out++ = '/';
			if (bits == 0)
				*out++ = '-';
			if ((bits & KSR_IS_REVOKED) != 0)
				*out++ = 'R';
			else if ((bits & KSR_PUBLISHES) != 0)
				*out++ = 'P';
			if ((bits & KSR_SIGNS) != 0)
				*out++ = 'S';
		}
	}
	*out = '\0';
}

static void
schema_is(const char *schema, enum ksr_format format, size_t n,
    const char *expected)
{
	struct ksr_roles roles = KSR_ROLES_INIT;
	struct error err = ERR_INIT;
	char found[200];
	size_t i;

	assert_int_equal(ksr_roles_by_schema(schema, format, n, 3, &pair,
	    &roles, &err), 0);
	show(&roles, found);
	assert_string_equal(found, expected);
	for (i = 0; i < n; i++)
		assert_int_equal(ksr_roles_of(&roles, i, 2), 0);
	assert_false(ksr_roles_has(&roles, 2));
	assert_true(ksr_roles_has(&roles, 0) || ksr_roles_has(&roles, 1));
	ksr_roles_clear(&roles);
}

/* As kskm has them for nine bundles: 1, 2 to 8, 9. */
static void
test_nine(void **state)
{

	(void)state;
	schema_is("normal", KSR_ICANN, 9,
	    "PS/- PS/- PS/- PS/- PS/- PS/- PS/- PS/- PS/-");
	schema_is("pre-publish", KSR_ICANN, 9,
	    "PS/- PS/P PS/P PS/P PS/P PS/P PS/P PS/P PS/P");
	schema_is("rollover", KSR_ICANN, 9,
	    "PS/P P/PS P/PS P/PS P/PS P/PS P/PS P/PS P/PS");
	schema_is("revoke", KSR_ICANN, 9,
	    "P/PS RS/PS RS/PS RS/PS RS/PS RS/PS RS/PS RS/PS -/PS");
	schema_is("publish+", KSR_ICANN, 9,
	    "PS/P PS/P PS/P PS/P PS/P PS/P PS/P PS/P PS/P");
	schema_is("rollover+", KSR_ICANN, 9,
	    "P/PS P/PS P/PS P/PS P/PS P/PS P/PS P/PS P/PS");
	schema_is("revoke+", KSR_ICANN, 9,
	    "-/PS RS/PS RS/PS RS/PS RS/PS RS/PS RS/PS RS/PS -/PS");
}

static void
test_other_numbers(void **state)
{

	(void)state;
	schema_is("revoke", KSR_ICANN, 3, "P/PS RS/PS -/PS");
	schema_is("pre-publish", KSR_ICANN, 2, "PS/- PS/P");
}

/* named refuses a bundle in which a published KSK does not sign. */
static void
test_cosign(void **state)
{

	(void)state;
	schema_is("pre-publish", KSR_BIND, 3, "PS/- PS/PS PS/PS");
	schema_is("rollover", KSR_KNOT, 3, "PS/PS PS/PS PS/PS");
	schema_is("revoke", KSR_BIND, 4, "PS/PS RS/PS RS/PS -/PS");
	schema_is("normal", KSR_KNOT, 2, "PS/- PS/-");
}

static void
test_refused(void **state)
{
	const struct ksr_pair alone = { 0, 1 };
	struct ksr_roles roles = KSR_ROLES_INIT;
	struct error err = ERR_INIT;

	(void)state;
	assert_int_equal(ksr_roles_by_schema("roll", KSR_ICANN, 9, 3, &pair,
	    &roles, &err), -1);
	assert_int_equal(err.class, ERR_USAGE);
	err_clear(&err);
	assert_int_equal(ksr_roles_by_schema("pre-publish", KSR_ICANN, 9, 1,
	    &alone, &roles, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	assert_null(roles.bits);
	err_clear(&err);
	assert_int_equal(ksr_roles_by_schema("normal", KSR_ICANN, 9, 1,
	    &alone, &roles, &err), 0);
	ksr_roles_clear(&roles);
}

/* No role is dropped because there is no bundle for it. */
static void
test_too_few_slots(void **state)
{
	static const struct {
		const char	*schema;
		enum ksr_format	 format;
		size_t		 least;
	} rows[] = {
		{ "normal", KSR_ICANN, 1 }, { "pre-publish", KSR_ICANN, 2 },
		{ "rollover", KSR_ICANN, 2 }, { "revoke", KSR_ICANN, 3 },
		{ "publish+", KSR_ICANN, 1 }, { "rollover+", KSR_ICANN, 1 },
		{ "revoke+", KSR_ICANN, 3 }, { "pre-publish", KSR_BIND, 2 },
		{ "rollover", KSR_BIND, 1 }, { "revoke", KSR_KNOT, 3 },
	};
	struct ksr_roles roles = KSR_ROLES_INIT;
	struct error err = ERR_INIT;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (n = 1; n <= 3; n++) {
			assert_int_equal(ksr_roles_by_schema(rows[i].schema,
			    rows[i].format, n, 3, &pair, &roles, &err),
			    n >= rows[i].least ? 0 : -1);
			if (n < rows[i].least)
				assert_int_equal(err.class, ERR_INPUT);
			ksr_roles_clear(&roles);
			err_clear(&err);
		}
}

static void
test_state(void **state)
{
	const bool signs[] = { true, false, true };
	struct ksr_roles roles = KSR_ROLES_INIT;

	(void)state;
	ksr_roles_by_state(signs, 3, 2, &roles);
	assert_int_equal(ksr_roles_of(&roles, 0, 0),
	    KSR_PUBLISHES | KSR_SIGNS);
	assert_int_equal(ksr_roles_of(&roles, 1, 1), 0);
	assert_int_equal(ksr_roles_of(&roles, 1, 2),
	    KSR_PUBLISHES | KSR_SIGNS);
	assert_false(ksr_roles_has(&roles, 1));
	ksr_roles_clear(&roles);
}

static void
picks(int32_t current, int32_t next, size_t is_current, size_t is_next)
{
	const struct ksk ksks[] = {
		{ .row = { .generation = 7, .key_tag = 300 } },
		{ .row = { .generation = 2, .key_tag = 100 } },
		{ .row = { .generation = 5, .key_tag = 200 } },
	};
	struct error err = ERR_INIT;
	struct ksr_pair found;

	if (is_current == 3) {
		assert_int_equal(ksr_roles_pick(ksks, 3, current, next,
		    &found, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
		return;
	}
	assert_int_equal(ksr_roles_pick(ksks, 3, current, next, &found, &err),
	    0);
	assert_int_equal(found.current, is_current);
	assert_int_equal(found.next, is_next);
}

static void
test_pick(void **state)
{

	(void)state;
	picks(KSR_TAG_BY_GENERATION, KSR_TAG_BY_GENERATION, 1, 2);
	picks(200, KSR_TAG_BY_GENERATION, 2, 0);
	picks(300, KSR_TAG_BY_GENERATION, 0, 3);
	picks(KSR_TAG_BY_GENERATION, 300, 1, 0);
	picks(300, 100, 0, 1);
	picks(1, KSR_TAG_BY_GENERATION, 3, 3);
	picks(100, 1, 3, 3);
	picks(100, 100, 3, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nine),
		cmocka_unit_test(test_other_numbers),
		cmocka_unit_test(test_cosign),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_few_slots),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_pick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
