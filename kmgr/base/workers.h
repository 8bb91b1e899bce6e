/*
 * Worker processes: where the threads of one process wait for each other
 * inside a library, processes do not. They are forked, share what is left to
 * do, and tell the process that started them what they did.
 */
#ifndef KMGR_BASE_WORKERS_H
#define KMGR_BASE_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"

#define WORKERS_MAX 64

struct worker;			/* one of them, seen from inside */

/* What is to be done, and by how many. */
struct workers {
	size_t	 n;		/* at most; 1 to WORKERS_MAX */
	/* Only the first one begins; the others follow where it calls
	 * worker_want_others(). */
	bool	 is_first_alone;
	size_t	 n_items;	/* to be shared, worker_next() */
	size_t	 n_share;	/* so many at once; at the end fewer */
	void	*arg;
	/*
	 * In a worker process. What it returns is what the process that
	 * started it gets; it may use nothing that must not be shared, like a
	 * database that was open before.
	 */
	int	(*work)(void *arg, struct worker *worker, struct error *err);
	/* In the process that started them: what worker_tell() was given. */
	void	(*take)(void *arg, const uint8_t *message, size_t len);
	/* Likewise: whether no more is wanted; NULL: all of it is. */
	bool	(*is_enough)(void *arg);
	/*
	 * Likewise: up to which item no earlier one is missing; NULL: nobody
	 * minds. No worker begins an item that is ${n_ahead} or more beyond it,
	 * so that what has to wait for the slowest is never more than that.
	 * Behind one that has failed nobody waits.
	 */
	size_t	(*n_in_order)(void *arg);
	size_t	 n_ahead;	/* at least n_share */
};

/**
 * workers_run(workers, err):
 * Do all of it, and return when every worker has ended. Called while there is
 * one thread only. A worker ends when the process that started it does. The
 * signal that one of all these processes has noted the others have noted, too
 * (stop.h), a worker's when it ends.
 *
 * Errors: that of the first worker that failed, or gave up (give_up.h);
 * ERR_SYSTEM where one was killed or could not be started. What others told
 * was taken.
 */
int workers_run(const struct workers *workers, struct error *err);

/**
 * worker_next(worker, first, n):
 * The next items that are nobody's yet: *${n} of them from *${first} on.
 * Returns false where there are no more. It may wait for other workers.
 */
bool worker_next(struct worker *worker, size_t *first, size_t *n);

/**
 * worker_is_unwanted(worker):
 * Whether no more is wanted of any worker. Any thread may ask, often.
 */
bool worker_is_unwanted(const struct worker *worker);

/**
 * worker_tell(worker, message, len, err):
 * Give the process that started us a message, which it takes in the order of
 * this worker's messages.
 *
 * Errors: ERR_SYSTEM: there is nobody any more.
 */
int worker_tell(struct worker *worker, const void *message, size_t len,
    struct error *err);

/**
 * worker_want_others(worker, err):
 * More workers would make it faster.
 *
 * Errors: as worker_tell().
 */
int worker_want_others(struct worker *worker, struct error *err);

#endif
