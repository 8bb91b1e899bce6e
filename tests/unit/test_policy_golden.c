/*
 * Sealed policies of the past. What stands in golden/ was written once: these
 * files never change, whatever a later kmgr does, because such policies are
 * sealed and their hash is in endorsements.
 */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "policy/policy.h"
#include "policy/policy_fields.h"
#include "tests/unit/fixtures.h"

static void
hash_is(const struct policy *policy, const char *hex)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	char text[2 * CRYPTO_SHA256_LEN + 1];

	policy_hash(policy, hash);
	assert_string_equal(text_hex(hash, sizeof(hash), text), hex);
}

/* What stands in the file, without its final newline. */
static char *
golden(const char *name, const char *suffix)
{
	struct buf text = BUF_INIT;
	char path[128], *line;

	(void)snprintf(path, sizeof(path), "tests/unit/golden/%s.%s", name,
	    suffix);
	fixtures_read(path, &text);
	line = buf_take(&text);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static void
golden_json_never_changes(void **state)
{
	static const char *const names[] = { "policy-v1", "policy-default-v1",
		"policy-lowest-v1", "policy-highest-v1" };
	struct buf again = BUF_INIT;
	struct error err = ERR_INIT;
	struct policy *policy;
	char *json, *hex;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(names); i++) {
		json = golden(names[i], "json");
		hex = golden(names[i], "sha256");
		unit_ok(policy_read_json(json, strlen(json), &policy, &err),
		    &err);
		policy_canonical(policy, &again);
		assert_string_equal(buf_text(&again), json);
		hash_is(policy, hex);
		policy_free(policy);
		buf_free(&again);
		free(json);
		free(hex);
	}
}

/* What people wrote has that canonical form. */
static void
golden_yaml_never_changes(void **state)
{
	static const char *const names[] = { "policy-v1",
		"policy-default-v1" };
	struct buf text = BUF_INIT, canonical = BUF_INIT;
	struct error err = ERR_INIT;
	struct policy *policy;
	char *path, *json, *hex;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(names); i++) {
		path = mem_printf("tests/unit/golden/%s.yaml", names[i]);
		fixtures_read(path, &text);
		unit_ok(policy_read_yaml(buf_text(&text), text.len, path,
		    &policy, &err), &err);
		policy_canonical(policy, &canonical);
		json = golden(names[i], "json");
		hex = golden(names[i], "sha256");
		assert_string_equal(buf_text(&canonical), json);
		hash_is(policy, hex);
		policy_free(policy);
		free(path);
		free(json);
		free(hex);
		buf_free(&text);
		buf_free(&canonical);
	}
}

/* The policy of that name, and how many rows its version has. */
static struct policy *
golden_policy(const char *name, size_t *n_rows)
{
	const struct policy_field *field;
	char *json = golden(name, "json");
	struct error err = ERR_INIT;
	struct policy *policy;
	size_t i;

	unit_ok(policy_read_json(json, strlen(json), &policy, &err), &err);
	for (*n_rows = i = 0; (field = policy_fields_at(i)) != NULL; i++)
		*n_rows += field->since <= policy->version;
	free(json);
	return policy;
}

/* So that no default and no bound can move unseen. */
static void
golden_policies_differ_in_every_key(void **state)
{
	static const char *const pairs[][2] = {
		{ "policy-default-v1", "policy-v1" },
		{ "policy-lowest-v1", "policy-highest-v1" },
	};
	struct policy_difference *list;
	struct policy *a, *b;
	size_t i, j, n, n_rows;

	(void)state;
	for (i = 0; i < N_OF(pairs); i++) {
		a = golden_policy(pairs[i][0], &n_rows);
		b = golden_policy(pairs[i][1], &n_rows);
		policy_compare(a, b, &list, &n);
		/* version, the first row, is the same. */
		for (j = 0; j < n; j++)
			assert_string_equal(list[j].key,
			    policy_fields_at(j + 1)->key);
		assert_int_equal(n, n_rows - 1);
		policy_differences_free(list, n);
		policy_free(a);
		policy_free(b);
	}
}

static void
sealed_is_refused(const char *text, size_t len)
{
	struct error err = ERR_INIT;
	struct policy *policy;

	unit_fails(policy_read_json(text, len, &policy, &err), &err,
	    ERR_INTEGRITY, "sealed policy: ");
	assert_null(policy);
}

