/* --zones-from of what is told: some zones in one transaction. */
#include <string.h>

#include "kmgr/base/stop.h"
#include "kmgr/cmd/cmd_facts.h"
#include "kmgr/cmd/stream.h"
#include "kmgr/cmd/tally.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/store/store_zone.h"

#define BATCH 64

struct telling {
	struct cmd		*cmd;
	const struct facts_kind	*kind;
	void			*told;		/* the command's */
	struct zone_list	 list;
	struct stream		 stream;
	struct tally		 tally;
	struct trust_owed	 owed;
	struct plan		 plan;		/* of --dry-run */
};

/* Lines of the list that are told of together. */
struct batch {
	struct cmk_cache	 cache;
	size_t			 n;
	const struct zone_line	*lines[BATCH];
	struct fact		*facts[BATCH];	/* NULL: refused */
	bool			 is_done[BATCH]; /* or was, before */
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

void
cmd_facts_subject(const struct zone_line *line, struct facts_subject *out)
{
	const char *slash = strrchr(line->text, '/');

	out->ksk = NULL;
	out->zone = NULL;
	if (slash != NULL && slash[1] != '\0' &&
	    strspn(slash + 1, "0123456789") == strlen(slash + 1)) {
		out->ksk = line->text;
	} else {
		zone_list_name(line, &out->name);
		out->zone = &out->name;
	}
}

static int
prepare(struct telling *all, struct batch *batch, size_t i,
    struct error *err)
{

	return all->kind->prepare(all->cmd, all->told, &batch->cache,
	    batch->lines[i], &batch->facts[i], err);
}

/* What the store has of zones that stand together it can give at once. */
static struct store *
read_ahead(struct telling *all, const struct batch *batch)
{
	char texts[BATCH][NAME_TEXT_MAX];
	const char *names[BATCH];
	struct error ignored = ERR_INIT;
	struct store *store;
	struct facts_subject subject;
	size_t i, n = 0;

	if (session_store(all->cmd->session, &store, &ignored) != 0 ||
	    store_snapshot(store, &ignored) != 0)
		return NULL;
	for (i = 0; i < batch->n; i++) {
		cmd_facts_subject(batch->lines[i], &subject);
		if (subject.zone == NULL)
			continue;
		names[n] = name_text(subject.zone, texts[n]);
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

static int
prove_all(struct telling *all, struct batch *batch, struct error *err)
{
	struct error why;
	size_t i;

	for (i = 0; i < batch->n; i++) {
		why = (struct error)ERR_INIT;
		if (batch->facts[i] == NULL || batch->facts[i]->is_known ||
		    fact_prove(all->cmd->session, batch->facts[i],
		    &why) == 0)
			continue;
		fact_free(batch->facts[i]);
		batch->facts[i] = NULL;
		if (refuse(all, batch->lines[i], &why, err) != 0)
			return -1;
	}
	return 0;
}

/* A zone twice, by its KSKs: the second sees what the first has changed. */
static bool
is_among(struct fact *const *list, size_t n, const struct fact *fact)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (name_is_same(&fact->zone->name, &list[i]->zone->name))
			return true;
	return false;
}

/* What is left: in a transaction of its own, as the zone is by now. */
static int
record_one(struct telling *all, struct batch *batch, size_t i,
    struct error *err)
{
	struct session *session = all->cmd->session;
	struct error why = ERR_INIT;

	fact_free(batch->facts[i]);
	batch->facts[i] = NULL;
	batch->is_done[i] = prepare(all, batch, i, &why) == 0 &&
	    (batch->facts[i]->is_known ||
	    (fact_prove(session, batch->facts[i], &why) == 0 &&
	    fact_record(session, &batch->facts[i], 1, &all->owed,
	    &why) == 0));
	return batch->is_done[i] ? 0 : refuse(all, batch->lines[i], &why,
	    err);
}

/* Together; who keeps others from being recorded is found one by one. */
static int
record_all(struct telling *all, struct batch *batch, struct error *err)
{
	struct fact *list[BATCH];
	struct error ignored = ERR_INIT;
	size_t i, n = 0, places[BATCH];
	int rc = 0;

	for (i = 0; i < batch->n; i++) {
		if (batch->facts[i] == NULL)
			continue;
		batch->is_done[i] = batch->facts[i]->is_known;
		if (!batch->is_done[i] &&
		    !is_among(list, n, batch->facts[i])) {
			list[n] = batch->facts[i];
			places[n++] = i;
		}
	}
	if (n > 0 && fact_record(all->cmd->session, list, n, &all->owed,
	    &ignored) == 0)
		while (n > 0)
			batch->is_done[places[--n]] = true;
	for (i = 0; i < batch->n && rc == 0; i++)
		if (batch->facts[i] != NULL && !batch->is_done[i])
			rc = record_one(all, batch, i, err);
	return rc;
}

static void
show(struct telling *all, const struct fact *fact)
{
	struct cmd *cmd = all->cmd;
	struct json *row = cmd->wants_json ? json_new_object() : NULL;

	all->kind->show(cmd, all->told, fact, row);
	if (row != NULL) {
		json_put_bool(row, "known_before", fact->is_known);
		stream_row(&all->stream, all->kind->rows, row);
	} else {
		stream_write(&all->stream);
	}
}

static void
finish_one(struct telling *all, const struct fact *fact)
{

	(*(fact->is_known ? &all->tally.n_before : &all->tally.n_done))++;
	if (args_has(all->cmd->args, OPT_DRY_RUN))
		fact_add(all->cmd->session, fact, &all->plan);
	else
		show(all, fact);
}

static void
finish_batch(struct telling *all, struct batch *batch)
{
	const bool is_dry = args_has(all->cmd->args, OPT_DRY_RUN);
	size_t i;

	for (i = 0; i < batch->n; i++) {
		if (is_dry ? batch->facts[i] != NULL : batch->is_done[i])
			finish_one(all, batch->facts[i]);
		fact_free(batch->facts[i]);
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

	tally_note(&all->tally);
	if (all->kind->note != NULL)
		all->kind->note(all->cmd, all->told);
	if (!args_has(all->cmd->args, OPT_DRY_RUN))
		session_note(all->cmd->session, "%zu of %zu told, %zu known "
		    "before, %zu refused", all->tally.n_done, all->tally.all,
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
		(void)json_put_array(cmd->json, all->kind->rows);
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
cmd_facts(struct cmd *cmd, const struct facts_kind *kind, void *told,
    struct error *err)
{
	struct telling all = { .cmd = cmd, .kind = kind, .told = told,
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
