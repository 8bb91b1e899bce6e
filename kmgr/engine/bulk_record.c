/* Recording what the signers of bulk.h have signed. */
#include "kmgr/engine/bulk_inner.h"

/*
 * Whether it is the CMK of the zone that failed, which the token needs for a
 * checkpoint, and zones of others can be recorded.
 */
static bool
refuse_of_cmk(struct bulk_line *line, struct bulk_job *job,
    const struct error *why)
{
	bool stops_all;

	if (!bulk_stops_all(why) || zsks_failed(job->zsks) == NULL)
		return false;
	job->err = *why;
	job->state = BULK_REFUSED;
	(void)pthread_mutex_lock(&line->lock);
	stops_all = bulk_fails(line, job, NULL);
	(void)pthread_mutex_unlock(&line->lock);
	return !stops_all;
}

/* One by one: another run was faster with some of them. */
static int
record_each(struct bulk_line *line, struct bulk_job **jobs, size_t n,
    struct error *err)
{
	struct error why;
	size_t i;

	(void)pthread_mutex_lock(&line->lock);
	line->is_stale = true;
	(void)pthread_mutex_unlock(&line->lock);
	for (i = 0; i < n; i++) {
		why = (struct error)ERR_INIT;
		if (zsks_record(line->session, &jobs[i]->zsks, 1, line->owed,
		    &why) == 0 || refuse_of_cmk(line, jobs[i], &why))
			continue;
		if (!zsks_is_overtaken(&why)) {
			*err = why;
			return -1;
		}
		jobs[i]->err = why;
		jobs[i]->state = BULK_REFUSED;
	}
	return 0;
}

static size_t
collect(struct bulk_line *line, size_t n_batches,
    struct bulk_job *jobs[static BULK_GROUP * BULK_BATCH])
{
	size_t i, k, n = 0;

	for (k = 0; k < n_batches; k++) {
		struct bulk_batch *batch = bulk_at(line, line->n_recorded + k);

		for (i = 0; i < batch->n; i++)
			if (batch->jobs[i].state == BULK_SIGNED)
				jobs[n++] = &batch->jobs[i];
	}
	return n;
}

/* Take out those of the CMK that failed; how many are left. */
static size_t
refuse_some(struct bulk_line *line, struct bulk_job **jobs, size_t n,
    const struct error *why)
{
	size_t i, left = 0;

	for (i = 0; i < n; i++)
		if (!refuse_of_cmk(line, jobs[i], why))
			jobs[left++] = jobs[i];
	return left;
}

int
bulk_record(struct bulk_line *line, size_t n_batches, struct error *err)
{
	struct bulk_job *jobs[BULK_GROUP * BULK_BATCH];
	struct zsks *list[BULK_GROUP * BULK_BATCH];
	struct error failed;
	size_t i, left, n;

	for (n = collect(line, n_batches, jobs); n > 0; n = left) {
		for (i = 0; i < n; i++)
			list[i] = jobs[i]->zsks;
		failed = (struct error)ERR_INIT;
		if (zsks_record(line->session, list, n, line->owed,
		    &failed) == 0)
			return 0;
		if (zsks_is_overtaken(&failed))
			return record_each(line, jobs, n, err);
		left = refuse_some(line, jobs, n, &failed);
		if (left == n) {
			*err = failed;
			return -1;
		}
	}
	return 0;
}
