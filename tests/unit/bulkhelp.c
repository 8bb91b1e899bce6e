#include "tests/unit/bulkhelp.h"

#include "tests/unit/unit.h"

#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store_life.h"

const struct config *
session_config(const struct session *session)
{

	return &session->config;
}

int64_t
session_now(const struct session *session)
{

	(void)session;
	return 1;
}

void
session_advance(struct session *session, int64_t now_at)
{

	(void)session;
	(void)now_at;
}

int
session_store(struct session *session, struct store **out, struct error *err)
{

	(void)session;
	(void)err;
	*out = NULL;
	return 0;
}

int
session_open_reader(struct session *session, struct session **out,
    struct error *err)
{

	(void)err;
	*out = session;
	return 0;
}

void
session_close_reader(struct session *session, struct session *reader)
{

	assert_true(reader == session || reader == NULL);
}

void
session_progress(struct session *session, size_t done, size_t all)
{

	(void)done;
	(void)all;
	session->n_progress++;
}

int
store_snapshot(struct store *store, struct error *err)
{

	(void)store;
	return err_set(err, ERR_STORE, "there is none");
}

void
store_ahead_of(struct store *store, const char *const *names, size_t n)
{

	(void)store;
	(void)names;
	(void)n;
}

void
store_release(struct store *store)
{

	(void)store;
}

void
cmk_cache_clear(struct cmk_cache *cache)
{

	(void)cache;
}
