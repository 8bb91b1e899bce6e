#include <stdio.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/history.h"
#include "kmgr/engine/ledger_file.h"
#include "kmgr/engine/replace.h"
#include "kmgr/engine/restore.h"
#include "kmgr/engine/restore_ledger.h"
#include "kmgr/engine/trust.h"
#include "kmgr/store/ledger.h"

/* A sound store gives way to what has all of its events. */
static int
check_age(struct store *store, const struct replace_view *old,
    struct error *err)
{
	struct ledger_record *records = NULL;
	uint8_t head[CRYPTO_SHA256_LEN];
	bool is_known;
	int64_t seq;
	size_t n = 0;

	if (old->state != REPLACE_SOUND)
		return 0;
	if (ledger_head(store, &seq, head, err) != 0 || (old->seq > 0 &&
	    ledger_list(store, old->seq, 1, &records, &n, err) != 0))
		return -1;
	is_known = old->seq == 0 || (n == 1 && memcmp(records[0].hash,
	    old->head, sizeof(old->head)) == 0);
	ledger_records_free(records, n);
	if (is_known && seq > old->seq)
		return 0;
	if (is_known)
		return err_set(err, ERR_INPUT, "it has no event that the "
		    "store lacks, and the store is sound");
	(void)err_set(err, ERR_INPUT, "it ends with event %lld, and the store, "
	    "which is sound and agrees with its tokens, has events up to %lld "
	    "that it does not have", (long long)seq, (long long)old->seq);
	return err_hint(err, "nothing would be gained and those events lost; "
	    "kmgr verify shows whether anything is wrong with the store");
}

static struct json *
event_of(const struct restore_request *request, const char *cmk_id,
    const struct replace_view *old, int64_t seq)
{
	struct json *event = json_new_object();

	if (cmk_id != NULL)
		json_put_text(event, "cmk_id", cmk_id);
	json_put_text(event, "source", "backup");
	json_put_text(event, "file", request->file);
	json_put_int(event, "to", seq);
	json_put_int(event, "replaced", old->seq);
	if (old->why[0] != '\0')
		json_put_text(event, "why", old->why);
	return event;
}

/* A store that is to take the place of the old one. */
struct staged {
	struct replace_view	 old;
	struct restore_ledger	*ledger;	/* NULL for a backup */
};

/* In a backup: that it was restored, an event of each CMK. */
static int
tell_restored(struct session *session, struct store *store,
    const struct restore_request *request, const struct replace_view *old,
    const struct cmk_row *rows, size_t n, struct error *err)
{
	uint8_t head[CRYPTO_SHA256_LEN];
	struct json *event;
	int64_t seq;
	size_t i;
	int rc = 0;

	if (ledger_head(store, &seq, head, err) != 0)
		return -1;
	for (i = 0; rc == 0 && i < (n > 0 ? n : 1); i++) {
		event = event_of(request, n > 0 ? rows[i].id : NULL, old, seq);
		rc = event_append(session, "restore", event, err);
		json_free(event);
	}
	return rc;
}

/* A restored store is believed where the keys of its CMKs have signed that. */
static int
attest(struct session *session, const struct cmk_row *rows, size_t n,
    struct error *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(rows[i].state, "deleted") != 0 &&
		    trust_attest(session, rows[i].id, err) != 0)
			return -1;
	return 0;
}

