#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hsm/pin.h"
#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/process.h"

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

/* Where systemd would put it, NULL where it puts nothing. Owner: the caller. */
static char *
credential_path(const char *name)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	return folder == NULL || folder[0] != '/' ? NULL :
	    mem_printf("%s/%s.pin", folder, name);
}

/*
 * systemd keeps the folder to the service's own user; the group bits of the
 * file show the mask of an access list there, so file_check_private() would
 * refuse it.
 */
static int
read_credential(const char *name, struct secret **out, struct error *err)
{
	char *path = credential_path(name);
	struct stat st;
	int rc = 0;

	if (path == NULL)
		return 0;
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

/* It may have to ask: it gets all that this process has. */
static int
read_command(const char *command, struct secret **out, struct error *err)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	const struct process shell = {
		.argv = argv,
		.limit_s = PIN_COMMAND_LIMIT_S,
		.manner = PROCESS_WITH_USER
	};

	if (process_read_secret(&shell, out, err) == 0)
		return 0;
	/* No errno: it ran, and it is what the configuration has wrong. */
	if (err->code == 0)
		err->class = ERR_CONFIG;
	return err_wrap(err, "command of pin-source");
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

bool
pin_is_unattended(const char *name, const char *pin_source)
{
	char *path;
	bool is_there;

	if (pin_source[0] != '\0')
		return pin_source[0] != '|';
	path = credential_path(name);
	is_there = path != NULL && access(path, F_OK) == 0;
	free(path);
	return is_there;
}
