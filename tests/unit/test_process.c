/* kmgr/base/process.c, process_start.c: on programs that every machine has */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/process.h"

#define BIG ((size_t)1 << 20)		/* more than any pipe holds */

/* Run a shell's line with a limit of 20 s. */
static int
shell(const char *line, struct buf *out, int *status, struct error *err)
{
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	const struct process spec = {
		.argv = argv, .out_max = 1000, .limit_s = 20
	};

	return process_run(&spec, out, status, err);
}

static void
shell_prints(const char *line, const char *expected)
{
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	int status = 99;

	unit_ok(shell(line, &out, &status, &err), &err);
	assert_int_equal(status, 0);
	assert_string_equal(buf_text(&out), expected);
	buf_free(&out);
}

static void
shell_fails(const char *line, int expected, const char *part)
{
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	int status = 99;

	assert_int_equal(shell(line, &out, &status, &err), -1);
	assert_int_equal(status, expected);
	assert_int_equal(err.code, 0);
	unit_fails(-1, &err, ERR_SYSTEM, part);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

static void
arguments_are_not_read_by_a_shell(void **state)
{
	const char *const argv[] = { "/usr/bin/printf", "%s|", "$HOME", "a b",
		"", "*;true", NULL };
	const struct process spec = {
		.argv = argv, .out_max = 100, .limit_s = 20
	};
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	buf_add(&out, "before ", 7);
	unit_ok(process_run(&spec, &out, NULL, &err), &err);
	assert_string_equal(buf_text(&out), "before $HOME|a b||*;true|");
	buf_free(&out);
}

/* The environment holds nothing of ours, and no other PATH is looked at. */
static void
surroundings_are_clean(void **state)
{
	const char *const argv[] = { "env", NULL };
	const char *const env[] = { "TZ=UTC0", "A=b c", NULL };
	struct process spec = {
		.argv = argv, .env = env, .out_max = BIG, .limit_s = 20
	};
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	char *path = strdup(getenv("PATH"));

	(void)state;
	(void)setenv("PATH", "/nowhere", 1);
	(void)setenv("KMGR_TEST", "x", 1);
	unit_ok(process_run(&spec, &out, NULL, &err), &err);
	assert_string_equal(buf_text(&out), "PATH=" PROCESS_PATH
	    "\nLC_ALL=C\nTZ=UTC0\nA=b c\n");
	buf_free(&out);
	spec.manner = PROCESS_WITH_USER;
	(void)setenv("PATH", path, 1);
	unit_ok(process_run(&spec, &out, NULL, &err), &err);
	assert_non_null(strstr(buf_text(&out), "KMGR_TEST=x\n"));
	assert_null(strstr(buf_text(&out), "A=b c\n"));
	buf_free(&out);
	(void)unsetenv("KMGR_TEST");
	free(path);
}

static void
no_descriptor_is_inherited(void **state)
{

	(void)state;
	assert_int_equal(dup2(STDIN_FILENO, 77), 77);
	shell_prints("readlink /proc/self/fd/77 || echo none", "none\n");
	(void)close(77);
	shell_prints("readlink /proc/self/fd/0", "/dev/null\n");
}

static void
run_fails(const char *program, enum err_class class, unsigned long code,
    const char *part)
{
	const char *const argv[] = { program, NULL };
	const struct process spec = { .argv = argv, .limit_s = 20 };
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	int status = 99;

	assert_int_equal(process_run(&spec, &out, &status, &err), -1);
	assert_int_equal(status, -1);
	assert_int_equal(err.code, code);
	unit_fails(-1, &err, class, part);
}

static void
what_cannot_be_run_is_said(void **state)
{

	(void)state;
	run_fails("/nowhere/program", ERR_SYSTEM, ENOENT,
	    "run /nowhere/program: No such file");
	run_fails("/etc/passwd", ERR_SYSTEM, EACCES,
	    "run /etc/passwd: Permission denied");
	run_fails("no-such-program", ERR_SYSTEM, ENOENT,
	    "no program no-such-program in /usr/bin:");
	/* There is one, from here; but where "here" is, others decide. */
	assert_int_equal(chdir("/"), 0);
	run_fails("bin/sh", ERR_SYSTEM, ENOENT, "no program bin/sh in");
	run_fails("../bin/sh", ERR_SYSTEM, ENOENT, "no program ../bin/sh in");
}

static void
its_failure_is_said(void **state)
{

	(void)state;
	shell_fails("exit 3", 3, "/bin/sh ended with status 3");
	shell_fails("echo no >&2; echo result; exit 1", 1, "status 1: no");
	shell_fails("printf 'a\\nb\\r\\n\\nc\\nd\\n' >&2; exit 255", 255,
	    "status 255: b; c; d");
	shell_fails("echo why >&2; kill -9 $$", -1,
	    "/bin/sh was ended by signal 9: why");
	/* What we ignore is a program's own matter. */
	(void)signal(SIGPIPE, SIG_IGN);
	shell_fails("kill -PIPE $$", -1, "ended by signal 13");
	(void)signal(SIGPIPE, SIG_DFL);
}

/* Of a long complaint the end is kept, and none is ever waited for. */
static void
long_complaints(void **state)
{

	(void)state;
	shell_fails("seq 300000 >&2; exit 1", 1,
	    "status 1: 299998; 299999; 300000");
	shell_fails("printf '%099999d the end' 0 >&2; exit 1", 1, "0 the end");
	shell_prints("seq 300000 >&2; echo done", "done\n");
	shell_prints("exec 2>&-; echo done", "done\n");
}

static void
output_has_a_limit(void **state)
{

	(void)state;
	shell_prints("printf %01000d 5 | tr -d 0", "5");
	shell_fails("printf %01001d 5", -1,
	    "/bin/sh prints more than 1000 bytes");
	shell_fails("yes", -1, "prints more than 1000 bytes");
}

static void
output_nobody_wants(void **state)
{
	struct error err = ERR_INIT;
	int status = 99;

	(void)state;
	unit_ok(shell("seq 300000", NULL, &status, &err), &err);
	assert_int_equal(status, 0);
	assert_int_equal(shell("exit 5", NULL, &status, &err), -1);
	assert_int_equal(status, 5);
}

static void *
cat_big(void *arg)
{
	const char *const argv[] = { "cat", NULL };
	char *big = malloc(BIG);
	const struct process spec = {
		.argv = argv, .in = big, .in_len = BIG, .out_max = BIG,
		.limit_s = 60
	};
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	bool is_same;

	memset(big, *(char *)arg, BIG);
	is_same = process_run(&spec, &out, NULL, &err) == 0 &&
	    out.len == BIG && memcmp(out.data, big, BIG) == 0;
	free(big);
	buf_free(&out);
	return is_same ? arg : NULL;
}

static void
input_and_output_at_once(void **state)
{
	pthread_t threads[4];
	char names[N_OF(threads)] = { 'a', 'b', 'c', 'd' };
	void *result = NULL;
	size_t i;

	(void)state;
	assert_non_null(cat_big(names));
	for (i = 0; i < N_OF(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, cat_big,
		    &names[i]), 0);
	for (i = 0; i < N_OF(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_ptr_equal(result, &names[i]);
	}
}

/* A program that does not read its input is no failure, and no SIGPIPE. */
static void
input_that_nobody_reads(void **state)
{
	const char *const argv[] = { "true", NULL };
	char *big = calloc(1, BIG);
	const struct process spec = {
		.argv = argv, .in = big, .in_len = BIG, .limit_s = 20
	};
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	struct sigaction action;
	sigset_t set;

	(void)state;
	unit_ok(process_run(&spec, &out, NULL, &err), &err);
	assert_int_equal(sigaction(SIGPIPE, NULL, &action), 0);
	assert_ptr_equal(action.sa_handler, SIG_DFL);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &set), 0);
	assert_int_equal(sigismember(&set, SIGPIPE), 0);
	assert_int_equal(sigpending(&set), 0);
	assert_int_equal(sigismember(&set, SIGPIPE), 0);

	/* One from elsewhere that is held back is not taken away. */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)raise(SIGPIPE);
	unit_ok(process_run(&spec, &out, NULL, &err), &err);
	assert_int_equal(sigpending(&set), 0);
	assert_int_equal(sigismember(&set, SIGPIPE), 1);
	(void)signal(SIGPIPE, SIG_IGN);		/* forgets it */
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	free(big);
	buf_free(&out);
}

