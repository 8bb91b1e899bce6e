/*
 * The inside of a token, and the one place where what a token loses is mended
 * and a piece of work done again: sessions, the login, handles, the module.
 */
#ifndef HSM_RUN_H
#define HSM_RUN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "hsm/index.h"
#include "hsm/module.h"
#include "hsm/session.h"
#include "hsm/token.h"
#include "hsm/uri.h"
#include "kmgr/base/err.h"
#include "kmgr/base/secret.h"

#define TOKEN_N_MECHS 4		/* rows of mech.c */

/* What this token took at the last generation with one mechanism. */
struct template_memo {
	bool		is_known;
	unsigned int	left_out;	/* bits of enum attr_group */
	size_t		params;		/* which form of the curve's name */
};

struct hsm_token {
	const struct hsm_config	*config;
	struct hsm_uri		 uri;
	struct hsm_token_info	 info;		/* as it was first found */

	/* Held to read while calls are made, to write while reopening. */
	pthread_rwlock_t	 lock;
	struct module		 module;
	ck_slot_id_t		 slot;
	struct session_pool	 pool;
	struct index		 index;
	unsigned long		 epoch;		/* 1, 2, ... per opening */
	unsigned long		 n_reopened;	/* how often it was tried */
	struct error		 reopening;	/* how the last one failed */

	pthread_mutex_t		 login_lock;	/* over all that follows */
	bool			 needs_login;	/* CKF_LOGIN_REQUIRED */
	bool			 is_login_wanted;
	unsigned long		 login_epoch;	/* of the login; 0: none */
	bool			 has_pin_pad;
	struct secret		*pin;		/* NULL: on the PIN pad */
	atomic_ulong		*pin_refusal;	/* never tried again then */
	atomic_ulong		 own_refusal;	/* where nobody shares it */
	struct error		 pin_failure;	/* nobody told it; likewise */

	pthread_mutex_t		 memo_lock;
	struct template_memo	 memos[TOKEN_N_MECHS];
};

enum run_repeat {
	RUN_AGAIN,		/* may be done twice */
	RUN_ONCE,		/* not after a failure of the device */
	RUN_VERIFIED		/* may be done twice, and what comes of it is
				 * verified: done elsewhere it does no harm */
};

/*
 * A piece of work: calls to ${work}, each with an idle session, that are
 * repeated when what failed could be mended. work() begins from nothing each
 * time; what it knows of older handles it compares with token->epoch.
 */
struct run {
	int		(*work)(struct hsm_token *token,
			    ck_session_handle_t session, void *arg,
			    struct error *err);
	void		(*forget)(void *arg);	/* handles are stale; or NULL */
	void		*arg;
	enum run_repeat	 repeat;
};

/**
 * run_do(token, run, err):
 * Do the work. Mended are: a session that is gone (another is opened), a
 * login that is gone (once, and never after a wrong PIN), handles that are
 * stale (forget() is called, once), and a device or module that fails (it is
 * started anew, a few times in about two seconds, and must be the same
 * token).
 *
 * Errors: those of work(), ERR_TOKEN, and ERR_INTEGRITY where another token
 * is in the place of this one.
 */
int run_do(struct hsm_token *token, const struct run *run, struct error *err);

/**
 * run_restart(token, err):
 * Start the module anew although nothing says that it needs it; where another
 * token of it has done so since, that is enough.
 *
 * Errors: as run_do().
 */
int run_restart(struct hsm_token *token, struct error *err);

#endif
