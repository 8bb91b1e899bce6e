/* Reading, writing, comparing and hashing of policies. */
#include "tests/unit/unit.h"

#include "kmgr/base/text.h"
#include "policy/policy.h"
#include "tests/unit/fixtures.h"

#define TWO_LINES "version: 1\nzones: [example.com]\n"

static struct policy *
read_yaml(const char *text)
{
	struct error err = ERR_INIT;
	struct policy *policy;

	unit_ok(policy_read_yaml(text, strlen(text), "test", &policy, &err),
	    &err);
	return policy;
}

static void
refuses_yaml(const char *text, const char *part)
{
	struct error err = ERR_INIT;
	struct policy *policy;

	unit_fails(policy_read_yaml(text, strlen(text), "test", &policy, &err),
	    &err, ERR_CONFIG, part);
	assert_null(policy);
}

static void
hash_is(const struct policy *policy, const char *hex)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	char text[2 * CRYPTO_SHA256_LEN + 1];

	policy_hash(policy, hash);
	assert_string_equal(text_hex(hash, sizeof(hash), text), hex);
}

/* The hash of one policy is that of another. */
static bool
is_same(const struct policy *a, const struct policy *b)
{
	uint8_t left[CRYPTO_SHA256_LEN], right[CRYPTO_SHA256_LEN];

	policy_hash(a, left);
	policy_hash(b, right);
	return memcmp(left, right, sizeof(left)) == 0;
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
golden_policies_never_change(void **state)
{
	static const char *const names[] = { "policy-v1",
		"policy-default-v1" };
	struct buf text = BUF_INIT, canonical = BUF_INIT;
	struct error err = ERR_INIT;
	struct policy *policy, *sealed;
	char path[128], *json, *hex;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(names); i++) {
		(void)snprintf(path, sizeof(path),
		    "tests/unit/golden/%s.yaml", names[i]);
		fixtures_read(path, &text);
		policy = read_yaml(buf_text(&text));
		policy_canonical(policy, &canonical);
		json = golden(names[i], "json");
		hex = golden(names[i], "sha256");
		assert_string_equal(buf_text(&canonical), json);
		hash_is(policy, hex);
		unit_ok(policy_read_json(json, strlen(json), &sealed, &err),
		    &err);
		hash_is(sealed, hex);
		policy_free(policy);
		policy_free(sealed);
		free(json);
		free(hex);
		buf_free(&text);
		buf_free(&canonical);
	}
}

static void
defaults_are_those_of_the_design(void **state)
{
	struct policy *p = read_yaml(TWO_LINES);

	(void)state;
	assert_int_equal(p->version, 1);
	assert_int_equal(p->custody, CUSTODY_TOKEN);
	assert_int_equal(p->seal, SEAL_GOVERNANCE);
	assert_int_equal(p->alg, ALG_ECDSAP256SHA256);
	assert_int_equal(p->lifetime_s, 365 * 86400);
	assert_int_equal(p->max_per_zone, 4);
	assert_int_equal(p->roll_type, ROLL_DOUBLE_SIGNATURE);
	assert_false(p->rfc5011);
	assert_int_equal(p->standby, STANDBY_NONE);
	assert_null(p->standby_cmk);
	assert_false(p->require_backup);
	assert_int_equal(p->n_zsk_algs, 1);
	assert_int_equal(p->zsk_algs[0], ALG_ECDSAP256SHA256);
	assert_int_equal(p->zsk_max_keys, 3);
	assert_int_equal(p->zsk_min_rsa_bits, 2048);
	assert_int_equal(p->admission, ADMISSION_OPERATOR);
	assert_int_equal(p->dnskey_ttl_s, 3600);
	assert_int_equal(p->validity_s, 14 * 86400);
	assert_int_equal(p->refresh_s, 5 * 86400);
	assert_int_equal(p->inception_offset_s, 3600);
	assert_int_equal(p->max_horizon_s, 400 * 86400);
	assert_int_equal(p->parent_ds_ttl_s, 86400);
	assert_int_equal(p->parent_registration_delay_s, 0);
	assert_int_equal(p->n_digests, 1);
	assert_int_equal(p->digests[0], DIGEST_SHA256);
	assert_int_equal(p->cds, CDS_ROLLOVER);
	assert_int_equal(p->ksr_icann.bundle_count, 9);
	assert_int_equal(p->ksr_icann.n_keys_per_bundle, 9);
	assert_true(p->ksr_icann.require_proof_of_possession);
	assert_int_equal(p->ksr_bind.bundle_count, 0);
	assert_false(p->ksr_knot.require_proof_of_possession);
	assert_int_equal(p->pending_window_s, 30 * 86400);
	policy_free(p);
}

