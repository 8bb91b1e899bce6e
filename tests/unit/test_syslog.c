/* kmgr/base/syslog.c: before a log daemon of the test's own */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/syslog.h"

#define AT INT64_C(1795339805)		/* 2026-11-22T09:30:05Z */

static struct {
	char	folder[64];
	char	path[80];
	int	fd;
} logd;

/* Listen as daemons do: by datagrams, or on a stream. */
static void
logd_start(int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)strcpy(address.sun_path, logd.path);
	logd.fd = socket(AF_UNIX, type, 0);
	assert_true(logd.fd >= 0);
	assert_int_equal(bind(logd.fd, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(logd.fd, 5), 0);
}

static int
setup(void **state)
{

	(void)state;
	(void)strcpy(logd.folder, "/tmp/test_syslog.XXXXXX");
	assert_non_null(mkdtemp(logd.folder));
	(void)snprintf(logd.path, sizeof(logd.path), "%s/log",
	    logd.folder);
	logd.fd = -1;
	return 0;
}

static int
teardown(void **state)
{

	(void)state;
	if (logd.fd >= 0)
		(void)close(logd.fd);
	(void)unlink(logd.path);
	(void)rmdir(logd.folder);
	return 0;
}

/* facility authpriv (10), severity notice (5): 10 * 8 + 5 */
static void
check_message(const char *got, size_t len, const char *text)
{
	char expected[256];

	(void)snprintf(expected, sizeof(expected),
	    "<85>Nov 22 09:30:05 kmgr[%ld]: %s", (long)getpid(), text);
	assert_int_equal(len, strlen(expected));
	assert_memory_equal(got, expected, len);
}

static void
a_message_is_a_datagram(void **state)
{
	struct error err = ERR_INIT;
	char got[256];
	ssize_t n;

	(void)state;
	logd_start(SOCK_DGRAM);
	unit_ok(syslog_send(logd.path, AT, "one %s %n", &err), &err);
	unit_ok(syslog_send(logd.path, AT, "two", &err), &err);
	n = recv(logd.fd, got, sizeof(got), MSG_DONTWAIT);
	assert_true(n > 0);
	check_message(got, (size_t)n, "one %s %n");
	n = recv(logd.fd, got, sizeof(got), MSG_DONTWAIT);
	assert_true(n > 0);
	check_message(got, (size_t)n, "two");
}

static void
or_a_string_on_a_stream(void **state)
{
	struct error err = ERR_INIT;
	char got[256];
	ssize_t n;
	int fd;

	(void)state;
	logd_start(SOCK_STREAM);
	unit_ok(syslog_send(logd.path, AT, "text", &err), &err);
	fd = accept(logd.fd, NULL, NULL);
	assert_true(fd >= 0);
	n = recv(fd, got, sizeof(got), 0);
	assert_true(n > 0);
	assert_int_equal(got[n - 1], '\0');
	check_message(got, (size_t)n - 1, "text");
	(void)close(fd);
}

static void
nobody_listens(void **state)
{
	struct error err = ERR_INIT;

	(void)state;
	unit_fails(syslog_send(logd.path, AT, "text", &err), &err,
	    ERR_SYSTEM, "/log: No such file or directory");
	logd_start(SOCK_DGRAM);
	(void)close(logd.fd);
	unit_fails(syslog_send(logd.path, AT, "text", &err), &err,
	    ERR_SYSTEM, "/log: Connection refused");
	logd.fd = -1;
}

/* A daemon that is stuck does not hold us up for ever. */
static void
nobody_reads(void **state)
{
	struct error err = ERR_INIT;
	const time_t begun = time(NULL);
	int n = 0;

	(void)state;
	logd_start(SOCK_DGRAM);
	(void)alarm(120);
	while (n < 100000 && syslog_send(logd.path, AT, "text", &err) == 0)
		n++;
	assert_true(n > 0);
	(void)alarm(0);
	assert_int_equal(err.code, EAGAIN);
	assert_true(time(NULL) - begun < 60);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_is_a_datagram),
		TEST(or_a_string_on_a_stream),
		TEST(nobody_listens),
		TEST(nobody_reads),
	};

	(void)setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
