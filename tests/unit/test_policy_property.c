/*
 * What must hold for every policy, tried on random ones over the whole table.
 *
 * A random policy is a model that knows nothing of the code under test: each
 * value is a number that says which of the field's values it is, so that two
 * values are the same if and only if their numbers are. The model is written
 * as YAML in one of many ways.
 *
 * KMGR_PROPERTY_ROUNDS says how many policies are tried, KMGR_PROPERTY_SEED
 * which is the first; KMGR_SOAK=1 tries many, others each time.
 */
#include <time.h>

#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "policy/policy.h"
#include "policy/policy_fields.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/policymodel.h"

#define ROUNDS	    1500
#define ROUNDS_SOAK 30000

/* The seed of the round that runs; 0 when none failed. */
static uint64_t running;

static uint64_t
number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL || *text == '\0' ? otherwise :
	    strtoull(text, NULL, 0);
}

/* Call try with a model and a generator for each round. */
static void
each_round(void (*try)(struct policymodel *, uint64_t *))
{
	const bool is_soak = getenv("KMGR_SOAK") != NULL;
	const uint64_t rounds = number_of("KMGR_PROPERTY_ROUNDS",
	    is_soak ? ROUNDS_SOAK : ROUNDS);
	const uint64_t first = number_of("KMGR_PROPERTY_SEED",
	    is_soak ? (uint64_t)time(NULL) : 1);
	struct policymodel *model = mem_new(sizeof(*model));
	uint64_t i, random;

	assert_true(rounds > 0);
	for (i = 0; i < rounds; i++) {
		running = first + i;
		random = policymodel_seed(running);
		policymodel_draw(model, &random);
		try(model, &random);
	}
	running = 0;
	free(model);
}

static int
say_seed(void **state)
{

	(void)state;
	if (running != 0)
		print_error("# again: KMGR_PROPERTY_SEED=%llu "
		    "KMGR_PROPERTY_ROUNDS=1\n", (unsigned long long)running);
	running = 0;
	return 0;
}

static struct policy *
read_text(const struct buf *text)
{
	struct error err = ERR_INIT;
	struct policy *policy;

	if (policy_read_yaml(buf_text(text), text->len, "random", &policy,
	    &err) != 0)
		fail_msg("%s in\n%s", err.msg, buf_text(text));
	return policy;
}

/* The model as a policy, in a spelling that random decides. */
static struct policy *
read_model(const struct policymodel *model, uint64_t *random)
{
	struct buf text = BUF_INIT;
	struct policy *policy;

	policymodel_write(model, random, &text);
	policy = read_text(&text);
	buf_free(&text);
	return policy;
}

static void
survives_yaml_and_json(struct policymodel *model, uint64_t *random)
{
	struct policy *policy = read_model(model, random), *read;
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct error err = ERR_INIT;

	policy_yaml(policy, &text);
	read = read_text(&text);
	assert_true(policymodel_is_same(policy, read));
	policy_yaml(read, &again);
	assert_string_equal(buf_text(&text), buf_text(&again));
	policy_free(read);
	buf_free(&text);
	buf_free(&again);

	policy_canonical(policy, &text);
	unit_ok(policy_read_json(buf_text(&text), text.len, &read, &err),
	    &err);
	assert_true(policymodel_is_same(policy, read));
	policy_canonical(read, &again);
	assert_string_equal(buf_text(&text), buf_text(&again));
	policy_free(read);
	policy_free(policy);
	buf_free(&text);
	buf_free(&again);
}

static void
policies_survive_yaml_and_json(void **state)
{

	(void)state;
	each_round(survives_yaml_and_json);
}

static void
spelling_keeps_the_hash(struct policymodel *model, uint64_t *random)
{
	struct buf a_text = BUF_INIT, b_text = BUF_INIT;
	struct policy *a, *b;
	struct policy_difference *list;
	size_t n;

	policymodel_write(model, random, &a_text);
	policymodel_write(model, random, &b_text);
	a = read_text(&a_text);
	b = read_text(&b_text);
	policy_compare(a, b, &list, &n);
	if (n != 0 || !policymodel_is_same(a, b))
		fail_msg("%s differs in\n%s\nand\n%s", n == 0 ? "nothing" :
		    list[0].key, buf_text(&a_text), buf_text(&b_text));
	policy_differences_free(list, n);
	policy_free(a);
	policy_free(b);
	buf_free(&a_text);
	buf_free(&b_text);
}

static void
other_spellings_keep_the_hash(void **state)
{

	(void)state;
	each_round(spelling_keeps_the_hash);
}

static void
change_is_seen(struct policymodel *model, uint64_t *random)
{
	struct policy *old = read_model(model, random), *new;
	const char *key = policymodel_change(model, random);
	struct policy_difference *list;
	size_t n;

	new = read_model(model, random);
	policy_compare(old, new, &list, &n);
	if (n != 1 || strcmp(list[0].key, key) != 0)
		fail_msg("%s was changed; %zu keys differ, first %s", key, n,
		    n == 0 ? "none" : list[0].key);
	assert_string_not_equal(list[0].old_value, list[0].new_value);
	assert_false(policymodel_is_same(old, new));
	policy_differences_free(list, n);
	policy_free(old);
	policy_free(new);
}

static void
one_change_changes_the_hash_and_is_named(void **state)
{

	(void)state;
	each_round(change_is_seen);
}

/* The generator is not blind: all but version, which has one value. */
static void
every_key_is_changed_in_some_round(void **state)
{
	bool was_changed[POLICYMODEL_FIELDS] = { true };
	struct policymodel *model = mem_new(sizeof(*model));
	uint64_t random = policymodel_seed(1);
	const char *key;
	size_t i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		policymodel_draw(model, &random);
		key = policymodel_change(model, &random);
		was_changed[policy_fields_find(key) -
		    policy_fields_at(0)] = true;
	}
	for (i = 0; i < policy_fields_table()->n; i++)
		if (!was_changed[i])
			fail_msg("%s never changed", policy_fields_at(i)->key);
	free(model);
}

#define PROPERTY(f) cmocka_unit_test_teardown(f, say_seed)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PROPERTY(policies_survive_yaml_and_json),
		PROPERTY(other_spellings_keep_the_hash),
		PROPERTY(one_change_changes_the_hash_and_is_named),
		cmocka_unit_test(every_key_is_changed_in_some_round),
	};

	return cmocka_run_group_tests_name("policy properties", tests, NULL,
	    NULL);
}
