#include <string.h>

#include "hsm/wreck.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/challenge.h"
#include "kmgr/engine/clock.h"
#include "kmgr/engine/ratchet.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/trust_attest.h"
#include "kmgr/engine/trust_judge.h"
#include "kmgr/engine/trust_owed.h"
#include "kmgr/engine/trust_vouch.h"
#include "kmgr/engine/witness.h"

static void
tell_witnesses(struct session *session, const struct cmk *cmk,
    const struct checkpoint *checkpoint)
{
	struct witness_head head = { .seq = checkpoint->seq,
		.cmk_id = cmk->row.id, .cmk_name = cmk->row.name,
		.at = checkpoint->at, .statement = checkpoint->statement,
		.signature = checkpoint->signature };

	memcpy(head.hash, checkpoint->head, sizeof(head.hash));
	(void)witness_tell(session, &head);	/* it notes who is away */
}

static bool
has_record(const struct evidence *evidence, const struct checkpoint *wanted)
{
	size_t i;

	for (i = 0; i < evidence->n_records; i++)
		if (strcmp(evidence->records[i].statement,
		    wanted->statement) == 0 &&
		    strcmp(evidence->records[i].signature,
		    wanted->signature) == 0)
			return true;
	return false;
}

/*
 * Bring the token up to the store. The witnesses come first: a token that has
 * the record says that they were told, and a run that dies in between tells
 * them once more and never not at all.
 */
static int
settle_token(struct session *session, const struct cmk *cmk,
    const struct checkpoint *last, struct error *err)
{
	struct evidence evidence;
	struct hsm_token *token;
	int rc = 0;

	if (session_token(session, cmk->row.token, &token, err) != 0 ||
	    evidence_read(token, cmk, &evidence, err) != 0)
		return -1;
	if (!has_record(&evidence, last)) {
		tell_witnesses(session, cmk, last);
		rc = ratchet_put(session, token, cmk->row.id, last, err);
	}
	if (rc == 0 && cmk_is_sealed(cmk) && evidence.n_seals == 0)
		rc = sealed_put(session, token, cmk, err);
	evidence_clear(&evidence);
	return rc == 0 ? trust_owed_note(session, cmk, last, err) : -1;
}

/* What the store says happened since, or time itself, wants to be signed. */
static int
is_due_now(struct session *session, struct store *store,
    const struct cmk *cmk, const struct checkpoint *last, bool *is_due,
    struct error *err)
{

	if (checkpoint_is_due(store, cmk->row.id, last, is_due, err) != 0)
		return -1;
	*is_due = *is_due || clock_is_stale(cmk->policy, last->at,
	    session_now(session));
	return 0;
}

/* As trust_settle(), of a CMK as the store has it now and that is proved. */
static int
settle(struct session *session, struct store *store, const struct cmk *cmk,
    struct error *err)
{
	struct checkpoint last;
	bool is_due;
	int rc;

	if (checkpoint_last(store, cmk, &last, err) != 0)
		return -1;
	rc = is_due_now(session, store, cmk, &last, &is_due, err);
	if (rc == 0 && is_due) {
		rc = trust_attest_now(session, store, cmk, err);
		checkpoint_clear(&last);
		if (rc != 0 || checkpoint_last(store, cmk, &last, err) != 0)
			return -1;
	}
	if (rc == 0)
		rc = settle_token(session, cmk, &last, err);
	checkpoint_clear(&last);
	return rc;
}

/* What is owed a token. */
enum debt {
	DEBT_NONE,
	DEBT_TIME,	/* the last checkpoint is old */
	DEBT_RUN	/* a run that died has left something */
};

static int
clear_up(struct session *session, const struct cmk *cmk, struct error *err)
{
	struct hsm_wrecks wrecks;
	struct hsm_token *token;

	return session_token(session, cmk->row.token, &token, err) != 0 ? -1 :
	    hsm_wreck_destroy(token, &wrecks, err);
}

/*
 * Do what the token is owed. Whoever holds the lock does it too, so nobody
 * waits for it; and what fails now is owed to the next run.
 */
static int
make_up(struct session *session, const struct cmk *cmk, enum debt debt,
    struct error *err)
{
	struct error failed = ERR_INIT;
	struct store *store;

	if (session_lock(session, 0, &failed) != 0)
		return 0;
	if (session_store(session, &store, &failed) == 0 &&
	    (debt != DEBT_RUN || clear_up(session, cmk, &failed) == 0) &&
	    settle(session, store, cmk, &failed) == 0 && debt == DEBT_RUN)
		session_note(session, "brought token %s up to the ledger, "
		    "which another run had not yet", cmk->row.token);
	session_unlock(session);
	if (failed.class == ERR_INTEGRITY) {
		*err = failed;
		return -1;
	}
	if (failed.class != ERR_NONE)
		session_note(session, "token %s is still behind the ledger: "
		    "%s; the next run tries again", cmk->row.token,
		    failed.msg);
	return 0;
}

