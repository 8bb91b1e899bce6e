#include <stdlib.h>
#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/engine/cmk_end.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ending.h"
#include "kmgr/engine/history.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/ksk_end.h"
#include "kmgr/engine/ksk_end_check.h"
#include "kmgr/engine/recovery.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/statement.h"
#include "kmgr/engine/trust.h"
#include "kmgr/store/ledger.h"

/* KSKs that keep a CMK from going. */
struct obstacles {
	size_t		 n;
	struct error	 first;
	bool		 is_forbidden;	/* not just a matter of time */
	int64_t		 until_at;	/* of those that are */
};

/* Whether ksk is in the way, and how. */
static int
weigh(struct session *session, struct store *store, struct cmk_cache *cache,
    const struct ksk *ksk, struct obstacles *all, struct error *err)
{
	struct error why = ERR_INIT;
	struct zone_life *zone = NULL;
	int64_t horizon_at, at;
	size_t i;
	int rc = -1;

	if (ksk_end_horizon(store, ksk, &horizon_at, err) != 0 ||
	    zone_life_load(session, cache, &ksk->zone, &zone, err) != 0)
		goto out;
	rc = 0;
	i = zone_life_find(zone, ksk->row.id);
	if (i >= zone->n_ksks || ksk_end_check(zone, i, horizon_at,
	    session_now(session), &why) == 0)
		goto out;
	(void)err_wrap(&why, "KSK %s/%u", ksk->row.zone, ksk->row.key_tag);
	session_note(session, "%s", why.msg);
	if (all->n++ == 0)
		all->first = why;
	all->is_forbidden = all->is_forbidden || why.class == ERR_POLICY;
	at = ksk_end_at(zone, i, horizon_at);
	if (why.class == ERR_NOT_YET && at > all->until_at)
		all->until_at = at;
 out:
	zone_life_free(zone);
	return rc;
}

static int
refuse_in_use(const struct cmk *cmk, const struct obstacles *all,
    struct error *err)
{
	char until[WHEN_TEXT_LEN];

	if (all->is_forbidden) {
		(void)err_set(err, ERR_POLICY, "CMK %s is in use by %zu "
		    "KSK%s: %s", cmk->row.name, all->n,
		    all->n == 1 ? "" : "s", all->first.msg);
		return err_hint(err, "%s", all->first.hint[0] != '\0' ?
		    all->first.hint : "each KSK that is in use is named "
		    "above, with what to do");
	}
	return err_set(err, ERR_NOT_YET, "CMK %s is in use by %zu KSK%s until "
	    "%s: %s", cmk->row.name, all->n, all->n == 1 ? "" : "s",
	    when_rfc3339(all->until_at, until), all->first.msg);
}

int
cmk_end_allowed(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	struct obstacles all = { .first = ERR_INIT };
	struct cmk_cache cache = { 0 };
	struct ksk *ksks = NULL;
	struct store *store;
	size_t i, n = 0;
	int rc = -1;

	if (cmk->policy->seal == SEAL_COMPLIANCE)
		return err_set(err, ERR_POLICY, "CMK %s has seal: compliance "
		    "in its policy: it can never be deleted", cmk->row.name);
	/* A row that is gone must not let go what it would have kept. */
	if (session_store(session, &store, err) != 0 ||
	    history_check(store, err) != 0 || ksk_load(store,
	    &cache, NULL, cmk->row.id, &ksks, &n, err) != 0)
		goto out;
	for (i = 0; i < n; i++)
		if (weigh(session, store, &cache, &ksks[i], &all, err) != 0)
			goto out;
	rc = all.n == 0 ? 0 : refuse_in_use(cmk, &all, err);
 out:
	ksk_list_free(ksks, n);
	cmk_cache_clear(&cache);
	return rc;
}

static int
check_all_removed(struct store *store, const struct cmk *cmk,
    struct error *err)
{
	struct ksk_row *rows;
	size_t i, n;

