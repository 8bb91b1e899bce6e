#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/bulk.h"

#define BATCH 64	/* zones; memory does not grow beyond two of them */

/* One zone on its way. */
struct job {
	struct zsks	*zsks;		/* NULL: refused */
	struct error	 err;
};

/* The zones from first on, judged by a thread. */
struct batch {
	struct session		*session;
	const struct bulk	*bulk;
	struct cmk_cache	*cache;
	size_t			 first;
	size_t			 n;
	struct job		 jobs[BATCH];
	pthread_t		 thread;
};

static void
prepare_one(struct batch *batch, size_t i, struct job *job)
{
	struct zsks_request request = { 0 };
	struct buf text = BUF_INIT;

	job->zsks = NULL;
	err_clear(&job->err);
	if (batch->bulk->load(batch->bulk->arg, i, &request, &text,
	    &job->err) == 0) {
		request.text = buf_text(&text);
		request.len = text.len;
		(void)zsks_prepare(batch->session, batch->cache, &request,
		    &job->zsks, &job->err);
	}
	buf_free(&text);
}

/* Only this thread uses store and cache until it has ended. */
static void *
prepare(void *arg)
{
	struct batch *batch = arg;
	struct error ignored = ERR_INIT;
	struct store *store;
	size_t i;

	/* Where there is no snapshot, each zone says what is wrong. */
	if (session_store(batch->session, &store, &ignored) == 0)
		(void)store_snapshot(store, &ignored);
	for (i = 0; i < batch->n; i++)
		prepare_one(batch, batch->first + i, &batch->jobs[i]);
	if (store != NULL)
		store_release(store);
	return NULL;
}

static int
batch_start(struct batch *batch, size_t first, struct error *err)
{
	const size_t left = batch->bulk->n - first;
	int rc;

	batch->first = first;
	batch->n = left < BATCH ? left : BATCH;
	if (batch->n == 0)
		return 0;
	rc = pthread_create(&batch->thread, NULL, prepare, batch);
	if (rc != 0) {
		batch->n = 0;
		return err_set(err, ERR_SYSTEM, "start a thread (%d)", rc);
	}
	return 0;
}

static void
batch_join(struct batch *batch)
{

	if (batch->n > 0)
		(void)pthread_join(batch->thread, NULL);
}

static void
batch_clear(struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->n; i++)
		zsks_free(batch->jobs[i].zsks);
	batch->n = 0;
}

/* Whether every zone would fail with this. */
static bool
stops_all(const struct error *err)
{

	/* Without a CK_RV the token answered: it lacks this zone's key. */
	return (err->class == ERR_TOKEN && err->code != 0) ||
	    err->class == ERR_STORE ||
	    err->class == ERR_SYSTEM || err->class == ERR_INTERNAL;
}

/* Prove the CMKs of a batch, while no other thread is at work. */
static void
batch_prove(struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->n; i++) {
		struct job *job = &batch->jobs[i];

		if (job->zsks == NULL || zsks_prove(batch->session, job->zsks,
		    &job->err) == 0)
			continue;
		zsks_free(job->zsks);
		job->zsks = NULL;
	}
}

/* Have the token sign what was judged; a refused zone loses its zsks. */
static int
batch_sign(struct batch *batch, struct zsks_keys *keys, struct error *err)
{
	size_t i;

	for (i = 0; i < batch->n; i++) {
		struct job *job = &batch->jobs[i];

		if (job->zsks != NULL && zsks_sign(batch->session, keys,
		    job->zsks, &job->err) == 0)
			continue;
		zsks_free(job->zsks);
		job->zsks = NULL;
		if (stops_all(&job->err)) {
			*err = job->err;
			return -1;
		}
	}
	return 0;
}

/* One transaction for the batch; only what is recorded is released. */
static int
batch_finish(struct batch *batch, struct error *err)
{
	const struct bulk *bulk = batch->bulk;
	struct zsks *list[BATCH];
	size_t i, n = 0;

	for (i = 0; i < batch->n; i++)
		if (batch->jobs[i].zsks != NULL)
			list[n++] = batch->jobs[i].zsks;
	if (n > 0 && zsks_record(batch->session, list, n, err) != 0)
		return -1;
	for (i = 0; i < batch->n; i++)
		if (batch->jobs[i].zsks != NULL)
			bulk->signed_one(bulk->arg, batch->first + i,
			    batch->jobs[i].zsks);
		else
			bulk->refused(bulk->arg, batch->first + i,
			    &batch->jobs[i].err);
	session_progress(batch->session, batch->first + batch->n, bulk->n);
	return 0;
}

/* Sign batch while next is prepared; then record it. */
static int
run_batch(struct batch *batch, struct batch *next, struct zsks_keys *keys,
    struct error *err)
{
	int rc;

	batch_prove(batch);
	rc = batch_start(next, batch->first + batch->n, err);
	if (rc == 0)
		rc = batch_sign(batch, keys, err);
	batch_join(next);
	if (rc == 0)
		rc = batch_finish(batch, err);
	batch_clear(batch);
	return rc;
}

int
bulk_sign(struct session *session, const struct bulk *bulk,
    struct error *err)
{
	struct zsks_keys *keys = zsks_keys_new();
	struct cmk_cache cache = { 0 };
	struct batch *batches = mem_new(2 * sizeof(*batches));
	struct store *store;
	size_t i;
	int rc = -1;

	for (i = 0; i < 2; i++) {
		batches[i].session = session;
		batches[i].bulk = bulk;
		batches[i].cache = &cache;
	}
	/* The store is opened before there are threads. */
	if (session_store(session, &store, err) == 0)
		rc = batch_start(&batches[0], 0, err);
	batch_join(&batches[0]);
	for (i = 0; rc == 0 && batches[i % 2].n > 0; i++)
		rc = run_batch(&batches[i % 2], &batches[(i + 1) % 2], keys,
		    err);
	batch_clear(&batches[0]);
	batch_clear(&batches[1]);
	free(batches);
	cmk_cache_clear(&cache);
	zsks_keys_free(keys);
	return rc;
}
