#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hsm/module.h"
#include "hsm/pin.h"
#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"

static int
read_path(const char *path, struct secret **out, struct error *err)
{
	int fd, rc;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0) {
		(void)err_set_errno(err, "open %s", path);
		err->class = ERR_CONFIG;
		return err_hint(err, "the token's pin-source names this file; "
		    "write the PIN into it, mode 0600");
	}
	rc = secret_read_fd(fd, path, out, err);
	(void)close(fd);
	return rc;
}

/* A file URI may have an empty host, "localhost" or none (RFC 8089 s2). */
static int
read_file(const char *source, struct secret **out, struct error *err)
{
	const char *path = source;

	if (strncmp(path, "file:", 5) == 0)
		path += 5;
	if (strncmp(path, "//localhost/", 12) == 0)
		path += 11;
	else if (strncmp(path, "///", 3) == 0)
		path += 2;
	if (path[0] != '/' || path[1] == '/')
		return err_set(err, ERR_CONFIG,
		    "pin-source \"%s\" is not an absolute path", source);
	/* A missing one is said by read_path(), with what to do. */
	if (access(path, F_OK) == 0 && file_check_private(path, err) != 0)
		return -1;
	return read_path(path, out, err);
}

/*
 * systemd keeps the folder to the service's own user; the group bits of the
 * file show the mask of an access list there, so file_check_private() would
 * refuse it.
 */
static int
read_credential(const char *name, struct secret **out, struct error *err)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct stat st;
	char *path;
	int rc = 0;

	if (folder == NULL || folder[0] != '/')
		return 0;
	path = mem_printf("%s/%s.pin", folder, name);
	if (stat(path, &st) != 0) {
		if (errno != ENOENT)
			rc = err_set_errno(err, "%s", path);
	} else if (!S_ISREG(st.st_mode) ||
	    (st.st_mode & (S_IWGRP | S_IRWXO)) != 0) {
		rc = err_set(err, ERR_CONFIG, "%s can be read or written by "
		    "others (mode %04o)", path,
		    (unsigned int)(st.st_mode & 07777));
	} else {
		rc = read_path(path, out, err);
	}
	free(path);
	return rc;
}

static int
spawn_shell(const char *command, int out_fd, pid_t *pid, struct error *err)
{
	char shell[] = "sh", option[] = "-c";
	char *line = mem_strdup(command);
	char *argv[] = { shell, option, line, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t set;
	int status;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null",
	    O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, out_fd, 1);
	(void)posix_spawnattr_init(&attr);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	(void)posix_spawnattr_setsigdefault(&attr, &set);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	status = posix_spawn(pid, "/bin/sh", &actions, &attr, argv, environ);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&actions);
	free(line);
	errno = status;
	return status == 0 ? 0 : err_set_errno(err, "run /bin/sh");
}

/* The pipe has room for any PIN: wait only for the writer to go away. */
static bool
wait_hangup(int fd)
{
	struct pollfd p = { .fd = fd, .events = 0 };
	const int64_t end_us = module_clock_us() +
	    PIN_COMMAND_LIMIT_S * INT64_C(1000000);
	int64_t left_us;
	int n = 0;

	while (n == 0 && (left_us = end_us - module_clock_us()) > 0) {
		n = poll(&p, 1, (int)(left_us / 1000) + 1);
		if (n < 0 && errno == EINTR)
			n = 0;
	}
	return n > 0;
}

static int
status_check(pid_t pid, struct error *err)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_set_errno(err, "wait for it");
	if (WIFSIGNALED(status))
		return err_set(err, ERR_CONFIG, "it was ended by signal %d",
		    WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return err_set(err, ERR_CONFIG, "it ended with status %d",
		    WEXITSTATUS(status));
	return 0;
}

static int
read_command(const char *command, struct secret **out, struct error *err)
{
	struct secret *secret = NULL;
	int fd[2], rc;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) != 0)
		return err_set_errno(err, "pipe");
	rc = spawn_shell(command, fd[1], &pid, err);
	(void)close(fd[1]);
	if (rc == 0 && !wait_hangup(fd[0])) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		rc = err_set(err, ERR_CONFIG, "it gave no PIN within %d s",
		    PIN_COMMAND_LIMIT_S);
	} else if (rc == 0) {
		rc = status_check(pid, err);
	}
	if (rc == 0)
		rc = secret_read_fd(fd[0], "its output", &secret, err);
	(void)close(fd[0]);
	if (rc != 0)
		return err_wrap(err, "command of pin-source");
	*out = secret;
	return 0;
}

int
pin_read(const char *name, const char *pin_source, struct secret **out,
    struct error *err)
{

	*out = NULL;
	if (pin_source[0] == '|')
		return read_command(pin_source + 1, out, err);
	if (pin_source[0] != '\0')
		return read_file(pin_source, out, err);
	return read_credential(name, out, err);
}
