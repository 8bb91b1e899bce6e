#include <string.h>

#include "hsm/info.h"
#include "hsm/login.h"
#include "hsm/run.h"
#include "hsm/start.h"

/* How often each kind of mending is tried for one piece of work. */
static const unsigned int mend_limit[] = {
	[CKR_MEND_NONE] = 0,
	[CKR_MEND_SESSION] = 2,
	[CKR_MEND_LOGIN] = 1,
	[CKR_MEND_HANDLE] = 1,
	[CKR_MEND_START] = 2,
	[CKR_MEND_DEVICE] = 2,
};

#define N_MENDS (sizeof(mend_limit) / sizeof(mend_limit[0]))

static enum ckr_mend
mend_of(const struct error *err)
{

	return err->class == ERR_TOKEN ? ckr_mend(err->code) : CKR_MEND_NONE;
}

struct attempt {
	unsigned long	epoch;		/* in which opening it was made */
	unsigned long	n_reopened;	/* how often that was tried before */
	bool		is_first;
	bool		has_begun;	/* work() was called */
};

/*
 * Where the module was started anew, by somebody in this process of whom we do
 * not know, the number of an idle session may be that of another one's now.
 */
static int
check_place(struct hsm_token *token, ck_session_handle_t session,
    struct error *err)
{

	if (session_is_of(&token->module, session, token->slot))
		return 0;
	session_pool_forget(&token->pool, token->pool.limit);
	return ckr_set(err, "C_GetSessionInfo", CKR_SESSION_HANDLE_INVALID);
}

/*
 * A search in a session without login finds public objects only, and says so
 * to nobody: so new sessions, and all after a failure, are looked at first.
 */
static int
take(struct hsm_token *token, const struct run *run,
    const struct attempt *attempt, ck_session_handle_t *session,
    struct error *err)
{
	bool is_new = false;

	if (token->module.list == NULL || token->module.is_stale)
		return ckr_set(err, "C_OpenSession",
		    CKR_CRYPTOKI_NOT_INITIALIZED);
	if (session_take(&token->pool, &token->module, token->slot, session,
	    &is_new, err) != 0)
		return -1;
	if (!is_new && run->repeat != RUN_VERIFIED &&
	    check_place(token, *session, err) != 0)
		return -1;
	if (!token->is_login_wanted || (!is_new && attempt->is_first))
		return 0;
	if (login_session(token, *session, err) == 0)
		return 0;
	session_drop(&token->pool, &token->module, *session);
	return -1;
}

static int
try_once(struct hsm_token *token, const struct run *run,
    struct attempt *attempt, struct error *err)
{
	ck_session_handle_t session;
	enum ckr_mend how;
	int rc;

	start_enter(token);
	attempt->epoch = token->epoch;
	attempt->n_reopened = token->n_reopened;
	attempt->has_begun = false;
	rc = take(token, run, attempt, &session, err);
	if (rc == 0) {
		attempt->has_begun = true;
		rc = run->work(token, session, run->arg, err);
		how = rc == 0 ? CKR_MEND_NONE : mend_of(err);
		if (how == CKR_MEND_SESSION || how == CKR_MEND_START ||
		    how == CKR_MEND_DEVICE)
			session_drop(&token->pool, &token->module, session);
		else
			session_put(&token->pool, session);
	}
	start_leave(token);
	return rc;
}

/* Both messages: what failed, and why it could not be mended. */
static int
in_vain(struct error *err, const struct error *first,
    const struct error *second)
{
	const enum err_class class = second->class == ERR_INTEGRITY ?
	    ERR_INTEGRITY : first->class;

	(void)err_set(err, class, "%.400s; starting the token anew failed: "
	    "%.400s", first->msg, second->msg);
	err->code = first->code;
	if (first->hint[0] != '\0')
		(void)err_hint(err, "%s", first->hint);
	if (second->hint[0] != '\0')
		(void)err_hint(err, "%s", second->hint);
	return -1;
}

/*
 * Another thread may have done it while we waited, or tried in vain, which
 * takes seconds: a hundred threads do not try one after the other.
 */
static int
reopen(struct hsm_token *token, const struct attempt *attempt,
    struct error *err)
{
	int rc = 0;

	(void)pthread_rwlock_wrlock(&token->lock);
	if (token->epoch == attempt->epoch) {
		if (token->n_reopened == attempt->n_reopened) {
			err_clear(&token->reopening);
			(void)start_again(token, &token->reopening);
			token->n_reopened++;
		}
		if (token->reopening.class != ERR_NONE) {
			*err = token->reopening;
			rc = -1;
		}
	}
	(void)pthread_rwlock_unlock(&token->lock);
	return rc;
}

/*
 * Sessions end, too, when somebody else in this process starts the module
 * anew; the number of our slot may then be another token's.
 */
static bool
is_same_token(struct hsm_token *token)
{
	struct error ignored = ERR_INIT;
	struct hsm_token_info info;
	bool is_same;

	start_enter(token);
	is_same = token->module.list != NULL && !token->module.is_stale &&
	    info_read(&token->module, token->slot, &info, &ignored) == 0 &&
	    info_same_token(&info, &token->info);
	start_leave(token);
	return is_same;
}

/*
 * A session or the login has ended behind us, and what was unwrapped with it:
 * a handle of before may be that of another thread's key soon. Nobody uses one
 * from here on, and nothing of theirs is left behind.
 */
static void
lose(struct hsm_token *token, const struct attempt *attempt)
{

	(void)pthread_rwlock_wrlock(&token->lock);
	if (token->epoch == attempt->epoch) {
		token->epoch++;
		start_lose(token);
	}
	(void)pthread_rwlock_unlock(&token->lock);
}

static int
mend(struct hsm_token *token, const struct run *run, enum ckr_mend how,
    const struct attempt *attempt, struct error *err)
{

	switch (how) {
	case CKR_MEND_NONE:
		return -1;
	case CKR_MEND_LOGIN:
		lose(token, attempt);
		return 0;	/* take() does it */
	case CKR_MEND_HANDLE:
		if (run->forget == NULL)
			return -1;
		run->forget(run->arg);
		return 0;
	case CKR_MEND_SESSION:
		if (is_same_token(token)) {
			lose(token, attempt);
			return 0;
		}
		return reopen(token, attempt, err);
	case CKR_MEND_START:
		return reopen(token, attempt, err);
	case CKR_MEND_DEVICE:
		if (run->repeat == RUN_ONCE && attempt->has_begun)
			return -1;
		return reopen(token, attempt, err);
	}
	return -1;
}

int
run_do(struct hsm_token *token, const struct run *run, struct error *err)
{
	unsigned int n_mended[N_MENDS] = { 0 };
	struct attempt attempt = { .is_first = true };
	struct error failed = ERR_INIT, mending = ERR_INIT;
	enum ckr_mend how;

	while (try_once(token, run, &attempt, &failed) != 0) {
		how = mend_of(&failed);
		attempt.is_first = false;
		if (n_mended[how]++ < mend_limit[how] &&
		    mend(token, run, how, &attempt, &mending) == 0) {
			err_clear(&failed);
			continue;
		}
		if (mending.class == ERR_NONE)
			*err = failed;
		else
			(void)in_vain(err, &failed, &mending);
		return -1;
	}
	return 0;
}

int
run_restart(struct hsm_token *token, struct error *err)
{
	const struct attempt attempt = { .epoch = token->epoch,
		.n_reopened = token->n_reopened };

	return reopen(token, &attempt, err);
}
