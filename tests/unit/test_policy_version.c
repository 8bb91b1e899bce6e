/*
 * An upgrade never changes what a sealed policy means: a kmgr of the past,
 * whose table lacks some rows, and one of the future, where these came with
 * version 2, agree on every policy of version 1.
 */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "policy/policy_form.h"

#define DAY INT64_C(86400)
#define V1  "version: 1\nzones: [example.com]\n"
#define V2  "version: 2\nzones: [example.com]\n"

/* What version 2 brings: a key of an old section and a whole section. */
static const struct {
	const char *key, *before;
} later[] = {
	{ "approvals.approvers", "" },
	{ "clock.tolerance", "30m" },
	{ "clock.max-jump", "1000d" },
};

struct tables {
	struct policy_field rows[256], past_rows[256];
	struct policy_table past, future;
};

static bool
is_later(const struct policy_field *field, const char **before)
{
	size_t i;

	for (i = 0; i < N_OF(later); i++) {
		*before = later[i].before;
		if (strcmp(later[i].key, field->key) == 0)
			return true;
	}
	return false;
}

static int
make_tables(void **state)
{
	struct tables *t = mem_new(sizeof(*t));
	const struct policy_field *field;
	const char *before;
	size_t i, n = 0;

	for (i = 0; (field = policy_fields_at(i)) != NULL; i++) {
		t->rows[i] = *field;
		if (strcmp(field->key, "version") == 0)
			t->rows[i].max = 2;
		if (is_later(field, &before)) {
			t->rows[i].since = 2;
			t->rows[i].before = before;
		} else
			t->past_rows[n++] = *field;
	}
	t->future = (struct policy_table){ t->rows, i, 2 };
	t->past = (struct policy_table){ t->past_rows, n, 1 };
	if (n + N_OF(later) != i)
		return -1;
	*state = t;
	return 0;
}

static int
free_tables(void **state)
{

	free(*state);
	return 0;
}

static struct policy *
read_yaml(const struct policy_table *table, const char *text)
{
	struct error err = ERR_INIT;
	struct policy *policy;

	unit_ok(policy_form_read_yaml(table, text, strlen(text), "test",
	    &policy, &err), &err);
	return policy;
}

static char *
sealed(const struct policy_table *table, const struct policy *policy)
{
	struct json *json = policy_form_json(table, policy);
	struct buf out = BUF_INIT;

	json_canonical(json, &out);
	json_free(json);
	return buf_take(&out);
}

static struct policy *
read_sealed(const struct policy_table *table, const char *json)
{
	struct error err = ERR_INIT;
	struct policy *policy;

	unit_ok(policy_form_read_json(table, json, strlen(json), &policy,
	    &err), &err);
	return policy;
}

static void
refuses_sealed(const struct policy_table *table, const char *json,
    const char *part)
{
	struct error err = ERR_INIT;
	struct policy *policy;

	unit_fails(policy_form_read_json(table, json, strlen(json), &policy,
	    &err), &err, ERR_INTEGRITY, part);
	assert_null(policy);
}

