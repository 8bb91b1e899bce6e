/*
 * A preloaded library that kills the process at the nth call which changes a
 * file, as a power failure would.
 *
 * KMGR_KILL_PATHS=P1:P2	files and directories (prefixes of absolute
 *				paths) whose changes count (needed)
 * KMGR_KILL_EXCEPT=A:B		but not those whose path contains A or B
 * KMGR_KILL_AT=N		SIGKILL before the Nth change
 * KMGR_KILL_COUNT=FILE		append "N call path" for each change
 *
 * Between two changes nothing happens to the files, so that to die before
 * each of them is to die everywhere. What stdio only puts into its buffer is
 * no change: fwrite counts when it does not fit, fflush and fclose when there
 * is something to write. In a program built with gcc's AddressSanitizer this
 * needs ASAN_OPTIONS=verify_asan_link_order=0.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long changes;

/*
 * By system calls alone: whatever the C library offers may lead back here.
 */
static void
die(const char *what)
{

	syscall(SYS_write, STDERR_FILENO, what, strlen(what));
	_exit(99);
}

static const char *
setting(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

static unsigned long
kill_at(void)
{
	const char *text = setting("KMGR_KILL_AT");
	char *end = NULL;
	unsigned long n;

	if (text == NULL)
		return 0;
	n = strtoul(text, &end, 10);
	if (*end != '\0' || n == 0)
		die("killwrite: KMGR_KILL_AT is no number from 1\n");
	return n;
}

/* The next of the words between colons in *rest, and its length. */
static const char *
next_word(const char **rest, size_t *len)
{
	const char *word = *rest;

	if (word == NULL || *word == '\0')
		return NULL;
	*len = strcspn(word, ":");
	*rest = word[*len] == ':' ? word + *len + 1 : NULL;
	return word;
}

static bool
is_watched(const char *path)
{
	const char *prefixes = setting("KMGR_KILL_PATHS");
	const char *except = setting("KMGR_KILL_EXCEPT");
	const char *word;
	size_t len;
	bool hit = false;

	if (prefixes == NULL)
		die("killwrite: KMGR_KILL_PATHS names no path\n");
	while ((word = next_word(&prefixes, &len)) != NULL)
		if (len != 0 && strncmp(path, word, len) == 0)
			hit = true;
	while (hit && (word = next_word(&except, &len)) != NULL)
		if (len != 0 && memmem(path, strlen(path), word, len) != NULL)
			return false;
	return hit;
}

static void
note(const char *call, const char *path)
{
	const char *file = setting("KMGR_KILL_COUNT");
	char line[PATH_MAX + 64];
	int fd, len;

	if (file == NULL)
		return;
	len = snprintf(line, sizeof(line), "%lu %s %s\n", changes, call, path);
	fd = (int)syscall(SYS_openat, AT_FDCWD, file,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1 || syscall(SYS_write, fd, line, (size_t)len) != len)
		die("killwrite: KMGR_KILL_COUNT cannot be written\n");
	syscall(SYS_close, fd);
}

/* ${call} is about to change the file ${path}. */
static void
change(const char *call, const char *path)
{
	int saved = errno;

	if (is_watched(path)) {
		pthread_mutex_lock(&lock);
		changes++;
		note(call, path);
		if (changes == kill_at())
			syscall(SYS_kill, getpid(), SIGKILL);
		pthread_mutex_unlock(&lock);
	}
	errno = saved;
}

static void
change_fd(const char *call, int fd)
{
	char link[64], path[PATH_MAX];
	ssize_t len;
	int saved = errno;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	errno = saved;
	if (len == -1)
		return;		/* a bad descriptor: the call itself says so */
	path[len] = '\0';
	change(call, path);
}

/* ${path} as the caller wrote it, made absolute if it can be. */
static void
change_at(const char *call, int dir, const char *path)
{
	char link[64], full[2 * PATH_MAX];
	ssize_t len;
	int saved = errno;

	if (*path == '/') {
		change(call, path);
		return;
	}
	if (dir == AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/self/cwd");
	else
		snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	len = readlink(link, full, PATH_MAX);
	errno = saved;
	if (len == -1)
		return;
	snprintf(full + len, sizeof(full) - (size_t)len, "/%s", path);
	change(call, full);
}

static void
change_path(const char *call, const char *path)
{

	change_at(call, AT_FDCWD, path);
}

/*
 * The function of the same name in the next library. The pointer is looked up
 * at each call: this is no place for speed.
 */
static void *
next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (function == NULL)
		die("killwrite: the C library lacks a function\n");
	return function;
}

/*
 * REPLACE(type, name, parameters, arguments, before): the function ${name},
 * which says ${before} what it is about to change and then does it.
 */
#define REPLACE(type, name, parameters, arguments, before)                     \
	type name parameters;                                                  \
	type name parameters                                                   \
	{                                                                      \
		type(*real) parameters;                                        \
                                                                               \
		*(void **)(&real) = next(#name);                               \
		before;                                                        \
		return real arguments;                                         \
	}

/* The headers know some of these as macros or builtins, or not at all. */
#pragma GCC diagnostic ignored "-Wredundant-decls"

REPLACE(ssize_t, write, (int fd, const void *data, size_t len), (fd, data, len),
    change_fd("write", fd))
REPLACE(ssize_t, pwrite, (int fd, const void *data, size_t len, off_t at),
    (fd, data, len, at), change_fd("pwrite", fd))
REPLACE(ssize_t, pwrite64, (int fd, const void *data, size_t len, off64_t at),
    (fd, data, len, at), change_fd("pwrite64", fd))
REPLACE(ssize_t, writev, (int fd, const struct iovec *iov, int n), (fd, iov, n),
    change_fd("writev", fd))
REPLACE(int, ftruncate, (int fd, off_t len), (fd, len),
    change_fd("ftruncate", fd))
REPLACE(int, ftruncate64, (int fd, off64_t len), (fd, len),
    change_fd("ftruncate64", fd))
REPLACE(int, fsync, (int fd), (fd), change_fd("fsync", fd))
REPLACE(int, fdatasync, (int fd), (fd), change_fd("fdatasync", fd))

REPLACE(int, rename, (const char *from, const char *to), (from, to),
    change_path("rename", to))
REPLACE(int, renameat,
    (int from_dir, const char *from, int to_dir, const char *to),
    (from_dir, from, to_dir, to), change_at("renameat", to_dir, to))
REPLACE(int, renameat2,
    (int from_dir, const char *from, int to_dir, const char *to,
	unsigned int flags),
    (from_dir, from, to_dir, to, flags), change_at("renameat2", to_dir, to))
REPLACE(int, link, (const char *from, const char *to), (from, to),
    change_path("link", to))
REPLACE(int, unlink, (const char *path), (path), change_path("unlink", path))
REPLACE(int, unlinkat, (int dir, const char *path, int flags),
    (dir, path, flags), change_at("unlinkat", dir, path))
REPLACE(int, remove, (const char *path), (path), change_path("remove", path))
REPLACE(int, mkdir, (const char *path, mode_t mode), (path, mode),
    change_path("mkdir", path))
REPLACE(int, rmdir, (const char *path), (path), change_path("rmdir", path))

static void
change_pending(const char *call, FILE *stream)
{

	if (stream != NULL && __fpending(stream) != 0)
		change_fd(call, fileno(stream));
}

static void
change_unless_fits(const char *call, FILE *stream, size_t len)
{

	if (__fpending(stream) + len > __fbufsize(stream) &&
	    __fbufsize(stream) != 0)
		change_fd(call, fileno(stream));
}

REPLACE(size_t, fwrite,
    (const void *data, size_t size, size_t n, FILE *stream),
    (data, size, n, stream), change_unless_fits("fwrite", stream, size *n))
REPLACE(int, fflush, (FILE * stream), (stream),
    change_pending("fflush", stream))
REPLACE(int, fclose, (FILE * stream), (stream),
    change_pending("fclose", stream))
