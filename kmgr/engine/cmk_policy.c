#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/probe.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/cmk_create.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/cmk_policy.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/trust.h"

static int
refuse_sealed(const struct cmk *cmk, size_t n, struct error *err)
{
	const bool is_split = strcmp(cmk->row.token, cmk->row.seal_token) != 0;

	(void)err_set(err, ERR_POLICY, "the policy of CMK %s is sealed, and "
	    "%zu key%s of this one differ%s", cmk->row.name, n,
	    n == 1 ? "" : "s", n == 1 ? "s" : "");
	return err_hint(err, "a sealed policy never changes: make a new CMK "
	    "with this policy (kmgr create-cmk NAME --token %s%s%s --policy "
	    "FILE) and roll the zones to it", cmk->row.token,
	    is_split ? " --seal-token " : "",
	    is_split ? cmk->row.seal_token : "");
}

/* Whether the probe at the CMK's creation saw the token do alg. */
static bool
was_seen(const struct cmk *cmk, enum alg alg)
{
	const char *word = alg_find(alg)->word, *id, *verdict;
	struct error ignored = ERR_INIT;
	struct json *rows;
	bool seen = false;
	size_t i;

	if (json_read(cmk->row.probe, strlen(cmk->row.probe), &rows,
	    &ignored) != 0)
		return false;
	for (i = 0; i < json_len(rows); i++) {
		id = json_get_text(json_at(rows, i), "id");
		verdict = json_get_text(json_at(rows, i), "verdict");
		/* "rsasha256-2048": the policy's word, and more. */
		if (id != NULL && verdict != NULL &&
		    strncmp(id, word, strlen(word)) == 0 &&
		    strcmp(verdict, "works") == 0)
			seen = true;
	}
	json_free(rows);
	return seen;
}

static bool
is_of_custody_wrapped(const struct json *row)
{
	const char *weight = json_get_text(row, "weight");

	return json_get_text(row, "id") != NULL && weight != NULL &&
	    strcmp(weight, hsm_weight_name(HSM_WRAPPED_ONLY)) == 0;
}

/* Whether it saw the token keep all that custody wrapped needs. */
static bool
was_seen_to_wrap(const struct cmk *cmk, enum alg alg)
{
	char id[64];
	struct error ignored = ERR_INIT;
	const struct json *row;
	bool wraps = false, keeps = true, is_whole = false;
	const char *verdict;
	struct json *rows;
	size_t i;

	if (json_read(cmk->row.probe, strlen(cmk->row.probe), &rows,
	    &ignored) != 0)
		return false;
	(void)snprintf(id, sizeof(id), "wrapped-%s", alg_find(alg)->word);
	for (i = 0; i < json_len(rows); i++) {
		row = json_at(rows, i);
		verdict = json_get_text(row, "verdict");
		if (!is_of_custody_wrapped(row) || verdict == NULL)
			continue;
		if (strncmp(json_get_text(row, "id"), id, strlen(id)) == 0)
			wraps = strcmp(verdict, "works") == 0;
		else if (strncmp(json_get_text(row, "id"), id, 8) != 0)
			keeps = keeps && strcmp(verdict, "enforced") == 0;
		/* The last of them: an older probe does not have it. */
		is_whole |= strcmp(json_get_text(row, "id"),
		    "birth-window") == 0;
	}
	json_free(rows);
	return wraps && keeps && is_whole;
}

/* What was decided for ever when the seal key was made. */
static int
check_draft(const struct cmk *cmk, const struct policy *policy,
    struct error *err)
{

	if (cmk_create_check_policy(policy, err) != 0)
		return -1;
	if (policy->seal != cmk->policy->seal)
		(void)err_set(err, ERR_POLICY, "the seal key of CMK %s was "
		    "made for seal: %s, and the policy has seal: %s",
		    cmk->row.name, policy_seal_name(cmk->policy->seal),
		    policy_seal_name(policy->seal));
	else if (!was_seen(cmk, policy->alg))
		(void)err_set(err, ERR_POLICY, "the probe of token %s, when "
		    "CMK %s was made, did not see it make and use %s keys",
		    cmk->row.token, cmk->row.name,
		    alg_find(policy->alg)->word);
	else if (policy->custody == CUSTODY_WRAPPED &&
	    !was_seen_to_wrap(cmk, policy->alg))
		(void)err_set(err, ERR_POLICY, "the probe of token %s, when "
		    "CMK %s was made, did not see it keep what custody: "
		    "wrapped needs", cmk->row.token, cmk->row.name);
	else
		return 0;
	return err_hint(err, "make a new CMK with this policy, and kmgr "
	    "delete-cmk %s, which is a draft", cmk->row.name);
}

