#include "kmgr/engine/pace.h"

#define STEP	 4		/* times as many are tried */
#define ROUNDS	 4		/* items a thread, and */
#define LEAST_US 20000		/* so long, or chance decides */

/* So many times as much must come of it to keep all, or half of them. */
#define GAIN_ALL  2.0
#define GAIN_HALF 1.25

void
pace_init(struct pace *pace, int64_t sessions, size_t n_items)
{

	*pace = (struct pace) { .n = 1, .max = CONFIG_SESSIONS_MAX };
	if (sessions > 0)
		pace->max = (size_t)sessions;
	if (pace->max > n_items)
		pace->max = n_items;
	if (pace->max < 1)
		pace->max = 1;
	if (sessions > 0)
		pace->n = pace->max;
	pace->is_settled = pace->n == pace->max;
}

static void
settle(struct pace *pace, size_t n)
{

	pace->n = n;
	pace->is_settled = true;
}

/* What came of the last step, and the next one. */
static void
judge(struct pace *pace, double rate)
{
	const double gain = pace->before == 0 ? GAIN_ALL :
	    rate / pace->rate_before;

	if (gain < GAIN_HALF) {
		settle(pace, pace->before);
	} else if (gain < GAIN_ALL) {
		settle(pace, pace->n / 2);
	} else if (pace->n == pace->max) {
		settle(pace, pace->n);
	} else if (!pace->is_starved) {
		pace->before = pace->n;
		pace->rate_before = rate;
		pace->n = pace->n > pace->max / STEP ? pace->max :
		    pace->n * STEP;
	}
}

size_t
pace_done(struct pace *pace, int64_t now_us)
{
	int64_t passed_us;

	if (pace->is_settled)
		return pace->n;
	/* The first of a measurement may have begun long before. */
	if (pace->began_us == 0) {
		pace->began_us = now_us;
		pace->n_done = 0;
		pace->is_starved = false;
		return pace->n;
	}
	pace->n_done++;
	passed_us = now_us - pace->began_us;
	if (pace->n_done < ROUNDS * pace->n || passed_us < LEAST_US)
		return pace->n;
	judge(pace, (double)pace->n_done / (double)passed_us);
	pace->began_us = 0;
	return pace->n;
}

size_t
pace_threads(const struct pace *pace)
{

	return pace->n < pace->max ? pace->n + 1 : pace->n;
}
