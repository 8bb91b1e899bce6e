#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/workers_inner.h"

#define READ_LEN    65536
#define LOOK_MS	    200		/* between two looks for a signal */

/* A worker, seen from the process that started it. */
struct child {
	pid_t		 pid;
	int		 fd;		/* -1: it has said all */
	struct buf	 in;		/* what came of the next saying */
	bool		 has_ended_well;
};

struct crew {
	const struct workers	*workers;
	struct workers_shared		*shared;
	struct child		 children[WORKERS_MAX];
	size_t			 n;
	struct error		*err;		/* the first one */
	int			 rc;
};

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
	struct worker worker = { crew->workers, crew->shared, -1,
		PTHREAD_MUTEX_INITIALIZER };
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
hear(struct crew *crew, struct child *child,
    const struct workers_header *header, const uint8_t *data)
{
	struct error err = ERR_INIT;

	switch ((enum workers_saying)header->saying) {
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
	struct workers_header header;
	size_t at = 0;

	while (child->in.len - at >= sizeof(header)) {
		memcpy(&header, child->in.data + at, sizeof(header));
		if (header.len > WORKERS_MESSAGE_MAX) {
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
		workers_share_stop(crew->shared);
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