/* Whether request changes something, and may. */
static int
judge(const struct cmk *cmk, const struct cmk_policy_request *request,
    struct cmk_policy_result *result, bool *changes, struct error *err)
{

	policy_compare(cmk->policy, request->policy, &result->list,
	    &result->n);
	*changes = result->n > 0;
	if (!*changes)
		return 0;
	if (cmk_is_sealed(cmk))
		return refuse_sealed(cmk, result->n, err);
	return cmk_life_check_usable(cmk, err) != 0 ? -1 :
	    check_draft(cmk, request->policy, err);
}

int
cmk_policy_plan(struct session *session,
    const struct cmk_policy_request *request, struct plan *plan,
    struct cmk_policy_result *result, struct error *err)
{
	struct store *store;
	struct cmk *cmk;
	bool changes;
	size_t i;
	int rc;

	*result = (struct cmk_policy_result) { NULL, 0 };
	if (cmk_get(session, request->cmk, &store, &cmk, err) != 0)
		return -1;
	rc = judge(cmk, request, result, &changes, err);
	for (i = 0; rc == 0 && i < result->n; i++)
		plan_add(plan, ACTION_REPLACE_POLICY, NULL, "change %s of "
		    "draft %s from %s to %s", result->list[i].key,
		    cmk->row.name, result->list[i].old_value,
		    result->list[i].new_value);
	cmk_free(cmk);
	return rc;
}

static int
record(struct session *session, struct store *store, const struct cmk *cmk,
    const struct policy *policy, struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct cmk_row row = cmk->row;	/* borrows its texts */
	struct buf text = BUF_INIT;
	struct json *event;
	int rc = -1;

	policy_canonical(policy, &text);
	policy_hash(policy, row.policy_hash);
	row.policy = (char *)text.data;
	event = json_new_object();
	json_put_text(event, "cmk_id", row.id);
	json_put_text(event, "was_policy_hash", text_hex(cmk->row.policy_hash,
	    CRYPTO_SHA256_LEN, hex));
	json_put_text(event, "policy_hash", text_hex(row.policy_hash,
	    CRYPTO_SHA256_LEN, hex));
	json_put_text(event, "policy", row.policy);
	if (store_begin(store, err) == 0) {
		if (store_cmk_set_policy(store, &row, err) == 0 &&
		    event_append(session, "put-policy", event, err) == 0 &&
		    trust_attest(session, row.id, err) == 0)
			rc = store_commit(store, err);
		if (rc != 0)
			store_rollback(store);
	}
	json_free(event);
	buf_free(&text);
	return rc;
}

int
cmk_policy_apply(struct session *session,
    const struct cmk_policy_request *request,
    struct cmk_policy_result *result, struct error *err)
{
	struct cmk *cmk = NULL;
	struct store *store;
	bool changes;
	int rc = -1;

	*result = (struct cmk_policy_result) { NULL, 0 };
	if (session_store(session, &store, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (cmk_load(store, request->cmk, &cmk, err) != 0 ||
	    judge(cmk, request, result, &changes, err) != 0)
		goto out;
	if (!changes)
		session_note(session, "CMK %s has this policy already; "
		    "nothing to do", cmk->row.name);
	else if (trust_prove(session, cmk, err) != 0 ||
	    record(session, store, cmk, request->policy, err) != 0 ||
	    cmk_life_settle(session, cmk, err) != 0)
		goto out;
	rc = 0;
 out:
	session_unlock(session);
	cmk_free(cmk);
	return rc;
}

void
cmk_policy_result_clear(struct cmk_policy_result *result)
{

	policy_differences_free(result->list, result->n);
	*result = (struct cmk_policy_result) { NULL, 0 };
}
