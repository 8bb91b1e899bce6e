/*
 * The sessions with one token: opened as they are needed up to what the token
 * allows, then shared by waiting.
 */
#ifndef HSM_SESSION_H
#define HSM_SESSION_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "hsm/module.h"
#include "kmgr/base/err.h"

struct session_pool {
	pthread_mutex_t		 lock;
	pthread_cond_t		 freed;
	ck_session_handle_t	*idle;
	size_t			 n_idle;
	size_t			 n_open;	/* idle or in use */
	size_t			 limit;		/* 0: not known */
	ck_flags_t		 flags;
};

/**
 * session_pool_init(pool), session_pool_clear(pool):
 * An empty pool; free it, without a call to the token.
 */
void session_pool_init(struct session_pool *pool);
void session_pool_clear(struct session_pool *pool);

/**
 * session_pool_forget(pool, limit):
 * All sessions are gone: begin anew with at most ${limit}, 0 if unknown. No
 * session may be in use.
 */
void session_pool_forget(struct session_pool *pool, size_t limit);

/**
 * session_take(pool, module, slot, out, is_new, err):
 * An idle session, or a new one (*${is_new}), or, when the token has no more,
 * the next that is put back. It can write unless the token is
 * write-protected.
 *
 * Errors: ERR_TOKEN.
 */
int session_take(struct session_pool *pool, const struct module *module,
    ck_slot_id_t slot, ck_session_handle_t *out, bool *is_new,
    struct error *err);

/**
 * session_is_of(module, session, slot):
 * Whether ${session} is there and one with the token in ${slot}.
 */
bool session_is_of(const struct module *module, ck_session_handle_t session,
    ck_slot_id_t slot);

/**
 * session_put(pool, session):
 * ${session} is idle again.
 */
void session_put(struct session_pool *pool, ck_session_handle_t session);

/**
 * session_pool_close(pool, module):
 * Close all sessions; none may be in use. The login ends with the last one.
 */
void session_pool_close(struct session_pool *pool,
    const struct module *module);

/**
 * session_drop(pool, module, session):
 * Close ${session} and every idle one: they may be dead, too.
 */
void session_drop(struct session_pool *pool, const struct module *module,
    ck_session_handle_t session);

#endif
