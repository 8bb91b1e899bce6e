#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/history.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ending.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/intent.h"
#include "kmgr/engine/ksk_end.h"
#include "kmgr/engine/ksk_end_check.h"
#include "kmgr/engine/ksk_lost.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/recovery.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/statement.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/vouch.h"
#include "kmgr/store/ledger.h"

/* A KSK that is to end, among all of its zone. */
struct end {
	struct cmk_cache	 cache;
	struct zone_life	*zone;
	size_t			 i;		/* the one */
	enum ksk_fate		 fate;
	struct cmk		*by;		/* whose seal key signs that */
};

static void
end_clear(struct end *end)
{

	zone_life_free(end->zone);
	cmk_cache_clear(&end->cache);
}

static const struct ksk *
the_ksk(const struct end *end)
{

	return &end->zone->ksks[end->i];
}

static int
check(struct session *session, struct store *store, struct end *end,
    struct error *err)
{
	const struct ksk *ksk = the_ksk(end);
	int64_t horizon_at;

	if (ksk_end_horizon(store, ksk, &horizon_at, err) != 0 ||
	    ksk_end_fate(store, ksk->cmk, &ksk->row, &end->fate, err) != 0 ||
	    ksk_lost_signer(session, &end->cache, ksk->cmk, &end->by,
	    err) != 0)
		return -1;
	if (end->by != ksk->cmk)
		end->fate = KSK_FATE_LOST;
	if (ksk_end_check(end->zone, end->i, horizon_at,
	    session_now(session), err) == 0)
		return 0;
	return err_wrap(err, "KSK %s/%u cannot be deleted%s", ksk->row.zone,
	    ksk->row.key_tag, err->class == ERR_NOT_YET ? " yet" : "");
}

/* Load the zone of the KSK that text names, and judge whether it may go. */
static int
prepare(struct session *session, struct store *store, const char *text,
    struct end *end, struct error *err)
{
	struct ksk *ksk = NULL;
	int rc = -1;

	/* What the rows say of its use decides whether a key is destroyed. */
	if (history_check(store, err) != 0 ||
	    ksk_find(store, &end->cache, text, &ksk, err) != 0 ||
	    zone_life_load(session, &end->cache, &ksk->zone, &end->zone,
	    err) != 0)
		goto out;
	end->i = zone_life_find(end->zone, ksk->row.id);
	if (end->i >= end->zone->n_ksks)
		(void)err_set(err, ERR_INTEGRITY, "KSK %s is in no zone",
		    ksk->row.id);
	else
		rc = check(session, store, end, err);
 out:
	ksk_list_free(ksk, ksk == NULL ? 0 : 1);
	return rc;
}

static void
plan_end(const struct end *end, struct plan *plan)
{
	const struct ksk *ksk = the_ksk(end);
	const char *token = ksk->cmk->row.token;

	plan_add(plan, ACTION_RETIRE_KSK, &ksk->zone, "sign with the seal key "
	    "of CMK %s that KSK %s/%u is removed", end->by->row.name,
	    ksk->row.zone, ksk->row.key_tag);
	if (end->fate == KSK_FATE_DESTROYED)
		plan_add(plan, ACTION_DESTROY_KEY, &ksk->zone, "destroy its "
		    "key pair in token %s", token);
	else if (end->fate == KSK_FATE_LOST)
		plan_add(plan, ACTION_KEEP_KEY, &ksk->zone, "record that "
		    ENDING_LOST, token);
	else if (end->fate == KSK_FATE_WRAPPED)
		plan_add(plan, ACTION_KEEP_KEY, &ksk->zone, "leave its wrapped "
		    "key: that it has ended is not provable until its "
		    "wrapping key in token %s is destroyed", token);
	else
		plan_add(plan, ACTION_KEEP_KEY, &ksk->zone, "leave its key "
		    "pair in token %s: %s", token,
		    end->fate == KSK_FATE_SHARED ? "other zones use it" :
		    "seal: compliance lets nothing be destroyed");
}

/*
 * The CMK of the KSK that text names. Where that is removed already, as the
 * seal key said, its record is in removed, else removed has no id.
 */
static int
locate(struct store *store, struct cmk_cache *cache, const char *text,
    struct ksk_row *removed, struct cmk **cmk, struct error *err)
{
	struct error none = ERR_INIT;
	struct ksk *ksk = NULL;
	bool found = false;

