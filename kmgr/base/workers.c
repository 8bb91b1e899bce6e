#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/workers.h"

#define MESSAGE_MAX (64UL << 20)	/* bytes; more is no message of ours */
#define READ_LEN    65536
#define LOOK_MS	    200		/* between two looks for a signal */
#define REST_MS	    2		/* of who is too far ahead */

/* What all processes see. */
struct shared {
	atomic_size_t	 next;		/* the first item that is nobody's */
	atomic_int	 stop;		/* signal that was noted, or 0 */
	atomic_bool	 is_enough;	/* no more is wanted */
	atomic_size_t	 in_order;	/* no item before this one is missing */
	atomic_bool	 has_gaps;	/* one will never come */
};

struct worker {
	const struct workers	*workers;
	struct shared		*shared;
	int			 fd;	/* to the process that started us */
};

/* What is said between the two, before the bytes of it. */
enum saying {
	SAYS_MESSAGE,
	SAYS_MORE_HELP,
	SAYS_FAILED,		/* a struct error */
	SAYS_DONE
};

struct header {
	uint32_t saying;
	uint32_t len;
};

/* A worker, seen from the process that started it. */
struct child {
	pid_t		 pid;
	int		 fd;		/* -1: it has said all */
	struct buf	 in;		/* what came of the next saying */
	bool		 has_ended_well;
};

struct crew {
	const struct workers	*workers;
	struct shared		*shared;
	struct child		 children[WORKERS_MAX];
	size_t			 n;
	struct error		*err;		/* the first one */
	int			 rc;
};

static bool
is_too_far(const struct worker *worker, size_t at)
{
	const struct workers *workers = worker->workers;
	struct shared *shared = worker->shared;

	return workers->n_in_order != NULL &&
	    at >= atomic_load(&shared->in_order) + workers->n_ahead &&
	    !atomic_load(&shared->has_gaps) &&
	    !atomic_load(&shared->is_enough) && stop_signal() == 0;
}

bool
worker_next(struct worker *worker, size_t *first, size_t *n)
{
	const struct timespec rest = { 0, REST_MS * 1000000L };
	const struct workers *workers = worker->workers;
	const size_t at = atomic_fetch_add(&worker->shared->next,
	    workers->n_share);

	if (at >= workers->n_items)
		return false;
	while (is_too_far(worker, at))
		(void)nanosleep(&rest, NULL);
	*first = at;
	*n = workers->n_items - at < workers->n_share ?
	    workers->n_items - at : workers->n_share;
	return true;
}

bool
worker_is_unwanted(const struct worker *worker)
{

	return atomic_load(&worker->shared->is_enough);
}

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

static int
say(struct worker *worker, enum saying saying, const void *data, size_t len,
    struct error *err)
{
	const struct header header = { saying, (uint32_t)len };
	struct buf out = BUF_INIT;
	int rc;

	if (len > MESSAGE_MAX)
		return err_set(err, ERR_INTERNAL, "a worker's message of %zu "
		    "bytes", len);
	/* In one piece: small ones cost one call. */
	buf_add(&out, &header, sizeof(header));
	buf_add(&out, data, len);
	rc = write_all(worker->fd, out.data, out.len, err);
	buf_free(&out);
	return rc;
}

int
worker_tell(struct worker *worker, const void *message, size_t len,
    struct error *err)
{

	return say(worker, SAYS_MESSAGE, message, len, err);
}

int
worker_want_others(struct worker *worker, struct error *err)
{

	return say(worker, SAYS_MORE_HELP, NULL, 0, err);
}

/* One of them may be told to end: then all are. */
static void
share_stop(struct shared *shared)
{
	int none = 0;

	if (stop_signal() != 0)
		(void)atomic_compare_exchange_strong(&shared->stop, &none,
		    stop_signal());
}

