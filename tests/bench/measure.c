/*
 * measure [-n N] [-o FILE] COMMAND [ARGUMENT]...
 *
 * Runs the command, N times at once (1), with its standard output in FILE
 * (thrown away), and prints the wall time in microseconds, from before the
 * first fork to after the last end, the peak of resident memory in KiB, of the
 * largest process, and the processor time in microseconds that all of them and
 * what they waited for took. Exits as the command does; of several, as the
 * last one that failed.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct measured {
	long		max_rss_kib;
	long long	cpu_us;
	int		status;
};

static long long
microseconds(struct timeval at)
{

	return (long long)at.tv_sec * 1000000 + at.tv_usec;
}

static int
start(char **argv, const char *output)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int rc;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
	    output, O_WRONLY | O_APPEND, 0);
	rc = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (rc != 0)
		(void)fprintf(stderr, "measure: %s: %s\n", argv[0],
		    strerror(rc));
	return rc;
}

/* The next one that ends; -1 when all have. */
static int
wait_for_one(struct measured *all)
{
	struct rusage usage;
	int status;

	if (wait3(&status, 0, &usage) == -1)
		return -1;
	if (all->max_rss_kib < usage.ru_maxrss)
		all->max_rss_kib = usage.ru_maxrss;
	all->cpu_us += microseconds(usage.ru_utime) +
	    microseconds(usage.ru_stime);
	if (!WIFEXITED(status))
		all->status = 128;
	else if (WEXITSTATUS(status) != 0)
		all->status = WEXITSTATUS(status);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *output = "/dev/null";
	struct measured all = { 0 };
	struct timespec from, to;
	long i, n = 1;
	int c, fd;

	/* The command's own options are not ours. */
	while ((c = getopt(argc, argv, "+n:o:")) != -1) {
		if (c == 'n')
			n = strtol(optarg, NULL, 10);
		else if (c == 'o')
			output = optarg;
		else
			n = 0;
	}
	if (optind >= argc || n < 1) {
		(void)fprintf(stderr, "usage: measure [-n N] [-o FILE] "
		    "COMMAND...\n");
		return 2;
	}
	if ((fd = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0666)) == -1) {
		perror(output);
		return 126;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < n; i++)
		if (start(argv + optind, output) != 0)
			all.status = 127;
	while (wait_for_one(&all) == 0)
		continue;
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	(void)printf("%lld %ld %lld\n",
	    (long long)(to.tv_sec - from.tv_sec) * 1000000 +
	    (to.tv_nsec - from.tv_nsec) / 1000, all.max_rss_kib, all.cpu_us);
	(void)close(fd);
	return all.status;
}
