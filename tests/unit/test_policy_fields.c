/*
 * The table of keys, and what must hold for every policy that it can
 * describe, tried on random ones.
 */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/base/yaml.h"
#include "policy/policy.h"
#include "policy/policy_element.h"
#include "policy/policy_fields.h"
#include "policy/policy_nearest.h"
#include "policy/policy_value.h"

#define TWO_LINES "version: 1\nzones: [example.com]\n"
#define ROUNDS	  300

/* A sequence that is the same on every machine (xorshift64). */
static uint64_t
next_random(uint64_t *state)
{

	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static uint64_t
below(uint64_t *state, uint64_t n)
{

	return next_random(state) % n;
}

static const char *
pick(uint64_t *state, const char *const *list, size_t n)
{

	return list[below(state, n)];
}

static void
random_zone(uint64_t *state, struct buf *out)
{
	static const char *const labels[] = { "a", "B", "example", "com",
		"xn--bcher-kva", "_x", "1", "a\\\\.b", "\\\\032", "\\\\\\\"",
		"\\\\\\\\", "\\\\@", "zz-top" };
	size_t i, n = 1 + below(state, 4);

	buf_printf(out, "\"%s", below(state, 3) == 0 ? "*." : "");
	for (i = 0; i < n; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : ".",
		    pick(state, labels, N_OF(labels)));
	buf_printf(out, "%s\"", below(state, 2) == 0 ? "." : "");
}

/* One value or one element of a list, in one of the ways to write it. */
static void
random_element(const struct policy_field *field, uint64_t *state,
    struct buf *out)
{
	static const char *const algs[] = { "8", "13", "14", "15",
		"rsasha256", "ECDSAP256SHA256", "ecdsap384sha384",
		"Ed25519" };
	static const char *const digests[] = { "2", "4", "sha-256", "SHA384" };
	static const char *const labels[] = { "\"\"", "a", "spare-2", "X.y_z",
		"\"123\"", "\"true\"" };
	const uint64_t span = (uint64_t)(field->max - field->min) + 1;
	size_t n;

	switch (field->kind) {
	case POLICY_INT:
	case POLICY_INTS:
		buf_printf(out, "%lld", (long long)(field->min +
		    (int64_t)below(state, span)));
		break;
	case POLICY_DURATION:
		buf_printf(out, below(state, 2) == 0 ? "PT%lldS" : "%llds",
		    (long long)(field->min + (int64_t)below(state, span)));
		break;
	case POLICY_BOOL:
		buf_printf(out, "%s", below(state, 2) ? "true" : "false");
		break;
	case POLICY_WORD:
		for (n = 0; field->words[n] != NULL; n++)
			continue;
		buf_printf(out, "%s", pick(state, field->words, n));
		break;
	case POLICY_ALG:
	case POLICY_ALGS:
		buf_printf(out, "%s", pick(state, algs, N_OF(algs)));
		break;
	case POLICY_DIGESTS:
		buf_printf(out, "%s", pick(state, digests, N_OF(digests)));
		break;
	case POLICY_LABEL:
		buf_printf(out, "%s", pick(state, labels, N_OF(labels)));
		break;
	case POLICY_ZONES:
		random_zone(state, out);
		break;
	}
}

static void
random_value(const struct policy_field *field, uint64_t *state,
    struct buf *out)
{
	size_t i, n = 1 + below(state, 6);

	if (!policy_element_of(field)->is_list) {
		random_element(field, state, out);
		return;
	}
	buf_printf(out, "[");
	for (i = 0; i < n; i++) {
		buf_printf(out, "%s", i == 0 ? "" : ", ");
		random_element(field, state, out);
	}
	buf_printf(out, "]");
}

/* Set the field as if the text stood in a file. */
static void
set(const struct policy_field *field, const char *text, struct policy *policy)
{
	struct error err = ERR_INIT;
	struct yaml_node *root;
	char *yaml = mem_printf("v: %s\n", text);

	unit_ok(yaml_node_read(yaml, strlen(yaml), "value", &root, &err),
	    &err);
	policy_value_clear(field, policy);
	unit_ok(policy_value_read(field, root->items[0], "value", policy,
	    &err), &err);
	yaml_node_free(root);
	free(yaml);
}

static void
set_random(const struct policy_field *field, uint64_t *state,
    struct policy *policy)
{
	struct buf text = BUF_INIT;

	random_value(field, state, &text);
	set(field, buf_text(&text), policy);
	buf_free(&text);
}

static struct policy *
random_policy(uint64_t *state)
{
	const struct policy_field *field;
	struct error err = ERR_INIT;
	struct policy *policy;
	size_t i;

	unit_ok(policy_read_yaml(TWO_LINES, strlen(TWO_LINES), "two lines",
	    &policy, &err), &err);
	for (i = 0; (field = policy_fields_at(i)) != NULL; i++)
		if (below(state, 2) == 0)
			set_random(field, state, policy);
	return policy;
}

static bool
is_same(const struct policy *a, const struct policy *b)
{
	uint8_t left[CRYPTO_SHA256_LEN], right[CRYPTO_SHA256_LEN];

	policy_hash(a, left);
	policy_hash(b, right);
	return memcmp(left, right, sizeof(left)) == 0;
}

static void
random_policies_survive_yaml_and_json(void **state)
{
	uint64_t random = 20261122;
	struct error err = ERR_INIT;
	struct policy *policy, *read;
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		policy = random_policy(&random);
		policy_yaml(policy, &text);
		unit_ok(policy_read_yaml(buf_text(&text), text.len, "again",
		    &read, &err), &err);
		assert_true(is_same(policy, read));
		policy_free(read);
		buf_free(&text);
		policy_canonical(policy, &text);
		unit_ok(policy_read_json(buf_text(&text), text.len, &read,
		    &err), &err);
		assert_true(is_same(policy, read));
		policy_free(read);
		buf_free(&text);
		policy_free(policy);
	}
}

