/* Counting calls, failing one, dying or hanging at one, being slow. */

#include "tests/fault/p11shim.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long calls;

static void
append(const char *path, const struct shim_call *call)
{
	char line[80];
	int fd, len;

	len = snprintf(line, sizeof(line), "%lu %s\n", call->n, call->name);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1 || write(fd, line, (size_t)len) != len)
		shim_die("KMGR_SHIM_COUNT: %s: %s", path, strerror(errno));
	close(fd);
}

/* Give the call its number; the file has them in the order of the numbers. */
static void
count(struct shim_call *call)
{
	const struct shim_conf *conf = shim_conf();

	if (conf->only != NULL && strcmp(conf->only, call->name) != 0)
		return;
	pthread_mutex_lock(&lock);
	call->n = ++calls;
	if (conf->count_file != NULL)
		append(conf->count_file, call);
	pthread_mutex_unlock(&lock);
}

static void
die_if(unsigned long n, const struct shim_call *call)
{

	if (n != 0 && n == call->n)
		kill(getpid(), (int)shim_conf()->kill_by);
}

static bool
must_fail(const struct shim_conf *conf, const struct shim_call *call)
{

	return conf->fail_at != 0 && call->n >= conf->fail_at &&
	       (conf->fail_n == 0 || call->n - conf->fail_at < conf->fail_n);
}

static void
pause_us(unsigned long us)
{
	struct timespec ts = {
		.tv_sec = (time_t)(us / 1000000),
		.tv_nsec = (long)(us % 1000000) * 1000,
	};

	while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
		continue;
}

static void
dawdle(const struct shim_conf *conf, const struct shim_call *call)
{

	if (conf->delay_us != 0 &&
	    (strcmp(call->name, "C_Sign") == 0 ||
		strcmp(call->name, "C_GenerateKeyPair") == 0))
		pause_us(conf->delay_us);
}

bool
faults_first(const char *file)
{
	const int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);

	if (fd == -1)
		return false;
	close(fd);
	return true;
}

static void
hang(const struct shim_conf *conf, const struct shim_call *call)
{

	if (conf->hang_at == 0 || call->n != conf->hang_at ||
	    (conf->hang_once_file != NULL &&
		!faults_first(conf->hang_once_file)))
		return;
	if (conf->hang_us != 0)
		pause_us(conf->hang_us);
	else
		for (;;)
			pause();
}

bool
faults_enter(struct shim_call *call)
{
	const struct shim_conf *conf = shim_conf();

	count(call);
	die_if(conf->kill_at, call);
	hang(conf, call);
	if (must_fail(conf, call)) {
		call->rv = conf->fail_rv;
		return false;
	}
	if (!gone_enter(call)) {
		call->rv = CKR_DEVICE_REMOVED;
		return false;
	}
	dawdle(conf, call);
	call->forwarded = true;
	return true;
}

ck_rv_t
faults_leave(struct shim_call *call)
{

	if (call->forwarded) {
		gone_leave();
		die_if(shim_conf()->kill_after, call);
	}
	return call->rv;
}
