/* Reading and judging zones, ahead of who signs. */
#include "kmgr/engine/bulk_inner.h"

static void
prepare_one(struct bulk_line *line, size_t i, struct bulk_job *job)
{
	struct zsks_request request = { 0 };
	struct buf text = BUF_INIT;

	job->state = BULK_REFUSED;
	job->zsks = NULL;
	err_clear(&job->err);
	if (line->bulk->load(line->bulk->arg, i, &request, &text,
	    &job->err) == 0) {
		request.text = buf_text(&text);
		request.len = text.len;
		if (zsks_prepare(line->reader, &line->cache, &request,
		    &job->zsks, &job->err) == 0)
			job->state = BULK_PREPARED;
	}
	buf_free(&text);
}

/* What a batch before it has changed meanwhile shows when it is recorded. */
static void
prepare_batch(struct bulk_line *line, struct bulk_batch *batch)
{
	struct error ignored = ERR_INIT;
	struct store *store;
	size_t i;

	batch->n_done = batch->n_busy = 0;
	/* Where there is no snapshot, each zone says what is wrong. */
	if (session_store(line->reader, &store, &ignored) == 0)
		(void)store_snapshot(store, &ignored);
	for (i = 0; i < batch->n; i++)
		prepare_one(line, batch->first + i, &batch->jobs[i]);
	if (store != NULL)
		store_release(store);
	batch->now_at = session_now(line->reader);
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

	if (bulk->next != NULL)
		return bulk->next(bulk->arg, first, n);
	*first = i * BULK_BATCH;
	if (*first >= bulk->n)
		return false;
	*n = bulk->n - *first < BULK_BATCH ? bulk->n - *first : BULK_BATCH;
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
