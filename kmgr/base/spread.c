#include <pthread.h>
#include <stdatomic.h>

#include "kmgr/base/spread.h"

struct share {
	size_t		 n;
	atomic_size_t	 next;
	void		(*work)(void *arg, size_t i);
	void		*arg;
};

static void *
take(void *arg)
{
	struct share *share = arg;
	size_t i;

	while ((i = atomic_fetch_add(&share->next, 1)) < share->n)
		share->work(share->arg, i);
	return NULL;
}

void
spread(size_t n, void (*work)(void *arg, size_t i), void *arg)
{
	struct share share = { .n = n, .work = work, .arg = arg };
	pthread_t threads[SPREAD_MAX - 1];
	size_t i, n_threads = 0;

	while (n_threads < SPREAD_MAX - 1 && n_threads + 1 < n &&
	    pthread_create(&threads[n_threads], NULL, take, &share) == 0)
		n_threads++;
	(void)take(&share);
	for (i = 0; i < n_threads; i++)
		(void)pthread_join(threads[i], NULL);
}
