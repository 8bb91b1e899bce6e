#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include "kmgr/base/stop.h"

/* A handler gets no argument. Without locks, so that any thread may be it. */
static atomic_int noted;
static const atomic_int *heeded;

/* What is at hand may never be done, as a call of a token that is gone. */
static const char advice[] = "\r\033[Kkmgr: ends when what is at hand is "
    "done; once more ends it at once\n";
static volatile sig_atomic_t is_watched;	/* somebody may read it */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
#define N_SIGNALS (sizeof(signals) / sizeof(signals[0]))

static void
note(int number)
{
	const int saved = errno;
	size_t i;

	atomic_store(&noted, number);
	for (i = 0; i < N_SIGNALS; i++)
		(void)signal(signals[i], SIG_DFL);
	/* Of several processes one says it. */
	if (is_watched && heeded == NULL &&
	    write(STDERR_FILENO, advice, sizeof(advice) - 1) < 0)
		is_watched = 0;
	errno = saved;
}

void
stop_catch(void)
{
	struct sigaction action = { .sa_handler = note,
		.sa_flags = SA_RESTART }, before;
	size_t i;

	is_watched = isatty(STDERR_FILENO);
	(void)sigemptyset(&action.sa_mask);
	for (i = 0; i < N_SIGNALS; i++)
		if (sigaction(signals[i], NULL, &before) == 0 &&
		    before.sa_handler == SIG_DFL)
			(void)sigaction(signals[i], &action, NULL);
}

int
stop_signal(void)
{

	const int own = atomic_load(&noted);

	return own != 0 || heeded == NULL ? own : atomic_load(heeded);
}

void
stop_note(int number)
{
	int none = 0;

	(void)atomic_compare_exchange_strong(&noted, &none, number);
}

void
stop_heed(const atomic_int *other)
{

	heeded = other;
}

int
stop_error(struct error *err)
{

	if (stop_signal() == SIGHUP)
		return err_set(err, ERR_HUNG_UP, "ended by SIGHUP");
	if (stop_signal() == SIGTERM)
		return err_set(err, ERR_TERMINATED, "ended by SIGTERM");
	return err_set(err, ERR_INTERRUPTED, "interrupted");
}

void
stop_end(void)
{
	const int number = stop_signal();

	if (number == 0)
		return;
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}