	if (history_check(store, err) != 0 ||
	    store_ksk_list(store, NULL, cmk->row.id, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (strcmp(rows[i].state, "removed") != 0)
			break;
	if (i < n) {
		(void)err_set(err, ERR_POLICY, "CMK %s still has KSK %s/%u",
		    cmk->row.name, rows[i].zone, rows[i].key_tag);
		(void)err_hint(err, "kmgr delete-ksk %s/%u; kmgr list-ksks "
		    "--cmk %s shows all that are left", rows[i].zone,
		    rows[i].key_tag, cmk->row.name);
	}
	ksk_rows_free(rows, n);
	return i < n ? -1 : 0;
}

/* The window that the ledger tells of, not the one in the store, has passed. */
static int
check_window(struct session *session, struct store *store,
    const struct cmk *cmk, struct error *err)
{
	struct ledger_record last = { 0 };
	struct json *event = NULL;
	char text[WHEN_TEXT_LEN];
	const char *to = NULL;
	int64_t due_at = 0;
	bool found = false;
	int rc = -1;

	if (ledger_last(store, cmk->row.id, "cmk-state", &last, &found,
	    err) != 0)
		return -1;
	if (found && json_read(last.payload, strlen(last.payload), &event,
	    err) != 0)
		goto out;
	to = json_get_text(event, "to");
	if (to == NULL || strcmp(to, "pending-deletion") != 0 ||
	    !json_get_int(event, "deletion_at", &due_at) ||
	    due_at != cmk->row.deletion_at ||
	    due_at - last.at < cmk->policy->pending_window_s)
		(void)err_set(err, ERR_INTEGRITY, "CMK %s: the ledger tells "
		    "of no deletion that is due at %s", cmk->row.name,
		    when_rfc3339(cmk->row.deletion_at, text));
	else if (session_now(session) < due_at)
		(void)err_set(err, ERR_NOT_YET, "CMK %s may be deleted from "
		    "%s on", cmk->row.name, when_rfc3339(due_at, text));
	else
		rc = 0;
 out:
	if (rc != 0 && err->class == ERR_INPUT)
		err->class = ERR_INTEGRITY;
	json_free(event);
	ledger_record_clear(&last);
	return rc;
}

static int
judge(struct session *session, struct store *store, const struct cmk *cmk,
    struct error *err)
{

	if (strcmp(cmk->row.state, "deleted") == 0)
		return 0;
	if (strcmp(cmk->row.state, "draft") == 0)
		return check_all_removed(store, cmk, err);
	if (strcmp(cmk->row.state, "pending-deletion") == 0)
		return cmk_end_allowed(session, cmk, err) != 0 ||
		    check_window(session, store, cmk, err) != 0 ? -1 :
		    check_all_removed(store, cmk, err);
	if (cmk->policy->seal == SEAL_COMPLIANCE)
		return cmk_end_allowed(session, cmk, err);
	(void)err_set(err, ERR_POLICY, "CMK %s is %s: its deletion is to be "
	    "scheduled first", cmk->row.name, cmk->row.state);
	return err_hint(err, "kmgr schedule-cmk-deletion %s begins the wait",
	    cmk->row.name);
}

int
cmk_end_plan(struct session *session, const struct cmk_end_request *request,
    struct plan *plan, struct error *err)
{
	struct store *store;
	struct cmk *cmk;
	int rc;

	if (cmk_get(session, request->cmk, &store, &cmk, err) != 0)
		return -1;
	rc = judge(session, store, cmk, err);
	if (rc == 0 && strcmp(cmk->row.state, "deleted") != 0) {
		plan_add(plan, ACTION_SET_STATE, NULL, "sign with its seal "
		    "key that CMK %s is deleted", cmk->row.name);
		if (cmk->policy->seal == SEAL_COMPLIANCE)
			plan_add(plan, ACTION_KEEP_KEY, NULL, "leave its seal "
			    "key in token %s, which does not destroy it",
			    cmk->row.seal_token);
		else
			plan_add(plan, ACTION_DESTROY_KEY, NULL, "destroy its "
			    "seal key in token %s%s", cmk->row.seal_token,
			    cmk->wrap_key_id[0] == '\0' ? "" : ", and its "
			    "wrapping key with all that it wrapped");
	}
	cmk_free(cmk);
	return rc;
}

/* Write down that the keys of the CMK will be destroyed, the seal key last. */
static int
put_intents(struct session *session, struct store *store,
    const struct cmk *cmk, const struct json *payload, struct error *err)
{
	struct key_row *keys;
	size_t i, n;
	int rc = 0;

	if (store_key_list(store, &keys, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		if (strcmp(keys[i].cmk_id, cmk->row.id) == 0 &&
		    strcmp(keys[i].role, "ksk") != 0 &&
		    strcmp(keys[i].id, cmk->row.key_id) != 0)
			rc = intent_put_end(session, INTENT_DELETE_CMK,
			    cmk->row.token, &keys[i], payload, err);
	key_rows_free(keys, n);
	return rc != 0 ? -1 : intent_put_end(session, INTENT_DELETE_CMK,
	    cmk->row.seal_token, &cmk->key, payload, err);
}

/* Inside a transaction: statement, state, event, and what is to go. */
static int
write_end(struct session *session, struct hsm_key *seal_key, void *arg,
    struct error *err)
{
	char *deletion, *signature = NULL;
	uint8_t head[CRYPTO_SHA256_LEN];
	struct json *payload, *event;
	const struct cmk *cmk = arg;
	struct store *store;
	int64_t seq;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    ledger_head(store, &seq, head, err) != 0)
		return -1;
	deletion = ending_of_cmk(cmk, seq, head, session_now(session));
	payload = json_new_object();
	if (signer_attest(seal_key, cmk->public, STATEMENT_DELETION, deletion,
	    &signature, err) != 0)
		goto out;
	json_put_text(payload, "cmk_id", cmk->row.id);
	json_put_text(payload, "deletion", deletion);
	json_put_text(payload, "deletion_signature", signature);
	if (cmk->policy->seal != SEAL_COMPLIANCE && put_intents(session,
	    store, cmk, payload, err) != 0)
		goto out;
	event = json_copy_of(payload);
	if (cmk_life_record(session, cmk, "deleted", 0, event, err) == 0)
		rc = trust_attest(session, cmk->row.id, err);
 out:
	json_free(payload);
	free(deletion);
	free(signature);
	return rc;
}

/* Whatever a run that died has left, and what this one leaves. */
static int
resume(struct session *session, const struct cmk *cmk, struct error *err)
{

	if (recovery_run(session, cmk->row.token, err) != 0)
		return -1;
	return strcmp(cmk->row.token, cmk->row.seal_token) == 0 ? 0 :
	    recovery_run(session, cmk->row.seal_token, err);
}

static int
end_one(struct session *session, struct store *store, struct cmk *cmk,
    struct error *err)
{

	if (judge(session, store, cmk, err) != 0)
		return -1;
	if (ending_record(session, cmk, cmk, write_end, cmk, err) != 0)
		return err_wrap(err, "delete CMK %s", cmk->row.name);
	if (cmk->policy->seal == SEAL_COMPLIANCE)
		session_note(session, "its seal key stays in token %s, which "
		    "does not destroy it", cmk->row.seal_token);
	if (trust_settle(session, cmk, err) == 0 &&
	    resume(session, cmk, err) == 0)
		return 0;
	return err_wrap(err, "CMK %s is deleted, and its keys are still to be "
	    "destroyed", cmk->row.name);
}

int
cmk_end_apply(struct session *session, const struct cmk_end_request *request,
    struct error *err)
{
	struct cmk *cmk = NULL;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (cmk_load(store, request->cmk, &cmk, err) != 0 ||
	    resume(session, cmk, err) != 0)
		goto out;
	if (strcmp(cmk->row.state, "deleted") != 0) {
		rc = end_one(session, store, cmk, err);
	} else {
		session_note(session, "CMK %s is deleted already; nothing to "
		    "do", cmk->row.name);
		/* Where its keys stay, a run that died may owe the token. */
		rc = cmk->policy->seal == SEAL_COMPLIANCE ?
		    cmk_life_settle(session, cmk, err) : 0;
	}
 out:
	session_unlock(session);
	cmk_free(cmk);
	return rc;
}
