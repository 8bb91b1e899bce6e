#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "hsm/info.h"
#include "hsm/start.h"
#include "kmgr/base/when.h"

#define LOCK_LIMIT_S 30

static void
sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
}

int
start_lock(const struct hsm_token *token, int *fd, struct error *err)
{
	const char *path = token->config->lock_path;
	const int64_t end_us = when_elapsed_us() + LOCK_LIMIT_S * 1000000L;

	*fd = -1;
	if (path == NULL)
		return 0;
	if ((*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600)) < 0)
		return err_set_errno(err, "open lock file %s", path);
	while (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK || when_elapsed_us() > end_us) {
			(void)err_set_errno(err, "lock %s", path);
			(void)err_hint(err, "another kmgr process holds it "
			    "while it logs in");
			start_unlock(*fd);
			*fd = -1;
			return -1;
		}
		sleep_ms(5);
	}
	return 0;
}

void
start_unlock(int fd)
{

	if (fd >= 0)
		(void)close(fd);
}

/*
 * What a module has initialised is the process's, of all its tokens: while one
 * of them is started anew no thread may be in a call for another.
 */
static pthread_rwlock_t modules =
    PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

void
start_enter(struct hsm_token *token)
{

	(void)pthread_rwlock_rdlock(&token->lock);
	(void)pthread_rwlock_rdlock(&modules);
}

void
start_leave(struct hsm_token *token)
{

	(void)pthread_rwlock_unlock(&modules);
	(void)pthread_rwlock_unlock(&token->lock);
}

/* Numbers of sessions that another token has ended may be its own by now. */
static void
close_sessions(struct hsm_token *token)
{

	if (token->module.is_stale)
		session_pool_forget(&token->pool, token->pool.limit);
	else
		session_pool_close(&token->pool, &token->module);
}

void
start_lose(struct hsm_token *token)
{

	(void)pthread_rwlock_rdlock(&modules);
	close_sessions(token);
	(void)pthread_rwlock_unlock(&modules);
}

void
start_end(struct hsm_token *token)
{

	(void)pthread_rwlock_wrlock(&modules);
	close_sessions(token);
	module_unload(&token->module);
	(void)pthread_rwlock_unlock(&modules);
}

typedef int load_fn(struct module *module, const char *path,
    struct error *err);

static int
load_and_find(struct hsm_token *token, load_fn *load,
    struct hsm_token_info *info, struct error *err)
{
	struct module *module = &token->module;
	ck_flags_t flags = 0;
	int fd, rc;

	if (start_lock(token, &fd, err) != 0)
		return -1;
	(void)pthread_rwlock_wrlock(&modules);
	rc = load(module, token->uri.module_path, err);
	if (rc == 0)
		rc = module_find(module, &token->uri, &token->slot, err);
	if (rc == 0)
		rc = info_read_all(module, token->slot, info, &flags, err);
	start_unlock(fd);
	if (rc != 0)
		module_unload(module);
	(void)pthread_rwlock_unlock(&modules);
	token->needs_login = (flags & CKF_LOGIN_REQUIRED) != 0;
	return rc;
}

static void
opened(struct hsm_token *token, const struct hsm_token_info *info)
{

	token->epoch++;
	index_forget(&token->index);
	token->has_pin_pad = info->has_pin_pad;
	session_pool_forget(&token->pool, (size_t)info->max_sessions);
}

int
start_first(struct hsm_token *token, struct error *err)
{
	static const long wait_ms[] = { 0, 30, 120, 350 };
	struct error last = ERR_INIT;
	size_t i;

	for (i = 0; i < sizeof(wait_ms) / sizeof(wait_ms[0]); i++) {
		sleep_ms(wait_ms[i]);
		err_clear(&last);
		if (load_and_find(token, i == 0 ? module_load : module_reload,
		    &token->info, &last) == 0) {
			opened(token, &token->info);
			return 0;
		}
		/* Other failures do not go away by waiting. */
		if (last.code != CKR_TOKEN_NOT_PRESENT)
			break;
	}
	*err = last;
	return -1;
}

int
start_again(struct hsm_token *token, struct error *err)
{
	static const long wait_ms[] = { 20, 180, 600, 1200 };
	struct hsm_token_info info;
	struct error last = ERR_INIT;
	size_t i;

	for (i = 0; i < sizeof(wait_ms) / sizeof(wait_ms[0]); i++) {
		sleep_ms(wait_ms[i]);
		err_clear(&last);
		if (load_and_find(token, module_reload, &info, &last) != 0)
			continue;
		if (!info_same_token(&info, &token->info)) {
			start_end(token);
			return err_set(err, ERR_INTEGRITY, "token %s (serial "
			    "%s) is gone and in its place is %s (serial %s)",
			    token->info.label, token->info.serial, info.label,
			    info.serial);
		}
		opened(token, &info);
		return 0;
	}
	*err = last;
	return -1;
}
