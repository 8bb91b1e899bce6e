#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/session_inner.h"
#include "kmgr/store/store_migrate.h"

static struct json *
actor_new(void)
{
	struct json *actor = json_new_object();
	const struct passwd *pw = getpwuid(getuid());
	char host[256] = "";

	(void)gethostname(host, sizeof(host) - 1);
	json_put_text(actor, "host", host);
	json_put_int(actor, "uid", (int64_t)getuid());
	json_put_text(actor, "user", pw == NULL ? "" : pw->pw_name);
	return actor;
}

static struct common *
common_new(size_t n_tokens)
{
	struct common *common = mem_new(sizeof(*common));

	(void)pthread_mutex_init(&common->lock, NULL);
	common->tokens = mem_new(n_tokens * sizeof(*common->tokens));
	common->pin_refusals = mem_new_shared(n_tokens *
	    sizeof(*common->pin_refusals));
	return common;
}

static void
common_free(struct common *common, size_t n_tokens)
{
	size_t i;

	for (i = 0; i < n_tokens; i++) {
		hsm_token_close(common->tokens[i].token);
		free(common->tokens[i].lock_path);
	}
	free(common->tokens);
	mem_free_shared(common->pin_refusals, n_tokens *
	    sizeof(*common->pin_refusals));
	free(common->proved);
	free(common->doubted);
	(void)pthread_mutex_destroy(&common->lock);
	free(common);
}

int
session_open(const struct session_options *options, struct session **out,
    struct error *err)
{
	struct config *config;
	struct session *session;

	*out = NULL;
	if (config_read(options->config_path, &config, err) != 0)
		return -1;
	session = mem_new(sizeof(*session));
	session->options = *options;
	session->config = config;
	session->actor = actor_new();
	session->common = common_new(config->n_tokens);
	*out = session;
	return 0;
}

int
session_open_reader(struct session *session, struct session **out,
    struct error *err)
{
	struct session *reader = mem_new(sizeof(*reader));
	struct store *store;

	*out = NULL;
	*reader = (struct session) { session->options, session->config,
		.common = session->common, .is_trial = session->is_trial };
	if (session_store(reader, &store, err) != 0) {
		session_close_reader(session, reader);
		return -1;
	}
	*out = reader;
	return 0;
}

void
session_close_reader(struct session *session, struct session *reader)
{

	if (reader == NULL)
		return;
	session_advance(session, reader->options.now_at);
	buf_add(&session->notes, reader->notes.data, reader->notes.len);
	buf_free(&reader->notes);
	store_close(reader->store);
	free(reader);
}

void
session_close(struct session *session)
{

	if (session == NULL)
		return;
	common_free(session->common, session->config->n_tokens);
	store_close(session->store);
	json_free(session->actor);
	config_free(session->config);
	buf_free(&session->notes);
	free(session->vouchers);
	free(session);
}

const struct config *
session_config(const struct session *session)
{

	return session->config;
}

int64_t
session_now(const struct session *session)
{

	return session->options.now_at;
}

void
session_advance(struct session *session, int64_t at)
{

	if (at > session->options.now_at)
		session->options.now_at = at;
}

bool
session_accepts_time_jump(const struct session *session)
{

	return session->options.accepts_time_jump;
}

const struct json *
session_actor(const struct session *session)
{

	return session->actor;
}

void
session_set_approval(struct session *session, const char *hash,
    struct json *fingerprints_take)
{

	json_free(session->actor);
	session->actor = actor_new();
	if (hash == NULL)
		return;
	json_put_text(session->actor, "plan", hash);
	json_put_take(session->actor, "approvers", fingerprints_take);
}

/* It can be read, and answers as if nothing had happened since. */
static int
note_shut(struct session *session, struct error *err)
{
	char *why = NULL;

	if (store_migrate_shut(session->store, &why, err) != 0)
		return -1;
	if (why != NULL)
		session_note(session, "this store is shut: %s; what it says "
		    "is of then; next: name the store that took its place in "
		    "store: of the configuration", why);
	free(why);
	return 0;
}

int
session_store(struct session *session, struct store **out, struct error *err)
{

	*out = NULL;
	if (session->store == NULL &&
	    (store_open(session->config->store, STORE_OPEN, &session->store,
	    err) != 0 || note_shut(session, err) != 0))
		return -1;
	*out = session->store;
	return 0;
}

struct store *
session_give_store(struct session *session)
{
	struct store *store = session->store;

	session->store = NULL;
	session->n_locks = 0;		/* the lock goes with it */
	session->common->n_proved = session->common->n_doubted = 0;
	session->n_vouchers = 0;
	return store;
}

void
session_take_store(struct session *session, struct store *store_take)
{

	store_close(session_give_store(session));
	session->store = store_take;
}

void
session_set_trial(struct session *session, bool is_trial)
{

	session->is_trial = is_trial;
}

bool
session_is_trial(const struct session *session)
{

	return session->is_trial;
}

int
session_lock(struct session *session, int64_t wait_s, struct error *err)
{
	struct store *store;

	if (session->n_locks == 0 &&
	    (session_store(session, &store, err) != 0 ||
	    store_lock(store, wait_s, err) != 0))
		return -1;
	session->n_locks++;
	return 0;
}

void
session_unlock(struct session *session)
{

	if (session->n_locks > 0 && --session->n_locks == 0)
		store_unlock(session->store);
}

/* The token called name, found, but not logged in; the lock is held. */
static int
find_token(struct session *session, const char *name,
    struct hsm_token **out, struct error *err)
{
	const struct config_token *wanted;
	struct open_token *open;
	struct store *store;
	size_t i;

	if ((wanted = config_token(session->config, name, err)) == NULL ||
	    session_store(session, &store, err) != 0)
		return -1;
	i = (size_t)(wanted - session->config->tokens);
	open = &session->common->tokens[i];
	if (open->token == NULL) {
		free(open->lock_path);
		open->lock_path = store_token_lock_path(store, name);
		open->config = (struct hsm_config) {
			.name = wanted->name, .uri = wanted->uri,
			.lock_path = open->lock_path,
			.pin_refusal = &session->common->pin_refusals[i],
			.onlooker = session->options.onlooker,
			.call_limit_s =
			    session->config->performance.call_timeout_s,
			.trace = session->options.trace,
			.trace_arg = session->options.arg,
		};
		if (hsm_token_open(&open->config, &open->token, err) != 0)
			return -1;
	}
	*out = open->token;
	return 0;
}

int
session_token(struct session *session, const char *name,
    struct hsm_token **out, struct error *err)
{
	struct hsm_token *token;
	int rc;

	*out = NULL;
	(void)pthread_mutex_lock(&session->common->lock);
	rc = find_token(session, name, &token, err);
	if (rc == 0)
		rc = hsm_token_login(token, err);
	(void)pthread_mutex_unlock(&session->common->lock);
	if (rc == 0)
		*out = token;
	return rc;
}

int
session_find_token(struct session *session, const char *name,
    struct error *err)
{
	struct hsm_token *token;
	int rc;

	(void)pthread_mutex_lock(&session->common->lock);
	rc = find_token(session, name, &token, err);
	(void)pthread_mutex_unlock(&session->common->lock);
	return rc;
}

void
session_note(struct session *session, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	text_make_printable(line);
	buf_printf(&session->notes, "%s\n", line);
}

struct buf *
session_notes(struct session *session)
{

	return &session->notes;
}

void
session_progress(struct session *session, size_t done, size_t all)
{

	if (session->options.progress != NULL)
		session->options.progress(session->options.arg, done, all);
}