	if (ksk_find(store, cache, text, &ksk, &none) == 0) {
		*cmk = ksk->cmk;
		ksk_list_free(ksk, 1);
		return 0;
	}
	if (none.class == ERR_INPUT && ksk_find_removed(store, text, removed,
	    &found, err) != 0)
		return -1;
	if (!found) {
		*err = none;
		return -1;
	}
	return cmk_cache_get(cache, store, removed->cmk_id, cmk, err) != 0 ?
	    -1 : ending_check_ksk(store, *cmk, removed, err);
}

int
ksk_end_plan(struct session *session, const struct ksk_end_request *request,
    struct plan *plan, struct error *err)
{
	struct ksk_row removed = { 0 };
	struct end end = { 0 };
	struct store *store;
	struct cmk *cmk;
	int rc = -1;

	if (session_store(session, &store, err) != 0 || locate(store,
	    &end.cache, request->ksk, &removed, &cmk, err) != 0)
		goto out;
	if (removed.id[0] == '\0') {
		if (prepare(session, store, request->ksk, &end, err) != 0)
			goto out;
		plan_end(&end, plan);
	}
	rc = 0;
 out:
	ksk_row_clear(&removed);
	end_clear(&end);
	return rc;
}

/* What the row is to be, and the statement for it, as an event. */
static struct json *
event_of(const struct ksk *ksk, enum ksk_fate fate)
{
	static const char *const fates[] = {
		[KSK_FATE_DESTROYED] = "destroyed",
		[KSK_FATE_SHARED] = "shared",
		[KSK_FATE_WRAPPED] = "wrapped",
		[KSK_FATE_COMPLIANCE] = "compliance",
	};
	struct json *event = json_new_object();
	const struct ksk_row *row = &ksk->row;
	char *pair = fate == KSK_FATE_LOST ? mem_printf(ENDING_LOST,
	    ksk->cmk->row.token) : mem_strdup(fates[fate]);

	json_put_text(event, "cmk_id", row->cmk_id);
	json_put_text(event, "ksk_id", row->id);
	json_put_text(event, "key_id", row->key_id);
	json_put_text(event, "zone", row->zone);
	json_put_int(event, "key_tag", row->key_tag);
	json_put_text(event, "from", row->state);
	json_put_text(event, "key_pair", pair);
	json_put_text(event, "retirement", row->retirement);
	json_put_text(event, "retirement_signature",
	    row->retirement_signature);
	free(pair);
	return event;
}

static int
put_intent(struct session *session, struct store *store,
    const struct ksk *ksk, struct error *err)
{
	struct key_row key = { 0 };
	struct json *payload;
	bool found = false;
	int rc;

	if (store_key_find(store, ksk->row.key_id, &key, &found, err) != 0)
		return -1;
	if (!found)
		return err_set(err, ERR_INTEGRITY,
		    "the store has lost the record of its key pair");
	payload = json_new_object();
	json_put_text(payload, "cmk_id", ksk->row.cmk_id);
	json_put_text(payload, "ksk_id", ksk->row.id);
	rc = intent_put_end(session, INTENT_DELETE_KSK, ksk->cmk->row.token,
	    &key, payload, err);
	json_free(payload);
	key_row_clear(&key);
	return rc;
}

/* Its own seal key has signed the retirement; another's word is attested. */
static int
tell(struct session *session, const struct ksk *ksk, enum ksk_fate fate,
    struct error *err)
{
	struct json *event = event_of(ksk, fate);
	int rc = -1;

	if (vouch_put(session, ksk->row.cmk_id, "delete-ksk", event,
	    err) == 0 && event_append(session, "delete-ksk", event,
	    err) == 0)
		rc = fate == KSK_FATE_LOST ? trust_attest(session,
		    ksk->row.cmk_id, err) : 0;
	json_free(event);
	return rc;
}

/* Inside a transaction: retirement, event, and what is to be destroyed. */
static int
write_end(struct session *session, struct hsm_key *seal_key, void *arg,
    struct error *err)
{
	struct end *end = arg;
	struct ksk *ksk = &end->zone->ksks[end->i];
	const struct ending_loss loss = { ksk->cmk->row.token,
		end->by->row.id };
	uint8_t head[CRYPTO_SHA256_LEN];
	struct store *store;
	int64_t seq;