static void
defaults_follow_what_they_depend_on(void **state)
{
	struct policy *p;

	(void)state;
	p = read_yaml(TWO_LINES "custody: wrapped\n");
	assert_true(p->require_backup);
	policy_free(p);
	p = read_yaml(TWO_LINES "custody: wrapped\n"
	    "ksk: { require-backup: false }\n");
	assert_false(p->require_backup);
	policy_free(p);
	/* The order in the file does not matter. */
	p = read_yaml("ksk: { algorithm: ed25519 }\n" TWO_LINES);
	assert_int_equal(p->n_zsk_algs, 1);
	assert_int_equal(p->zsk_algs[0], ALG_ED25519);
	policy_free(p);
}

static void
the_example_is_the_default(void **state)
{
	struct buf file = BUF_INIT, example = BUF_INIT;
	struct policy *a, *b = read_yaml(TWO_LINES);

	(void)state;
	fixtures_read("policy/example.yaml", &file);
	policy_example(&example);
	assert_string_equal(buf_text(&file), buf_text(&example));
	a = read_yaml(buf_text(&file));
	assert_true(is_same(a, b));
	policy_free(a);
	policy_free(b);
	buf_free(&file);
	buf_free(&example);
}

static void
other_words_for_the_same_give_the_same_hash(void **state)
{
	static const char *const pairs[][2] = {
		{ "ksk: { lifetime: 365d }", "ksk: { lifetime: P52W1D }" },
		{ "ksk: { lifetime: 365d }",
		    "ksk: { lifetime: \"31536000\" }" },
		{ "ksk: { lifetime: 0 }", "ksk: { lifetime: unlimited }" },
		{ "ksk: { algorithm: 15 }", "ksk: { algorithm: Ed25519 }" },
		{ "zsk: { algorithms: [13, 15, 13] }",
		    "zsk: { algorithms: [ed25519, ECDSAP256SHA256] }" },
		{ "ds: { digest-types: [2, sha384] }",
		    "ds:\n  digest-types:\n  - SHA-384\n  - SHA256\n" },
		{ "ksk: { rfc5011: \"false\" }", "seal: 'governance'" },
		{ "ksk: { standby: { cmk: \"\" } }", "ksk:\n" },
		{ "signatures: { inception-offset: 90m }",
		    "signatures: { inception-offset: 1h30m }" },
	};
	char text[256];
	struct policy *a, *b;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(pairs); i++) {
		(void)snprintf(text, sizeof(text), TWO_LINES "%s\n",
		    pairs[i][0]);
		a = read_yaml(text);
		(void)snprintf(text, sizeof(text), TWO_LINES "%s\n",
		    pairs[i][1]);
		b = read_yaml(text);
		if (!is_same(a, b))
			fail_msg("%s is not %s", pairs[i][0], pairs[i][1]);
		policy_free(a);
		policy_free(b);
	}
}

static void
zones_are_a_set_of_canonical_names(void **state)
{
	struct policy *a = read_yaml("version: 1\nzones: [B.example., "
	    "a.example, \"*.a.example.\", b.example, A.EXAMPLE]\n");
	struct policy *b = read_yaml("version: 1\nzones: [\"*.A.example\", "
	    "a.example, b.example]\n");

	(void)state;
	assert_int_equal(a->n_zones, 3);
	assert_int_equal(a->zones[0].scope, SCOPE_BELOW);
	assert_true(is_same(a, b));
	policy_free(a);
	policy_free(b);
}

