/* kmgr/base/give_up.c, and what becomes of it in a worker */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmgr/base/give_up.h"
#include "kmgr/base/workers.h"

#define ITEMS	   100
#define TROUBLE	   3
#define EXIT_TOLD  42

static int
tell(void *arg, const struct error *err)
{

	return *(int *)arg == 1 && strcmp(err->msg, "no answer") == 0 ?
	    EXIT_TOLD : 1;
}

static void *
find_out(void *arg)
{
	struct error err = ERR_INIT;

	(void)arg;
	(void)err_set(&err, ERR_TOKEN, "no answer");
	give_up(&err);
}

/* Another thread sees that this one never comes back. */
static void
hang(void)
{
	pthread_t thread;

	(void)alarm(60);
	(void)pthread_create(&thread, NULL, find_out, NULL);
	for (;;)
		(void)pause();
}

/* How a child ends that hangs. */
static int
status_with(give_up_tell *teller)
{
	int status = 0, one = 1;
	const pid_t pid = fork();

	if (pid == 0) {
		if (teller != NULL)
			give_up_by(teller, &one);
		hang();
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
the_status_is_who_tells(void **state)
{

	(void)state;
	assert_int_equal(status_with(NULL), ERR_TOKEN);
	assert_int_equal(status_with(tell), EXIT_TOLD);
}

static int
work(void *arg, struct worker *worker, struct error *err)
{
	size_t first, n, i;

	(void)arg;
	while (worker_next(worker, &first, &n))
		for (i = first; i < first + n; i++) {
			if (i == TROUBLE)
				hang();
			if (worker_tell(worker, &i, sizeof(i), err) != 0)
				return -1;
		}
	return 0;
}

static void
take(void *arg, const uint8_t *message, size_t len)
{
	size_t *n_seen = arg;

	(void)message;
	assert_int_equal(len, sizeof(size_t));
	(*n_seen)++;
}

/* Before it, and all that others have, is done. */
static void
a_worker_says_why(void **state)
{
	size_t n_seen = 0;
	const struct workers workers = { .n = 2, .n_items = ITEMS,
		.n_share = 7, .arg = &n_seen, .work = work, .take = take };
	struct error err = ERR_INIT;

	(void)state;
	unit_fails(workers_run(&workers, &err), &err, ERR_TOKEN, "no answer");
	assert_int_equal(n_seen, ITEMS - (7 - TROUBLE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_is_who_tells),
		cmocka_unit_test(a_worker_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
