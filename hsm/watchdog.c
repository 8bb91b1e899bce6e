#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "hsm/watchdog.h"
#include "kmgr/base/give_up.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"

#define SECOND_US 1000000L
#define LATE_US	  SECOND_US	/* who is so late was stopped meanwhile */

/*
 * A call, or room for one. Its thread takes the same again and again. Written
 * by who has taken it: since_us last, and first when it is over.
 */
struct watchdog_call {
	atomic_bool		 is_taken;
	_Atomic(int64_t)	 since_us;	/* 0: not out */
	_Atomic(int64_t)	 limit_us;
	_Atomic(const char *)	 token;
	_Atomic(const char *)	 function;
	struct watchdog_call	*next;
};

/* A call is the process's, and so is the end of it. Never less than there are;
 * as many as were ever out at a time. */
static _Atomic(struct watchdog_call *) calls;
static _Thread_local struct watchdog_call *own;

static struct {
	pthread_mutex_t	 lock;		/* over all that follows */
	pthread_cond_t	 changed;
	pthread_t	 thread;
	size_t		 n;		/* have begun */
	int64_t		 limit_us;	/* the least of theirs */
	int64_t		 counts_from_us; /* what was before does not count */
	bool		 has_atfork;
} watchdog = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool
take(struct watchdog_call *call)
{

	return !atomic_exchange_explicit(&call->is_taken, true,
	    memory_order_acquire);
}

/* One that a thread has left behind, or another one. */
static struct watchdog_call *
find_room(void)
{
	struct watchdog_call *call, *first = atomic_load(&calls);

	for (call = first; call != NULL; call = call->next)
		if (take(call))
			return call;
	call = mem_new(sizeof(*call));
	atomic_init(&call->is_taken, true);
	do
		call->next = first;
	while (!atomic_compare_exchange_weak(&calls, &first, call));
	return call;
}

struct watchdog_call *
watchdog_enter(const char *token, const char *function, int64_t limit_us,
    int64_t at_us)
{
	struct watchdog_call *call = own;

	if (limit_us == 0)
		return NULL;
	if (call == NULL || !take(call))
		call = own = find_room();
	atomic_store_explicit(&call->limit_us, limit_us, memory_order_release);
	atomic_store_explicit(&call->token, token, memory_order_release);
	atomic_store_explicit(&call->function, function,
	    memory_order_release);
	atomic_store_explicit(&call->since_us, at_us, memory_order_release);
	return call;
}

void
watchdog_leave(struct watchdog_call *call)
{

	if (call == NULL)
		return;
	atomic_store_explicit(&call->since_us, 0, memory_order_release);
	atomic_store_explicit(&call->is_taken, false, memory_order_release);
}

/* Whatever the command is: any may be killed at any time. */
static void
tell(const char *token, const char *function, int64_t out_us)
{
	struct error err = ERR_INIT;
	char text[WHEN_TEXT_LEN];

	(void)err_set(&err, ERR_TOKEN, "token %s: %s has not returned for %s, "
	    "so the process that called it has ended", token, function,
	    when_duration(out_us / SECOND_US, text));
	(void)err_hint(&err, "see to the token and the way to it, then run the "
	    "same command again: nothing that was recorded is lost, and it "
	    "does what is left; performance: call-timeout: is how long a call "
	    "may take");
	give_up(&err);
}

/* The lock is held: until when the call may be out; INT64_MAX: it is not. */
static int64_t
look_at(struct watchdog_call *call, int64_t now_us)
{
	const int64_t since_us = atomic_load_explicit(&call->since_us,
	    memory_order_acquire);
	const int64_t limit_us = atomic_load_explicit(&call->limit_us,
	    memory_order_acquire);
	const char *token = atomic_load_explicit(&call->token,
	    memory_order_acquire);
	const char *function = atomic_load_explicit(&call->function,
	    memory_order_acquire);
	const int64_t from_us = since_us > watchdog.counts_from_us ?
	    since_us : watchdog.counts_from_us;

	/* Was that all of one call? Then it has not ended, and who ends it
	 * waits for the lock before the name of its token goes. */
	if (since_us == 0 || since_us != atomic_load(&call->since_us))
		return INT64_MAX;
	if (from_us + limit_us <= now_us)
		tell(token, function, now_us - since_us);
	return from_us + limit_us;
}

/* The lock is held: when the next call could be out too long. */
static int64_t
look(int64_t now_us)
{
	struct watchdog_call *call = atomic_load(&calls);
	int64_t next_us = now_us + watchdog.limit_us, until_us;

	for (; call != NULL; call = call->next) {
		until_us = look_at(call, now_us);
		if (until_us < next_us)
			next_us = until_us;
	}
	return next_us;
}

/*
 * The lock is held. A process that was stopped, or a machine that slept, goes
 * on with all its threads at once: the call has its time from then on.
 */
static void
wait_until(int64_t at_us)
{
	const int64_t wait_us = at_us - when_elapsed_us();
	struct timespec until;
	int64_t nsec;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	nsec = until.tv_nsec + wait_us % SECOND_US * 1000;
	until.tv_sec += (time_t)(wait_us / SECOND_US + nsec / 1000000000);
	until.tv_nsec = (long)(nsec % 1000000000);
	if (wait_us > 0)
		(void)pthread_cond_timedwait(&watchdog.changed,
		    &watchdog.lock, &until);
	if (when_elapsed_us() > at_us + LATE_US)
		watchdog.counts_from_us = when_elapsed_us();
}

static void *
watch(void *arg)
{

	(void)arg;
	(void)pthread_mutex_lock(&watchdog.lock);
	watchdog.counts_from_us = when_elapsed_us();
	while (watchdog.n > 0)
		wait_until(look(when_elapsed_us()));
	(void)pthread_mutex_unlock(&watchdog.lock);
	return NULL;
}

/* The threads that made them are not there. */
static void
forget(void)
{
	struct watchdog_call *call = atomic_load(&calls);

	(void)pthread_mutex_init(&watchdog.lock, NULL);
	watchdog.n = 0;
	for (; call != NULL; call = call->next)
		watchdog_leave(call);
}

/* No handler of a signal is to be called in a thread of ours. */
static int
start(void)
{
	pthread_condattr_t attr;
	sigset_t all, before;
	int rc;

	if (!watchdog.has_atfork)
		watchdog.has_atfork = pthread_atfork(NULL, NULL, forget) == 0;
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&watchdog.changed, &attr);
	(void)pthread_condattr_destroy(&attr);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&watchdog.thread, NULL, watch, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

int
watchdog_begin(int64_t limit_us, struct error *err)
{
	int rc = 0;

	(void)pthread_mutex_lock(&watchdog.lock);
	if (watchdog.n == 0 || limit_us < watchdog.limit_us)
		watchdog.limit_us = limit_us;
	if (watchdog.n++ > 0)
		(void)pthread_cond_signal(&watchdog.changed);
	else if ((rc = start()) != 0)
		watchdog.n = 0;
	(void)pthread_mutex_unlock(&watchdog.lock);
	return rc == 0 ? 0 : err_set(err, ERR_SYSTEM, "start a thread (%d)",
	    rc);
}

void
watchdog_end(void)
{
	bool is_last;

	(void)pthread_mutex_lock(&watchdog.lock);
	is_last = watchdog.n > 0 && --watchdog.n == 0;
	if (is_last)
		(void)pthread_cond_signal(&watchdog.changed);
	(void)pthread_mutex_unlock(&watchdog.lock);
	if (!is_last)
		return;
	(void)pthread_join(watchdog.thread, NULL);
	(void)pthread_cond_destroy(&watchdog.changed);
}
