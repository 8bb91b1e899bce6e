#include <stdlib.h>

#include "hsm/session.h"
#include "kmgr/base/mem.h"

void
session_pool_init(struct session_pool *pool)
{

	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_cond_init(&pool->freed, NULL);
	pool->idle = NULL;
	session_pool_forget(pool, 0);
}

void
session_pool_forget(struct session_pool *pool, size_t limit)
{

	free(pool->idle);
	pool->idle = NULL;
	pool->n_idle = 0;
	pool->n_open = 0;
	pool->limit = limit;
	pool->flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
}

void
session_pool_clear(struct session_pool *pool)
{

	free(pool->idle);
	pool->idle = NULL;
	(void)pthread_cond_destroy(&pool->freed);
	(void)pthread_mutex_destroy(&pool->lock);
}

static ck_rv_t
session_new(struct session_pool *pool, const struct module *module,
    ck_slot_id_t slot, ck_session_handle_t *out)
{
	ck_rv_t rv;

	rv = CALL(module, C_OpenSession, (slot, pool->flags, NULL, NULL, out));
	if (rv != CKR_TOKEN_WRITE_PROTECTED)
		return rv;
	/* Signing needs no more than to read. */
	pool->flags = CKF_SERIAL_SESSION;
	return CALL(module, C_OpenSession, (slot, pool->flags, NULL, NULL,
	    out));
}

/* With the lock held: 1 when there is a session, 0 to wait, -1 on failure. */
static int
try_take(struct session_pool *pool, const struct module *module,
    ck_slot_id_t slot, ck_session_handle_t *out, bool *is_new,
    struct error *err)
{
	ck_rv_t rv;

	*is_new = false;
	if (pool->n_idle > 0) {
		*out = pool->idle[--pool->n_idle];
		return 1;
	}
	if (pool->limit != 0 && pool->n_open >= pool->limit)
		return 0;
	rv = session_new(pool, module, slot, out);
	if (rv == CKR_OK) {
		pool->n_open++;
		*is_new = true;
		return 1;
	}
	if (rv == CKR_SESSION_COUNT && pool->n_open > 0) {
		pool->limit = pool->n_open;
		return 0;
	}
	return ckr_set(err, "C_OpenSession", rv);
}

int
session_take(struct session_pool *pool, const struct module *module,
    ck_slot_id_t slot, ck_session_handle_t *out, bool *is_new,
    struct error *err)
{
	int got;

	(void)pthread_mutex_lock(&pool->lock);
	while ((got = try_take(pool, module, slot, out, is_new, err)) == 0)
		(void)pthread_cond_wait(&pool->freed, &pool->lock);
	(void)pthread_mutex_unlock(&pool->lock);
	return got == 1 ? 0 : -1;
}

bool
session_is_of(const struct module *module, ck_session_handle_t session,
    ck_slot_id_t slot)
{
	struct ck_session_info info = { 0 };

	return CALL(module, C_GetSessionInfo, (session, &info)) == CKR_OK &&
	    info.slot_id == slot;
}

void
session_put(struct session_pool *pool, ck_session_handle_t session)
{
	ck_session_handle_t *place;

	(void)pthread_mutex_lock(&pool->lock);
	place = mem_push(&pool->idle, pool->n_idle, sizeof(*pool->idle));
	*place = session;
	pool->n_idle++;
	(void)pthread_cond_signal(&pool->freed);
	(void)pthread_mutex_unlock(&pool->lock);
}

static void
close_idle(struct session_pool *pool, const struct module *module)
{

	while (pool->n_idle > 0) {
		(void)CALL(module, C_CloseSession,
		    (pool->idle[--pool->n_idle]));
		pool->n_open--;
	}
	/* mem_push() counts on a place that grew from nothing. */
	free(pool->idle);
	pool->idle = NULL;
}

void
session_pool_close(struct session_pool *pool, const struct module *module)
{

	if (module->list != NULL)
		close_idle(pool, module);
}

void
session_drop(struct session_pool *pool, const struct module *module,
    ck_session_handle_t session)
{

	(void)pthread_mutex_lock(&pool->lock);
	(void)CALL(module, C_CloseSession, (session));
	pool->n_open--;
	close_idle(pool, module);
	(void)pthread_cond_broadcast(&pool->freed);
	(void)pthread_mutex_unlock(&pool->lock);
}