static bool
allows(const char *zones, const char *zone)
{
	struct error err = ERR_INIT;
	struct policy *policy;
	struct name name;
	char text[128];
	bool allowed;

	(void)snprintf(text, sizeof(text), "version: 1\nzones: %s\n", zones);
	policy = read_yaml(text);
	unit_ok(name_read(zone, &name, &err), &err);
	allowed = policy_allows_zone(policy, &name);
	policy_free(policy);
	return allowed;
}

static void
patterns_cover_what_they_say(void **state)
{

	(void)state;
	assert_true(allows("[example.com]", "EXAMPLE.com."));
	assert_false(allows("[example.com]", "sub.example.com"));
	assert_false(allows("[example.com]", "com"));
	assert_false(allows("[example.com]", "."));
	assert_false(allows("[example.com]", "anexample.com"));
	assert_true(allows("[\"*.example.net\"]", "a.example.net"));
	assert_true(allows("[\"*.example.net\"]", "b.a.example.net"));
	assert_false(allows("[\"*.example.net\"]", "example.net"));
	assert_false(allows("[\"*.example.net\"]", "anexample.net"));
	assert_false(allows("[\"*.example.net\"]", "net"));
	assert_true(allows("[\".\"]", "example.org"));
	assert_true(allows("[\".\"]", "."));
	assert_true(allows("[a.example, \"*.b.example\"]", "x.b.example"));
	assert_false(allows("[a.example, \"*.b.example\"]", "c.example"));
}

static void
messages_name_line_key_and_what_is_allowed(void **state)
{

	(void)state;
	refuses_yaml(TWO_LINES "ksk:\n  lifetime: soon\n",
	    "test:4: ksk.lifetime: \"soon\" is not a duration; allowed is a "
	    "duration from 0s to ");
	refuses_yaml(TWO_LINES "ds:\n  digest-types:\n  - sha-256\n  - md5\n",
	    "test:6: ds.digest-types: \"md5\"");
	refuses_yaml(TWO_LINES "zsk:\n\n  max-key: 3\n",
	    "test:5: zsk.max-key: a policy has no such key");
	refuses_yaml("zones: [a]\n\nversion: 7\n",
	    "test:3: version 7; this kmgr knows version 1");
}

