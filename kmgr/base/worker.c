/* The inside of a worker process. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/give_up.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/workers_inner.h"

#define REST_MS 2		/* of who is too far ahead */

static bool
is_too_far(const struct worker *worker, size_t at)
{
	const struct workers *workers = worker->workers;
	struct workers_shared *shared = worker->shared;

	return workers->n_in_order != NULL &&
	    at >= atomic_load(&shared->in_order) + workers->n_ahead &&
	    !atomic_load(&shared->has_gaps) &&
	    !atomic_load(&shared->is_enough) && stop_signal() == 0;
}

/*
 * Towards the end there is less for each, or all would wait for who has taken
 * the last share.
 */
static size_t
share_at(const struct workers *workers, size_t at)
{
	const size_t least = (workers->n_share + 3) / 4;
	const size_t left = workers->n_items - at;
	size_t n = left / (2 * workers->n);

	if (n > workers->n_share)
		n = workers->n_share;
	if (n < least)
		n = least;
	return n < left ? n : left;
}

bool
worker_next(struct worker *worker, size_t *first, size_t *n)
{
	const struct timespec rest = { 0, REST_MS * 1000000L };
	const struct workers *workers = worker->workers;
	size_t at = atomic_load(&worker->shared->next), share;

	do {
		if (at >= workers->n_items)
			return false;
		share = share_at(workers, at);
	} while (!atomic_compare_exchange_weak(&worker->shared->next, &at,
	    at + share));
	while (is_too_far(worker, at))
		(void)nanosleep(&rest, NULL);
	*first = at;
	*n = share;
	return true;
}

bool
worker_is_unwanted(const struct worker *worker)
{

	return atomic_load(&worker->shared->is_enough);
}

/* The lock is held. */
static int
write_all(int fd, const void *data, size_t len, struct error *err)
{
	const uint8_t *p = data;
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, "write to the process that "
			    "started this worker");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The lock is held. */
static int
say(struct worker *worker, enum workers_saying saying, const void *data,
    size_t len, struct error *err)
{
	const struct workers_header head = { saying, (uint32_t)len };
	struct buf out = BUF_INIT;
	int rc;

	if (len > WORKERS_MESSAGE_MAX)
		return err_set(err, ERR_INTERNAL, "a worker's message of %zu "
		    "bytes", len);
	/* In one piece: small ones cost one call. */
	buf_add(&out, &head, sizeof(head));
	buf_add(&out, data, len);
	rc = write_all(worker->fd, out.data, out.len, err);
	buf_free(&out);
	return rc;
}

static int
say_more(struct worker *worker, enum workers_saying saying, const void *data,
    size_t len, struct error *err)
{
	int rc;

	(void)pthread_mutex_lock(&worker->lock);
	rc = say(worker, saying, data, len, err);
	(void)pthread_mutex_unlock(&worker->lock);
	return rc;
}

/* How the work has ended, NULL: well. The lock is kept: nothing comes later. */
static int
say_last(struct worker *worker, const struct error *why)
{
	struct error ignored = ERR_INIT;
	int rc;

	(void)pthread_mutex_lock(&worker->lock);
	rc = why == NULL ? say(worker, SAYS_DONE, NULL, 0, &ignored) :
	    say(worker, SAYS_FAILED, why, sizeof(*why), &ignored);
	workers_share_stop(worker->shared);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
tell_end(void *arg, const struct error *err)
{

	return say_last(arg, err);
}

int
worker_tell(struct worker *worker, const void *message, size_t len,
    struct error *err)
{

	return say_more(worker, SAYS_MESSAGE, message, len, err);
}

int
worker_want_others(struct worker *worker, struct error *err)
{

	return say_more(worker, SAYS_MORE_HELP, NULL, 0, err);
}

void
workers_share_stop(struct workers_shared *shared)
{
	int none = 0;

	if (stop_signal() != 0)
		(void)atomic_compare_exchange_strong(&shared->stop, &none,
		    stop_signal());
}

void
worker_main(struct worker *worker, pid_t parent)
{
	struct error err = ERR_INIT;
	int rc = 0;

	stop_heed(&worker->shared->stop);
	give_up_by(tell_end, worker);
	/* Whoever started us may have ended before this was asked for. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() == parent)
		rc = worker->workers->work(worker->workers->arg, worker,
		    &err);
	_exit(say_last(worker, rc == 0 ? NULL : &err));
}
