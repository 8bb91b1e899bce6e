/* What the files of workers.h share. */
#ifndef BASE_WORKERS_INNER_H
#define BASE_WORKERS_INNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "kmgr/base/workers.h"

#define WORKERS_MESSAGE_MAX (64UL << 20) /* bytes; more is none of ours */

/* What all processes see. */
struct workers_shared {
	atomic_size_t	 next;		/* the first item that is nobody's */
	atomic_int	 stop;		/* signal that was noted, or 0 */
	atomic_bool	 is_enough;	/* no more is wanted */
	atomic_size_t	 in_order;	/* no item before this one is missing */
	atomic_bool	 has_gaps;	/* one will never come */
};

struct worker {
	const struct workers	*workers;
	struct workers_shared		*shared;
	int			 fd;	/* to the process that started us, */
	pthread_mutex_t		 lock;	/* over it */
};

/* What is said between the two, before the bytes of it. */
enum workers_saying {
	SAYS_MESSAGE,
	SAYS_MORE_HELP,
	SAYS_FAILED,		/* a struct error */
	SAYS_DONE
};

struct workers_header {
	uint32_t saying;
	uint32_t len;
};

/**
 * workers_share_stop(shared):
 * One of the processes may be told to end: then all are.
 */
void workers_share_stop(struct workers_shared *shared);

/**
 * worker_main(worker, parent):
 * All that a worker does, which ${parent} has started.
 */
void worker_main(struct worker *worker, pid_t parent)
    __attribute__((noreturn));

#endif