/* All that the program has started is gone when its time is up. */
static void
time_is_limited(void **state)
{
	char dir[] = "/tmp/test_process.XXXXXX", fifo[64], line[200];
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	const struct process spec = {
		.argv = argv, .out_max = 10, .limit_s = 3
	};
	struct pollfd p = { .events = POLLIN };
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	const time_t begun = time(NULL);
	int status = 99;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", dir);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	p.fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(p.fd >= 0);
	/* As long as a sleep lives, the pipe has somebody who may write. */
	(void)snprintf(line, sizeof(line),
	    "sleep 500 >%s & echo busy >&2; sleep 501 >%s", fifo, fifo);
	assert_int_equal(process_run(&spec, &out, &status, &err), -1);
	assert_int_equal(status, -1);
	unit_fails(-1, &err, ERR_SYSTEM,
	    "/bin/sh did not end within 3 s: busy");
	assert_true(time(NULL) - begun < 15);
	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_true((p.revents & POLLHUP) != 0);
	(void)close(p.fd);
	(void)unlink(fifo);
	(void)rmdir(dir);
}

/* Ends of its pipes that are closed early, or held open by others. */
static void
it_ends_when_it_ends(void **state)
{
	const time_t begun = time(NULL);

	(void)state;
	shell_fails("exec >&- 2>&-; sleep 0.2; exit 4", 4, "status 4");
	shell_fails("exec >&-; sleep 0.2; echo late >&2; exit 4", 4,
	    "status 4: late");
	/* A service that it leaves behind, with our pipe for its errors. */
	shell_prints("sleep 20 >/dev/null & echo $$ >/dev/null; echo x", "x\n");
	assert_true(time(NULL) - begun < 15);
}

