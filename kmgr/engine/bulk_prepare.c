/* Reading and judging zones, ahead of who signs. */
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/bulk_inner.h"
#include "kmgr/store/store_life.h"

/* What was loaded of a batch, before it is judged. */
struct loaded {
	struct zsks_request	 requests[BULK_BATCH];
	struct buf		 texts[BULK_BATCH];
};

static void
load(struct bulk_line *line, struct bulk_batch *batch,
    struct loaded *loaded)
{
	const struct bulk *bulk = line->bulk;
	struct bulk_job *job;
	size_t i;

	for (i = 0; i < batch->n; i++) {
		job = &batch->jobs[i];
		job->zsks = NULL;
		err_clear(&job->err);
		job->state = bulk->load(bulk->arg, batch->first + i,
		    &loaded->requests[i], &loaded->texts[i], &job->err) == 0 ?
		    BULK_PREPARED : BULK_REFUSED;
	}
}

/* What the store has of zones that stand together it can give at once. */
static void
read_ahead(struct store *store, const struct bulk_batch *batch,
    const struct loaded *loaded)
{
	char names[BULK_BATCH][NAME_TEXT_MAX];
	const char *list[BULK_BATCH];
	size_t i, n = 0;

	for (i = 0; i < batch->n; i++)
		if (batch->jobs[i].state == BULK_PREPARED) {
			list[n] = name_text(&loaded->requests[i].zone,
			    names[n]);
			n++;
		}
	if (n > 1)
		store_ahead_of(store, list, n);
}

static void
judge(struct bulk_line *line, struct bulk_batch *batch,
    struct loaded *loaded)
{
	struct zsks_request *request;
	struct bulk_job *job;
	size_t i;

	for (i = 0; i < batch->n; i++) {
		job = &batch->jobs[i];
		request = &loaded->requests[i];
		request->text = buf_text(&loaded->texts[i]);
		request->len = loaded->texts[i].len;
		if (job->state == BULK_PREPARED && zsks_prepare(line->reader,
		    &line->cache, request, &job->zsks, &job->err) != 0)
			job->state = BULK_REFUSED;
		buf_free(&loaded->texts[i]);
	}
}

/* Another run was seen to change something: CMKs are loaded anew. */
static void
renew_cache(struct bulk_line *line)
{
	bool is_stale;

	(void)pthread_mutex_lock(&line->lock);
	is_stale = line->is_stale;
	line->is_stale = false;
	(void)pthread_mutex_unlock(&line->lock);
	if (!is_stale)
		return;
	*(struct cmk_cache *)mem_push(&line->old, line->n_old++,
	    sizeof(*line->old)) = line->cache;
	line->cache = (struct cmk_cache) { 0 };
}

/* What a batch before it has changed meanwhile shows when it is recorded. */
static void
prepare_batch(struct bulk_line *line, struct bulk_batch *batch)
{
	struct loaded *loaded = mem_new(sizeof(*loaded));
	struct error ignored = ERR_INIT;
	struct store *store;

	batch->n_done = batch->n_busy = 0;
	renew_cache(line);
	load(line, batch, loaded);
	/* Where there is no snapshot, each zone says what is wrong. */
	if (session_store(line->reader, &store, &ignored) == 0 &&
	    store_snapshot(store, &ignored) == 0)
		read_ahead(store, batch, loaded);
	judge(line, batch, loaded);
	if (store != NULL)
		store_release(store);
	batch->now_at = session_now(line->reader);
	free(loaded);
}

/* Wait for a place on the line; NULL: none is wanted any more. */
static struct bulk_batch *
place_wait(struct bulk_line *line)
{
	struct bulk_batch *batch = NULL;

	(void)pthread_mutex_lock(&line->lock);
	while (!line->is_ending && line->n_prepared - line->n_recorded >=
	    bulk_room(&line->pace))
		(void)pthread_cond_wait(&line->for_prepare, &line->lock);
	if (!line->is_ending)
		batch = bulk_at(line, line->n_prepared);
	(void)pthread_mutex_unlock(&line->lock);
	return batch;
}

/* The zones of batch i; false: there are no more. */
static bool
share_take(const struct bulk *bulk, size_t i, size_t *first, size_t *n)
{
	size_t begin;

	if (bulk->next != NULL)
		return bulk->next(bulk->arg, first, n);
	begin = bulk->n > BULK_BATCH ? BULK_FIRST : BULK_BATCH;
	*first = i == 0 ? 0 : begin + (i - 1) * BULK_BATCH;
	if (*first >= bulk->n)
		return false;
	*n = i == 0 ? begin : BULK_BATCH;
	if (*n > bulk->n - *first)
		*n = bulk->n - *first;
	return true;
}

/* One more batch is prepared, or there are no more. */
static void
tell(struct bulk_line *line, bool is_end)
{

	(void)pthread_mutex_lock(&line->lock);
	if (is_end) {
		line->n_all = line->n_prepared;
		(void)pthread_cond_broadcast(&line->for_signers);
	} else {
		line->n_prepared++;
	}
	(void)pthread_cond_signal(&line->for_caller);
	(void)pthread_mutex_unlock(&line->lock);
}

void *
bulk_prepare(void *arg)
{
	struct bulk_line *line = arg;
	struct bulk_batch *batch;
	size_t i, first, n;

	for (i = 0; (batch = place_wait(line)) != NULL; i++) {
		/* Behind the last batch its place may be another's still. */
		if (!share_take(line->bulk, i, &first, &n)) {
			tell(line, true);
			break;
		}
		batch->first = first;
		batch->n = n;
		prepare_batch(line, batch);
		tell(line, false);
	}
	return NULL;
}
