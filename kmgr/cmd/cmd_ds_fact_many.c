/* ds-seen and ds-gone --zones-from: some zones in one transaction. */
#include <string.h>

#include "kmgr/base/stop.h"
#include "kmgr/cmd/cmd_ds_fact.h"
#include "kmgr/cmd/stream.h"
#include "kmgr/cmd/tally.h"
#include "kmgr/cmd/zone_list.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/store/store_zone.h"

#define BATCH 64

struct telling {
	struct cmd		*cmd;
	struct ds_fact_request	 request;	/* what the options say */
	struct zone_list	 list;
	struct stream		 stream;
	struct tally		 tally;
	struct trust_owed	 owed;
	struct plan		 plan;		/* of --dry-run */
	size_t			 n_unpublished;
	size_t			 n_insecure;
};

/* Lines of the list that are told of together. */
struct batch {
	struct cmk_cache	 cache;
	size_t			 n;
	const struct zone_line	*lines[BATCH];
	struct ds_fact_told	*told[BATCH];	/* NULL: refused */
	bool			 is_done[BATCH];	/* or was, before */
};

/* Whether every zone would fail with this. */
static bool
is_of_all(const struct error *err)
{

	return err->class != ERR_INPUT && err->class != ERR_POLICY &&
	    err->class != ERR_INTEGRITY && err->class != ERR_NOT_YET &&
	    err->code != ZONE_LIFE_CHANGED;
}

/* A zone that is refused stops no other. */
static int
refuse(struct telling *all, const struct zone_line *line,
    const struct error *why, struct error *err)
{

	if (is_of_all(why)) {
		*err = *why;
		return -1;
	}
	(void)tally_refuse(&all->tally, line->text, why);
	return 0;
}

/* ZONE/KEYTAG, or ZONE. */
static int
prepare(struct telling *all, struct batch *batch, size_t i,
    struct error *err)
{
	struct ds_fact_request request = all->request;
	struct name zone;

	if (strchr(batch->lines[i]->text, '/') != NULL) {
		request.ksk = batch->lines[i]->text;
	} else {
		zone_list_name(batch->lines[i], &zone);
		request.zone = &zone;
	}
	return ds_fact_prepare(all->cmd->session, &batch->cache, &request,
	    &batch->told[i], err);
}

/* What the store has of zones that stand together it can give at once. */
static struct store *
read_ahead(struct telling *all, const struct batch *batch)
{
	char texts[BATCH][NAME_TEXT_MAX];
	const char *names[BATCH];
	struct error ignored = ERR_INIT;
	struct store *store;
	struct name zone;
	size_t i, n = 0;

	if (session_store(all->cmd->session, &store, &ignored) != 0 ||
	    store_snapshot(store, &ignored) != 0)
		return NULL;
	for (i = 0; i < batch->n; i++) {
		if (strchr(batch->lines[i]->text, '/') != NULL)
			continue;
		zone_list_name(batch->lines[i], &zone);
		names[n] = name_text(&zone, texts[n]);
		n++;
	}
	if (n > 1)
		store_ahead_of(store, names, n);
	return store;
}

static int
prepare_all(struct telling *all, struct batch *batch, struct error *err)
{
	struct store *store = read_ahead(all, batch);
	struct error why;
	size_t i;
	int rc = 0;

	for (i = 0; i < batch->n && rc == 0; i++) {
		why = (struct error)ERR_INIT;
		if (prepare(all, batch, i, &why) != 0)
			rc = refuse(all, batch->lines[i], &why, err);
	}
	if (store != NULL)
		store_release(store);
	return rc;
}

static bool
is_known(const struct telling *all, const struct ds_fact_told *told)
{
	struct ds_fact_view view;

	ds_fact_view(all->cmd->session, told, &view);
	return view.is_known;
}