/* Whoever starts us may have closed the first three descriptors. */
static void
without_descriptors(void **state)
{
	const char *const argv[] = { "cat", NULL };
	const struct process spec = {
		.argv = argv, .in = "text", .in_len = 4, .out_max = 10,
		.limit_s = 20
	};
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	pid_t pid = fork();
	int status = -1;

	(void)state;
	if (pid == 0) {
		(void)close(0);
		(void)close(1);
		(void)close(2);
		if (process_run(&spec, &out, NULL, &err) != 0 ||
		    strcmp(buf_text(&out), "text") != 0)
			_exit(1);
		buf_free(&out);
		_exit(shell("echo why >&2; exit 5", NULL, NULL, &err) == -1 &&
		    strstr(err.msg, "5: why") != NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int
read_secret(const char *line, struct secret **out, struct error *err)
{
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	const struct process spec = {
		.argv = argv, .limit_s = 3, .manner = PROCESS_WITH_USER
	};

	return process_read_secret(&spec, out, err);
}

static void
secrets(void **state)
{
	struct error err = ERR_INIT;
	struct secret *secret = NULL;

	(void)state;
	unit_ok(read_secret("echo 271828", &secret, &err), &err);
	assert_string_equal(secret_bytes(secret), "271828");
	secret_free(secret);
	unit_fails(read_secret("true", &secret, &err), &err, ERR_CONFIG,
	    "its output holds no secret");
	assert_null(secret);
	unit_fails(read_secret("echo 271828; exit 2", &secret, &err), &err,
	    ERR_SYSTEM, "status 2");
	assert_null(secret);
	unit_fails(read_secret("echo 271828; exec >&-; sleep 20", &secret,
	    &err), &err, ERR_SYSTEM, "did not end within 3 s");
	assert_null(secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_are_not_read_by_a_shell),
		cmocka_unit_test(surroundings_are_clean),
		cmocka_unit_test(no_descriptor_is_inherited),
		cmocka_unit_test(what_cannot_be_run_is_said),
		cmocka_unit_test(its_failure_is_said),
		cmocka_unit_test(long_complaints),
		cmocka_unit_test(output_has_a_limit),
		cmocka_unit_test(output_nobody_wants),
		cmocka_unit_test(input_and_output_at_once),
		cmocka_unit_test(input_that_nobody_reads),
		cmocka_unit_test(time_is_limited),
		cmocka_unit_test(it_ends_when_it_ends),
		cmocka_unit_test(without_descriptors),
		cmocka_unit_test(secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
