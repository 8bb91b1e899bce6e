/*
 * tests/fixtures/bad-policy and good-policy: a fixture is added by adding a
 * file. One named after a rule must trigger this rule and no other; the
 * others must be refused with what their first line expects.
 */
#include "tests/unit/unit.h"

#include "policy/policy.h"
#include "policy/rules.h"
#include "tests/unit/fixtures.h"

/* The rule in whose name the fixture stands, NULL if it is no rule's. */
static const struct rule_info *
rule_of(const char *name)
{
	char id[64];
	const size_t n = strlen(name);
	const struct rule_info *rule;
	size_t i;

	assert_true(n < sizeof(id));
	memcpy(id, name, n + 1);
	if ((rule = rules_find(id)) != NULL)
		return rule;
	for (i = n; i > 0 && strchr("0123456789", id[i - 1]) != NULL; i--)
		continue;
	if (i > 0 && i < n && id[i - 1] == '-')
		id[i - 1] = '\0';
	return rules_find(id);
}

static void
triggers(const char *name, const struct policy *policy, const char *rule)
{
	struct findings findings = FINDINGS_INIT;
	const struct finding *finding;
	bool hit = false;
	size_t i;

	rules_check_policy(policy, &findings);
	for (i = 0; i < findings.n; i++) {
		finding = &findings.items[i];
		if (finding->verdict == FINDING_PASS ||
		    finding->verdict == FINDING_OFF)
			continue;
		if (strcmp(finding->rule, rule) != 0)
			fail_msg("%s: also %s: %s", name, finding->rule,
			    finding->message);
		assert_int_equal(finding->class, ERR_POLICY);
		assert_true(strlen(finding->message) > 10);
		hit = true;
	}
	if (!hit)
		fail_msg("%s: %s is not triggered", name, rule);
	findings_clear(&findings);
}

static void
is_refused(const char *name, const struct buf *text, void *arg)
{
	const struct rule_info *rule = rule_of(name);
	struct error err = ERR_INIT;
	struct policy *policy = NULL;
	char expect[256];
	int rc;

	(void)arg;
	if (!fixtures_says(text, "expect", 0, expect))
		fail_msg("%s says not what it expects", name);
	rc = policy_read_yaml(buf_text(text), text->len, name, &policy, &err);
	if (rule != NULL) {
		assert_string_equal(expect, rule->id);
		unit_ok(rc, &err);
		triggers(name, policy, rule->id);
		policy_free(policy);
		return;
	}
	if (rc == 0)
		fail_msg("%s is accepted", name);
	assert_null(policy);
	assert_int_equal(err.class, ERR_CONFIG);
	assert_int_equal(strncmp(err.msg, name, strlen(name)), 0);
	if (strstr(err.msg, expect) == NULL && strstr(err.hint, expect) == NULL)
		fail_msg("%s: \"%s\" is neither in \"%s\" nor in \"%s\"", name,
		    expect, err.msg, err.hint);
}

static void
bad_policies_are_refused_for_what_they_expect(void **state)
{

	(void)state;
	assert_true(fixtures_each("bad-policy", is_refused, NULL) >= 30);
}

static void
is_accepted(const char *name, const struct buf *text, void *arg)
{
	struct findings findings = FINDINGS_INIT;
	struct error err = ERR_INIT;
	struct policy *policy, *again;
	struct buf yaml = BUF_INIT;
	uint8_t hash[CRYPTO_SHA256_LEN], hash_again[CRYPTO_SHA256_LEN];
	size_t i;

	(void)arg;
	unit_ok(policy_read_yaml(buf_text(text), text->len, name, &policy,
	    &err), &err);
	rules_check_policy(policy, &findings);
	for (i = 0; i < findings.n; i++)
		if (findings.items[i].verdict == FINDING_FAIL ||
		    findings.items[i].verdict == FINDING_WARN)
			fail_msg("%s: %s: %s", name, findings.items[i].rule,
			    findings.items[i].message);
	policy_yaml(policy, &yaml);
	unit_ok(policy_read_yaml(buf_text(&yaml), yaml.len, name, &again,
	    &err), &err);
	policy_hash(policy, hash);
	policy_hash(again, hash_again);
	assert_memory_equal(hash, hash_again, sizeof(hash));
	findings_clear(&findings);
	buf_free(&yaml);
	policy_free(policy);
	policy_free(again);
}

static void
good_policies_pass_every_rule(void **state)
{

	(void)state;
	assert_true(fixtures_each("good-policy", is_accepted, NULL) >= 8);
}

static void
mark(const char *name, const struct buf *text, void *arg)
{
	bool *seen = arg;
	const struct rule_info *rule = rule_of(name);
	size_t i;

	(void)text;
	for (i = 0; rule != NULL && rules_at(i) != NULL; i++)
		if (rules_at(i) == rule)
			seen[i] = true;
}

static void
every_policy_rule_has_a_fixture(void **state)
{
	bool seen[256] = { false };
	size_t i;

	(void)state;
	(void)fixtures_each("bad-policy", mark, seen);
	for (i = 0; rules_at(i) != NULL; i++)
		if (strncmp(rules_at(i)->id, "POLICY-", 7) == 0 && !seen[i])
			fail_msg("no fixture triggers %s", rules_at(i)->id);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_policies_are_refused_for_what_they_expect),
		cmocka_unit_test(good_policies_pass_every_rule),
		cmocka_unit_test(every_policy_rule_has_a_fixture),
	};

	return cmocka_run_group_tests_name("policy fixtures", tests, NULL,
	    NULL);
}
