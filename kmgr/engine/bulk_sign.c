/* The signers of bulk.h: threads with a session of their own each. */
#include "kmgr/base/when.h"
#include "kmgr/engine/bulk_inner.h"

#define ELSEWHERE "the token of its CMK failed at another zone"

bool
bulk_stops_all(const struct error *err)
{

	/* Without a CK_RV the token answered: it lacks this zone's key. */
	return (err->class == ERR_TOKEN && err->code != 0) ||
	    err->class == ERR_STORE ||
	    err->class == ERR_SYSTEM || err->class == ERR_INTERNAL;
}

/* The lock is held: the next zone that is to be signed, or NULL. */
static struct bulk_job *
job_next(struct bulk_line *line, struct bulk_batch **batch)
{
	struct bulk_job *job;

	while (line->n_taken < line->n_proved) {
		*batch = bulk_at(line, line->n_taken);
		if (line->next == (*batch)->n) {
			line->n_taken++;
			line->next = 0;
			continue;
		}
		job = &(*batch)->jobs[line->next++];
		if (job->state != BULK_PREPARED)
			continue;
		if (!bulk_cmk_failed(line, job))
			return job;
		if (++(*batch)->n_done == (*batch)->n)
			(void)pthread_cond_signal(&line->for_caller);
	}
	return NULL;
}

/* Whether the signer has nothing to do ever again; the lock is held. */
static bool
is_over(struct bulk_line *line)
{
	const struct bulk *bulk = line->bulk;

	if (!line->is_ending && bulk->is_stopped != NULL &&
	    bulk->is_stopped(bulk->arg))
		bulk_end(line, NULL);
	return line->is_ending || line->n_taken == line->n_all;
}

/* Wait for a zone; NULL: there are no more. */
static struct bulk_job *
job_take(struct bulk_signer *signer, struct zsks_keys *keys,
    struct bulk_batch **batch)
{
	struct bulk_line *line = signer->line;
	struct bulk_job *job = NULL;
	bool has_rested = false;

	(void)pthread_mutex_lock(&line->lock);
	while (!is_over(line)) {
		if (signer->number < pace_threads(&line->pace) &&
		    (job = job_next(line, batch)) != NULL) {
			(*batch)->n_busy++;
			break;
		}
		if (is_over(line))
			break;
		if (has_rested) {
			(void)pthread_cond_wait(&line->for_signers,
			    &line->lock);
			continue;
		}
		line->pace.is_starved |= signer->number <
		    pace_threads(&line->pace);
		(void)pthread_mutex_unlock(&line->lock);
		zsks_keys_rest(keys);
		(void)pthread_mutex_lock(&line->lock);
		has_rested = true;
	}
	/* Who waits for zones need not wait for the last one. */
	if (job == NULL)
		(void)pthread_cond_broadcast(&line->for_signers);
	(void)pthread_mutex_unlock(&line->lock);
	return job;
}

static void *sign(void *arg);

/* The lock is held: have as many as are wanted, or as can be started. */
static int
signers_start(struct bulk_line *line)
{
	struct bulk_signer *signer;
	int rc = 0;

	while (rc == 0 && line->n_signers < pace_threads(&line->pace)) {
		signer = &line->signers[line->n_signers];
		*signer = (struct bulk_signer) { .line = line,
			.number = line->n_signers };
		rc = pthread_create(&signer->thread, NULL, sign, signer);
		if (rc == 0)
			line->n_signers++;
	}
	return rc;
}

static void
job_done(struct bulk_line *line, struct bulk_batch *batch,
    struct bulk_job *job, int rc)
{

	(void)pthread_mutex_lock(&line->lock);
	job->state = rc == 0 ? BULK_SIGNED : BULK_REFUSED;
	batch->n_done++;
	batch->n_busy--;
	if (rc != 0 && bulk_stops_all(&job->err) &&
	    bulk_fails(line, job, ELSEWHERE)) {
		/* No zone of its own fault: it is left, as those after it. */
		job->state = BULK_LEFT;
		bulk_end(line, &job->err);
	}
	if (batch->n_done == batch->n || line->is_ending)
		(void)pthread_cond_signal(&line->for_caller);
	if (!line->is_ending) {
		(void)pace_done(&line->pace, when_elapsed_us());
		(void)signers_start(line);
	}
	(void)pthread_mutex_unlock(&line->lock);
}

static void *
sign(void *arg)
{
	struct bulk_signer *signer = arg;
	struct bulk_line *line = signer->line;
	struct zsks_keys *keys = zsks_keys_beside(line->keys);
	struct bulk_batch *batch;
	struct bulk_job *job;

	while ((job = job_take(signer, keys, &batch)) != NULL)
		job_done(line, batch, job, zsks_sign(line->session, keys,
		    job->zsks, &job->err));
	zsks_keys_free(keys);
	return NULL;
}

int
bulk_signers_start(struct bulk_line *line, struct error *err)
{
	int rc;

	(void)pthread_mutex_lock(&line->lock);
	rc = signers_start(line);
	if (rc != 0 && line->n_signers == 0)
		(void)err_set(err, ERR_SYSTEM, "start a thread (%d)", rc);
	rc = line->n_signers == 0 ? -1 : 0;
	(void)pthread_mutex_unlock(&line->lock);
	return rc;
}

static size_t
n_signers(struct bulk_line *line)
{
	size_t n;

	(void)pthread_mutex_lock(&line->lock);
	n = line->n_signers;
	(void)pthread_mutex_unlock(&line->lock);
	return n;
}

void
bulk_signers_join(struct bulk_line *line)
{
	size_t i;

	/* Only a signer starts others: none comes after the last has ended. */
	for (i = 0; i < n_signers(line); i++)
		(void)pthread_join(line->signers[i].thread, NULL);
}
