/* Whether store, ledger and tokens say the same. */
#ifndef ENGINE_VERIFY_H
#define ENGINE_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"

struct verify_problem {
	const char	*kind;		/* stable: "missing-key", ... */
	char		*text;		/* what differs */
	const char	*meaning;	/* what that can mean, what to do */
};

/* A token that could not be looked into. */
struct verify_gap {
	char			*token;
	char			*holds;		/* what it would show */
	struct error		 why;
	bool			 holds_ksks;	/* or may, of a CMK in use */
};

struct verify_report {
	struct verify_problem	*problems;
	size_t			 n_problems;
	struct verify_gap	*gaps;
	size_t			 n_gaps;
	size_t			 n_cmks, n_keys, n_ksks, n_events, n_objects,
				 n_signatures;
	size_t			 n_abandoned;	/* intents */
	size_t			 n_unprovable;	/* removed KSKs whose blob can
						 * still be opened */
};

#define VERIFY_REPORT_INIT { NULL, 0, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * verify_run(session, report, err):
 * Compare all records with each other and with every token that they name,
 * and put each difference into ${report}. That there are differences is no
 * error of this function, nor that a token is away: what it holds is not
 * compared, and is a gap in ${report}. Whoever makes keys at the time is waited
 * for.
 *
 * Errors: ERR_STORE, ERR_TOKEN: the comparison could not be made.
 */
int verify_run(struct session *session, struct verify_report *report,
    struct error *err);

/**
 * verify_report_clear(report):
 * Free what ${report} holds.
 */
void verify_report_clear(struct verify_report *report);

#endif
