/*
 * A token that is pulled out and put back. While it is out nothing but
 * C_Finalize and C_GetFunctionList works, which need no token. When it is
 * back the real module is finalized and initialized again behind the caller's
 * back, so that sessions, logins and handles of before are as dead as they
 * would be.
 */

#include "tests/fault/p11shim.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

static struct {
	pthread_rwlock_t in_use; /* held for reading during each call */
	pthread_mutex_t lock;    /* guards what follows */
	const struct ck_function_list *real;
	struct ck_c_initialize_args args;
	bool has_args;
	bool initialized;
	bool out;             /* not started anew since it was out */
	bool pulled;          /* KMGR_SHIM_GONE_AT has come */
	unsigned long failed; /* calls since then */
} token = {
	.in_use = PTHREAD_RWLOCK_INITIALIZER,
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static bool
is_wanted(void)
{
	const struct shim_conf *conf = shim_conf();

	return conf->gone_file != NULL || conf->gone_at != 0;
}

/* Whether the token is out at this call; the lock is held. */
static bool
is_out(const struct shim_call *call)
{
	const struct shim_conf *conf = shim_conf();

	if (conf->gone_file != NULL && access(conf->gone_file, F_OK) == 0)
		return true;
	if (conf->gone_at != 0 && call->n == conf->gone_at)
		token.pulled = token.out = true; /* even if no call fails */
	return token.pulled && token.failed++ < conf->gone_n;
}

static void
start_anew(void)
{

	pthread_rwlock_wrlock(&token.in_use);
	if (token.initialized) {
		token.real->C_Finalize(NULL);
		if (token.real->C_Initialize(
			token.has_args ? &token.args : NULL) != CKR_OK)
			shim_die("the real module does not start again");
	}
	pthread_rwlock_unlock(&token.in_use);
}

bool
gone_enter(const struct shim_call *call)
{
	bool out;

	if (!is_wanted())
		return true;
	if (strcmp(call->name, "C_Finalize") == 0 ||
	    strcmp(call->name, "C_GetFunctionList") == 0) {
		pthread_rwlock_rdlock(&token.in_use);
		return true;
	}
	pthread_mutex_lock(&token.lock);
	out = is_out(call);
	if (!out && token.out)
		start_anew();
	token.out = out;
	pthread_mutex_unlock(&token.lock);
	if (!out)
		pthread_rwlock_rdlock(&token.in_use);
	return !out;
}

void
gone_leave(void)
{

	if (is_wanted())
		pthread_rwlock_unlock(&token.in_use);
}

static ck_rv_t
initialize(void *init)
{
	ck_rv_t rv = token.real->C_Initialize(init);

	if (rv == CKR_OK) {
		token.initialized = true;
		token.has_args = init != NULL;
		if (init != NULL)
			token.args = *(struct ck_c_initialize_args *)init;
	}
	return rv;
}

static ck_rv_t
finalize(void *reserved)
{
	ck_rv_t rv = token.real->C_Finalize(reserved);

	if (rv == CKR_OK)
		token.initialized = false;
	return rv;
}

void
gone_install(struct ck_function_list *list, const struct ck_function_list *real)
{

	token.real = real;
	list->C_Initialize = initialize;
	list->C_Finalize = finalize;
}
