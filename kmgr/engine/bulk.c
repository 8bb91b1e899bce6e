#include <stdlib.h>
#include <time.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/bulk_inner.h"

struct bulk_batch *
bulk_at(struct bulk_line *line, size_t i)
{

	return &line->ring[i % line->n_ring];
}

void
bulk_end(struct bulk_line *line, const struct error *why)
{

	line->is_ending = true;
	if (why != NULL && line->failure.class == ERR_NONE)
		line->failure = *why;
	(void)pthread_cond_broadcast(&line->for_caller);
	(void)pthread_cond_broadcast(&line->for_prepare);
	(void)pthread_cond_broadcast(&line->for_signers);
}

size_t
bulk_room(const struct pace *pace)
{

	/* One in each hand, and one between; more where signers hold many. */
	return 4 + pace->n / (BULK_BATCH / 2);
}

/* What the caller's thread is to do. */
enum step { STEP_PROVE, STEP_RECORD, STEP_TELL, STEP_NONE };

/* Whether nothing of the batch is on its way; the lock is held. */
static bool
is_settled(const struct bulk_line *line, const struct bulk_batch *batch)
{

	return batch->n_done == batch->n ||
	    (line->is_ending && batch->n_busy == 0);
}

/* How many batches can be recorded now; the lock is held. */
static size_t
n_to_record(struct bulk_line *line)
{
	size_t n = 0;

	while (n < BULK_GROUP && line->n_recorded + n < line->n_proved &&
	    is_settled(line, bulk_at(line, line->n_recorded + n)))
		n++;
	return n;
}

/*
 * The lock is held: wait for something to do; false: tokens wait for it. Who
 * turns the clock of the machine makes them wait no longer.
 */
