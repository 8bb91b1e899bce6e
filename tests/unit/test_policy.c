/* Reading, writing, comparing and hashing of policies. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "policy/policy.h"
#include "policy/ssh_key.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/policymodel.h"

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
defaults_are_those_of_the_design(void **state)
{
	struct policy *p = read_yaml(TWO_LINES);
	enum policy_op op;

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
	assert_int_equal(p->ksr_icann.n_keys_per_bundle, 0);
	assert_true(p->ksr_icann.require_proof_of_possession);
	assert_int_equal(p->ksr_bind.bundle_count, 0);
	assert_false(p->ksr_knot.require_proof_of_possession);
	assert_int_equal(p->pending_window_s, 30 * 86400);
	for (op = 0; op < POLICY_OP_N; op++)
		assert_int_equal(policy_approvals(p, op), 0);
	assert_int_equal(p->n_requesters, 0);
	assert_int_equal(p->n_approvers, 0);
	assert_int_equal(p->n_authorities, 0);
	assert_int_equal(p->plan_valid_for_s, 7 * 86400);
	assert_int_equal(p->clock_tolerance_s, 300);
	assert_int_equal(p->clock_max_jump_s, 100 * 86400);
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
	assert_true(policymodel_is_same(a, b));
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
		if (!policymodel_is_same(a, b))
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
	assert_true(policymodel_is_same(a, b));
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
operations_have_names_and_approvals(void **state)
{
	static const struct { const char *name; enum policy_op op; } ops[] = {
		{ "create-ksk", POLICY_OP_CREATE_KSK },
		{ "delete-ksk", POLICY_OP_DELETE_KSK },
		{ "schedule-cmk-deletion", POLICY_OP_SCHEDULE_CMK_DELETION },
		{ "revoke-ksk", POLICY_OP_REVOKE_KSK },
		{ "roll-ksk", POLICY_OP_ROLL_KSK },
		{ "sign-ksr", POLICY_OP_SIGN_KSR },
		{ "recover", POLICY_OP_RECOVER },
	};
	struct policy *p;
	enum policy_op op = POLICY_OP_N;
	char text[128];
	size_t i, j;

	(void)state;
	assert_int_equal(N_OF(ops), POLICY_OP_N);
	for (i = 0; i < N_OF(ops); i++) {
		assert_string_equal(policy_op_name(ops[i].op), ops[i].name);
		assert_true(policy_op_find(ops[i].name, &op));
		assert_int_equal(op, ops[i].op);
		(void)snprintf(text, sizeof(text), TWO_LINES
		    "approvals: { %s: 3 }\n", ops[i].name);
		p = read_yaml(text);
		for (j = 0; j < N_OF(ops); j++)
			assert_int_equal(policy_approvals(p, ops[j].op),
			    i == j ? 3 : 0);
		policy_free(p);
	}
	assert_false(policy_op_find("create", &op));
	assert_false(policy_op_find("", &op));
}

static void
approvers_are_a_set_of_keys(void **state)
{
	char *a = fixtures_ssh_key(0, NULL), *b = fixtures_ssh_key(1, NULL);
	char *text = mem_printf(TWO_LINES "approvals:\n  approvers:\n"
	    "  - %s\n  - \" %s\"\n  authorities: [ %s ]\n", a, b, a);
	struct policy *p = read_yaml(text);

	(void)state;
	assert_int_equal(p->n_approvers, 2);
	assert_string_equal(p->approvers[0], b);
	assert_string_equal(p->approvers[1], a);
	assert_int_equal(p->n_authorities, 1);
	assert_string_equal(p->authorities[0], a);
	policy_free(p);
	free(text);
	/* A second name makes no second approver. */
	text = mem_printf(TWO_LINES "approvals:\n  approvers:\n"
	    "  - %s\n  - %s\n  - %s or another\n", a, b, a);
	refuses_yaml(text, "alice@example.net");
	refuses_yaml(text, "test:5: approvals.approvers: ssh-ed25519 ");
	refuses_yaml(text, " stands there twice; allowed is a list [..] of an "
	    "SSH public key");
	free(text);
	free(a);
	free(b);
}

/* A list of n ssh-ed25519 keys, whose points are those of low y. */
static char *
many_keys(size_t n)
{
	uint8_t blob[51] = "\0\0\0\13ssh-ed25519\0\0\0\40";
	struct buf out = BUF_INIT;
	struct error err;
	char *base64, *line, *read = NULL;
	size_t kept = 0;

	buf_printf(&out, "[");
	while (kept < n) {
		blob[19]++;
		err_clear(&err);
		base64 = crypto_base64(blob, sizeof(blob));
		line = mem_printf("ssh-ed25519 %s", base64);
		if (ssh_key_read(line, &read, &err) == 0)
			buf_printf(&out, "%s%s", kept++ == 0 ? "" : ", ", line);
		free(read);
		read = NULL;
		free(base64);
		free(line);
	}
	buf_printf(&out, "]");
	return buf_take(&out);
}

static void
approvers_are_at_most_32(void **state)
{
	char *keys = many_keys(POLICY_APPROVERS_MAX);
	char *text = mem_printf(TWO_LINES "approvals: { approvers: %s }\n",
	    keys);
	struct policy *p = read_yaml(text);

	(void)state;
	assert_int_equal(p->n_approvers, 32);
	policy_free(p);
	free(keys);
	free(text);
	keys = many_keys(POLICY_APPROVERS_MAX + 1);
	text = mem_printf(TWO_LINES "approvals: { authorities: %s }\n", keys);
	refuses_yaml(text, "approvals.authorities: too many");
	free(keys);
	free(text);
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
		/* 100m + 2h + 30d, 30h, 110m + 1h + 30d + 110m */
		{ "double-signature, rfc5011: true }",
		    60 * 86400 + 38 * 3600 + 1200 },
	};
	struct timing timing;
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
	policy_timing(p, &timing);
	assert_int_equal(timing_publish_s(&timing), 3 * 3600);
	assert_int_equal(timing_ds_s(&timing), 4 * 3600 + 1);
	assert_int_equal(timing_retire_s(&timing), 6 * 3600);
	assert_int_equal(policy_roll_s(p), 10 * 3600 + 1);
	policy_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_design),
		cmocka_unit_test(defaults_follow_what_they_depend_on),
		cmocka_unit_test(the_example_is_the_default),
		cmocka_unit_test(other_words_for_the_same_give_the_same_hash),
		cmocka_unit_test(zones_are_a_set_of_canonical_names),
		cmocka_unit_test(patterns_cover_what_they_say),
		cmocka_unit_test(messages_name_line_key_and_what_is_allowed),
		cmocka_unit_test(long_policies_are_refused),
		cmocka_unit_test(comparison_names_each_key_and_both_values),
		cmocka_unit_test(words_have_names),
		cmocka_unit_test(operations_have_names_and_approvals),
		cmocka_unit_test(approvers_are_a_set_of_keys),
		cmocka_unit_test(approvers_are_at_most_32),
		cmocka_unit_test(rolls_take_what_the_equations_say),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
