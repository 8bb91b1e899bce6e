/* What passes tell: lines for people, rows for machines. */
#ifndef CMD_RUN_LOG_H
#define CMD_RUN_LOG_H

#include <stdbool.h>

#include "kmgr/base/told.h"
#include "kmgr/cmd/causes.h"
#include "kmgr/cmd/command.h"
#include "kmgr/service/run.h"

struct run_log {
	struct cmd	*cmd;
	struct json	*list;		/* the rows */
	bool		 is_watching;	/* pass after pass, told at once */
	/* Of this pass, and not told yet: others may have the same. */
	struct causes	 held[RUN_FAILED + 1];
	struct told	 told;
};

/**
 * run_log_init(log, cmd, is_watching), run_log_clear(log):
 * Nothing was told yet; the rows go into ${cmd}'s JSON.
 */
void run_log_init(struct run_log *log, struct cmd *cmd, bool is_watching);
void run_log_clear(struct run_log *log);

/**
 * run_log_tell(log, event, zone, what, text, err):
 * As run->tell(). What is told of many zones in the same words, and is not
 * done, is one line at the end of the pass. Who watches is told when that was,
 * unless the journal notes it, and of what stays as it is once an hour.
 *
 * run_log_end(log): a pass has ended, with what is noted in the session.
 *
 * run_log_error(log, more, err): it has failed, with ${more} behind that; for
 * who watches.
 */
void run_log_tell(void *log, enum run_event event, const char *zone,
    const char *what, const char *text, const struct error *err);
void run_log_end(struct run_log *log);
void run_log_error(struct run_log *log, const char *more,
    const struct error *err);

#endif