/*
 * The token is read before the store, and the store in a snapshot that begins
 * after that: who makes keys at the same time commits to the store before the
 * token is told, so whatever the token tells here, the store has. With a
 * snapshot from before it would look like a rollback; store_snapshot() fails
 * where one is open already.
 */
static int
judge(struct session *session, const struct cmk *cmk, bool *owes,
    int64_t *signed_at, struct error *err)
{
	struct evidence evidence = { 0 };
	struct hsm_token *token;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    session_token(session, cmk->row.token, &token, err) != 0 ||
	    evidence_read(token, cmk, &evidence, err) != 0)
		return -1;
	if (store_snapshot(store, err) == 0) {
		rc = trust_judge(store, cmk, &evidence, owes, signed_at,
		    err);
		store_release(store);
	}
	evidence_clear(&evidence);
	return rc;
}

/* As trust_prove(), without making up for anything. */
static int
prove(struct session *session, const struct cmk *cmk, enum debt *debt,
    struct error *err)
{
	bool jumps = false, owes = false;
	int64_t signed_at = 0;

	*debt = DEBT_NONE;
	if (session_is_proved(session, cmk->row.id))
		return 0;
	if (trust_vouch_prove(session, cmk, err) != 0)
		return -1;
	if (trust_vouch_stands_in(session, cmk))
		return trust_prove_retired(session, cmk, err);
	/* The clock last: an old store is to be called old, and not late. */
	if (trust_check_pins(session, cmk, err) != 0 ||
	    challenge_run(session, cmk, err) != 0 ||
	    judge(session, cmk, &owes, &signed_at, err) != 0 ||
	    clock_check(session, cmk->policy, signed_at, &jumps,
	    err) != 0 ||
	    (jumps && clock_record_jump(session, err) != 0))
		return err_wrap(err, "prove CMK %s", cmk->row.name);
	if (owes)
		*debt = DEBT_RUN;
	else if (clock_is_stale(cmk->policy, signed_at,
	    session_now(session)))
		*debt = DEBT_TIME;
	session_set_proved(session, cmk->row.id);
	return 0;
}

int
trust_prove(struct session *session, const struct cmk *cmk, struct error *err)
{
	enum debt debt;

	if (prove(session, cmk, &debt, err) != 0)
		return -1;
	/* A store that is tried out owes nothing. */
	if (debt == DEBT_NONE || session_is_trial(session) ||
	    make_up(session, cmk, debt, err) == 0)
		return 0;
	/* What was not whole when it was looked at again is not believed. */
	session_unset_proved(session, cmk->row.id);
	return -1;
}

int
trust_settle(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	struct store *store;
	enum debt debt;
	struct cmk *fresh;
	int rc = -1;

	/*
	 * What the caller has may be older than its own transaction, or tell
	 * of one that came to nothing. And the head of a store that is not
	 * believed is not signed.
	 */
	if (session_store(session, &store, err) != 0 ||
	    cmk_load_again(store, cmk, &fresh, err) != 0)
		return -1;
	if (prove(session, fresh, &debt, err) == 0)
		rc = trust_vouch_stands_in(session, fresh) ?
		    trust_vouch_settle(session, fresh, err) :
		    settle(session, store, fresh, err);
	cmk_free(fresh);
	return rc == 0 ? 0 : err_wrap(err, "checkpoint of CMK %s",
	    cmk->row.name);
}

/* What of one CMK is in the token called name. */
static int
prove_in(struct session *session, const struct cmk *cmk, const char *name,
    struct error *err)
{
	struct hsm_key *key;

	if (strcmp(cmk->row.token, name) == 0)
		return trust_prove(session, cmk, err);
	if (cmk_open_seal_key(session, cmk, &key, err) != 0)
		return -1;
	hsm_key_free(key);
	return 0;
}

static int
settle_in(struct session *session, const struct cmk *cmk, const char *name,
    struct error *err)
{

	(void)name;
	return trust_settle(session, cmk, err);
}

/* Do it with each CMK that has a key in the token called name. */
static int
each_in(struct session *session, const char *name,
    int (*each)(struct session *, const struct cmk *, const char *,
    struct error *), struct error *err)
{
	struct cmk_row *rows;
	struct store *store;
	struct cmk *cmk;
	size_t i, n;
	int rc = 0;

	if (session_store(session, &store, err) != 0 ||
	    store_cmk_list(store, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++) {
		if (strcmp(rows[i].state, "deleted") == 0 ||
		    (strcmp(rows[i].token, name) != 0 &&
		    strcmp(rows[i].seal_token, name) != 0))
			continue;
		rc = cmk_load(store, rows[i].id, &cmk, err);
		if (rc != 0)
			break;
		rc = each(session, cmk, name, err);
		cmk_free(cmk);
	}
	cmk_rows_free(rows, n);
	return rc;
}

int
trust_prove_token(struct session *session, const char *name,
    struct error *err)
{

	return each_in(session, name, prove_in, err);
}

int
trust_settle_token(struct session *session, const char *name,
    struct error *err)
{

	return each_in(session, name, settle_in, err);
}
