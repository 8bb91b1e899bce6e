#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/probe.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/clock.h"
#include "kmgr/engine/cmk_create.h"
#include "kmgr/engine/cmk_info.h"
#include "kmgr/engine/identity.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/ratchet.h"
#include "kmgr/engine/recovery.h"
#include "kmgr/engine/tokens.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/trust_owed.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_intent.h"
#include "policy/rules.h"

/* Where a token has no P-256, the seal key is RSA of this size. */
#define SEAL_RSA_BITS 3072

int
cmk_create_check_policy(const struct policy *policy, struct error *err)
{
	struct findings findings = FINDINGS_INIT;
	int rc = 0;

	rules_check_policy(policy, &findings);
	if (findings_failed(&findings) > 0)
		rc = findings_error(&findings, err);
	findings_clear(&findings);
	return rc;
}

static int
check_request(const struct cmk_request *request, struct error *err)
{

	return cmk_info_check_name(request->name, err) != 0 ? -1 :
	    cmk_create_check_policy(request->policy, err);
}

/* Whether the CMK is there already; an error where another one has its name. */
static int
find_existing(struct session *session, const struct cmk_request *request,
    struct cmk **out, struct error *err)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct cmk_row row = { 0 };
	struct store *store;
	bool found = false, is_there;

	*out = NULL;
	if (session_store(session, &store, err) != 0 ||
	    store_cmk_find(store, request->name, &row, &found, err) != 0)
		return -1;
	cmk_row_clear(&row);
	if (!found)
		return 0;
	if (cmk_load(store, request->name, out, err) != 0)
		return -1;
	if (strcmp((*out)->row.state, "deleted") == 0) {
		(void)err_set(err, ERR_INPUT, "the name %s belongs to a CMK "
		    "that is deleted", request->name);
		(void)err_hint(err, "choose another name, or give this one "
		    "free: kmgr update-cmk %s --name NEW", request->name);
		goto fail;
	}
	policy_hash(request->policy, hash);
	is_there = strcmp((*out)->row.token, request->token) == 0 &&
	    strcmp((*out)->row.seal_token, request->seal_token) == 0;
	if (is_there && strcmp((*out)->row.name, request->name) == 0 &&
	    memcmp((*out)->row.policy_hash, hash, sizeof(hash)) == 0)
		return 0;
	(void)err_set(err, ERR_INPUT, "the name %s belongs to a CMK with "
	    "another %s", request->name, is_there ? "policy" : "token");
	(void)err_hint(err, "choose another name; kmgr describe-cmk %s shows "
	    "the one that is there", request->name);
 fail:
	cmk_free(*out);
	*out = NULL;
	return -1;
}

int
cmk_create_plan(struct session *session, const struct cmk_request *request,
    struct plan *plan, struct error *err)
{
	struct cmk *existing;

	if (check_request(request, err) != 0 ||
	    config_token(session_config(session), request->token,
	    err) == NULL || config_token(session_config(session),
	    request->seal_token, err) == NULL ||
	    find_existing(session, request, &existing, err) != 0)
		return -1;
	if (existing == NULL)
		plan_add(plan, ACTION_MAKE_SEAL_KEY, NULL,
		    "probe token %s and make the seal key of CMK %s in it",
		    request->seal_token, request->name);
	if (strcmp(request->token, request->seal_token) != 0 &&
	    (existing == NULL || identity_is_due(existing)))
		plan_add(plan, ACTION_MAKE_IDENTITY_KEY, NULL,
		    "probe token %s, make the identity key of CMK %s in it and "
		    "certify it", request->token, request->name);
	cmk_free(existing);
	return 0;
}

/* Refuse a token that leaks. */
static int
check_leak(const struct hsm_probe *probe, const char *token,
    struct error *err)
{
	const struct hsm_probe_row *leak = hsm_probe_leak(probe);

	if (leak == NULL)
		return 0;
	(void)err_set(err, ERR_TOKEN, "token %s lets a private key leave: %s "
	    "(%s)", token, leak->what, leak->id);
	return err_hint(err, "no key that kmgr makes there would be safe; kmgr "
	    "probe-token %s shows all that was tried", token);
}

