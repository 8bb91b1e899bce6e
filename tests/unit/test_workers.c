/* kmgr/base/workers.c */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/stop.h"
#include "kmgr/base/workers.h"

#define ITEMS 1000

/* What a test has its workers do, and what the parent heard. */
struct job {
	int		 trouble;	/* item at which something happens */
	enum { FAIL, DIE, LEAVE, NOTHING } what;
	size_t		 seen[ITEMS];
	size_t		 last_of[WORKERS_MAX]; /* item, by worker */
	pid_t		 pids[WORKERS_MAX];
	size_t		 n_pids;
	size_t		 n_seen;
};

struct told {
	size_t	item;
	pid_t	pid;
};

static int
work(void *arg, struct worker *worker, struct error *err)
{
	const struct job *job = arg;
	struct told told = { 0, getpid() };
	size_t first, n, i;

	while (worker_next(worker, &first, &n))
		for (i = first; i < first + n; i++) {
			told.item = i;
			if (job->what == DIE && (int)i == job->trouble)
				(void)raise(SIGKILL);
			if (job->what == LEAVE && (int)i == job->trouble)
				_exit(3);
			if (job->what == FAIL && (int)i == job->trouble)
				return err_set(err, ERR_TOKEN, "item %zu is "
				    "bad", i);
			if (worker_tell(worker, &told, sizeof(told),
			    err) != 0)
				return -1;
		}
	return 0;
}

static void
take(void *arg, const uint8_t *message, size_t len)
{
	struct job *job = arg;
	struct told told;
	size_t i;

	assert_int_equal(len, sizeof(told));
	memcpy(&told, message, sizeof(told));
	assert_in_range(told.item, 0, ITEMS - 1);
	for (i = 0; i < job->n_pids && job->pids[i] != told.pid; i++)
		;
	if (i == job->n_pids)
		job->pids[job->n_pids++] = told.pid;
	else
		assert_true(told.item > job->last_of[i]);
	job->last_of[i] = told.item;
	job->seen[told.item]++;
	job->n_seen++;
}

static int
run(struct job *job, size_t n, struct error *err)
{
	const struct workers workers = {
		.n = n, .n_items = ITEMS, .n_share = 7, .arg = job,
		.work = work, .take = take
	};

	return workers_run(&workers, err);
}

static void
every_item_is_done_once(void **state)
{
	static const size_t counts[] = { 1, 2, 5, WORKERS_MAX };
	struct error err = ERR_INIT;
	struct job job;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		job = (struct job){ .what = NOTHING };
		unit_ok(run(&job, counts[i], &err), &err);
		for (k = 0; k < ITEMS; k++)
			assert_int_equal(job.seen[k], 1);
		assert_in_range(job.n_pids, 1, counts[i]);
	}
}

/* Nobody waits for long for who has taken the last ones. */
static int
look_at_shares(void *arg, struct worker *worker, struct error *err)
{
	size_t first, n, left, wanted = 64;

	(void)arg;
	while (worker_next(worker, &first, &n)) {
		left = ITEMS - first;
		if (left < 4 * 64)
			wanted = left > 4 * 16 ? left / 4 : 16;
		if (n != (wanted < left ? wanted : left))
			return err_set(err, ERR_INTERNAL, "%zu of %zu", n,
			    left);
	}
	return 0;
}

static void
shares_are_smaller_in_the_end(void **state)
{
	const struct workers workers = { .n = 2, .n_items = ITEMS,
		.n_share = 64, .work = look_at_shares };
	struct error err = ERR_INIT;

	(void)state;
	unit_ok(workers_run(&workers, &err), &err);
}

/* Nothing of what was told before is lost. */
static void
a_worker_that_fails_says_why(void **state)
{
	struct job job = { .trouble = 3, .what = FAIL };
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	unit_fails(run(&job, 1, &err), &err, ERR_TOKEN, "item 3 is bad");
	for (i = 0; i < ITEMS; i++)
		assert_int_equal(job.seen[i], i < 3);
	err_clear(&err);
	job = (struct job){ .trouble = 3, .what = FAIL };
	unit_fails(run(&job, 2, &err), &err, ERR_TOKEN, "item 3 is bad");
	/* The rest of its seven items is nobody's. */
	assert_int_equal(job.n_seen, ITEMS - 4);
}

