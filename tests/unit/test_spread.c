/* Waiting for many at once. */
#include <pthread.h>
#include <stdatomic.h>

#include "kmgr/base/spread.h"
#include "tests/unit/unit.h"

#define N 1000

static void
note(void *arg, size_t i)
{
	atomic_int *times = arg;

	(void)atomic_fetch_add(&times[i], 1);
}

static void
each_is_done_once(void **state)
{
	static const size_t counts[] = { 0, 1, 2, SPREAD_MAX - 1, SPREAD_MAX,
		SPREAD_MAX + 1, N };
	static atomic_int times[N + 1];
	size_t i, k;

	(void)state;
	for (k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		for (i = 0; i <= N; i++)
			atomic_store(&times[i], 0);
		spread(counts[k], note, times);
		for (i = 0; i <= N; i++)
			assert_int_equal(atomic_load(&times[i]),
			    i < counts[k] ? 1 : 0);
	}
}

/* Each waits until as many are there as are to be at once. */
struct meeting {
	pthread_mutex_t lock;
	pthread_cond_t	all;
	size_t		n, most, wanted;
};

static void
meet(void *arg, size_t i)
{
	struct meeting *meeting = arg;

	(void)i;
	(void)pthread_mutex_lock(&meeting->lock);
	if (++meeting->n > meeting->most)
		meeting->most = meeting->n;
	(void)pthread_cond_broadcast(&meeting->all);
	while (meeting->most < meeting->wanted)
		(void)pthread_cond_wait(&meeting->all, &meeting->lock);
	meeting->n--;
	(void)pthread_mutex_unlock(&meeting->lock);
}

static void
many_wait_at_once(void **state)
{
	static const size_t counts[] = { 2, SPREAD_MAX, 4 * SPREAD_MAX };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct meeting meeting = { PTHREAD_MUTEX_INITIALIZER,
			PTHREAD_COND_INITIALIZER, 0, 0,
			counts[i] < SPREAD_MAX ? counts[i] : SPREAD_MAX };

		spread(counts[i], meet, &meeting);
		assert_int_equal(meeting.most, meeting.wanted);
		assert_int_equal(meeting.n, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_done_once),
		cmocka_unit_test(many_wait_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
