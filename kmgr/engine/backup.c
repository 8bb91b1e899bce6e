#include "kmgr/base/json.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/backup.h"
#include "kmgr/engine/cover.h"
#include "kmgr/engine/event.h"
#include "kmgr/store/ledger.h"

/* That the backup is there, in the store that it is of. */
static int
tell(struct session *session, struct store *store,
    const struct backup *backup, const char *path, struct error *err)
{
	struct json *event = json_new_object();
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	int rc = -1;

	json_put_text(event, "file", path);
	json_put_text(event, "sha256", text_hex(backup->sha256,
	    CRYPTO_SHA256_LEN, hex));
	json_put_int(event, "to", backup->seq);
	if (store_begin(store, err) == 0) {
		if (event_append(session, "backup", event, err) == 0)
			rc = store_commit(store, err);
		if (rc != 0)
			store_rollback(store);
	}
	json_free(event);
	return rc == 0 ? 0 : err_wrap(err, "%s is whole, but the store could "
	    "not record it", path);
}

/* Under the lock: what was made behind the copy is not in it. */
static int
make(struct session *session, const char *path,
    struct backup *out, struct error *err)
{
	struct store *store;

	*out = (struct backup) { 0 };
	/* The event last: it is not to tell of a file that never was. */
	if (session_store(session, &store, err) != 0 ||
	    ledger_head(store, &out->seq, out->head, err) != 0 ||
	    store_backup(store, path, err) != 0 ||
	    crypto_sha256_file(path, out->sha256, err) != 0)
		return -1;
	if (tell(session, store, out, path, err) != 0)
		return -1;
	if (cover_wrapped(session, &out->n_covered, err) == 0)
		return 0;
	(void)err_wrap(err, "%s is whole, but that it covers KSKs could not "
	    "be recorded, and they get no DS", path);
	return err->hint[0] != '\0' ? -1 : err_hint(err, "write another "
	    "backup when the token is there; or kmgr confirm-backup");
}

int
backup_make(struct session *session, const char *path,
    struct backup *out, struct error *err)
{
	int rc;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = make(session, path, out, err);
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
