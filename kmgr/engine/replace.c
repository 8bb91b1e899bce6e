#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/cmk.h"
#include "kmgr/engine/history.h"
#include "kmgr/engine/ratchet.h"
#include "kmgr/engine/replace.h"
#include "kmgr/engine/trust.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_replace.h"

static const char *
url_of(const struct session *session)
{

	return session_config(session)->store;
}

/* Do it with each CMK that is not deleted. */
static int
each_cmk(struct session *session, int (*each)(struct session *,
    const struct cmk *, struct error *), struct error *err)
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
		if (strcmp(rows[i].state, "deleted") == 0)
			continue;
		if ((rc = cmk_load(store, rows[i].id, &cmk, err)) != 0)
			break;
		rc = each(session, cmk, err);
		cmk_free(cmk);
	}
	cmk_rows_free(rows, n);
	return rc;
}

static int
check_strangers(struct session *session, const struct cmk *cmk,
    struct error *err)
{

	return ratchet_check_strangers(session, cmk->row.token, err);
}

int
replace_prove(struct session *session, struct error *err)
{

	return each_cmk(session, trust_prove, err);
}

int
replace_prove_whole(struct session *session, struct error *err)
{

	if (replace_prove(session, err) != 0)
		return -1;
	return each_cmk(session, check_strangers, err);
}

int
replace_try(struct session *session, struct error *err)
{

	return each_cmk(session, replace_try_wrapped, err);
}

/* What err says is wrong with the store, or that it could not be judged. */
static int
is_wrong(struct replace_view *view, enum replace_state state,
    struct error *err)
{

	if (err->class != ERR_INTEGRITY && !store_is_damage(err))
		return -1;
	view->state = state;
	memcpy(view->why, err->msg, sizeof(view->why));
	err_clear(err);
	return 0;
}

static int
look(struct session *session, struct store *store, struct replace_view *view,
    struct error *err)
{

	if (ledger_head(store, &view->seq, view->head, err) != 0 ||
	    history_check(store, err) != 0)
		return is_wrong(view, REPLACE_DAMAGED, err);
	return replace_prove_whole(session, err) == 0 ? 0 :
	    is_wrong(view, REPLACE_BEHIND, err);
}

int
replace_look(struct session *session, struct replace_view *out,
    struct error *err)
{
	struct store *store;
	int rc;

	*out = (struct replace_view) { .state = REPLACE_NONE };
	if (!store_is_there(url_of(session)))
		return 0;
	out->state = REPLACE_SOUND;
	if (session_store(session, &store, err) != 0)
		return is_wrong(out, REPLACE_DAMAGED, err);
	session_set_trial(session, true);
	rc = look(session, store, out, err);
	session_set_trial(session, false);
	session_take_store(session, NULL);
	return rc;
}

int
replace_begin(struct session *session, const char *path, struct error *err)
{
	struct store *staged;

	if (store_stage(url_of(session), path, &staged, err) != 0)
		return -1;
	session_take_store(session, staged);
	session_set_trial(session, true);
	if (session_lock(session, SESSION_LOCK_WAIT_S, err) == 0)
		return 0;
	replace_abort(session);
	return -1;
}

void
replace_abort(struct session *session)
{

	session_set_trial(session, false);
	store_stage_discard(session_give_store(session));
}

int
replace_commit(struct session *session, const struct replace_view *old,
    struct error *err)
{
	const int64_t last_seq = old->state == REPLACE_NONE ||
	    old->state == REPLACE_DAMAGED ? -1 : old->seq;
	char *kept = NULL;
	int rc;

	session_set_trial(session, false);
	if (store_install(session_give_store(session), url_of(session),
	    last_seq, session_now(session), &kept, err) != 0)
		return -1;
	if (kept != NULL)
		session_note(session, "the old store is kept as %s", kept);
	free(kept);
	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = each_cmk(session, trust_settle, err);
	session_unlock(session);
	return rc;
}