/* In the staged store, which was proved: that it was restored. */
static int
tell(struct session *session, const struct restore_request *request,
    const struct staged *staged, struct error *err)
{
	struct cmk_row *rows = NULL;
	struct store *store;
	size_t n = 0;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (store_cmk_list(store, &rows, &n, err) == 0 &&
	    (staged->ledger != NULL ?
	    restore_ledger_tell(staged->ledger, err) :
	    tell_restored(session, store, request, &staged->old, rows, n,
	    err)) == 0 && attest(session, rows, n, err) == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	cmk_rows_free(rows, n);
	return rc;
}

static void
plan_replace(const struct restore_request *request,
    const struct replace_view *old, int64_t seq, struct plan *plan)
{
	static const char *const states[] = {
		[REPLACE_NONE] = "which is missing",
		[REPLACE_DAMAGED] = "which does not agree with itself",
		[REPLACE_BEHIND] = "which does not agree with its tokens",
		[REPLACE_SOUND] = "which is sound, and older",
	};

	plan_add(plan, ACTION_RESTORE, NULL, "put %s, which ends with event "
	    "%lld, in the place of the store, %s", request->file,
	    (long long)seq, states[old->state]);
}

/* Whether path is what kmgr export-ledger wrote. */
static bool
is_ledger(const char *path)
{
	struct ledger_file *file = NULL;
	struct error ignored = ERR_INIT;
	FILE *stream = fopen(path, "re");
	bool is = false;

	if (stream != NULL && ledger_file_open(stream, &file, &ignored) == 0)
		is = true;
	ledger_file_close(file);
	if (stream != NULL)
		(void)fclose(stream);
	return is;
}

static int
check_backup(const char *path, struct error *err)
{

	if (file_check_regular(path, err) != 0)
		return -1;
	if (!is_ledger(path))
		return 0;
	(void)err_set(err, ERR_INPUT, "%s is an exported ledger, and no "
	    "backup", path);
	return err_hint(err, "kmgr restore --ledger %s; where the store is "
	    "lost, kmgr init first", path);
}

/* That a copy is wrong is no reason to take that copy. */
static int
hint_other(const char *other, struct error *err)
{

	if (err->class != ERR_INTEGRITY)
		return -1;
	err->hint[0] = '\0';
	return err_hint(err, "nothing was changed; %s; where no copy is left "
	    "that the token agrees with, put the newest one in the store's "
	    "place (cp; into a database with kmgr migrate-store), then kmgr "
	    "recover --accept-loss", other);
}

static int
stage_backup(struct session *session, const struct restore_request *request,
    const struct replace_view *old, struct plan *plan, struct error *err)
{
	uint8_t head[CRYPTO_SHA256_LEN];
	struct store *store;
	int64_t seq;

	if (check_backup(request->file, err) != 0 ||
	    replace_begin(session, request->file, err) != 0)
		return -1;
	if (session_store(session, &store, err) != 0 ||
	    history_check(store, err) != 0 ||
	    ledger_head(store, &seq, head, err) != 0 ||
	    check_age(store, old, err) != 0 ||
	    replace_prove_whole(session, err) != 0) {
		(void)hint_other("try a newer backup, or kmgr restore "
		    "--ledger with a newer exported ledger", err);
	} else if (replace_try(session, err) == 0) {
		plan_replace(request, old, seq, plan);
		return 0;
	}
	replace_abort(session);
	return err_wrap(err, "%s", request->file);
}

/* What a ledger cannot bring back. */
static void
note_lost(struct session *session, const struct restore_gain *gain)
{

	if (gain->n_signed > 0)
		session_note(session, "the signatures of %zu events are in no "
		    "ledger, and so not in the store, only until when they "
		    "live; the ZSK sets neither: hand each zone's in again "
		    "with sign-zsks", gain->n_signed);
}

static int
refuse_damaged(const struct replace_view *old, struct error *err)
{

	if (old->state == REPLACE_NONE) {
		(void)err_set(err, ERR_STORE, "there is no store to bring up "
		    "to the ledger");
		return err_hint(err, "kmgr init makes an empty one");
	}
	(void)err_set(err, ERR_INTEGRITY, "the store does not agree with "
	    "itself, and cannot be brought up to a ledger: %s", old->why);
	return err_hint(err, "move the store away, make an empty one with "
	    "kmgr init, and run the command again; or restore a backup first");
}

static int
prove_ledger(struct session *session, struct error *err)
{

	if (replace_prove_whole(session, err) != 0)
		return hint_other("try a newer exported ledger, or kmgr "
		    "restore with a backup", err);
	return replace_try(session, err);
}

static int
stage_ledger(struct session *session, const struct restore_request *request,
    struct staged *staged, struct plan *plan, struct error *err)
{
	const struct replace_view *old = &staged->old;
	struct restore_gain gain;

	if (old->state == REPLACE_NONE || old->state == REPLACE_DAMAGED)
		return refuse_damaged(old, err);
	if (replace_begin(session, NULL, err) != 0)
		return -1;
	if (restore_ledger_extend(session, request->file, &staged->ledger,
	    &gain, err) == 0 && prove_ledger(session, err) == 0) {
		plan_add(plan, ACTION_RESTORE, NULL, "append events %lld to "
		    "%lld of %s to the store, with the rows that they tell "
		    "of", (long long)gain.from, (long long)gain.to,
		    request->file);
		note_lost(session, &gain);
		return 0;
	}
	replace_abort(session);
	return -1;
}

static int
stage(struct session *session, const struct restore_request *request,
    struct staged *staged, struct plan *plan, struct error *err)
{
	struct replace_view *old = &staged->old;

	staged->ledger = NULL;
	if (replace_look(session, old, err) != 0 ||
	    (request->source == RESTORE_BACKUP ?
	    stage_backup(session, request, old, plan, err) :
	    stage_ledger(session, request, staged, plan, err)) != 0)
		return -1;
	if (old->why[0] != '\0')
		session_note(session, "the old store: %s", old->why);
	return 0;
}

int
restore_plan(struct session *session, const struct restore_request *request,
    struct plan *plan, struct error *err)
{
	struct staged staged;
	const int rc = stage(session, request, &staged, plan, err);

	restore_ledger_free(staged.ledger);
	if (rc != 0)
		return err_wrap(err, "restore");
	replace_abort(session);
	return 0;
}

int
restore_apply(struct session *session, const struct restore_request *request,
    struct plan *plan, struct error *err)
{
	struct staged staged;
	int rc = stage(session, request, &staged, plan, err);

	if (rc == 0 && (rc = tell(session, request, &staged, err)) != 0)
		replace_abort(session);
	restore_ledger_free(staged.ledger);
	if (rc != 0 || replace_commit(session, &staged.old, err) != 0)
		return err_wrap(err, "restore");
	return 0;
}