static void
refuses_yaml(const struct policy_table *table, const char *text,
    const char *part, const char *hint)
{
	struct error err = ERR_INIT;
	struct policy *policy;

	assert_int_equal(policy_form_read_yaml(table, text, strlen(text),
	    "test", &policy, &err), -1);
	assert_null(policy);
	if (hint == NULL)
		assert_string_equal(err.hint, "");
	else if (strstr(err.hint, hint) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", hint, err.hint);
	unit_fails(-1, &err, ERR_CONFIG, part);
}

/* One table's form of a policy is the other's, in all four directions. */
static void
is_agreed(const struct tables *t, const char *yaml)
{
	struct policy *old = read_yaml(&t->past, yaml);
	struct policy *new = read_yaml(&t->future, yaml);
	char *old_form = sealed(&t->past, old);
	char *new_form = sealed(&t->future, new);
	struct buf old_yaml = BUF_INIT, new_yaml = BUF_INIT;

	assert_string_equal(old_form, new_form);
	assert_null(strstr(new_form, "clock"));
	assert_null(strstr(new_form, "approvers"));
	policy_form_yaml(&t->past, old, &old_yaml);
	policy_form_yaml(&t->future, new, &new_yaml);
	assert_string_equal(buf_text(&old_yaml), buf_text(&new_yaml));
	policy_free(old);
	policy_free(new);
	old = read_sealed(&t->past, new_form);
	new = read_sealed(&t->future, old_form);
	assert_int_equal(new->version, 1);
	/* What the newer one acts upon is what the older one did. */
	assert_int_equal(new->n_approvers, 0);
	assert_int_equal(new->clock_tolerance_s, 1800);
	assert_int_equal(new->clock_max_jump_s, 1000 * DAY);
	free(new_form);
	new_form = sealed(&t->future, new);
	assert_string_equal(new_form, old_form);
	policy_free(old);
	policy_free(new);
	free(old_form);
	free(new_form);
	buf_free(&old_yaml);
	buf_free(&new_yaml);
}

static void
old_policies_keep_form_and_meaning(void **state)
{
	const struct tables *t = *state;

	is_agreed(t, V1);
	is_agreed(t, V1 "custody: wrapped\nksk: { algorithm: ed25519 }\n"
	    "approvals: { valid-for: 1d }\n");
	is_agreed(t, V1 "signatures: { validity: 21d }\n"
	    "ksr: { knot: { keys-per-bundle: [1, 2] } }\n");
}

static void
old_policies_do_not_take_new_keys(void **state)
{
	const struct tables *t = *state;

	refuses_yaml(&t->future, V1 "clock:\n  max-jump: 50d\n",
	    "test:4: clock.max-jump: a policy of version 1 has no such key; "
	    "version 2 has", "begin with \"version: 2\"");
	/* The version may stand behind it. */
	refuses_yaml(&t->future, "approvals: { approvers: [] }\n" V1,
	    "test:1: approvals.approvers: a policy of version 1 ",
	    "version: 2");
	refuses_yaml(&t->past, V1 "clock: { max-jump: 50d }\n",
	    "clock: a policy has no such key", NULL);
	/* What is not there is not proposed. */
	refuses_yaml(&t->future, V1 "clok: {}\n", "no such key", NULL);
	refuses_yaml(&t->future, V2 "clok: {}\n", "no such key", "clock");
}

static void
new_policies_have_all_keys(void **state)
{
	const struct tables *t = *state;
	struct policy *policy = read_yaml(&t->future, V2
	    "clock: { tolerance: 1m }\n");
	struct buf yaml = BUF_INIT;
	char *form, *again;

	assert_int_equal(policy->version, 2);
	assert_int_equal(policy->clock_tolerance_s, 60);
	assert_int_equal(policy->clock_max_jump_s, 100 * DAY);
	form = sealed(&t->future, policy);
	assert_non_null(strstr(form, "\"approvers\":[]"));
	assert_non_null(strstr(form,
	    "\"clock\":{\"max-jump\":8640000,\"tolerance\":60}"));
	policy_form_yaml(&t->future, policy, &yaml);
	policy_free(policy);
	policy = read_yaml(&t->future, buf_text(&yaml));
	again = sealed(&t->future, policy);
	assert_string_equal(form, again);
	policy_free(policy);
	free(again);
	policy = read_sealed(&t->future, form);
	again = sealed(&t->future, policy);
	assert_string_equal(form, again);
	policy_free(policy);
	free(again);
	/* An older kmgr does not guess. */
	refuses_sealed(&t->past, form, "version 2; this kmgr knows version 1");
	free(form);
	buf_free(&yaml);
}

/* text with the first old replaced. */
static char *
replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);

	assert_non_null(at);
	return mem_printf("%.*s%s%s", (int)(at - text), text, new,
	    at + strlen(old));
}

static void
sealed_policies_have_the_keys_of_their_version(void **state)
{
	static const struct {
		int	    version;
		const char *old, *new, *part;
	} edits[] = {
		{ 2, "\"approvers\":[],", "", "not in canonical form" },
		{ 2, "\"clock\":{\"max-jump\":8640000,\"tolerance\":300},",
		    "", "not in canonical form" },
		{ 1, "\"custody\"", "\"clock\":{},\"custody\"",
		    "not in canonical form" },
		{ 1, "{", "{\"approvers\":[],", "no such key" },
		{ 1, "\"authorities\"",
		    "\"approvers\":[],\"authorities\"", "version 2 has" },
		/* The version is part of what is hashed, and decides. */
		{ 1, "\"version\":1", "\"version\":2",
		    "not in canonical form" },
		{ 2, "\"version\":2", "\"version\":1", "version 2 has" },
		{ 2, "\"version\":2", "\"version\":3",
		    "knows versions 1 to 2" },
	};
	const struct tables *t = *state;
	struct policy *policy;
	char *form, *edited;
	size_t i;

	for (i = 0; i < N_OF(edits); i++) {
		policy = read_yaml(&t->future,
		    edits[i].version == 1 ? V1 : V2);
		form = sealed(&t->future, policy);
		edited = replaced(form, edits[i].old, edits[i].new);
		refuses_sealed(&t->future, edited, edits[i].part);
		policy_free(policy);
		free(form);
		free(edited);
	}
}

static void
unknown_versions_are_refused(void **state)
{
	const struct tables *t = *state;

	refuses_yaml(&t->future, "version: 3\nzones: [a]\n",
	    "test:1: version 3; this kmgr knows versions 1 to 2",
	    "a later kmgr may know it");
	refuses_yaml(&t->past, V2, "version 2; this kmgr knows version 1",
	    "a later kmgr may know it");
	refuses_yaml(&t->future, "version: 0\nzones: [a]\n", "version 0", "");
	refuses_yaml(&t->future, "version: 02\nzones: [a]\n", "version 02",
	    "");
	refuses_yaml(&t->future, "zones: [a]\n", "version is missing",
	    "begin with \"version: 2\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_policies_keep_form_and_meaning),
		cmocka_unit_test(old_policies_do_not_take_new_keys),
		cmocka_unit_test(new_policies_have_all_keys),
		cmocka_unit_test(
		    sealed_policies_have_the_keys_of_their_version),
		cmocka_unit_test(unknown_versions_are_refused),
	};

	return cmocka_run_group_tests_name("policy versions", tests,
	    make_tables, free_tables);
}
