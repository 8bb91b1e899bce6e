/* Policies: what is accepted has one canonical form, and reads back to it. */
#include "tests/fuzz/fuzz.h"

#include "policy/policy.h"
#include "policy/rules.h"

/* Whether the policy's canonical form is text. */
static bool
is_canonical(const struct policy *policy, const struct buf *text)
{
	struct buf canonical = BUF_INIT;
	bool same;

	policy_canonical(policy, &canonical);
	same = canonical.len == text->len &&
	    memcmp(canonical.data, text->data, text->len) == 0;
	buf_free(&canonical);
	return same;
}

static void
check_policy(const struct policy *policy)
{
	struct findings findings = FINDINGS_INIT;
	struct buf canonical = BUF_INIT, yaml = BUF_INIT;
	struct error err = ERR_INIT;
	struct policy *again;
	int rc;

	policy_canonical(policy, &canonical);
	rc = policy_read_json(buf_text(&canonical), canonical.len, &again,
	    &err);
	assert(rc == 0 && is_canonical(again, &canonical));
	policy_free(again);
	policy_yaml(policy, &yaml);
	rc = policy_read_yaml(buf_text(&yaml), yaml.len, "yaml", &again, &err);
	assert(rc == 0 && is_canonical(again, &canonical));
	policy_free(again);
	rules_check_policy(policy, &findings);
	assert(findings.n > 0);
	findings_clear(&findings);
	buf_free(&canonical);
	buf_free(&yaml);
}

/* The sealed form goes in as it comes out, or not at all. */
static void
check_sealed(const char *data, size_t len)
{
	struct buf canonical = BUF_INIT;
	struct error err = ERR_INIT;
	struct policy *policy;
	int rc;

	rc = policy_read_json(data, len, &policy, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (policy != NULL));
	assert(rc == 0 || err.class == ERR_INTEGRITY);
	if (rc != 0)
		return;
	buf_add(&canonical, data, len);
	assert(is_canonical(policy, &canonical));
	buf_free(&canonical);
	policy_free(policy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct error err = ERR_INIT;
	struct policy *policy;
	int rc;

	check_sealed((const char *)data, len);
	rc = policy_read_yaml((const char *)data, len, "input", &policy, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (policy != NULL));
	assert(rc == 0 || err.class == ERR_CONFIG);
	if (rc != 0)
		return 0;
	check_policy(policy);
	policy_free(policy);
	return 0;
}
