#include <stdlib.h>

#include "kmgr/engine/trust.h"
#include "kmgr/engine/trust_owed.h"

int
trust_owed_note(struct session *session, const struct cmk *cmk,
    const struct checkpoint *last, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	/* The checkpoint is the event behind the one that it names last. */
	if (store_cmk_settle(store, cmk->row.id, last->seq + 1, err) == 0 &&
	    store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

/*
 * A token that has all, but of which nobody noted it, owes only the note: a run
 * that died between the two, or a store made anew from its ledger. Whoever
 * holds the lock writes it too.
 */
static int
make_sure(struct session *session, const struct cmk *cmk, struct error *err)
{
	struct error busy = ERR_INIT;
	int rc;

	if (session_lock(session, 0, &busy) != 0)
		return 0;
	rc = trust_settle(session, cmk, err);
	session_unlock(session);
	return rc;
}

static int
settle(struct session *session, struct store *store, const char *id,
    struct error *err)
{
	struct cmk *cmk;
	int rc;

	if (cmk_load(store, id, &cmk, err) != 0)
		return -1;
	rc = trust_prove(session, cmk, err);
	if (rc == 0)
		rc = make_sure(session, cmk, err);
	cmk_free(cmk);
	return rc;
}

int
trust_owed_settle(struct session *session, struct error *err)
{
	struct cmk_id *owed = NULL;
	struct store *store;
	struct error failed;
	size_t i, n = 0;

	if (session_store(session, &store, err) != 0 ||
	    store_cmk_unsettled(store, &owed, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		failed = (struct error)ERR_INIT;
		if (settle(session, store, owed[i].id, &failed) != 0)
			session_note(session, "a token may be behind the "
			    "ledger: %s", failed.msg);
	}
	free(owed);
	return 0;
}
