/*
 * One run of the program: its configuration, clock, actor, store and tokens.
 * Store and tokens are opened when they are first needed, so that what needs
 * no token asks for no PIN.
 */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hsm/token.h"
#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/config.h"
#include "kmgr/store/store.h"

struct session;

struct session_options {
	const char	*config_path;
	int64_t		 now_at;	/* read once, for the whole run */
	bool		 accepts_time_jump; /* --accept-time-jump */
	const char	*onlooker;	/* hsm_config.onlooker */
	/* Called after every Cryptoki call, or NULL. */
	void		(*trace)(void *arg, const char *call,
			    unsigned long rv, int64_t elapsed_us);
	/* Called after each of many steps, or NULL. */
	void		(*progress)(void *arg, size_t done, size_t all);
	void		*arg;
};

/* So long a creation waits for another one to end. */
#define SESSION_LOCK_WAIT_S 30

/**
 * session_open(options, out, err):
 * Read the configuration and begin a run.
 *
 * Owner: the caller, session_close().
 * Errors: ERR_CONFIG.
 */
int session_open(const struct session_options *options, struct session **out,
    struct error *err);
void session_close(struct session *session);

/**
 * session_open_reader(session, out, err):
 * The same run for another thread, which reads: its store is another
 * connection, clock and notes are its own, tokens and what was proved are
 * shared. Of what follows it may call session_config(), session_now(),
 * session_store(), session_advance(), session_find_token() and session_note().
 *
 * session_close_reader(session, reader): when the thread has ended;
 * ${session} has its notes, and what it knows of the time.
 *
 * Owner: the caller, session_close_reader(), before ${session}.
 * Errors: ERR_STORE.
 */
int session_open_reader(struct session *session, struct session **out,
    struct error *err);
void session_close_reader(struct session *session, struct session *reader);

/**
 * session_config(session), session_now(session), session_actor(session):
 * The configuration; the instant of this run; who runs it, as the ledger
 * records it: {"host", "uid", "user"}. Owner: ${session}.
 * session_accepts_time_jump(): whether the operator answers for the clock.
 */
const struct config *session_config(const struct session *session);
int64_t session_now(const struct session *session);
bool session_accepts_time_jump(const struct session *session);
const struct json *session_actor(const struct session *session);

/**
 * session_store(session, out, err):
 * The store, opened. Owner: ${session}.
 */
int session_store(struct session *session, struct store **out,
    struct error *err);

/**
 * session_advance(session, at):
 * session_now() is ${at} from here on, if it was less: a clock of a long run
 * goes on, and is never behind what is known to have happened.
 */
void session_advance(struct session *session, int64_t at);

/**
 * session_set_approval(session, hash, fingerprints_take):
 * What is done from here on is the approved plan ${hash}: the actor gets it as
 * "plan" and who signed it as "approvers". NULL and NULL: no more.
 */
void session_set_approval(struct session *session, const char *hash,
    struct json *fingerprints_take);

/**
 * session_take_store(session, store_take):
 * Use ${store_take} from now on instead of the configured store; NULL for that
 * one, opened anew. What was used before is closed unless it was taken away by
 * session_give_store(). No CMK counts as proved any more.
 *
 * session_give_store(session): the store, which is the caller's now.
 */
void session_take_store(struct session *session, struct store *store_take);
struct store *session_give_store(struct session *session);

/**
 * session_set_trial(session, is_trial), session_is_trial(session):
 * Whether the store is only tried out: it is judged by the tokens, and none
 * is told of it.
 */
void session_set_trial(struct session *session, bool is_trial);
bool session_is_trial(const struct session *session);

/**
 * session_lock(session, wait_s, err), session_unlock(session):
 * store_lock() for this run; calls nest, and the last unlock gives it up.
 *
 * Errors: ERR_STORE where another process holds it after ${wait_s} seconds.
 */
int session_lock(struct session *session, int64_t wait_s, struct error *err);
void session_unlock(struct session *session);

/**
 * session_is_proved(session, id), session_set_proved(session, id),
 * session_unset_proved(session, id):
 * Whether trust_prove() has been through with the CMK ${id} in this run.
 */
bool session_is_proved(const struct session *session, const char *id);
void session_set_proved(struct session *session, const char *id);
void session_unset_proved(struct session *session, const char *id);

/**
 * session_is_doubted(session, id), session_set_doubted(session, id):
 * Whether the user was told that the CMK ${id} could not be proved.
 */
bool session_is_doubted(const struct session *session, const char *id);
void session_set_doubted(struct session *session, const char *id);

/**
 * session_voucher(session, id), session_set_voucher(session, id, by):
 * The id of the CMK, proved by its token in this run, that vouches for what is
 * told of the CMK with the id ${id}, whose token is not there; NULL without.
 */
const char *session_voucher(const struct session *session, const char *id);
void session_set_voucher(struct session *session, const char *id,
    const char *by);

/**
 * session_token(session, name, out, err):
 * The token that the configuration calls ${name}, opened and logged in. More
 * than one thread may call it, as session_find_token() and
 * session_is_proved(). Owner: ${session}.
 */
int session_token(struct session *session, const char *name,
    struct hsm_token **out, struct error *err);

/**
 * session_find_token(session, name, err):
 * Whether the token that the configuration calls ${name} is there. Nothing
 * secret is asked for.
 *
 * Errors: ERR_TOKEN, ERR_CONFIG.
 */
int session_find_token(struct session *session, const char *name,
    struct error *err);

/**
 * session_note(session, fmt, ...):
 * Tell the user something that is no failure. session_notes() has them all,
 * a line each; those of another process are appended there.
 */
void session_note(struct session *session, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct buf *session_notes(struct session *session);

/**
 * session_progress(session, done, all):
 * Report that ${done} of ${all} steps are behind; ${all} 0: nobody knows.
 */
void session_progress(struct session *session, size_t done, size_t all);

#endif
