/* The signature of an approver. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/approval_inner.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/event.h"

/* Inside a transaction: the signature with its event. */
static int
record(struct session *session, struct store *store,
    const struct plan_row *plan, const struct approval_row *row,
    struct error *err)
{
	struct json *event;
	int rc;

	if (store_approval_put(store, row, err) != 0)
		return -1;
	event = json_new_object();
	json_put_text(event, "cmk_id", plan->cmk_id);
	json_put_text(event, "plan_hash", plan->hash);
	json_put_text(event, "op", plan->op);
	json_put_text(event, "who", row->who);
	json_put_text(event, "fingerprint", row->fingerprint);
	json_put_text(event, "signature", row->signature);
	rc = event_append(session, "approval", event, err);
	json_free(event);
	return rc;
}

/* Another key gives a person no second voice. */
static int
check_new_voice(struct store *store, const struct approvers *approvers,
    const struct plan_row *plan, const struct ssh_signer *signer,
    struct error *err)
{
	struct approvers_voices voices;
	int rc = 0;

	if (approvers_count(store, approvers, plan, &voices, err) != 0)
		return -1;
	if (approvers_voices_has(&voices, signer))
		rc = err_set(err, ERR_INPUT, "%s (%s) has approved plan "
		    "%.16s already", signer->who, signer->fingerprint,
		    plan->hash);
	approvers_voices_clear(&voices);
	return rc;
}

/* Whose signature it is, and that it is one more. Owner: ssh_signer_clear(). */
static int
verify(struct session *session, struct store *store,
    const struct approval_status *status, const char *signature,
    struct ssh_signer *signer, struct error *err)
{
	struct approvers approvers = { 0 };
	struct cmk *cmk = NULL;
	int rc = -1;

	if (cmk_load(store, status->row.cmk_id, &cmk, err) == 0 &&
	    approvers_load(store, cmk, &approvers, err) == 0 &&
	    approvers_verify(&approvers, status->row.text, signature,
	    session_now(session), signer, err) == 0)
		rc = check_new_voice(store, &approvers, &status->row, signer,
		    err);
	approvers_clear(&approvers);
	cmk_free(cmk);
	return rc;
}

/* Verify signature and keep it. */
static int
give(struct session *session, struct store *store,
    const struct approval_status *status, const char *signature,
    struct error *err)
{
	struct approval_row row = { .at = session_now(session) };
	struct ssh_signer signer = { 0 };
	int rc = -1;

	memcpy(row.plan_hash, status->row.hash, sizeof(row.plan_hash));
	if (verify(session, store, status, signature, &signer, err) != 0 ||
	    store_begin(store, err) != 0)
		goto out;
	row.who = signer.who;
	row.fingerprint = signer.fingerprint;
	row.signature = mem_strdup(signature);
	if (record(session, store, &status->row, &row, err) == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
 out:
	ssh_signer_clear(&signer);
	free(row.signature);
	return rc;
}

int
approval_give(struct session *session, const char *hash,
    const char *signature, struct approval_status *out, struct error *err)
{
	struct store *store;
	int rc = -1;

	*out = (struct approval_status) { 0 };
	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (session_store(session, &store, err) == 0 &&
	    approval_find(session, hash, out, err) == 0 &&
	    approval_take(session, store, out, err) == 0 &&
	    give(session, store, out, signature, err) == 0) {
		/* Who signed, and what that is worth, is another now. */
		approval_status_clear(out);
		rc = approval_find(session, hash, out, err);
	}
	session_unlock(session);
	if (rc != 0)
		approval_status_clear(out);
	return rc;
}

int
approval_give_plan(struct session *session, const char *hash,
    const char *signature, struct plan *plan, struct error *err)
{
	struct approval_status status = { 0 };
	struct ssh_signer signer = { 0 };
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) == 0 &&
	    approval_find(session, hash, &status, err) == 0 &&
	    approval_check_waiting(session, store, &status, err) == 0 &&
	    verify(session, store, &status, signature, &signer, err) == 0) {
		status.n_valid++;
		plan_add(plan, ACTION_APPROVE, NULL, "record that %s (%s) "
		    "approves plan %.16s, for %s: %zu of %zu approvers",
		    signer.who, signer.fingerprint, status.row.hash,
		    status.row.op, status.n_valid, status.n_needed);
		rc = status.n_valid < status.n_needed ? 0 :
		    approval_look(session, &status, plan, err);
	}
	ssh_signer_clear(&signer);
	approval_status_clear(&status);
	return rc;
}
