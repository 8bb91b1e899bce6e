/* hsm/pin_ask.c: on a terminal of the test's own */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/softhsm.h"

/* A child that logs in to the token, on the other side of a terminal. */
struct child {
	pid_t	pid;
	int	terminal;
	char	output[4096];
	size_t	len;
};

static int
setup(void **state)
{

	*state = softhsm_new();
	return 0;
}

static int
teardown(void **state)
{

	softhsm_free(*state);
	return 0;
}

static void
child_run(struct softhsm *soft)
{
	struct hsm_config config = soft->config;
	struct hsm_token *token = NULL;
	struct error err = ERR_INIT;
	char uri[512];
	int rc;

	/* A shell that runs this in the background has it ignored. */
	(void)signal(SIGINT, SIG_DFL);
	config.uri = softhsm_uri(soft, uri, sizeof(uri), "kmgr", NULL);
	rc = hsm_token_open(&config, &token, &err);
	if (rc == 0)
		rc = hsm_token_login(token, &err);
	if (rc != 0)
		(void)printf("failed: %s\n", err.msg);
	(void)fflush(stdout);
	hsm_token_close(token);
	_exit(rc == 0 ? 0 : (int)err.class);
}

static void
child_start(struct child *child, struct softhsm *soft)
{

	memset(child, 0, sizeof(*child));
	child->pid = forkpty(&child->terminal, NULL, NULL, NULL);
	assert_true(child->pid >= 0);
	if (child->pid == 0)
		child_run(soft);
}

/* Read until ${part} is there, or the child has closed its side. */
static bool
child_says(struct child *child, const char *part)
{
	struct pollfd p = { .fd = child->terminal, .events = POLLIN };
	ssize_t n = 1;

	while (strstr(child->output, part) == NULL && n > 0 &&
	    poll(&p, 1, 20000) == 1) {
		n = read(child->terminal, child->output + child->len,
		    sizeof(child->output) - 1 - child->len);
		if (n > 0)
			child->len += (size_t)n;
	}
	return strstr(child->output, part) != NULL;
}

static bool
echoes(const struct child *child)
{
	struct termios t;

	assert_int_equal(tcgetattr(child->terminal, &t), 0);
	return (t.c_lflag & ECHO) != 0;
}

static void
child_type(struct child *child, const char *text)
{

	assert_int_equal(write(child->terminal, text, strlen(text)),
	    (int)strlen(text));
}

static int
child_end(struct child *child)
{
	int status = -1;

	(void)child_says(child, "never said");
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	(void)close(child->terminal);
	return status;
}

static void
test_asked(void **state)
{
	struct child child;

	child_start(&child, *state);
	assert_true(child_says(&child, "PIN of token main: "));
	assert_false(echoes(&child));
	child_type(&child, SOFTHSM_PIN "\n");
	assert_int_equal(child_end(&child), 0);
	assert_null(strstr(child.output, SOFTHSM_PIN));
	assert_null(strstr(child.output, "failed"));
}

static void
test_nothing_entered(void **state)
{
	struct child child;
	int status;

	child_start(&child, *state);
	assert_true(child_says(&child, "PIN of token main: "));
	child_type(&child, "\n");
	status = child_end(&child);
	assert_int_equal(WEXITSTATUS(status), ERR_CONFIG);
	assert_non_null(strstr(child.output, "no PIN was entered"));
}

static void
test_wrong(void **state)
{
	struct child child;
	int status;

	child_start(&child, *state);
	assert_true(child_says(&child, "PIN of token main: "));
	child_type(&child, "271828\n");
	status = child_end(&child);
	assert_int_equal(WEXITSTATUS(status), ERR_TOKEN);
	/* It is not asked for again. */
	assert_null(strstr(strstr(child.output, "PIN of token") + 1,
	    "PIN of token"));
	assert_null(strstr(child.output, "271828"));
}

/* Ctrl-C ends the program as ever, and the terminal shows what is typed. */
static void
test_interrupted(void **state)
{
	struct child child;
	int status, spare;

	child_start(&child, *state);
	assert_true(child_says(&child, "PIN of token main: "));
	assert_false(echoes(&child));
	/* So that the terminal outlives the child. */
	spare = open(ptsname(child.terminal), O_RDWR | O_NOCTTY);
	assert_true(spare >= 0);
	child_type(&child, "\003");
	assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
	assert_true(echoes(&child));
	(void)close(spare);
	(void)close(child.terminal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_entered, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_wrong, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interrupted, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
