/* sign-ksr, of one request and of many. */
#ifndef CMD_CMD_KSR_SIGN_H
#define CMD_CMD_KSR_SIGN_H

#include "kmgr/cmd/command.h"
#include "kmgr/engine/skr.h"

/* A request, and what is done with the response once it is recorded. */
struct cmd_ksr_task {
	struct cmd			*cmd;
	const struct skr_request	*request;
	struct plan			*plan;	/* where a dry run adds */
	int				(*release)(
					    const struct cmd_ksr_task *task,
					    const struct skr *skr,
					    struct error *err);
	void				*arg;
};

/**
 * cmd_ksr_options(cmd, request, err):
 * What the options say of the requests of ${cmd}.
 *
 * Errors: ERR_USAGE.
 */
int cmd_ksr_options(struct cmd *cmd, struct skr_request *request,
    struct error *err);

/**
 * cmd_ksr_answer(task, err):
 * Show the request, unless --yes was given, and ask; sign, record and release
 * the response. For --dry-run only the plan, for approvers only theirs.
 *
 * Errors: as skr_prepare() and skr_apply(); ERR_NOT_YET.
 */
int cmd_ksr_answer(const struct cmd_ksr_task *task, struct error *err);

/**
 * cmd_ksr_is_many(args), cmd_ksr_sign_many(cmd, err):
 * Whether sign-ksr was given a folder; answer every request in it.
 *
 * Errors: ERR_USAGE, ERR_SYSTEM, ERR_INPUT (none is in it); as tally_end().
 */
bool cmd_ksr_is_many(const struct args *args);
int cmd_ksr_sign_many(struct cmd *cmd, struct error *err);

#endif