static void __attribute__((noreturn))
worker_main(struct worker *worker, pid_t parent)
{
	struct error err = ERR_INIT, ignored = ERR_INIT;
	int rc = 0;

	stop_heed(&worker->shared->stop);
	/* Whoever started us may have ended before this was asked for. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() == parent &&
	    worker->workers->work(worker->workers->arg, worker, &err) != 0)
		rc = say(worker, SAYS_FAILED, &err, sizeof(err), &ignored);
	else
		rc = say(worker, SAYS_DONE, NULL, 0, &ignored);
	share_stop(worker->shared);
	_exit(rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Its first error is kept; the others are likely the same. */
static void
crew_fail(struct crew *crew, const struct error *err)
{

	if (crew->rc == 0)
		*crew->err = *err;
	crew->rc = -1;
	/* Of what it had taken nobody knows what will come. */
	atomic_store(&crew->shared->has_gaps, true);
}

static int
start_one(struct crew *crew, struct error *err)
{
	struct worker worker = { crew->workers, crew->shared, -1 };
	struct child *child = &crew->children[crew->n];
	const pid_t parent = getpid();
	int ends[2];
	size_t i;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set_errno(err, "make a pipe for a worker");
	child->pid = fork();
	if (child->pid == 0) {
		/* A pipe has an end only once nobody else holds it. */
		for (i = 0; i < crew->n; i++)
			if (crew->children[i].fd >= 0)
				(void)close(crew->children[i].fd);
		(void)close(ends[0]);
		worker.fd = ends[1];
		worker_main(&worker, parent);
	}
	(void)close(ends[1]);
	if (child->pid < 0) {
		(void)err_set_errno(err, "start a worker process");
		(void)close(ends[0]);
		return -1;
	}
	child->fd = ends[0];
	child->in = (struct buf)BUF_INIT;
	child->has_ended_well = false;
	crew->n++;
	return 0;
}

/* With fewer than wanted it goes slower, and with none not at all. */
static void
start(struct crew *crew, size_t n)
{
	struct error err = ERR_INIT;

	while (crew->n < n && start_one(crew, &err) == 0)
		;
	if (crew->n == 0)
		crew_fail(crew, &err);
}

static void
take(struct crew *crew, const uint8_t *data, size_t len)
{
	const struct workers *workers = crew->workers;

	workers->take(workers->arg, data, len);
	if (workers->n_in_order != NULL)
		atomic_store(&crew->shared->in_order,
		    workers->n_in_order(workers->arg));
	if (workers->is_enough != NULL && workers->is_enough(workers->arg))
		atomic_store(&crew->shared->is_enough, true);
}

static void
hear(struct crew *crew, struct child *child, const struct header *header,
    const uint8_t *data)
{
	struct error err = ERR_INIT;

	switch ((enum saying)header->saying) {
	case SAYS_MESSAGE:
		take(crew, data, header->len);
		break;
	case SAYS_MORE_HELP:
		start(crew, crew->workers->n);
		break;
	case SAYS_FAILED:
		child->has_ended_well = true;
		if (header->len == sizeof(err))
			memcpy(&err, data, sizeof(err));
		crew_fail(crew, &err);
		break;
	case SAYS_DONE:
		child->has_ended_well = true;
		break;
	}
}

/* Whatever it is, it is no worker any more. */
static void
hear_nonsense(struct crew *crew, struct child *child)
{
	struct error err = ERR_INIT;

	(void)err_set(&err, ERR_INTERNAL, "a worker process says what is no "
	    "message");
	crew_fail(crew, &err);
	(void)kill(child->pid, SIGKILL);
	child->has_ended_well = true;
	child->in.len = 0;
}

/* All that came whole; the rest waits for more. */
static void
hear_all(struct crew *crew, struct child *child)
{
	struct header header;
	size_t at = 0;

	while (child->in.len - at >= sizeof(header)) {
		memcpy(&header, child->in.data + at, sizeof(header));
		if (header.len > MESSAGE_MAX) {
			hear_nonsense(crew, child);
			return;
		}
		if (child->in.len - at - sizeof(header) < header.len)
			break;
		at += sizeof(header);
		hear(crew, child, &header, child->in.data + at);
		at += header.len;
	}
	if (at == 0)
		return;
	child->in.len -= at;
	memmove(child->in.data, child->in.data + at, child->in.len);
}

static void
child_read(struct crew *crew, struct child *child)
{
	uint8_t data[READ_LEN];
	ssize_t n;

	n = read(child->fd, data, sizeof(data));
	if (n < 0 && errno == EINTR)
		return;
	if (n > 0) {
		buf_add(&child->in, data, (size_t)n);
		hear_all(crew, child);
		return;
	}
	(void)close(child->fd);
	child->fd = -1;
	if (!child->has_ended_well)
		atomic_store(&crew->shared->has_gaps, true);
}

/* Until every worker has closed its end. */
static void
listen_to_all(struct crew *crew)
{
	struct pollfd fds[WORKERS_MAX];
	size_t i, n, open;

	for (;;) {
		n = crew->n;
		open = 0;
		for (i = 0; i < n; i++) {
			fds[i] = (struct pollfd){ crew->children[i].fd,
				POLLIN, 0 };
			open += crew->children[i].fd >= 0;
		}
		if (open == 0)
			return;
		share_stop(crew->shared);
		if (poll(fds, n, LOOK_MS) <= 0)
			continue;
		for (i = 0; i < n; i++)
			if (crew->children[i].fd >= 0 && fds[i].revents != 0)
				child_read(crew, &crew->children[i]);
	}
}

static void
child_end(struct crew *crew, struct child *child)
{
	struct error err = ERR_INIT;
	int status = 0;

	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	buf_free(&child->in);
	if (child->has_ended_well)
		return;
	if (WIFSIGNALED(status))
		(void)err_set(&err, ERR_SYSTEM, "a worker process was ended "
		    "by signal %d", WTERMSIG(status));
	else
		(void)err_set(&err, ERR_SYSTEM, "a worker process ended with "
		    "status %d before its work was done", WEXITSTATUS(status));
	(void)err_hint(&err, "what it had told is done; the same command "
	    "again does the rest");
	crew_fail(crew, &err);
}

int
workers_run(const struct workers *workers, struct error *err)
{
	struct crew *crew = mem_new(sizeof(*crew));
	size_t i;
	int rc;

	crew->workers = workers;
	crew->err = err;
	crew->shared = mmap(NULL, sizeof(*crew->shared), PROT_READ |
	    PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crew->shared == MAP_FAILED) {
		free(crew);
		return err_set_errno(err, "share memory with workers");
	}
	atomic_init(&crew->shared->next, 0);
	atomic_init(&crew->shared->stop, 0);
	atomic_init(&crew->shared->is_enough, false);
	atomic_init(&crew->shared->in_order, 0);
	atomic_init(&crew->shared->has_gaps, false);
	start(crew, workers->is_first_alone ? 1 : workers->n);
	listen_to_all(crew);
	for (i = 0; i < crew->n; i++)
		child_end(crew, &crew->children[i]);
	if (atomic_load(&crew->shared->stop) != 0)
		stop_note(atomic_load(&crew->shared->stop));
	(void)munmap(crew->shared, sizeof(*crew->shared));
	rc = crew->rc;
	free(crew);
	return rc;
}
