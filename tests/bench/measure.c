/*
 * measure COMMAND [ARGUMENT]...
 *
 * Runs the command with its standard output thrown away and prints its wall
 * time in microseconds, from before fork to after its end, the peak of its
 * resident memory in KiB, and the processor time in microseconds that it and
 * what it waited for took. Exits as the command does.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long
microseconds(struct timeval at)
{

	return (long long)at.tv_sec * 1000000 + at.tv_usec;
}

int
main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	struct timespec from, to;
	struct rusage usage;
	int status, rc;
	pid_t pid;

	if (argc < 2) {
		(void)fprintf(stderr, "usage: measure COMMAND...\n");
		return 2;
	}
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
	    "/dev/null", O_WRONLY, 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	rc = posix_spawnp(&pid, argv[1], &actions, NULL, argv + 1, environ);
	if (rc != 0) {
		(void)fprintf(stderr, "measure: %s: %s\n", argv[1],
		    strerror(rc));
		return 127;
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		return 126;
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)printf("%lld %ld %lld\n",
	    (long long)(to.tv_sec - from.tv_sec) * 1000000 +
	    (to.tv_nsec - from.tv_nsec) / 1000, usage.ru_maxrss,
	    microseconds(usage.ru_utime) + microseconds(usage.ru_stime));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