static bool
caller_wait(struct bulk_line *line)
{
	const int64_t wait_ms = trust_owed_wait_ms(line->owed);
	struct timespec until;

	if (wait_ms == INT64_MAX) {
		(void)pthread_cond_wait(&line->for_caller, &line->lock);
		return true;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(wait_ms / 1000) + 1;
	(void)pthread_cond_timedwait(&line->for_caller, &line->lock, &until);
	return trust_owed_wait_ms(line->owed) > 0;
}

/* Signers that wait go first; what is recorded is recorded in order. */
static enum step
step_wait(struct bulk_line *line, size_t *n_batches)
{
	enum step step = STEP_NONE;

	(void)pthread_mutex_lock(&line->lock);
	while (line->n_recorded < line->n_all) {
		if (!line->is_ending && line->n_proved < line->n_prepared) {
			step = STEP_PROVE;
			break;
		}
		if ((*n_batches = n_to_record(line)) > 0) {
			step = STEP_RECORD;
			break;
		}
		if (line->is_ending && line->n_recorded == line->n_proved)
			break;
		if (!caller_wait(line)) {
			step = STEP_TELL;
			break;
		}
	}
	(void)pthread_mutex_unlock(&line->lock);
	return step;
}

/* Of whose CMK a token cannot be told waits; no other one does. */
static void
release_one(struct bulk_line *line, struct bulk_job *job, size_t i)
{
	const struct bulk *bulk = line->bulk;
	const struct error *why = job->state == BULK_REFUSED ? &job->err :
	    job->state == BULK_SIGNED ?
	    zsks_untold(job->zsks, line->owed) : NULL;

	if (why != NULL)
		bulk->refused(bulk->arg, i, why);
	else if (job->state == BULK_SIGNED)
		bulk->signed_one(bulk->arg, i, job->zsks);
}

static void
release(struct bulk_line *line, struct bulk_batch *batch)
{
	size_t i;

	for (i = 0; i < batch->n; i++)
		release_one(line, &batch->jobs[i], batch->first + i);
	if (!line->bulk->is_part)
		session_progress(line->session, batch->first + batch->n,
		    line->bulk->n);
}

/* How many there are stays: signers who are behind look for more. */
static void
batch_clear(struct bulk_batch *batch)
{
	size_t i;

	for (i = 0; i < batch->n; i++) {
		zsks_free(batch->jobs[i].zsks);
		batch->jobs[i].zsks = NULL;
	}
}

/*
 * Signers that have not seen the end of the next one look behind it: its place
 * on the ring is another batch's soon.
 */
static void
leave_behind(struct bulk_line *line)
{

	(void)pthread_mutex_lock(&line->lock);
	if (line->n_taken == line->n_recorded) {
		line->n_taken++;
		line->next = 0;
	}
	(void)pthread_mutex_unlock(&line->lock);
}

/* Whose token cannot be told is still owed that: in the end it is an error. */
static void
tell_some(struct bulk_line *line)
{
	struct error ignored = ERR_INIT;

	(void)trust_owed_tell_some(line->session, line->owed, &ignored);
}

/* Only what is recorded is released. */
static int
record(struct bulk_line *line, size_t n_batches, struct error *err)
{

	if (bulk_record(line, n_batches, err) != 0)
		return -1;
	tell_some(line);
	for (; n_batches > 0; n_batches--) {
		struct bulk_batch *batch = bulk_at(line, line->n_recorded);

		leave_behind(line);
		release(line, batch);
		batch_clear(batch);
		(void)pthread_mutex_lock(&line->lock);
		line->n_recorded++;
		(void)pthread_cond_signal(&line->for_prepare);
		(void)pthread_mutex_unlock(&line->lock);
	}
	return 0;
}

/* The caller's part, until nothing is left to do. */
static int
attend(struct bulk_line *line, struct error *err)
{
	size_t n_batches = 0;
	int rc = 0;

	while (rc == 0)
		switch (step_wait(line, &n_batches)) {
		case STEP_PROVE:
			bulk_prove(line);
			break;
		case STEP_RECORD:
			rc = record(line, n_batches, err);
			break;
		case STEP_TELL:
			tell_some(line);
			break;
		case STEP_NONE:
			return 0;
		}
	return rc;
}

static int
run(struct bulk_line *line, struct error *err)
{
	pthread_t thread;
	int rc = pthread_create(&thread, NULL, bulk_prepare, line);

	if (rc != 0)
		return err_set(err, ERR_SYSTEM, "start a thread (%d)", rc);
	rc = bulk_signers_start(line, err);
	if (rc == 0)
		rc = attend(line, err);
	(void)pthread_mutex_lock(&line->lock);
	bulk_end(line, NULL);
	(void)pthread_mutex_unlock(&line->lock);
	(void)pthread_join(thread, NULL);
	bulk_signers_join(line);
	/* What failed first is why the rest did. */
	if (line->failure.class != ERR_NONE) {
		*err = line->failure;
		rc = -1;
	}
	return rc;
}

static void
line_init(struct bulk_line *line, struct session *session,
    const struct bulk *bulk)
{
	struct pace most;
	int64_t sessions = session_config(session)->performance.sessions;
	pthread_condattr_t elapsed;

	line->session = session;
	line->bulk = bulk;
	line->owed = bulk->owed != NULL ? bulk->owed : &line->own;
	line->failures = bulk->failures != NULL ? bulk->failures :
	    &line->own_failures;
	line->keys = bulk->keys != NULL ? bulk->keys : zsks_keys_new();
	line->n_all = SIZE_MAX;
	pace_init(&line->pace, sessions, bulk->n);
	most = line->pace;
	most.n = most.max;
	line->n_ring = bulk_room(&most);
	if (bulk->next == NULL && line->n_ring > bulk->n / BULK_BATCH + 2)
		line->n_ring = bulk->n / BULK_BATCH + 2;
	line->ring = mem_new(line->n_ring * sizeof(*line->ring));
	(void)pthread_mutex_init(&line->lock, NULL);
	(void)pthread_condattr_init(&elapsed);
	(void)pthread_condattr_setclock(&elapsed, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&line->for_caller, &elapsed);
	(void)pthread_condattr_destroy(&elapsed);
	(void)pthread_cond_init(&line->for_prepare, NULL);
	(void)pthread_cond_init(&line->for_signers, NULL);
}

static void
line_clear(struct bulk_line *line)
{
	size_t i;

	for (i = 0; i < line->n_ring; i++)
		batch_clear(&line->ring[i]);
	free(line->ring);
	(void)pthread_cond_destroy(&line->for_signers);
	(void)pthread_cond_destroy(&line->for_prepare);
	(void)pthread_cond_destroy(&line->for_caller);
	(void)pthread_mutex_destroy(&line->lock);
	for (i = 0; i < line->n_old; i++)
		cmk_cache_clear(&line->old[i]);
	free(line->old);
	cmk_cache_clear(&line->cache);
	bulk_failures_clear(&line->own_failures);
	if (line->bulk->keys == NULL)
		zsks_keys_free(line->keys);
	free(line);
}

int
bulk_sign(struct session *session, const struct bulk *bulk,
    struct error *err)
{
	struct bulk_line *line = mem_new(sizeof(*line));
	struct session *reader = NULL;
	struct store *store;
	int rc = -1;

	line_init(line, session, bulk);
	/* The store is opened before there are threads. */
	if (session_store(session, &store, err) == 0 &&
	    ((bulk->next == NULL && bulk->n <= BULK_BATCH) ||
	    session_open_reader(session, &reader, err) == 0)) {
		/* Of one batch nothing is read while another is recorded;
		 * what is shared comes in as many as there are shares. */
		line->reader = reader == NULL ? session : reader;
		rc = run(line, err);
	}
	session_close_reader(session, reader);
	rc = trust_owed_end(session, &line->own, rc, err);
	line_clear(line);
	return rc;
}