static int
prove_all(struct telling *all, struct batch *batch, struct error *err)
{
	struct error why;
	size_t i;

	for (i = 0; i < batch->n; i++) {
		why = (struct error)ERR_INIT;
		if (batch->told[i] == NULL || is_known(all, batch->told[i]) ||
		    ds_fact_prove(all->cmd->session, batch->told[i],
		    &why) == 0)
			continue;
		ds_fact_free(batch->told[i]);
		batch->told[i] = NULL;
		if (refuse(all, batch->lines[i], &why, err) != 0)
			return -1;
	}
	return 0;
}

/* A zone twice, by its KSKs: the second sees what the first has changed. */
static bool
is_among(const struct telling *all, struct ds_fact_told *const *list,
    size_t n, const struct ds_fact_told *told)
{
	struct ds_fact_view view, other;
	size_t i;

	ds_fact_view(all->cmd->session, told, &view);
	for (i = 0; i < n; i++) {
		ds_fact_view(all->cmd->session, list[i], &other);
		if (name_is_same(view.zone, other.zone))
			return true;
	}
	return false;
}

/* What is left: in a transaction of its own, as the zone is by now. */
static int
record_one(struct telling *all, struct batch *batch, size_t i,
    struct error *err)
{
	struct session *session = all->cmd->session;
	struct error why = ERR_INIT;

	ds_fact_free(batch->told[i]);
	batch->told[i] = NULL;
	batch->is_done[i] = prepare(all, batch, i, &why) == 0 &&
	    (is_known(all, batch->told[i]) ||
	    (ds_fact_prove(session, batch->told[i], &why) == 0 &&
	    ds_fact_record(session, &batch->told[i], 1, &all->owed,
	    &why) == 0));
	return batch->is_done[i] ? 0 : refuse(all, batch->lines[i], &why,
	    err);
}

/* Together; who keeps others from being recorded is found one by one. */
static int
record_all(struct telling *all, struct batch *batch, struct error *err)
{
	struct ds_fact_told *list[BATCH];
	struct error ignored = ERR_INIT;
	size_t i, n = 0, places[BATCH];
	int rc = 0;

	for (i = 0; i < batch->n; i++) {
		if (batch->told[i] == NULL)
			continue;
		batch->is_done[i] = is_known(all, batch->told[i]);
		if (!batch->is_done[i] &&
		    !is_among(all, list, n, batch->told[i])) {
			list[n] = batch->told[i];
			places[n++] = i;
		}
	}
	if (n > 0 && ds_fact_record(all->cmd->session, list, n, &all->owed,
	    &ignored) == 0)
		while (n > 0)
			batch->is_done[places[--n]] = true;
	for (i = 0; i < batch->n && rc == 0; i++)
		if (batch->told[i] != NULL && !batch->is_done[i])
			rc = record_one(all, batch, i, err);
	return rc;
}

/* A line a KSK, as ds-seen of one has it. */
static void
show(struct telling *all, const struct ds_fact_view *view)
{
	struct cmd *cmd = all->cmd;
	struct json *row;

	if (view->objection != NULL)
		session_note(cmd->session, "KSK %s: the oracle: %s",
		    view->ksk, view->objection);
	all->n_unpublished += view->is_unpublished;
	all->n_insecure += view->is_insecure;
	if (cmd->wants_json) {
		row = json_new_object();
		json_put_text(row, "zone", view->zone_text);
		json_put_int(row, "key_tag", view->key_tag);
		json_put_text(row, "state", view->state);
		json_put_bool(row, "known_before", view->is_known);
		stream_row(&all->stream, "ksks", row);
	} else {
		buf_printf(&cmd->text, "KSK %s is %s\n", view->ksk,
		    view->state);
		stream_write(&all->stream);
	}
}

static void
finish_batch(struct telling *all, struct batch *batch)
{
	const bool is_dry = args_has(all->cmd->args, OPT_DRY_RUN);
	struct ds_fact_view view;
	size_t i;

	for (i = 0; i < batch->n; i++) {
		if (is_dry ? batch->told[i] != NULL : batch->is_done[i]) {
			ds_fact_view(all->cmd->session, batch->told[i],
			    &view);
			(*(view.is_known ? &all->tally.n_before :
			    &all->tally.n_done))++;
			if (is_dry)
				ds_fact_add(all->cmd->session, batch->told[i],
				    &all->plan);
			else
				show(all, &view);
		}
		ds_fact_free(batch->told[i]);
	}
	cmk_cache_clear(&batch->cache);
}

