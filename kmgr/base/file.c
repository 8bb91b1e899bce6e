#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"

static int
read_all(int fd, const char *what, size_t max, struct buf *out,
    struct error *err)
{
	uint8_t chunk[16384];
	size_t total = 0;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, "read %s", what);
		if ((total += (size_t)n) > max)
			return err_set(err, ERR_INPUT,
			    "%s is longer than %zu bytes", what, max);
		buf_add(out, chunk, (size_t)n);
	}
	return 0;
}

int
file_read(const char *path, size_t max, struct buf *out, struct error *err)
{
	int fd, rc;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", max, out, err);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0)
		return err_set_errno(err, "open %s", path);
	rc = read_all(fd, path, max, out, err);
	(void)close(fd);
	return rc;
}

bool
file_is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
file_read_regular(const char *path, size_t max, struct buf *out,
    struct error *err)
{
	/* A pipe without a writer is not waited for. */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    O_NONBLOCK);
	struct stat st;
	int rc;

	if (fd < 0)
		return err_set_errno(err, "open %s", path);
	if (fstat(fd, &st) != 0)
		rc = err_set_errno(err, "read %s", path);
	else if (!S_ISREG(st.st_mode))
		rc = err_set(err, ERR_SYSTEM, "%s is not a regular file",
		    path);
	else
		rc = read_all(fd, path, max, out, err);
	(void)close(fd);
	return rc;
}

static int
write_all(int fd, const char *what, const void *data, size_t len,
    struct error *err)
{
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		if ((n = write(fd, p, len)) < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, "write %s", what);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
file_sync(const char *path, struct error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0 || fsync(fd) != 0)
		rc = err_set_errno(err, "write %s", path);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

void
file_sync_folder(const char *path)
{
	char *copy = mem_strdup(path);
	const int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		(void)close(fd);
	}
	free(copy);
}

/* A rename onto /dev/null or a pipe would put a file in its place. */
static int
check_target(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
		return 0;
	return err_set(err, ERR_SYSTEM, "%s is not a regular file", path);
}

int
file_check_regular(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set_errno(err, "open %s", path);
	return S_ISREG(st.st_mode) ? 0 : err_set(err, ERR_SYSTEM,
	    "%s is not a regular file", path);
}

int
file_check_writable(const char *path, struct error *err)
{
	char *copy = mem_strdup(path);
	int rc = check_target(path, err);

	if (rc == 0 && access(dirname(copy), W_OK | X_OK) != 0)
		rc = err_set_errno(err, "write %s", path);
	free(copy);
	return rc;
}

int
file_write(const char *path, mode_t mode, const void *data, size_t len,
    struct error *err)
{
	char *temp;
	int fd, rc = -1;

	if (check_target(path, err) != 0)
		return -1;
	temp = mem_printf("%s.XXXXXX", path);
	if ((fd = mkostemp(temp, O_CLOEXEC)) < 0) {
		(void)err_set_errno(err, "write %s", path);
		free(temp);
		return -1;
	}
	if (write_all(fd, temp, data, len, err) != 0)
		goto out;
	if (fchmod(fd, mode) != 0 || fsync(fd) != 0) {
		(void)err_set_errno(err, "write %s", temp);
		goto out;
	}
	if (rename(temp, path) != 0) {
		(void)err_set_errno(err, "rename %s to %s", temp, path);
		goto out;
	}
	file_sync_folder(path);
	rc = 0;
 out:
	(void)close(fd);
	if (rc != 0)
		(void)unlink(temp);
	free(temp);
	return rc;
}

/* Open path for file_append(), and make it where it is not. */
static int
append_open(const char *path, mode_t mode)
{
	/* Neither a terminal nor a pipe without a reader may hold us up. */
	const int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC;
	int fd = open(path, flags);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if ((fd = open(path, flags | O_CREAT | O_EXCL, mode)) < 0)
		return errno == EEXIST ? open(path, flags) : -1;
	/* Whatever the umask is. */
	(void)fchmod(fd, mode);
	file_sync_folder(path);
	return fd;
}

int
file_append(const char *path, mode_t mode, const void *data, size_t len,
    struct error *err)
{
	const int fd = append_open(path, mode);
	struct stat st;
	ssize_t n;
	int rc = -1;

	if (fd < 0 && errno == ELOOP)
		return err_set(err, ERR_SYSTEM, "%s is a symbolic link", path);
	if (fd < 0)
		return err_set_errno(err, "append to %s", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		(void)err_set(err, ERR_SYSTEM, "%s is not a regular file",
		    path);
	else if ((n = write(fd, data, len)) < 0 || fsync(fd) != 0)
		(void)err_set_errno(err, "append to %s", path);
	else if ((size_t)n != len)
		(void)err_set(err, ERR_SYSTEM,
		    "append to %s: %zd of %zu bytes were written", path, n,
		    len);
	else
		rc = 0;
	(void)close(fd);
	return rc;
}

int
file_check_private(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CONFIG, "%s is not a regular file",
		    path);
	if (st.st_uid != geteuid() && st.st_uid != 0) {
		(void)err_set(err, ERR_CONFIG,
		    "%s belongs to another user (uid %lu)", path,
		    (unsigned long)st.st_uid);
		return err_hint(err, "chown it to the user that runs kmgr");
	}
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		(void)err_set(err, ERR_CONFIG,
		    "%s can be read or written by others (mode %04o)", path,
		    (unsigned int)(st.st_mode & 07777));
		return err_hint(err, "chmod 600 %s", path);
	}
	return 0;
}

/* Make the folder path unless it is there. */
static int
make_folder(const char *path, struct error *err)
{
	struct stat st;

	if (mkdir(path, 0700) == 0)
		return 0;
	/* What is there may be a file. */
	if (errno == EEXIST && stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		errno = ENOTDIR;
	}
	return err_set_errno(err, "make folder %s", path);
}

int
file_make_folders(const char *path, struct error *err)
{
	char *copy = mem_strdup(path);
	char *slash = copy + strspn(copy, "/");
	int rc = 0;

	while (rc == 0 && (slash = strchr(slash, '/')) != NULL) {
		*slash = '\0';
		rc = make_folder(copy, err);
		*slash++ = '/';
	}
	free(copy);
	return rc;
}
