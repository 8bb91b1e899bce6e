/*
 * A preloaded library that turns the wall clock.
 *
 * KMGR_CLOCK_SHIFT=SECONDS	so far ahead, or behind with a minus (0)
 * KMGR_CLOCK_AT=SECONDS	it stands still there, in seconds since 1970,
 *				shifted as above
 * KMGR_CLOCK_FILE=PATH		so far ahead as this file says at each moment,
 *				for a server; not there: 0
 *
 * By system calls alone, and without a constructor: a sanitizer asks for the
 * time before the C library is ready. In a program built with gcc's
 * AddressSanitizer this needs ASAN_OPTIONS=verify_asan_link_order=0.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t
setting(const char *name)
{
	const char *text = getenv(name);

	return text == NULL ? 0 : (time_t)strtol(text, NULL, 10);
}

static time_t
shift_now(void)
{
	const char *path = getenv("KMGR_CLOCK_FILE");
	char text[24] = "";
	int fd;

	if (path == NULL || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	(void)close(fd);
	return (time_t)strtol(text, NULL, 10);
}

static void
turn(struct timespec *now)
{
	const time_t at = setting("KMGR_CLOCK_AT");

	if (at != 0)
		*now = (struct timespec) { .tv_sec = at };
	now->tv_sec += setting("KMGR_CLOCK_SHIFT") + shift_now();
}

int
clock_gettime(clockid_t id, struct timespec *out)
{
	const int rc = (int)syscall(SYS_clock_gettime, id, out);

	if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		turn(out);
	return rc;
}

time_t
time(time_t *out)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}

int
gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now = { 0 };

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	*out = (struct timeval) { now.tv_sec,
		(suseconds_t)(now.tv_nsec / 1000) };
	return 0;
}