static void
long_policies_are_refused(void **state)
{
	char *text = malloc(POLICY_MAX_LEN + 2);
	struct buf many = BUF_INIT;
	size_t i;

	(void)state;
	memset(text, '#', POLICY_MAX_LEN + 1);
	memcpy(text, TWO_LINES, strlen(TWO_LINES));
	text[POLICY_MAX_LEN + 1] = '\0';
	refuses_yaml(text, "a policy has at most 65536");
	text[POLICY_MAX_LEN] = '\0';
	policy_free(read_yaml(text));
	free(text);
	/* Short to read and too long to write, with its quotes and blanks. */
	buf_printf(&many, "{version: 1,zones: [");
	for (i = 0; i < 10000; i++)
		buf_printf(&many, "%s%zx", i == 0 ? "" : ",", 4096 + i);
	buf_printf(&many, "]}");
	assert_true(many.len < POLICY_MAX_LEN);
	refuses_yaml(buf_text(&many), "with every default written out");
	buf_free(&many);
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

static void
comparison_names_each_key_and_both_values(void **state)
{
	struct policy *a = read_yaml(TWO_LINES);
	struct policy *b = read_yaml("version: 1\nzones: [a.example]\n"
	    "ksk: { standby: { kind: ds } }\nsignatures: { validity: 21d }\n");
	struct policy_difference *list;
	size_t n;

	(void)state;
	policy_compare(a, b, &list, &n);
	assert_int_equal(n, 3);
	assert_string_equal(list[0].key, "zones");
	assert_string_equal(list[0].old_value, "[\"example.com\"]");
	assert_string_equal(list[0].new_value, "[\"a.example\"]");
	assert_string_equal(list[1].key, "ksk.standby.kind");
	assert_string_equal(list[1].old_value, "none");
	assert_string_equal(list[1].new_value, "ds");
	assert_string_equal(list[2].key, "signatures.validity");
	assert_string_equal(list[2].old_value, "2w");
	assert_string_equal(list[2].new_value, "3w");
	policy_differences_free(list, n);
	policy_compare(a, a, &list, &n);
	assert_int_equal(n, 0);
	policy_differences_free(list, n);
	policy_free(a);
	policy_free(b);
}

static void
words_have_names(void **state)
{

	(void)state;
	assert_string_equal(policy_custody_name(CUSTODY_TOKEN), "token");
	assert_string_equal(policy_custody_name(CUSTODY_SHARED), "shared");
	assert_string_equal(policy_custody_name(CUSTODY_WRAPPED), "wrapped");
	assert_string_equal(policy_seal_name(SEAL_GOVERNANCE), "governance");
	assert_string_equal(policy_seal_name(SEAL_COMPLIANCE), "compliance");
}

static void
rolls_take_what_the_equations_say(void **state)
{
	static const char head[] = TWO_LINES
	    "signatures: { dnskey-ttl: 1h }\n"
	    "timing: { publish-safety: 10m, retire-safety: 20m,\n"
	    "  zone-propagation-delay: 30m, parent-ds-ttl: 1d,\n"
	    "  parent-propagation-delay: 40m, parent-registration-delay: 5h }\n"
	    "ksk: { roll-type: ";
	static const struct { const char *type; int64_t roll_s; } want[] = {
		/* 100m + 5h + 25h + 110m */
		{ "double-signature }", 33 * 3600 + 1800 },
		/* 30h + 110m + 30h */
		{ "double-ds }", 61 * 3600 + 3000 },
		/* 30h + 30h */
		{ "double-rrset }", 60 * 3600 },
		/* 30m + 2h + 30d, 30h, 30m + 1h + 30d */
		{ "double-signature, rfc5011: true }",
		    60 * 86400 + 34 * 3600 },
	};
	struct policy *p;
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(want); i++) {
		(void)snprintf(text, sizeof(text), "%s%s\n", head,
		    want[i].type);
		p = read_yaml(text);
		assert_int_equal(policy_roll_s(p), want[i].roll_s);
		policy_free(p);
	}
	/* DS waits of 4h between DNSKEY waits of 3h in and 6h out. */
	p = read_yaml(TWO_LINES "ksk: { roll-type: double-rrset }\n"
	    "timing: { retire-safety: 4h, parent-ds-ttl: 1s,\n"
	    "  parent-propagation-delay: 0 }\n");
	assert_int_equal(policy_publish_s(p), 3 * 3600);
	assert_int_equal(policy_ds_s(p), 4 * 3600 + 1);
	assert_int_equal(policy_retire_s(p), 6 * 3600);
	assert_int_equal(policy_roll_s(p), 10 * 3600 + 1);
	policy_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_policies_never_change),
		cmocka_unit_test(defaults_are_those_of_the_design),
		cmocka_unit_test(defaults_follow_what_they_depend_on),
		cmocka_unit_test(the_example_is_the_default),
		cmocka_unit_test(other_words_for_the_same_give_the_same_hash),
		cmocka_unit_test(zones_are_a_set_of_canonical_names),
		cmocka_unit_test(patterns_cover_what_they_say),
		cmocka_unit_test(messages_name_line_key_and_what_is_allowed),
		cmocka_unit_test(long_policies_are_refused),
		cmocka_unit_test(only_the_canonical_form_is_sealed),
		cmocka_unit_test(no_flipped_bit_goes_unseen),
		cmocka_unit_test(comparison_names_each_key_and_both_values),
		cmocka_unit_test(words_have_names),
		cmocka_unit_test(rolls_take_what_the_equations_say),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
