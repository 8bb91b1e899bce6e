#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/process_internal.h"
#include "kmgr/base/when.h"

#define PAUSE_MAX_MS	 50	/* between two looks whether it has ended */
#define COMPLAINT_LEN	 800	/* bytes of its standard error */
#define COMPLAINT_LINES	 3

/*
 * write(), but of a program that reads no more it fails with EPIPE whatever
 * SIGPIPE does in this process.
 */
static ssize_t
write_quietly(int fd, const void *p, size_t len)
{
	const struct timespec now = { 0, 0 };
	sigset_t sigpipe, before, pending;
	ssize_t n;

	(void)sigemptyset(&sigpipe);
	(void)sigaddset(&sigpipe, SIGPIPE);
	(void)sigpending(&pending);
	(void)pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
	n = write(fd, p, len);
	if (n < 0 && errno == EPIPE) {
		/* Ours only: one from elsewhere is to arrive. */
		if (sigismember(&pending, SIGPIPE) == 0)
			(void)sigtimedwait(&sigpipe, NULL, &now);
		errno = EPIPE;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return n;
}

/* It need not read its input: whether it wanted it, it says by its status. */
static void
child_feed(struct process_child *child)
{
	const struct process *spec = child->spec;
	const char *in = spec->in;
	const ssize_t n = write_quietly(child->fd[0], in + child->in_done,
	    spec->in_len - child->in_done);

	if (n > 0)
		child->in_done += (size_t)n;
	if (child->in_done == spec->in_len ||
	    (n < 0 && errno != EAGAIN && errno != EINTR))
		process_close(&child->fd[0]);
}

static void
complaint_trim(struct buf *complaint)
{
	const size_t spare = complaint->len - COMPLAINT_LEN;

	if (complaint->len <= COMPLAINT_LEN)
		return;
	memmove(complaint->data, complaint->data + spare, COMPLAINT_LEN + 1);
	complaint->len = COMPLAINT_LEN;
}

/* What it complained of, as the end of a message: its last lines. */
static void
complaint_write(const struct buf *complaint, struct buf *out)
{
	char *text = mem_strdup(buf_text(complaint));
	char *line, *save = NULL, *last[COMPLAINT_LINES];
	size_t i, n = 0;

	for (line = strtok_r(text, "\r\n", &save); line != NULL;
	    line = strtok_r(NULL, "\r\n", &save))
		last[n++ % COMPLAINT_LINES] = line;
	i = n > COMPLAINT_LINES ? n - COMPLAINT_LINES : 0;
	for (line = ": "; i < n; i++, line = "; ")
		buf_printf(out, "%s%s", line, last[i % COMPLAINT_LINES]);
	free(text);
}

/* Say what it did, and behind that what it complained of. */
static int __attribute__((format(printf, 3, 4)))
child_failed(const struct process_child *child, struct error *err,
    const char *fmt, ...)
{
	char what[128];
	struct buf why = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	complaint_write(&child->complaint, &why);
	(void)err_set(err, ERR_SYSTEM, "%s %s%s", child->spec->argv[0], what,
	    buf_text(&why));
	buf_free(&why);
	return -1;
}

/* Take what there is on its standard output (1) or error (2). */
static int
child_hear(struct process_child *child, int i, struct error *err)
{
	struct buf *to = i == STDOUT_FILENO ? &child->output :
	    &child->complaint;
	char chunk[65536];	/* all that a pipe holds */
	ssize_t n;

	/* Only its end was waited for, and here it is. */
	if (i == STDOUT_FILENO && child->keeps == PROCESS_IN_PIPE) {
		child->kept = child->fd[i];
		child->fd[i] = -1;
		return 0;
	}
	n = read(child->fd[i], chunk, sizeof(chunk));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		process_close(&child->fd[i]);
	if (n > 0)
		buf_add(to, chunk, (size_t)n);
	complaint_trim(&child->complaint);
	if (child->output.len > child->spec->out_max)
		return child_failed(child, err, "prints more than %zu bytes",
		    child->spec->out_max);
	return 0;
}

/* Serve the ends that are ready within wait_ms. */
static int
child_serve(struct process_child *child, int64_t wait_ms, struct error *err)
{
	struct pollfd p[3] = {
		{ .fd = child->fd[0], .events = POLLOUT },
		{ .fd = child->fd[1],
		    .events = child->keeps == PROCESS_IN_PIPE ? 0 : POLLIN },
		{ .fd = child->fd[2], .events = POLLIN },
	};
	int i;

	if (poll(p, 3, (int)(wait_ms < 60000 ? wait_ms : 60000)) <= 0)
		return 0;
	if (p[0].revents != 0)
		child_feed(child);
	for (i = 1; i < 3; i++)
		if (p[i].revents != 0 && child_hear(child, i, err) != 0)
			return -1;
	return 0;
}

/* Until its output is complete and it has ended. */
static int
child_watch(struct process_child *child, int *status, struct error *err)
{
	int64_t left_ms, pause_ms = 1;
	pid_t ended = 0;
	bool talks;

	while (ended == 0) {
		left_ms = child->end_ms - when_elapsed_ms();
		if (left_ms <= 0)
			return child_failed(child, err,
			    "did not end within %lld s",
			    (long long)child->spec->limit_s);
		talks = child->fd[0] >= 0 || child->fd[1] >= 0;
		if (!talks && left_ms > pause_ms)
			left_ms = pause_ms;
		if (child_serve(child, left_ms, err) != 0)
			return -1;
		if (talks)
			continue;
		if (pause_ms < PAUSE_MAX_MS)
			pause_ms *= 2;
		ended = waitpid(child->pid, status, WNOHANG);
	}
	if (ended < 0)
		return err_set_errno(err, "wait for %s",
		    child->spec->argv[0]);
	child->pid = -1;
	/* What it has said is in the pipe; others may hold that open. */
	return child_serve(child, 0, err);
}

static int
status_check(const struct process_child *child, int status, struct error *err)
{

	if (WIFSIGNALED(status))
		return child_failed(child, err, "was ended by signal %d",
		    WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return child_failed(child, err, "ended with status %d",
		    WEXITSTATUS(status));
	return 0;
}

static void
child_kill(struct process_child *child)
{

	if (child->pid <= 0)
		return;
	(void)kill(child->spec->manner == PROCESS_APART ? -child->pid :
	    child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/*
 * Run the program of child, in which nothing but spec and keeps is set, and
 * close all but what child_clear() frees.
 */
static int
child_run(struct process_child *child, int *exit_status, struct error *err)
{
	int i, status = 0, rc = -1;

	for (i = 0; i < 3; i++)
		child->fd[i] = -1;
	child->kept = -1;
	child->end_ms = when_elapsed_ms() + child->spec->limit_s * 1000;
	*exit_status = -1;
	if (process_start(child, err) != 0 ||
	    child_watch(child, &status, err) != 0)
		goto out;
	if (WIFEXITED(status))
		*exit_status = WEXITSTATUS(status);
	rc = status_check(child, status, err);
 out:
	child_kill(child);
	for (i = 0; i < 3; i++)
		process_close(&child->fd[i]);
	return rc;
}

static void
child_clear(struct process_child *child)
{

	if (child->spec->complaint != NULL)
		buf_add(child->spec->complaint, child->complaint.data,
		    child->complaint.len);
	process_close(&child->kept);
	buf_free(&child->output);
	buf_free(&child->complaint);
}

int
process_run(const struct process *spec, struct buf *out, int *exit_status,
    struct error *err)
{
	struct process_child child = {
		.spec = spec,
		.keeps = out == NULL ? PROCESS_DROPPED : PROCESS_COLLECTED,
	};
	int status, rc;

	rc = child_run(&child, &status, err);
	if (rc == 0 && out != NULL)
		buf_add(out, child.output.data, child.output.len);
	if (exit_status != NULL)
		*exit_status = status;
	child_clear(&child);
	return rc;
}

int
process_read_secret(const struct process *spec, struct secret **out,
    struct error *err)
{
	struct process_child child = { .spec = spec, .keeps = PROCESS_IN_PIPE };
	int status, rc;

	*out = NULL;
	rc = child_run(&child, &status, err);
	if (rc == 0)
		rc = secret_read_fd(child.kept, "its output", out, err);
	child_clear(&child);
	return rc;
}