/* Change one key of policy, which is read again; the hash must follow. */
static void
change_one(const struct policy_field *field, uint64_t *random,
    struct policy *policy)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct policy_difference *list;
	struct policy *old;
	struct error err = ERR_INIT;
	struct buf json = BUF_INIT;
	size_t n;

	policy_canonical(policy, &json);
	unit_ok(policy_read_json(buf_text(&json), json.len, &old, &err), &err);
	policy_value_text(field, policy, &before);
	set_random(field, random, policy);
	policy_value_text(field, policy, &after);
	policy_compare(old, policy, &list, &n);
	if (strcmp(buf_text(&before), buf_text(&after)) == 0) {
		assert_int_equal(n, 0);
		assert_true(is_same(old, policy));
	} else {
		assert_int_equal(n, 1);
		assert_string_equal(list[0].key, field->key);
		assert_string_equal(list[0].old_value, buf_text(&before));
		assert_string_equal(list[0].new_value, buf_text(&after));
		assert_false(is_same(old, policy));
	}
	policy_differences_free(list, n);
	policy_free(old);
	buf_free(&json);
	buf_free(&before);
	buf_free(&after);
}

static void
a_changed_key_changes_the_hash(void **state)
{
	uint64_t random = 42;
	const struct policy_field *field;
	struct policy *policy;
	size_t i, round;

	(void)state;
	for (round = 0; round < 4; round++) {
		policy = random_policy(&random);
		for (i = 0; (field = policy_fields_at(i)) != NULL; i++)
			change_one(field, &random, policy);
		policy_free(policy);
	}
}

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
		cmocka_unit_test(random_policies_survive_yaml_and_json),
		cmocka_unit_test(a_changed_key_changes_the_hash),
		cmocka_unit_test(every_key_has_a_place_of_its_own),
		cmocka_unit_test(every_key_is_documented_and_bounded),
		cmocka_unit_test(the_nearest_key_is_what_was_meant),
	};

	return cmocka_run_group_tests_name("policy fields", tests, NULL, NULL);
}