/* Refuse a token that lacks what the policy needs. */
static int
check_algorithm(const struct hsm_probe *probe,
    const struct cmk_request *request, struct error *err)
{
	const struct hsm_probe_row *row = tokens_row(probe,
	    request->policy->alg);

	if (tokens_can(probe, request->policy->alg))
		return 0;
	(void)err_set(err, ERR_TOKEN, "token %s cannot make and use %s keys, "
	    "which the policy wants (%s)", request->token,
	    alg_find(request->policy->alg)->word,
	    row == NULL ? "not tried" : row->detail);
	return err_hint(err, "kmgr probe-token %s shows what it can",
	    request->token);
}

/* Refuse a token from which a wrapped key could come out, or not go in. */
static int
check_custody(const struct hsm_probe *probe,
    const struct cmk_request *request, struct error *err)
{
	const struct hsm_probe_row *row;

	if (request->policy->custody != CUSTODY_WRAPPED)
		return 0;
	row = tokens_wrap_row(probe, request->policy->alg);
	if (row == NULL || row->verdict != HSM_WORKS) {
		(void)err_set(err, ERR_TOKEN, "token %s cannot wrap %s keys, "
		    "which custody: wrapped needs (%s)", request->token,
		    alg_find(request->policy->alg)->word, row == NULL ?
		    "not tried" : row->detail);
		return err_hint(err, "take another ksk.algorithm, or custody: "
		    "token; kmgr probe-token %s shows what it can",
		    request->token);
	}
	if ((row = tokens_unwrap_hole(probe)) == NULL)
		return 0;
	(void)err_set(err, ERR_TOKEN, "token %s does not keep what custody: "
	    "wrapped needs: %s (%s) was not refused: %s%s%s", request->token,
	    row->what, row->id, hsm_verdict_name(row->verdict),
	    row->detail[0] == '\0' ? "" : ", ", row->detail);
	return err_hint(err, "custody: token is as safe there as it can be; "
	    "kmgr probe-token %s shows all that was tried", request->token);
}

/* All that finishing the CMK takes, should this process die on the way. */
static struct json *
payload_new(const struct cmk_request *request, const char *cmk_id,
    const struct hsm_probe *probe, const struct hsm_token_info *info)
{
	struct json *payload = json_new_object();

	json_put_text(payload, "cmk_id", cmk_id);
	json_put_text(payload, "name", request->name);
	json_put_text(payload, "token", request->token);
	json_put_take(payload, "policy", policy_json(request->policy));
	json_put_take(payload, "probe", tokens_probe_json(probe));
	json_put_take(payload, "token_identity", tokens_identity_json(info));
	return payload;
}

/* Probe the token of the KSKs, and the seal key's where it is another one. */
static int
probe_tokens(struct session *session, const struct cmk_request *request,
    struct hsm_token_info *info, struct hsm_probe **out, enum alg *seal_alg,
    struct error *err)
{
	struct hsm_probe *other = NULL;
	struct hsm_token *token;
	int rc = -1;

	if (session_token(session, request->token, &token, err) != 0 ||
	    hsm_token_info_get(token, info, err) != 0 ||
	    hsm_probe_run(token, request->policy->custody == CUSTODY_WRAPPED ?
	    HSM_PROBE_ALL : HSM_PROBE_RESIDENT, request->policy->alg,
	    out, err) != 0 ||
	    check_leak(*out, request->token, err) != 0 ||
	    check_algorithm(*out, request, err) != 0 ||
	    check_custody(*out, request, err) != 0)
		return -1;
	*seal_alg = tokens_can(*out, ALG_ECDSAP256SHA256) ?
	    ALG_ECDSAP256SHA256 : ALG_RSASHA256;
	if (strcmp(request->token, request->seal_token) == 0)
		return 0;
	if (session_token(session, request->seal_token, &token, err) == 0 &&
	    hsm_probe_run(token, HSM_PROBE_RESIDENT, ALG_ECDSAP256SHA256,
	    &other, err) == 0 &&
	    check_leak(other, request->seal_token, err) == 0) {
		/* The identity key is of the seal key's algorithm. */
		if (!tokens_can(other, ALG_ECDSAP256SHA256))
			*seal_alg = ALG_RSASHA256;
		rc = 0;
	}
	hsm_probe_free(other);
	return rc;
}

