#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "policy/policy.h"
#include "policy/policy_fields.h"
#include "policy/policy_form.h"
#include "policy/policy_value.h"

int
policy_read_yaml(const char *text, size_t len, const char *what,
    struct policy **out, struct error *err)
{

	return policy_form_read_yaml(policy_fields_table(), text, len, what,
	    out, err);
}

int
policy_read_json(const char *text, size_t len, struct policy **out,
    struct error *err)
{

	return policy_form_read_json(policy_fields_table(), text, len, out,
	    err);
}

struct json *
policy_json(const struct policy *policy)
{

	return policy_form_json(policy_fields_table(), policy);
}

void
policy_canonical(const struct policy *policy, struct buf *out)
{
	struct json *json = policy_json(policy);

	json_canonical(json, out);
	json_free(json);
}

void
policy_hash(const struct policy *policy,
    uint8_t hash[static CRYPTO_SHA256_LEN])
{
	struct buf canonical = BUF_INIT;

	policy_canonical(policy, &canonical);
	crypto_sha256(canonical.data, canonical.len, hash);
	buf_free(&canonical);
}

void
policy_compare(const struct policy *old, const struct policy *new,
    struct policy_difference **out, size_t *n)
{
	const struct policy_field *field;
	struct policy_difference *difference;
	struct buf a = BUF_INIT, b = BUF_INIT;
	size_t i;

	*out = NULL;
	*n = 0;
	for (i = 0; (field = policy_fields_at(i)) != NULL; i++) {
		policy_value_text(field, old, &a);
		policy_value_text(field, new, &b);
		if (strcmp(buf_text(&a), buf_text(&b)) != 0) {
			difference = mem_push(out, *n, sizeof(**out));
			assert(strlen(field->key) < sizeof(difference->key));
			memcpy(difference->key, field->key,
			    strlen(field->key) + 1);
			difference->old_value = buf_take(&a);
			difference->new_value = buf_take(&b);
			(*n)++;
		}
		buf_free(&a);
		buf_free(&b);
	}
}

void
policy_differences_free(struct policy_difference *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(list[i].old_value);
		free(list[i].new_value);
	}
	free(list);
}

int64_t
policy_approvals(const struct policy *policy, enum policy_op op)
{

	return policy->approvals[op];
}

bool
policy_automates(const struct policy *policy, enum policy_automation step)
{
	size_t i;

	for (i = 0; i < policy->n_automation; i++)
		if (policy->automation[i] == step)
			return true;
	return false;
}

bool
policy_has_digest(const struct policy *policy, enum digest digest)
{
	size_t i;

	for (i = 0; i < policy->n_digests; i++)
		if (policy->digests[i] == digest)
			return true;
	return false;
}

bool
policy_allows_zone(const struct policy *policy, const struct name *zone)
{
	const struct policy_zone *p;
	size_t i;

	for (i = 0; i < policy->n_zones; i++) {
		p = &policy->zones[i];
		if (p->scope == SCOPE_ANY ||
		    (p->scope == SCOPE_EXACT && name_is_same(zone, &p->name)) ||
		    (p->scope == SCOPE_BELOW && name_is_below(zone, &p->name)))
			return true;
	}
	return false;
}

void
policy_free(struct policy *policy)
{
	const struct policy_field *field;
	size_t i;

	if (policy == NULL)
		return;
	for (i = 0; (field = policy_fields_at(i)) != NULL; i++)
		policy_value_clear(field, policy);
	free(policy);
}