static int
do_batch(struct telling *all, struct batch *batch, struct error *err)
{
	struct session *session = all->cmd->session;
	struct error ignored = ERR_INIT;
	int rc;

	if (args_has(all->cmd->args, OPT_DRY_RUN)) {
		rc = prepare_all(all, batch, err);
		finish_batch(all, batch);
		return rc;
	}
	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = prepare_all(all, batch, err);
	if (rc == 0)
		rc = prove_all(all, batch, err);
	if (rc == 0)
		rc = record_all(all, batch, err);
	session_unlock(session);
	finish_batch(all, batch);
	/* A token that cannot be told is owed that: at the end an error. */
	(void)trust_owed_tell_some(session, &all->owed, &ignored);
	return rc;
}

static int
do_all(struct telling *all, struct error *err)
{
	size_t next = 0;
	int rc = 0;

	while (rc == 0 && next < all->list.n && stop_signal() == 0 &&
	    !stream_is_broken(&all->stream)) {
		struct batch batch = { .n = 0 };

		for (; next < all->list.n && batch.n < BATCH; next++) {
			const struct zone_line *line = &all->list.lines[next];

			if (line->why != NULL)
				(void)tally_refuse(&all->tally, line->text,
				    line->why);
			else
				batch.lines[batch.n++] = line;
		}
		rc = do_batch(all, &batch, err);
		cmd_progress(all->cmd, next, all->list.n);
	}
	return rc;
}

static void
note_end(struct telling *all)
{
	struct session *session = all->cmd->session;

	tally_note(&all->tally);
	if (all->n_unpublished > 0)
		session_note(session, "%zu of the KSKs were never published: "
		    "without another KSK that has its DS at the parent these "
		    "zones do not validate; next: kmgr sign-zsks --zones-from "
		    "PATH, and publish the result", all->n_unpublished);
	if (all->n_insecure > 0)
		session_note(session, "%zu zones have no KSK with its DS at "
		    "the parent now: resolvers will not validate them",
		    all->n_insecure);
	if (!args_has(all->cmd->args, OPT_DRY_RUN))
		session_note(session, "%zu of %zu told, %zu known before, %zu "
		    "refused", all->tally.n_done, all->tally.all,
		    all->tally.n_before, all->tally.n_refused);
}

static int
finish(struct telling *all, int rc, struct error *err)
{
	struct cmd *cmd = all->cmd;

	if (args_has(cmd->args, OPT_DRY_RUN)) {
		all->tally.again = "nothing was changed";
		cmd_plan(cmd, &all->plan);
	} else if (cmd->n_rows == 0) {
		(void)json_put_array(cmd->json, "ksks");
	}
	note_end(all);
	json_put_int(cmd->json, "n_told", (int64_t)all->tally.n_done);
	json_put_int(cmd->json, "n_known_before",
	    (int64_t)all->tally.n_before);
	if (rc == 0)
		rc = stream_check(&all->stream, err);
	return tally_end(&all->tally, trust_owed_end(cmd->session, &all->owed,
	    rc, err), err);
}

int
cmd_ds_fact_many(struct cmd *cmd, const struct ds_fact_request *request,
    struct error *err)
{
	struct telling all = { .cmd = cmd, .request = *request,
		.plan = PLAN_INIT };
	int rc = -1;

	if (zone_list_read(args_get(cmd->args, OPT_ZONES_FROM),
	    ZONE_LIST_ZONES, &all.list, err) == 0 &&
	    stream_open(&all.stream, cmd, err) == 0) {
		stop_catch();
		tally_init(&all.tally, cmd, "zones", "told of", "zone");
		all.tally.all = all.list.n;
		rc = do_all(&all, err);
		rc = finish(&all, rc, err);
	}
	stream_close(&all.stream);
	plan_clear(&all.plan);
	zone_list_clear(&all.list);
	return rc;
}