static void
a_worker_that_is_killed_stops_no_other(void **state)
{
	struct job job = { .trouble = 3, .what = DIE };
	struct error err = ERR_INIT;

	(void)state;
	unit_fails(run(&job, 2, &err), &err, ERR_SYSTEM, "signal 9");
	assert_int_equal(job.n_seen, ITEMS - 4);
	assert_int_equal(job.n_pids, 2);
}

#define AHEAD 21

/* What the two workers of a test see both. */
struct slow {
	atomic_size_t	 furthest;	/* item that one has begun with */
	size_t		 trouble;	/* item; ITEMS: none */
	struct job	 job;
	size_t		 in_order;
};

/* The first item takes until the others can go no further, and longer. */
static int
work_slowly(void *arg, struct worker *worker, struct error *err)
{
	const struct timespec pause = { 0, 20000000L };
	struct slow *slow = arg;
	struct told told = { 0, getpid() };
	size_t first, n, i;

	while (worker_next(worker, &first, &n)) {
		atomic_store(&slow->furthest, first);
		while (first == 0 && atomic_load(&slow->furthest) + 7 < AHEAD)
			(void)nanosleep(&pause, NULL);
		if (first == 0)
			(void)nanosleep(&pause, NULL);
		if (first <= slow->trouble && slow->trouble < first + n)
			(void)raise(SIGKILL);
		for (i = first; i < first + n; i++) {
			told.item = i;
			if (worker_tell(worker, &told, sizeof(told),
			    err) != 0)
				return -1;
		}
	}
	return 0;
}

static void
take_slowly(void *arg, const uint8_t *message, size_t len)
{
	struct slow *slow = arg;
	struct told told;

	take(&slow->job, message, len);
	memcpy(&told, message, sizeof(told));
	if (slow->trouble == ITEMS)
		assert_true(told.item < slow->in_order + AHEAD + 7);
	while (slow->in_order < ITEMS && slow->job.seen[slow->in_order] > 0)
		slow->in_order++;
}

static size_t
in_order(void *arg)
{

	return ((const struct slow *)arg)->in_order;
}