/* Replace the first old in text; what follows moves. */
static char *
replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	struct buf out = BUF_INIT;

	assert_non_null(at);
	buf_add(&out, text, (size_t)(at - text));
	buf_printf(&out, "%s%s", new, at + strlen(old));
	return buf_take(&out);
}

static void
only_the_canonical_form_is_sealed(void **state)
{
	static const char *const edits[][2] = {
		{ "\"token\"", " \"token\"" },
		{ "\"token\"", "\"TOKEN\"" },
		{ "\"token\"", "\"t\\u006fken\"" },
		{ "\"token\"", "null" },
		{ "\"token\"", "[\"token\"]" },
		{ "\"custody\":\"token\",", "" },
		{ "\"custody\":\"token\",",
		    "\"custody\":\"token\",\"custody\":\"token\"," },
		{ "\"custody\":\"token\",", "\"custom\":\"token\"," },
		{ "2592000", "\"30d\"" },
		{ "2592000", "\"2592000\"" },
		{ "2592000", "2592000.0" },
		{ "2592000", "604799" },
		{ "3600", "\"1h\"" },
		{ "[\"example.com\"]", "[\"example.com.\"]" },
		{ "[\"example.com\"]", "[\"Example.com\"]" },
		{ "[\"example.com\"]", "[\"example.com\",\"example.com\"]" },
		{ "[\"example.com\"]", "[\"example.com\",\"a.example\"]" },
		{ "[\"example.com\"]", "[]" },
		{ "\"version\":1", "\"version\":2" },
		{ "\"version\":1", "\"version\":\"1\"" },
		{ "\"rfc5011\":false", "\"rfc5011\":0" },
		{ "\"rfc5011\":false", "\"rfc5011\":\"false\"" },
		{ "\"ecdsap256sha256\"", "13" },
		{ "\"approvers\":[]", "\"approvers\":[\"\"]" },
		{ "\"approvers\":[]", "\"approvers\":[\"ssh-dss AAAA\"]" },
		{ "\"approvers\":[],", "" },
		{ "\"delete-ksk\":0", "\"delete-ksk\":17" },
		{ "\"ecdsap256sha256\"", "\"rsasha1\"" },
	};
	char *json = golden("policy-default-v1", "json"), *edited;
	struct error err = ERR_INIT;
	struct policy *policy;
	size_t i;

	(void)state;
	unit_ok(policy_read_json(json, strlen(json), &policy, &err), &err);
	policy_free(policy);
	for (i = 0; i < N_OF(edits); i++) {
		edited = replaced(json, edits[i][0], edits[i][1]);
		sealed_is_refused(edited, strlen(edited));
		free(edited);
	}
	/* Every shorter one, and one byte more. */
	for (i = 0; i < strlen(json); i += 7)
		sealed_is_refused(json, i);
	edited = replaced(json, "{", "{\n");
	sealed_is_refused(edited, strlen(edited));
	free(edited);
	free(json);
}

/* A flipped bit is noticed, or makes another policy with another hash. */
static void
no_flipped_bit_goes_unseen(void **state)
{
	char *json = golden("policy-v1", "json");
	char *hex = golden("policy-v1", "sha256");
	char text[2 * CRYPTO_SHA256_LEN + 1];
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct error err = ERR_INIT;
	struct policy *policy;
	const size_t len = strlen(json);
	size_t i;

	(void)state;
	for (i = 0; i < len; i++) {
		json[i] = (char)(json[i] ^ (1 << i % 7));
		if (policy_read_json(json, len, &policy, &err) == 0) {
			policy_hash(policy, hash);
			assert_string_not_equal(
			    text_hex(hash, sizeof(hash), text), hex);
			policy_free(policy);
		} else
			assert_int_equal(err.class, ERR_INTEGRITY);
		err_clear(&err);
		json[i] = (char)(json[i] ^ (1 << i % 7));
	}
	free(json);
	free(hex);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_json_never_changes),
		cmocka_unit_test(golden_yaml_never_changes),
		cmocka_unit_test(golden_policies_differ_in_every_key),
		cmocka_unit_test(only_the_canonical_form_is_sealed),
		cmocka_unit_test(no_flipped_bit_goes_unseen),
	};

	return cmocka_run_group_tests_name("golden policies", tests, NULL,
	    NULL);
}
