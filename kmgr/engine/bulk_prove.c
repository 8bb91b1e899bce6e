/* Proving the CMKs of bulk.h, and which of them have failed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/bulk_inner.h"

void
bulk_failures_clear(struct bulk_failures *failures)
{

	free(failures->list);
	*failures = (struct bulk_failures) { NULL, 0 };
}

/* How many have failed so that nothing of them can be signed any more. */
static size_t
n_gone(const struct bulk_failures *failures)
{
	size_t i, n = 0;

	for (i = 0; i < failures->n; i++)
		n += bulk_stops_all(&failures->list[i].why);
	return n;
}

static const struct error *
find(const struct bulk_failures *failures, const struct zsks *zsks)
{
	size_t i;

	for (i = 0; i < failures->n; i++)
		if (zsks_signs_with(zsks, failures->list[i].cmk_id))
			return &failures->list[i].why;
	return NULL;
}

bool
bulk_cmk_failed(struct bulk_line *line, struct bulk_job *job)
{
	const struct error *why = find(line->failures, job->zsks);

	if (why == NULL)
		return false;
	job->err = *why;
	job->state = BULK_REFUSED;
	return true;
}

static bool
has(const struct bulk_failures *failures, const char *cmk_id)
{
	size_t i;

	for (i = 0; i < failures->n; i++)
		if (strcmp(failures->list[i].cmk_id, cmk_id) == 0)
			return true;
	return false;
}

bool
bulk_fails(struct bulk_line *line, const struct bulk_job *job,
    const char *prefix)
{
	struct bulk_failures *failures = line->failures;
	const struct error *why = &job->err;
	const char *cmk_id = zsks_failed(job->zsks);
	struct bulk_failure *failure;

	if (cmk_id == NULL || why->class == ERR_STORE ||
	    why->class == ERR_INTERNAL)
		return bulk_stops_all(why);
	/* Signers can have met it at the same time. */
	if (!has(failures, cmk_id)) {
		failure = mem_push(&failures->list, failures->n++,
		    sizeof(*failure));
		(void)snprintf(failure->cmk_id, sizeof(failure->cmk_id), "%s",
		    cmk_id);
		failure->why = *why;
		if (prefix != NULL)
			(void)err_wrap(&failure->why, "%s", prefix);
	}
	return bulk_stops_all(why) &&
	    n_gone(failures) >= line->bulk->n_cmks;
}

/* Prove the CMKs of a zone; whether every other zone would fail, too. */
static bool
prove_job(struct bulk_line *line, struct bulk_job *job)
{
	bool is_refused, stops_all;

	if (job->state == BULK_REFUSED)
		return bulk_stops_all(&job->err);
	(void)pthread_mutex_lock(&line->lock);
	is_refused = bulk_cmk_failed(line, job);
	(void)pthread_mutex_unlock(&line->lock);
	if (is_refused || zsks_prove(line->session, job->zsks, &job->err) == 0)
		return false;
	job->state = BULK_REFUSED;
	(void)pthread_mutex_lock(&line->lock);
	stops_all = bulk_fails(line, job, NULL);
	(void)pthread_mutex_unlock(&line->lock);
	return stops_all;
}

void
bulk_prove(struct bulk_line *line)
{
	struct bulk_batch *batch = bulk_at(line, line->n_proved);
	const struct error *why = NULL;
	size_t i;

	session_advance(line->session, batch->now_at);
	for (i = 0; i < batch->n; i++) {
		struct bulk_job *job = &batch->jobs[i];
		bool stops_all;

		if (why != NULL && job->state == BULK_PREPARED)
			continue;
		stops_all = prove_job(line, job);
		if (job->state != BULK_REFUSED)
			continue;
		batch->n_done++;
		if (!stops_all)
			continue;
		/* Others of the batch can have met it, too. */
		job->state = BULK_LEFT;
		if (why == NULL)
			why = &job->err;
	}
	(void)pthread_mutex_lock(&line->lock);
	line->n_proved++;
	if (why != NULL)
		bulk_end(line, why);
	(void)pthread_cond_broadcast(&line->for_signers);
	(void)pthread_mutex_unlock(&line->lock);
}