static int
run_slowly(struct slow **out, size_t trouble, struct error *err)
{
	struct slow *slow = mmap(NULL, sizeof(*slow), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct workers workers = {
		.n = 2, .n_items = ITEMS, .n_share = 7, .arg = slow,
		.work = work_slowly, .take = take_slowly,
		.n_in_order = in_order, .n_ahead = AHEAD
	};

	assert_ptr_not_equal(slow, MAP_FAILED);
	slow->trouble = trouble;
	*out = slow;
	return workers_run(&workers, err);
}

static void
nobody_is_far_ahead(void **state)
{
	struct error err = ERR_INIT;
	struct slow *slow;

	(void)state;
	unit_ok(run_slowly(&slow, ITEMS, &err), &err);
	assert_int_equal(slow->job.n_seen, ITEMS);
	assert_int_equal(slow->in_order, ITEMS);
	(void)munmap(slow, sizeof(*slow));
}

/* What it had to do never comes, and the rest is done all the same. */
static void
nobody_waits_for_one_that_was_killed(void **state)
{
	struct error err = ERR_INIT;
	struct slow *slow;

	(void)state;
	unit_fails(run_slowly(&slow, 3, &err), &err, ERR_SYSTEM, "signal 9");
	assert_int_equal(slow->job.n_seen, ITEMS - 7);
	assert_int_equal(slow->in_order, 0);
	(void)munmap(slow, sizeof(*slow));
}

/* The first one alone does all, unless it asks for others. */
static int
work_alone(void *arg, struct worker *worker, struct error *err)
{
	struct job *job = arg;
	char pid[32];

	(void)job;
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	return worker_tell(worker, pid, strlen(pid), err);
}

static int
work_in_company(void *arg, struct worker *worker, struct error *err)
{

	if (worker_want_others(worker, err) != 0)
		return -1;
	return work_alone(arg, worker, err);
}

static void
count(void *arg, const uint8_t *message, size_t len)
{
	struct job *job = arg;

	(void)message;
	assert_true(len > 0);
	job->n_seen++;
}

static void
others_come_when_they_are_wanted(void **state)
{
	struct error err = ERR_INIT;
	struct job job = { .what = NOTHING };
	struct workers workers = {
		.n = 5, .is_first_alone = true, .arg = &job,
		.work = work_alone, .take = count
	};

	(void)state;
	unit_ok(workers_run(&workers, &err), &err);
	assert_int_equal(job.n_seen, 1);
	job.n_seen = 0;
	workers.work = work_in_company;
	unit_ok(workers_run(&workers, &err), &err);
	assert_int_equal(job.n_seen, 5);
}

/* Tell of one item, and then wait until that is enough. */
static int
work_until_enough(void *arg, struct worker *worker, struct error *err)
{
	const struct timespec pause = { 0, 10000000 };
	size_t i;

	if (work_alone(arg, worker, err) != 0)
		return -1;
	for (i = 0; i < 3000 && !worker_is_unwanted(worker); i++)
		(void)nanosleep(&pause, NULL);
	return worker_is_unwanted(worker) ? 0 : err_set(err, ERR_INTERNAL,
	    "it is never enough");
}

static bool
has_two(void *arg)
{
	const struct job *job = arg;

	return job->n_seen >= 2;
}

static void
all_hear_that_it_is_enough(void **state)
{
	struct error err = ERR_INIT;
	struct job job = { .what = NOTHING };
	const struct workers workers = {
		.n = 2, .arg = &job, .work = work_until_enough,
		.take = count, .is_enough = has_two
	};

	(void)state;
	unit_ok(workers_run(&workers, &err), &err);
	assert_int_equal(job.n_seen, 2);
}

static int
work_for_ever(void *arg, struct worker *worker, struct error *err)
{

	if (work_alone(arg, worker, err) != 0)
		return -1;
	for (;;)
		(void)pause();
}

static void
hand_on(void *arg, const uint8_t *message, size_t len)
{

	assert_int_equal(write(*(int *)arg, message, len), len);
}

/* A pipe has its end when the last process that holds it is gone. */
static void
workers_end_with_who_started_them(void **state)
{
	struct error err = ERR_INIT;
	struct pollfd gone;
	int ends[2];
	char pid[32];
	struct workers workers = {
		.n = 1, .arg = &ends[1], .work = work_for_ever,
		.take = hand_on
	};
	pid_t parent;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	parent = fork();
	if (parent == 0) {
		(void)workers_run(&workers, &err);
		_exit(1);
	}
	(void)close(ends[1]);
	assert_true(read(ends[0], pid, sizeof(pid)) > 0);
	assert_int_equal(kill(parent, SIGKILL), 0);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	gone = (struct pollfd){ ends[0], POLLIN, 0 };
	assert_int_equal(poll(&gone, 1, 20000), 1);
	assert_int_equal(read(ends[0], pid, sizeof(pid)), 0);
	(void)close(ends[0]);
}

/* Until it is told to end. */
static int
work_until_stopped(void *arg, struct worker *worker, struct error *err)
{
	const struct timespec pause = { 0, 10000000L };

	if (work_alone(arg, worker, err) != 0)
		return -1;
	while (stop_signal() == 0)
		(void)nanosleep(&pause, NULL);
	return stop_signal() == SIGTERM ? 0 : -1;
}

static void
be_ended(void *arg, const uint8_t *message, size_t len)
{

	(void)arg;
	(void)message;
	(void)len;
	(void)raise(SIGTERM);
}

/*
 * The workers of a process of its own, which catches signals; they are to go
 * well, and it is to have noted this one in the end.
 */
static void
goes_well_elsewhere(const struct workers *workers, int noted)
{
	struct error err = ERR_INIT;
	int status = 0;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		(void)alarm(20);
		stop_catch();
		_exit(workers_run(workers, &err) == 0 &&
		    stop_signal() == noted ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The signal is for the process that has started it alone. */
static void
a_worker_hears_of_a_signal(void **state)
{
	const struct workers workers = {
		.n = 1, .work = work_until_stopped, .take = be_ended
	};

	(void)state;
	goes_well_elsewhere(&workers, SIGTERM);
}

/* The first to be heard of ends by a signal of its own. */
static int
work_and_stop(void *arg, struct worker *worker, struct error *err)
{
	size_t first, n;

	stop_catch();
	if (worker_next(worker, &first, &n) && first == 0)
		return raise(SIGINT);
	return work_until_stopped(arg, worker, err) == 0 ||
	    stop_signal() == SIGINT ? 0 : -1;
}

static void
all_hear_of_a_workers_signal(void **state)
{
	struct job job = { .what = NOTHING };
	const struct workers workers = {
		.n = 3, .n_items = ITEMS, .n_share = 1, .arg = &job,
		.work = work_and_stop, .take = count
	};

	(void)state;
	goes_well_elsewhere(&workers, SIGINT);
}

static void
a_worker_that_leaves_is_missed(void **state)
{
	struct job job = { .trouble = 3, .what = LEAVE };
	struct error err = ERR_INIT;

	(void)state;
	unit_fails(run(&job, 2, &err), &err, ERR_SYSTEM, "ended with status 3");
	assert_int_equal(job.n_seen, ITEMS - 4);
}

/* The first one calls another, which fails when the first has ended. */
static int
fail_after_the_first(void *arg, struct worker *worker, struct error *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	size_t first, n;

	/* Of the process: whoever gets it later has seen this one end. */
	if (!worker_next(worker, &first, &n) ||
	    fcntl(*(int *)arg, F_SETLKW, &lock) != 0)
		return err_set(err, ERR_INTERNAL, "no item, or no lock");
	if (first == 0 && worker_want_others(worker, err) != 0)
		return -1;
	return err_set(err, ERR_TOKEN, "item %zu is bad", first);
}

static void
what_fails_first_is_told(void **state)
{
	FILE *file = tmpfile();
	int fd = fileno(file);
	const struct workers workers = {
		.n = 2, .is_first_alone = true, .n_items = 2, .n_share = 1,
		.arg = &fd, .work = fail_after_the_first
	};
	struct error err = ERR_INIT;

	(void)state;
	unit_fails(workers_run(&workers, &err), &err, ERR_TOKEN,
	    "item 0 is bad");
	(void)fclose(file);
}

/* More than a pipe or a read holds at once. */
static int
work_at_length(void *arg, struct worker *worker, struct error *err)
{
	static uint8_t big[300000];
	size_t i;

	(void)arg;
	for (i = 0; i < 20; i++) {
		memset(big, (int)i, sizeof(big));
		if (worker_tell(worker, big, sizeof(big) - i, err) != 0)
			return -1;
	}
	return 0;
}

static void
take_at_length(void *arg, const uint8_t *message, size_t len)
{
	size_t *n = arg;

	assert_int_equal(len, 300000 - *n);
	assert_int_equal(message[0], *n);
	assert_int_equal(message[len - 1], *n);
	(*n)++;
}

static void
long_messages_come_whole(void **state)
{
	struct error err = ERR_INIT;
	size_t n = 0;
	const struct workers workers = {
		.n = 1, .arg = &n, .work = work_at_length,
		.take = take_at_length
	};

	(void)state;
	unit_ok(workers_run(&workers, &err), &err);
	assert_int_equal(n, 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_item_is_done_once),
		cmocka_unit_test(shares_are_smaller_in_the_end),
		cmocka_unit_test(a_worker_that_fails_says_why),
		cmocka_unit_test(a_worker_that_is_killed_stops_no_other),
		cmocka_unit_test(nobody_is_far_ahead),
		cmocka_unit_test(nobody_waits_for_one_that_was_killed),
		cmocka_unit_test(others_come_when_they_are_wanted),
		cmocka_unit_test(all_hear_that_it_is_enough),
		cmocka_unit_test(workers_end_with_who_started_them),
		cmocka_unit_test(a_worker_hears_of_a_signal),
		cmocka_unit_test(all_hear_of_a_workers_signal),
		cmocka_unit_test(a_worker_that_leaves_is_missed),
		cmocka_unit_test(what_fails_first_is_told),
		cmocka_unit_test(long_messages_come_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
