/* Signing the ledger's head. */
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/trust_attest.h"
#include "kmgr/engine/trust_judge.h"
#include "kmgr/engine/trust_vouch.h"

/*
 * Inside a transaction, of the CMK as it is there: sign a checkpoint. Whatever
 * others have put behind the last one since the CMK was proved is judged once
 * more: what is signed now is believed for ever. And the last one is looked
 * for there: who signs sets at the same time may have made another since, of
 * events that are no good without it.
 */
static int
append_checkpoint(struct session *session, struct store *store,
    const struct cmk *cmk, struct hsm_key *key, struct error *err)
{
	struct checkpoint last = { 0 };
	int rc;

	if (checkpoint_last(store, cmk, &last, err) != 0)
		return -1;
	rc = trust_judge_again(store, cmk, &last, err);
	checkpoint_clear(&last);
	return rc != 0 ? -1 : checkpoint_append(session, cmk, key, err);
}

/* As the store has it now; of one that was proved. */
static int
attest_take(struct session *session, struct store *store,
    struct cmk *cmk_take, struct error *err)
{
	struct hsm_key *key = NULL;
	int rc = -1;

	if (trust_vouch_stands_in(session, cmk_take))
		rc = trust_vouch_attest(session, cmk_take, err);
	else if (cmk_open_attestor(session, cmk_take, &key, err) == 0)
		rc = append_checkpoint(session, store, cmk_take, key, err);
	hsm_key_free(key);
	cmk_free(cmk_take);
	return rc;
}

static int
check_proved(struct session *session, const char *cmk_id, struct error *err)
{

	return session_is_proved(session, cmk_id) ? 0 : err_set(err,
	    ERR_INTERNAL, "a CMK was not proved before a checkpoint");
}

int
trust_attest(struct session *session, const char *cmk_id, struct error *err)
{
	struct store *store;
	struct cmk *cmk;

	return check_proved(session, cmk_id, err) != 0 ||
	    session_store(session, &store, err) != 0 ||
	    cmk_load(store, cmk_id, &cmk, err) != 0 ? -1 :
	    attest_take(session, store, cmk, err);
}

int
trust_attest_cmk(struct session *session, const struct cmk *known,
    struct error *err)
{
	struct store *store;
	struct cmk *cmk;

	return check_proved(session, known->row.id, err) != 0 ||
	    session_store(session, &store, err) != 0 ||
	    cmk_load_again(store, known, &cmk, err) != 0 ? -1 :
	    attest_take(session, store, cmk, err);
}

static int
load_and_append(struct session *session, struct store *store,
    const struct cmk *known, struct hsm_key *key, struct error *err)
{
	struct cmk *cmk;
	int rc;

	if (cmk_load_again(store, known, &cmk, err) != 0)
		return -1;
	rc = append_checkpoint(session, store, cmk, key, err);
	cmk_free(cmk);
	return rc;
}

int
trust_attest_now(struct session *session, struct store *store,
    const struct cmk *cmk, struct error *err)
{
	struct hsm_key *key = NULL;
	int rc = -1;

	/* A search in the token takes its time; the store is not locked yet. */
	if (cmk_open_attestor(session, cmk, &key, err) != 0)
		return -1;
	if (store_begin(store, err) == 0) {
		if (load_and_append(session, store, cmk, key, err) == 0)
			rc = store_commit(store, err);
		if (rc != 0)
			store_rollback(store);
	}
	hsm_key_free(key);
	return rc;
}
