#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/trust_owed.h"

#define BUSY_WAIT_S 5		/* for whoever is at a token */
#define BUSY_NOTE   "it is done and recorded; what tokens are to keep of it "  \
    "follows in the next run"

/* --- what this run owes -------------------------------------------------- */

static struct trust_debt *
find(const struct trust_owed *owed, const struct cmk *cmk)
{
	size_t i;

	for (i = 0; i < owed->n; i++)
		if (strcmp(owed->debts[i].cmk_id, cmk->row.id) == 0)
			return &owed->debts[i];
	return NULL;
}

void
trust_owe(struct trust_owed *owed, const struct cmk *cmk)
{
	struct trust_debt *debt;

	if (find(owed, cmk) != NULL)
		return;
	debt = mem_push(&owed->debts, owed->n++, sizeof(*debt));
	*debt = (struct trust_debt) { .why = ERR_INIT };
	memcpy(debt->cmk_id, cmk->row.id, sizeof(debt->cmk_id));
}

const struct error *
trust_owed_why(const struct trust_owed *owed, const struct cmk *cmk)
{
	const struct trust_debt *debt = find(owed, cmk);

	return debt == NULL || debt->why.class == ERR_NONE ? NULL :
	    &debt->why;
}

int
trust_owed_attest(struct session *session, const struct trust_owed *owed,
    struct error *err)
{
	size_t i;

	for (i = 0; i < owed->n; i++)
		if (trust_attest(session, owed->debts[i].cmk_id, err) != 0)
			return -1;
	return 0;
}

static int
tell(struct session *session, const char *id, struct error *err)
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

static bool
has_noted(struct session *session)
{

	return strstr(buf_text(session_notes(session)), BUSY_NOTE) != NULL;
}

/* It is recorded whatever the token was told: that is made up. */
static int
note_busy(struct session *session, struct trust_owed *owed,
    const struct error *busy, struct error *err)
{
	size_t i;

	if (busy->class == ERR_STORE) {
		if (!has_noted(session))
			session_note(session, BUSY_NOTE " (%s)", busy->msg);
		return 0;
	}
	for (i = 0; i < owed->n; i++)
		owed->debts[i].why = *busy;
	*err = *busy;
	return -1;
}

/* Each of them; who cannot be told is owed still. */
static int
tell_all(struct session *session, struct trust_owed *owed, struct error *err)
{
	struct trust_debt debt;
	size_t i, n = 0;

	for (i = 0; i < owed->n; i++) {
		debt = owed->debts[i];
		err_clear(&debt.why);
		if (tell(session, debt.cmk_id, &debt.why) != 0)
			owed->debts[n++] = debt;
	}
	owed->n = n;
	if (n > 0)
		*err = owed->debts[0].why;
	return n == 0 ? 0 : -1;
}

static int
tell_locked(struct session *session, struct trust_owed *owed, int64_t wait_s,
    struct error *err)
{
	struct error busy = ERR_INIT;
	int rc;

	if (owed->n == 0)
		return 0;
	if (session_lock(session, wait_s, &busy) == 0) {
		rc = tell_all(session, owed, err);
		session_unlock(session);
	} else {
		rc = note_busy(session, owed, &busy, err);
	}
	owed->told_ms = when_elapsed_ms();
	return rc;
}

int64_t
trust_owed_wait_ms(const struct trust_owed *owed)
{
	const int64_t left_ms = owed->told_ms + TRUST_TELL_S * 1000 -
	    when_elapsed_ms();

	if (owed->n == 0)
		return INT64_MAX;
	return owed->told_ms == 0 || left_ms < 0 ? 0 : left_ms;
}

int
trust_owed_tell_some(struct session *session, struct trust_owed *owed,
    struct error *err)
{

	return trust_owed_wait_ms(owed) > 0 ? 0 : tell_locked(session, owed,
	    has_noted(session) ? 0 : BUSY_WAIT_S, err);
}

int
trust_owed_tell(struct session *session, struct trust_owed *owed,
    struct error *err)
{

	return tell_locked(session, owed, BUSY_WAIT_S, err);
}

int
trust_owed_end(struct session *session, struct trust_owed *owed, int rc,
    struct error *err)
{
	struct error ignored = ERR_INIT;

	if (trust_owed_tell(session, owed, rc == 0 ? err : &ignored) != 0)
		rc = -1;
	free(owed->debts);
	*owed = (struct trust_owed) { NULL, 0, 0 };
	return rc;
}

/* --- what runs that died owed -------------------------------------------- */

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
    const char *token, struct error *err)
{
	struct cmk *cmk;
	bool is_wanted;
	int rc = 0;

	if (cmk_load(store, id, &cmk, err) != 0)
		return -1;
	is_wanted = token == NULL || strcmp(cmk->row.token, token) == 0;
	if (is_wanted)
		rc = trust_prove(session, cmk, err);
	if (is_wanted && rc == 0)
		rc = make_sure(session, cmk, err);
	cmk_free(cmk);
	return rc;
}

int
trust_owed_settle(struct session *session, const char *token,
    struct error *err)
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
		if (settle(session, store, owed[i].id, token, &failed) != 0)
			session_note(session, "a token may be behind the "
			    "ledger: %s", failed.msg);
	}
	free(owed);
	return 0;
}
