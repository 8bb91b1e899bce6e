#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/process_internal.h"

void
process_close(int *fd)
{

	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    access(path, X_OK) == 0;
}

/* The path of a program, or NULL. Owner: the caller. */
static char *
program_find(const char *name, struct error *err)
{
	const char *folder = PROCESS_PATH;
	char *path;
	size_t len;

	if (name[0] == '/')
		return mem_strdup(name);
	for (; strchr(name, '/') == NULL && *folder != '\0'; folder += len) {
		folder += *folder == ':';
		len = strcspn(folder, ":");
		path = mem_printf("%.*s/%s", (int)len, folder, name);
		if (is_program(path))
			return path;
		free(path);
	}
	(void)err_set(err, ERR_SYSTEM, "no program %s in %s", name,
	    PROCESS_PATH);
	err->code = ENOENT;
	return NULL;
}

/* Append copies of the strings to list, which has a NULL at its end. */
static void
list_add(char ***list, size_t *n, const char *const *strings)
{

	for (; strings != NULL && *strings != NULL; strings++) {
		(void)mem_push(list, *n + 1, sizeof(**list));
		(*list)[(*n)++] = mem_strdup(*strings);
	}
}

static char **
list_new(const char *const *first, const char *const *rest)
{
	char **list = mem_new(sizeof(*list));
	size_t n = 0;

	list_add(&list, &n, first);
	list_add(&list, &n, rest);
	return list;
}

static void
list_free(char **list)
{
	size_t i;

	for (i = 0; list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

/* What the program finds as its descriptors; -1 of theirs is /dev/null. */
static void
descriptors_set(posix_spawn_file_actions_t *actions, const int theirs[3],
    enum process_manner manner)
{
	int i;

	for (i = 0; i < 3; i++) {
		if (theirs[i] >= 0)
			(void)posix_spawn_file_actions_adddup2(actions,
			    theirs[i], i);
		else if (i != STDERR_FILENO || manner == PROCESS_APART)
			(void)posix_spawn_file_actions_addopen(actions, i,
			    "/dev/null", i == STDIN_FILENO ? O_RDONLY :
			    O_WRONLY, 0);
	}
	(void)posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

static void
attributes_set(posix_spawnattr_t *attr, enum process_manner manner)
{
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t none, pipe_only;

	(void)sigemptyset(&none);
	(void)posix_spawnattr_setsigmask(attr, &none);
	/* kmgr ignores it, and what is ignored stays so in a program. */
	(void)sigemptyset(&pipe_only);
	(void)sigaddset(&pipe_only, SIGPIPE);
	(void)posix_spawnattr_setsigdefault(attr, &pipe_only);
	if (manner == PROCESS_APART) {
		(void)posix_spawnattr_setpgroup(attr, 0);
		flags |= POSIX_SPAWN_SETPGROUP;
	}
	(void)posix_spawnattr_setflags(attr, flags);
}

static int
child_spawn(struct process_child *child, const char *path, const int theirs[3],
    struct error *err)
{
	static const char *const always[] = { "PATH=" PROCESS_PATH,
		"LC_ALL=C", NULL };
	const struct process *spec = child->spec;
	char **argv = list_new(spec->argv, NULL);
	char **env = list_new(always, spec->env);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int status;

	(void)posix_spawn_file_actions_init(&actions);
	descriptors_set(&actions, theirs, spec->manner);
	(void)posix_spawnattr_init(&attr);
	attributes_set(&attr, spec->manner);
	status = posix_spawn(&child->pid, path, &actions, &attr, argv,
	    spec->manner == PROCESS_WITH_USER ? environ : env);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&actions);
	list_free(env);
	list_free(argv);
	errno = status;
	return status == 0 ? 0 : err_set_errno(err, "run %s", path);
}

/*
 * A pipe between ours, which does not block, and theirs. Both are above the
 * three that the program gets: we may have been started without some of them.
 */
static int
pipe_new(int *ours, int *theirs, int their_number, struct error *err)
{
	int ends[2], i;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set_errno(err, "make a pipe");
	for (i = 0; i < 2; i++) {
		const int fd = ends[i];

		if (fd < 3) {
			ends[i] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
			(void)close(fd);
		}
	}
	*ours = ends[their_number == STDIN_FILENO];
	*theirs = ends[their_number != STDIN_FILENO];
	if (*ours < 0 || *theirs < 0 || fcntl(*ours, F_SETFL, O_NONBLOCK) != 0)
		return err_set_errno(err, "make a pipe");
	return 0;
}

int
process_start(struct process_child *child, struct error *err)
{
	const struct process *spec = child->spec;
	const bool is_piped[3] = {
		spec->in_len > 0, child->keeps != PROCESS_DROPPED,
		spec->manner == PROCESS_APART
	};
	int theirs[3] = { -1, -1, -1 };
	char *path;
	int i, rc = -1;

	if ((path = program_find(spec->argv[0], err)) == NULL)
		goto out;
	for (i = 0; i < 3; i++)
		if (is_piped[i] && pipe_new(&child->fd[i], &theirs[i], i,
		    err) != 0)
			goto out;
	rc = child_spawn(child, path, theirs, err);
 out:
	for (i = 0; i < 3; i++)
		process_close(&theirs[i]);
	free(path);
	return rc;
}
