/*
 * One pass over the zones that are due: ZSK sets are fetched and signed anew
 * before signatures expire, KSKs roll, the parent is asked and told, signed
 * sets are handed to the zone signer. Every step is one transaction of its own
 * and is decided on what the store says then, so that a pass may die at any
 * point. Any number of them, on any number of machines, go over one store at
 * once: each claims the zones that it works on (run_claim.h).
 */
#ifndef SERVICE_RUN_H
#define SERVICE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/session.h"

enum run_event {
	RUN_DID,		/* a step */
	RUN_WOULD,		/* it is due, and this pass changes nothing */
	RUN_WAITS,		/* the operator has something to do */
	RUN_WARNS,		/* it goes on, and somebody should look */
	RUN_FAILED		/* the zone has to be tried again */
};

/* What is to be gone over, and who hears of it. */
struct run {
	struct session		*session;
	const struct name	*zones;		/* due or not; n_zones 0: all
						 * that are due */
	size_t			 n_zones;
	bool			 is_trial;	/* only say what is due */
	/*
	 * Called for everything that happens: ${what} is a step or a wait
	 * ("publish-dnskey", "ds-seen", "error"), ${text} a sentence, and
	 * ${err} what failed, else NULL.
	 */
	void			(*tell)(void *arg, enum run_event event,
				    const char *zone, const char *what,
				    const char *text, const struct error *err);
	void			*arg;
	/* After each zone, with arg; NULL: the session's progress is. */
	void	(*is_behind)(void *arg);
};

/* What a pass came to. */
struct run_result {
	size_t		n_zones;	/* gone over */
	size_t		n_steps;	/* done, or due where it is a trial */
	size_t		n_failed;	/* zones */
	int64_t		next_at;	/* when the first zone is due again;
					 * INT64_MAX: none is */
	struct error	first;		/* of the failures */
	size_t		n_waiting;	/* zones that failed before, and are
					 * not due yet, where all are asked */
	int64_t		retry_at;	/* when the first of them is */
};

/**
 * run_pass(run, out, err):
 * Go over the zones of ${run}. A zone that fails stops no other one: it is
 * told of, counted, and due again soon. After a signal that was noted
 * (stop_signal()) no other zone begins.
 *
 * Errors: ERR_STORE, ERR_INTERNAL: nothing more can be done.
 */
int run_pass(const struct run *run, struct run_result *out,
    struct error *err);

/**
 * run_progress(session, done, all):
 * session_progress(), of ${done} zones that are behind and ${all} that were
 * due when it began: others may become due meanwhile.
 */
void run_progress(struct session *session, size_t done, size_t all);

#endif
