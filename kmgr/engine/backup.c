#include "kmgr/base/json.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/backup.h"
#include "kmgr/engine/cover.h"
#include "kmgr/engine/event.h"
#include "kmgr/store/ledger.h"

/* A copy on its way. */
struct making {
	struct session	*session;
	struct store	*store;
	const char	*path;
	struct backup	*out;
	bool		 is_begun;
	bool		 is_whole;
};

/* Inside a transaction: that the copy is there, in the store it is of. */
static int
tell(const struct making *making, struct error *err)
{
	const struct backup *backup = making->out;
	struct json *event = json_new_object();
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	int rc;

	json_put_text(event, "file", making->path);
	json_put_text(event, "sha256", text_hex(backup->sha256,
	    CRYPTO_SHA256_LEN, hex));
	json_put_int(event, "to", backup->seq);
	rc = event_append(making->session, "backup", event, err);
	json_free(event);
	return rc;
}

static int
copy(struct making *making, struct error *err)
{
	struct backup *out = making->out;

	making->is_begun = true;
	if (ledger_head(making->store, &out->seq, out->head, err) != 0 ||
	    store_backup(making->store, making->path, err) != 0 ||
	    crypto_sha256_file(making->path, out->sha256, err) != 0)
		return -1;
	making->is_whole = true;
	return 0;
}

/*
 * With what the transaction has changed until now. The event last: it is not
 * to tell of a file that never was.
 */
static int
copy_in(void *arg, struct error *err)
{
	struct making *making = arg;

	return copy(making, err) == 0 ? tell(making, err) : -1;
}

static int
unrecorded(const struct making *making, struct error *err)
{

	return err_wrap(err, "%s is whole, but the store could not record it",
	    making->path);
}

/* A copy that covers nothing is told of behind it; nobody waits for it. */
static int
copy_alone(struct making *making, struct error *err)
{
	int rc = -1;

	if (copy(making, err) != 0)
		return -1;
	if (store_begin(making->store, err) == 0) {
		if (tell(making, err) == 0)
			rc = store_commit(making->store, err);
		if (rc != 0)
			store_rollback(making->store);
	}
	return rc == 0 ? 0 : unrecorded(making, err);
}

/* Nothing is covered, as no token could be asked: a copy is worth having. */
static int
copy_uncovered(struct making *making, struct error *err)
{
	struct error why = *err;

	if (copy_alone(making, err) != 0)
		return -1;
	*err = why;
	(void)err_wrap(err, "%s is whole, but that it covers KSKs could not "
	    "be recorded, and they get no DS", making->path);
	return err->hint[0] != '\0' ? -1 : err_hint(err, "write another "
	    "backup when the token is there; or kmgr confirm-backup");
}

/* Under the lock: no KSK is made between what is covered and the copy. */
static int
make(struct making *making, struct error *err)
{
	const struct cover_copy cover = { copy_in, making };
	size_t *n = &making->out->n_covered;

	if (session_store(making->session, &making->store, err) != 0 ||
	    store_backup_check(making->path, err) != 0)
		return -1;
	if (cover_wrapped(making->session, &cover, n, err) == 0)
		return making->is_whole ? 0 : copy_alone(making, err);
	if (!making->is_begun)
		return copy_uncovered(making, err);
	if (*n > 0)
		return err_wrap(err, "%s is whole and covers %zu KSKs",
		    making->path, *n);
	return making->is_whole ? unrecorded(making, err) : -1;
}

int
backup_make(struct session *session, const char *path,
    struct backup *out, struct error *err)
{
	struct making making = { .session = session, .path = path,
		.out = out };
	int rc;

	*out = (struct backup) { 0 };
	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = make(&making, err);
	session_unlock(session);
	return rc;
}

int
backup_plan(struct session *session, const char *path, struct plan *plan,
    struct error *err)
{
	uint8_t head[CRYPTO_SHA256_LEN];
	struct store *store;
	int64_t seq;

	if (session_store(session, &store, err) != 0 ||
	    ledger_head(store, &seq, head, err) != 0 ||
	    store_backup_check(path, err) != 0)
		return -1;
	plan_add(plan, ACTION_WRITE_BACKUP, NULL, "write a copy of the store, "
	    "with its events up to %lld, to the new file %s, and record that "
	    "with its SHA-256", (long long)seq, path);
	return cover_wrapped_plan(session, plan, err);
}
