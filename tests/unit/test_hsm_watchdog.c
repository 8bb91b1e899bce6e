/* hsm/watchdog.c */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hsm/module.h"
#include "hsm/watchdog.h"
#include "kmgr/base/give_up.h"

#define MS	    1000
#define LONG_US	    (3600 * 1000 * INT64_C(1000))
#define EXIT_GIVEN_UP 42
#define EXIT_BACK   7
#define N_THREADS   8
#define N_ROUNDS    20000

static const char *expected;

static int
tell(void *arg, const struct error *err)
{

	(void)arg;
	return err->class == ERR_TOKEN && strstr(err->msg, expected) != NULL ?
	    EXIT_GIVEN_UP : 1;
}

static void
begin(int64_t limit_us)
{
	struct error err = ERR_INIT;

	unit_ok(watchdog_begin(limit_us, &err), &err);
}

/* The exit status of a child that ran act(). */
static int
status_of(void (*act)(void))
{
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0) {
		(void)alarm(60);
		give_up_by(tell, NULL);
		act();
		_exit(EXIT_BACK);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static size_t
n_threads(void)
{
	DIR *folder = opendir("/proc/self/task");
	size_t n = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		n++;
	(void)closedir(folder);
	return n - 2;		/* . and .. */
}

static void
hang(void)
{

	begin(LONG_US);
	begin(20 * MS);
	expected = "token soft: C_Sign has not returned for ";
	(void)watchdog_enter("soft", "C_Other", LONG_US, when_elapsed_us());
	(void)watchdog_enter("soft", "C_Sign", 20 * MS, when_elapsed_us());
	for (;;)
		(void)pause();
}

/* What a parent has begun is not its child's, and neither are its calls. */
static void
hang_in_child(void)
{

	begin(LONG_US);
	if (status_of(hang) != EXIT_GIVEN_UP)
		_exit(1);
	watchdog_end();
	(void)watchdog_enter("parent", "C_Parent", 20 * MS, INT64_C(1));
	if (status_of(hang) != EXIT_GIVEN_UP)
		_exit(2);
}

/* Long after all the limits that there are. */
static void
wait_for_person(void)
{
	const struct timespec rest = { 0, 200 * MS * 1000 };

	begin(20 * MS);
	watchdog_leave(watchdog_enter("soft", "C_Login", 0,
	    when_elapsed_us()));
	assert_null(watchdog_enter("soft", "C_Login", 0, when_elapsed_us()));
	(void)nanosleep(&rest, NULL);
	watchdog_end();
}

static void
a_call_that_hangs_ends_the_process(void **state)
{

	(void)state;
	assert_int_equal(status_of(hang), EXIT_GIVEN_UP);
	assert_int_equal(status_of(hang_in_child), EXIT_BACK);
}

static void
one_that_waits_for_a_person_does_not(void **state)
{

	(void)state;
	assert_int_equal(status_of(wait_for_person), EXIT_BACK);
}

static ck_rv_t
fake_info(struct ck_info *info)
{

	(void)info;
	return CKR_OK;
}

static struct ck_function_list list = { .C_GetInfo = fake_info };

static void *
call_often(void *arg)
{
	const struct module *module = arg;
	size_t i;

	for (i = 0; i < N_ROUNDS; i++)
		if (CALL(module, C_GetInfo, (NULL)) != CKR_OK)
			return NULL;
	return arg;
}

/* All of them together take longer than any of them may. */
static void
call_from_threads(void)
{
	const struct hsm_config config = { .name = "soft", .call_limit_s = 1 };
	struct module module = { .list = &list, .config = &config };
	pthread_t threads[N_THREADS];
	void *done;
	size_t i;

	for (i = 0; i < N_THREADS; i++)
		if (pthread_create(&threads[i], NULL, call_often,
		    &module) != 0)
			_exit(1);
	for (i = 0; i < N_THREADS; i++)
		if (pthread_join(threads[i], &done) != 0 || done != &module)
			_exit(2);
}

/* The second time with threads that find what the first ones have left. */
static void
call_a_lot(void)
{

	begin(1000 * MS);
	call_from_threads();
	call_from_threads();
	watchdog_end();
}

static void
calls_that_return_are_many(void **state)
{

	(void)state;
	assert_int_equal(status_of(call_a_lot), EXIT_BACK);
}

/* A thread that was joined is counted until the kernel is done with it. */
static void
there_come_to_be(size_t n)
{
	const struct timespec rest = { 0, MS * 1000 };
	int left;

	for (left = 30000; left > 0 && n_threads() != n; left--)
		(void)nanosleep(&rest, NULL);
	assert_int_equal(n_threads(), n);
}

static void
its_thread_is_there_while_it_is_needed(void **state)
{
	const size_t before = n_threads();
	int i;

	(void)state;
	for (i = 0; i < 50; i++) {
		begin(LONG_US);
		begin(LONG_US + i);
		there_come_to_be(before + 1);
		watchdog_end();
		there_come_to_be(before + 1);
		watchdog_end();
		there_come_to_be(before);
	}
	/* Of what never began. */
	watchdog_end();
}

/* While a process is stopped its calls cannot return. */
static void
is_stopped(void)
{
	const struct timespec rest = { 0, 100 * MS * 1000 };
	struct watchdog_call *call;

	begin(3000 * MS);
	call = watchdog_enter("soft", "C_Sign", 3000 * MS, when_elapsed_us());
	/* It sleeps by now. */
	(void)nanosleep(&rest, NULL);
	(void)raise(SIGSTOP);
	(void)nanosleep(&rest, NULL);
	watchdog_leave(call);
	watchdog_end();
}

static void
a_stopped_process_has_its_time_afterwards(void **state)
{
	const struct timespec rest = { 5, 0 };
	int status = 0;
	const pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		is_stopped();
		_exit(EXIT_BACK);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	(void)nanosleep(&rest, NULL);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_BACK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_that_hangs_ends_the_process),
		cmocka_unit_test(one_that_waits_for_a_person_does_not),
		cmocka_unit_test(calls_that_return_are_many),
		cmocka_unit_test(its_thread_is_there_while_it_is_needed),
		cmocka_unit_test(a_stopped_process_has_its_time_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
