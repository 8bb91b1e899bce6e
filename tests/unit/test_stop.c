/* kmgr/base/stop.c */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmgr/base/stop.h"

#define EXIT_NOTED 7

/* How a child ended that ran act(). */
static int
status_of(void (*act)(void))
{
	int status = 0;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		(void)signal(SIGINT, SIG_DFL);
		(void)signal(SIGTERM, SIG_DFL);
		act();
		_exit(EXIT_NOTED);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
once(void)
{

	stop_catch();
	if (stop_signal() != 0)
		_exit(1);
	(void)raise(SIGINT);
	if (stop_signal() != SIGINT)
		_exit(2);
}

static void
both(void)
{

	stop_catch();
	(void)raise(SIGTERM);
	(void)raise(SIGINT);
}

static void
end(void)
{

	stop_catch();
	stop_end();
	(void)raise(SIGTERM);
	stop_end();
}

/* As nohup(1), and a shell for what runs in the background, have it. */
static void
ignored(void)
{

	(void)signal(SIGINT, SIG_IGN);
	stop_catch();
	(void)raise(SIGINT);
	if (stop_signal() != 0)
		_exit(1);
}

static void
child(void)
{
	int status = 0;
	pid_t pid;

	stop_catch();
	if ((pid = fork()) == 0) {
		(void)raise(SIGINT);
		_exit(stop_signal() == SIGINT ? EXIT_NOTED : 1);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != EXIT_NOTED || stop_signal() != 0)
		_exit(2);
}

/* What is executed does not ignore it, and has no handler of ours. */
static void
program(void)
{

	stop_catch();
	(void)execl("/bin/sh", "sh", "-c", "kill -TERM $$; exit 1", NULL);
}

static void
error_of_term(void)
{
	struct error err = ERR_INIT;

	stop_catch();
	(void)raise(SIGTERM);
	if (stop_error(&err) != -1 || err.class != ERR_TERMINATED)
		_exit(1);
}

static void
error_of_int(void)
{
	struct error err = ERR_INIT;

	stop_catch();
	(void)raise(SIGINT);
	if (stop_error(&err) != -1 || err.class != ERR_INTERRUPTED)
		_exit(1);
}

/* What a terminal is told meanwhile; of what was forked it hears nothing. */
static void
told(void)
{
	static const char part[] = "once more ends it at once";
	static atomic_int stop;
	char text[512] = "";
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
	    (slave = open(ptsname(master), O_RDWR | O_NOCTTY)) < 0 ||
	    dup2(slave, STDERR_FILENO) < 0 ||
	    fcntl(master, F_SETFL, O_NONBLOCK) != 0)
		_exit(1);
	stop_catch();
	if (read(master, text, sizeof(text) - 1) > 0)
		_exit(2);
	(void)raise(SIGINT);
	if (read(master, text, sizeof(text) - 1) <= 0 ||
	    strstr(text, part) == NULL)
		_exit(3);
	stop_heed(&stop);
	stop_catch();
	(void)raise(SIGTERM);
	if (read(master, text, sizeof(text) - 1) > 0)
		_exit(4);
}

static void
assert_noted(void (*act)(void))
{
	const int status = status_of(act);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_NOTED);
}

static void
assert_killed(void (*act)(void), int number)
{
	const int status = status_of(act);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), number);
}

static void
test_first_is_noted(void **state)
{

	(void)state;
	assert_noted(once);
	assert_noted(ignored);
}

static void
test_terminal_is_told(void **state)
{

	(void)state;
	assert_noted(told);
}

static void
test_second_ends(void **state)
{

	(void)state;
	assert_killed(both, SIGINT);
}

static void
test_end(void **state)
{

	(void)state;
	assert_killed(end, SIGTERM);
}

static void
test_children(void **state)
{

	(void)state;
	assert_noted(child);
	assert_killed(program, SIGTERM);
}

static void
test_error(void **state)
{

	(void)state;
	assert_noted(error_of_term);
	assert_noted(error_of_int);
	/* As shells have it. */
	assert_int_equal(ERR_INTERRUPTED, 128 + SIGINT);
	assert_int_equal(ERR_TERMINATED, 128 + SIGTERM);
	assert_string_equal(err_class_name(ERR_INTERRUPTED), "interrupted");
	assert_string_equal(err_class_name(ERR_TERMINATED), "terminated");
	assert_string_equal(err_class_name(ERR_PARTIAL), "partial");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_is_noted),
		cmocka_unit_test(test_terminal_is_told),
		cmocka_unit_test(test_second_ends),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
