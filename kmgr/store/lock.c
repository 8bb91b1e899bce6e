#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/store/lock.h"

#define POLL_MAX_MS 50		/* between two looks; the first come sooner */

struct lock {
	int fd;
};

/* The lock counts only while its file still has its name. */
static bool
is_named(int fd, const char *path)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && stat(path, &named) == 0 &&
	    opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static int
refuse_held(int fd, const char *path, struct error *err)
{
	char pid[24] = "";
	const ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	(void)err_set(err, ERR_STORE, "%s: another kmgr is at work", path);
	pid[n > 0 ? strspn(pid, "0123456789") : 0] = '\0';
	if (pid[0] != '\0')
		return err_hint(err, "process %s holds the lock; wait for it "
		    "or end it, then run the command again", pid);
	return err_hint(err, "wait for it, then run the command again");
}

/* For whoever waits. A full disk does not make the lock less held. */
static void
write_holder(int fd, const char *text)
{

	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, strlen(text), 0) < 0)
		return;
}

/* The lock on fd: 1 taken, 0 held by another, -1 error. */
static int
try_once(int fd, const char *path, struct error *err)
{
	char pid[24];

	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK || errno == EINTR)
			return 0;
		(void)err_set_errno(err, "lock %s", path);
		err->class = ERR_STORE;
		return -1;
	}
	(void)snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	write_holder(fd, pid);
	return 1;
}

static int
open_file(const char *path, struct error *err)
{
	const int fd = open(path,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);

	if (fd < 0) {
		(void)err_set_errno(err, "open %s", path);
		err->class = ERR_STORE;
	}
	return fd;
}

int
lock_take(const char *base, int64_t wait_s, struct lock **out,
    struct error *err)
{
	struct timespec pause = { 0, 1000000L };
	const int64_t until_ms = when_elapsed_ms() + wait_s * 1000;
	char *path = mem_printf("%s.lock", base);
	int fd = -1, rc = -1, taken;

	*out = NULL;
	for (;;) {
		if (fd < 0 && (fd = open_file(path, err)) < 0)
			goto out;
		if ((taken = try_once(fd, path, err)) < 0)
			goto out;
		if (taken == 1 && is_named(fd, path))
			break;
		if (taken == 0 && when_elapsed_ms() >= until_ms) {
			(void)refuse_held(fd, path, err);
			goto out;
		}
		if (taken == 0) {
			(void)nanosleep(&pause, NULL);
			if (pause.tv_nsec < POLL_MAX_MS * 1000000L / 2)
				pause.tv_nsec *= 2;
		}
		/* Renamed, removed or still held: look again from the name. */
		(void)close(fd);
		fd = -1;
	}
	*out = mem_new(sizeof(**out));
	(*out)->fd = fd;
	fd = -1;
	rc = 0;
 out:
	if (fd >= 0)
		(void)close(fd);
	free(path);
	return rc;
}

void
lock_free(struct lock *lock)
{

	if (lock == NULL)
		return;
	write_holder(lock->fd, "");
	(void)close(lock->fd);
	free(lock);
}