static int
create_new(struct session *session, const struct cmk_request *request,
    struct error *err)
{
	struct hsm_key_spec spec = { .bits = SEAL_RSA_BITS };
	char cmk_id[STORE_ID_TEXT], label[HSM_LABEL_MAX + 1];
	struct intent_row intent = { 0 };
	struct hsm_probe *probe = NULL;
	struct hsm_key *key = NULL;
	struct json *payload = NULL;
	struct hsm_token_info info;
	int rc = -1;

	if (probe_tokens(session, request, &info, &probe, &spec.alg,
	    err) != 0 || store_id_new(cmk_id, err) != 0)
		goto out;
	spec.destroy = request->policy->seal == SEAL_COMPLIANCE ?
	    HSM_UNDESTROYABLE : HSM_DESTROYABLE;
	(void)snprintf(label, sizeof(label), "kmgr1:seal:%.16s", cmk_id);
	payload = payload_new(request, cmk_id, probe, &info);
	if (intent_begin(session, INTENT_CREATE_CMK, request->seal_token,
	    label, payload, &intent, err) != 0 ||
	    intent_make_key(session, &intent, &spec, &key, err) != 0 ||
	    cmk_create_finish(session, &intent, key, err) != 0)
		goto out;
	rc = 0;
 out:
	hsm_key_free(key);
	hsm_probe_free(probe);
	json_free(payload);
	intent_row_clear(&intent);
	return rc;
}

/* Finish what a run that died has begun in either token. */
static int
recover(struct session *session, const struct cmk_request *request,
    struct error *err)
{

	if (recovery_run(session, request->seal_token, err) != 0)
		return -1;
	return strcmp(request->token, request->seal_token) == 0 ? 0 :
	    recovery_run(session, request->token, err);
}

/* There is no CMK yet whose policy could judge the clock. */
static int
check_clock(struct session *session, const struct cmk_request *request,
    struct error *err)
{
	bool jumps;

	if (clock_check(session, request->policy, 0, &jumps, err) != 0)
		return -1;
	return jumps ? clock_record_jump(session, err) : 0;
}

/*
 * A new CMK, in a token that keeps nothing of another store, and not in an old
 * copy of this one: the CMKs that are there already tell.
 */
static int
make(struct session *session, const struct cmk_request *request,
    struct cmk **out, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    (request->neighbours == CMK_ALONE && ratchet_check_strangers(
	    session, request->token, err) != 0) ||
	    trust_prove_token(session, request->token, err) != 0 ||
	    check_clock(session, request, err) != 0 ||
	    create_new(session, request, err) != 0 ||
	    cmk_load(store, request->name, out, err) != 0)
		return -1;
	session_set_proved(session, (*out)->row.id);	/* it was made here */
	return 0;
}

/* With the lock held: what a run that died has begun, and all else. */
static int
run_locked(struct session *session, const struct cmk_request *request,
    struct cmk **out, struct error *err)
{

	if (recover(session, request, err) != 0 ||
	    trust_owed_settle(session, request->token, err) != 0 ||
	    find_existing(session, request, out, err) != 0)
		return -1;
	if (*out == NULL) {
		if (make(session, request, out, err) != 0)
			return -1;
	} else if (trust_prove(session, *out, err) != 0) {
		return -1;
	} else if (!identity_is_due(*out)) {
		session_note(session, "CMK %s is there already; nothing to do",
		    request->name);
		return 0;
	}
	if (identity_is_due(*out) && identity_make(session, *out, err) != 0)
		return -1;
	return trust_settle(session, *out, err);
}

int
cmk_create_apply(struct session *session, const struct cmk_request *request,
    struct cmk **out, struct error *err)
{
	int rc;

	*out = NULL;
	if (check_request(request, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = run_locked(session, request, out, err);
	session_unlock(session);
	if (rc == 0)
		return 0;
	cmk_free(*out);
	*out = NULL;
	return err_wrap(err, "create CMK %s", request->name);
}
