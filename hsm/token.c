#include <signal.h>
#include <stdlib.h>

#include "hsm/info.h"
#include "hsm/login.h"
#include "hsm/run.h"
#include "hsm/start.h"
#include "kmgr/base/mem.h"

/*
 * A module that talks to a daemon writes to a pipe; the daemon's end must be
 * an error, not the end of this process.
 */
static void
ignore_sigpipe(void)
{
	struct sigaction action;

	if (sigaction(SIGPIPE, NULL, &action) == 0 &&
	    (action.sa_flags & SA_SIGINFO) == 0 &&
	    action.sa_handler == SIG_DFL)
		(void)signal(SIGPIPE, SIG_IGN);
}

/*
 * Who opens the token anew does not wait until all who sign pause at the same
 * time, which they may never do. Nobody takes the lock to read twice.
 */
static void
lock_init(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;

	(void)pthread_rwlockattr_init(&attr);
	(void)pthread_rwlockattr_setkind_np(&attr,
	    PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	(void)pthread_rwlock_init(lock, &attr);
	(void)pthread_rwlockattr_destroy(&attr);
}

static struct hsm_token *
token_new(const struct hsm_config *config)
{
	struct hsm_token *token = mem_new(sizeof(*token));

	token->config = config;
	token->pin_refusal = config->pin_refusal != NULL ?
	    config->pin_refusal : &token->own_refusal;
	token->module.config = config;
	session_pool_init(&token->pool);
	index_init(&token->index);
	lock_init(&token->lock);
	(void)pthread_mutex_init(&token->login_lock, NULL);
	(void)pthread_mutex_init(&token->memo_lock, NULL);
	return token;
}

int
hsm_token_open(const struct hsm_config *config, struct hsm_token **out,
    struct error *err)
{
	struct hsm_token *token = token_new(config);

	*out = NULL;
	ignore_sigpipe();
	if (hsm_uri_read(config->uri, &token->uri, err) != 0 ||
	    start_first(token, err) != 0) {
		hsm_token_close(token);
		return err_wrap(err, "token %s", config->name);
	}
	*out = token;
	return 0;
}

static int
login_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{

	(void)arg;
	return login_session(token, session, err);
}

int
hsm_token_login(struct hsm_token *token, struct error *err)
{
	const struct run run = { login_work, NULL, NULL, RUN_AGAIN };
	bool is_done;
	int rc = 0;

	(void)pthread_mutex_lock(&token->login_lock);
	is_done = token->is_login_wanted;
	if (!is_done)
		rc = login_prepare(token, err);
	(void)pthread_mutex_unlock(&token->login_lock);
	/* Written once: threads that share the token read it in each run. */
	if (is_done)
		return 0;
	if (rc == 0)
		rc = run_do(token, &run, err);
	if (rc != 0)
		return err_wrap(err, "log in to token %s",
		    token->config->name);
	token->is_login_wanted = true;
	return 0;
}

static int
info_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{

	(void)session;
	return info_read(&token->module, token->slot, arg, err);
}

int
hsm_token_info_get(struct hsm_token *token, struct hsm_token_info *out,
    struct error *err)
{
	const struct run run = { info_work, NULL, out, RUN_AGAIN };

	if (run_do(token, &run, err) != 0)
		return err_wrap(err, "token %s", token->config->name);
	return 0;
}

const char *
hsm_token_name(const struct hsm_token *token)
{

	return token->config->name;
}

void
hsm_token_close(struct hsm_token *token)
{

	if (token == NULL)
		return;
	start_end(token);
	session_pool_clear(&token->pool);
	index_clear(&token->index);
	secret_free(token->pin);
	(void)pthread_mutex_destroy(&token->memo_lock);
	(void)pthread_mutex_destroy(&token->login_lock);
	(void)pthread_rwlock_destroy(&token->lock);
	free(token);
}

const char *
hsm_result_name(unsigned long rv)
{
	const char *name = ckr_name(rv);

	return name != NULL ? name : "CKR_?";
}
