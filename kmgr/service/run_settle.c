/* What tokens are told of, once a batch. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/service/run_inner.h"

#define LOCK_WAIT_S 30

void
run_owe(struct run_debts *debts, const struct cmk *cmk)
{
	size_t i;

	for (i = 0; i < debts->n; i++)
		if (strcmp(debts->cmks[i], cmk->row.id) == 0)
			return;
	memcpy(mem_push(&debts->cmks, debts->n++, STORE_ID_TEXT),
	    cmk->row.id, STORE_ID_TEXT);
}

static int
settle_one(struct session *session, const char *id, struct error *err)
{
	struct store *store;
	struct cmk *cmk;
	int rc;

	if (session_store(session, &store, err) != 0 ||
	    cmk_load(store, id, &cmk, err) != 0)
		return -1;
	rc = cmk_life_settle(session, cmk, err);
	cmk_free(cmk);
	return rc;
}

int
run_settle(struct session *session, struct run_debts *debts,
    struct error *err)
{
	struct error busy = ERR_INIT;
	size_t i;
	int rc = 0;

	if (debts->n == 0)
		return 0;
	if (session_lock(session, LOCK_WAIT_S, &busy) == 0) {
		for (i = 0; i < debts->n && rc == 0; i++)
			rc = settle_one(session, debts->cmks[i], err);
		session_unlock(session);
	} else {
		session_note(session, "it is done and recorded; what tokens "
		    "are to keep of it follows in the next run (%s)",
		    busy.msg);
	}
	free(debts->cmks);
	*debts = (struct run_debts) { NULL, 0 };
	return rc;
}