	if (session_store(session, &store, err) != 0 ||
	    zone_life_check_same(session, end->zone, err) != 0 ||
	    ledger_head(store, &seq, head, err) != 0)
		return -1;
	ksk->row.retirement = ending_of_ksk(&ksk->row,
	    end->fate == KSK_FATE_LOST ? &loss : NULL, seq, head,
	    session_now(session));
	if (ksr_record_supersede(session, ksk->row.zone, ksk->row.id,
	    KSR_DELETED, err) != 0 ||
	    signer_attest(seal_key, end->by->public, STATEMENT_RETIREMENT,
	    ksk->row.retirement, &ksk->row.retirement_signature, err) != 0 ||
	    store_ksk_retire(store, &ksk->row, err) != 0 ||
	    (end->fate == KSK_FATE_DESTROYED &&
	    put_intent(session, store, ksk, err) != 0))
		return -1;
	return tell(session, ksk, end->fate, err);
}

static int
demand(const struct ksk_end_request *request, const struct end *end,
    struct error *err)
{
	struct plan plan = PLAN_INIT;
	int rc;

	plan_end(end, &plan);
	rc = approval_demand(the_ksk(end)->cmk, &(struct approval_subject) {
	    KSK_END_OP, request->arguments, &plan }, request->approval, err);
	plan_clear(&plan);
	return rc;
}

/* Judge, record, destroy. It is recording that deletes: the rest may wait. */
static int
end_one(struct session *session, struct store *store,
    const struct ksk_end_request *request, struct end *end, struct error *err)
{
	const struct cmk *cmk;

	if (prepare(session, store, request->ksk, end, err) != 0 ||
	    demand(request, end, err) != 0)
		return -1;
	cmk = the_ksk(end)->cmk;
	if (ending_record(session, cmk, end->by, write_end, end, err) != 0)
		return err_wrap(err, "delete KSK %s/%u",
		    the_ksk(end)->row.zone, the_ksk(end)->row.key_tag);
	if (end->fate == KSK_FATE_DESTROYED &&
	    recovery_run(session, cmk->row.token, err) != 0)
		return err_wrap(err, "KSK %s/%u is deleted, and its key pair "
		    "still to be destroyed", the_ksk(end)->row.zone,
		    the_ksk(end)->row.key_tag);
	return cmk_life_settle(session, cmk, err);
}

/* With the lock held: resume, end, and tell what became of it. */
static int
run_locked(struct session *session, struct store *store,
    const struct ksk_end_request *request, struct end *end,
    struct ksk_row *out, struct error *err)
{
	struct cmk *cmk, *by;

	if (locate(store, &end->cache, request->ksk, out, &cmk, err) != 0 ||
	    ksk_lost_signer(session, &end->cache, cmk, &by, err) != 0 ||
	    /* In a token that is lost nobody finishes anything. */
	    (by == cmk && recovery_run(session, cmk->row.token, err) != 0))
		return -1;
	if (out->id[0] != '\0') {
		session_note(session, "KSK %s/%u is removed already; nothing "
		    "to do", out->zone, out->key_tag);
		if (ksk_end_fate(store, cmk, out, &end->fate, err) != 0)
			return -1;
		/* A run that died may owe the token what happened. */
		return strcmp(cmk->row.state, "deleted") == 0 ? 0 :
		    cmk_life_settle(session, cmk, err);
	}
	if (end_one(session, store, request, end, err) != 0)
		return -1;
	*out = the_ksk(end)->row;
	end->zone->ksks[end->i].row = (struct ksk_row) { 0 };
	return 0;
}

int
ksk_end_apply(struct session *session, const struct ksk_end_request *request,
    struct ksk_row *out, enum ksk_fate *fate, struct error *err)
{
	struct end end = { 0 };
	struct store *store;
	int rc;

	*out = (struct ksk_row) { 0 };
	if (session_store(session, &store, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = run_locked(session, store, request, &end, out, err);
	*fate = end.fate;
	session_unlock(session);
	end_clear(&end);
	if (rc != 0)
		ksk_row_clear(out);
	return rc;
}
