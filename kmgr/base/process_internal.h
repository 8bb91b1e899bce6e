/* A program that runs: shared by process.c and process_start.c alone. */
#ifndef KMGR_BASE_PROCESS_INTERNAL_H
#define KMGR_BASE_PROCESS_INTERNAL_H

#include <sys/types.h>

#include "kmgr/base/process.h"

enum process_output {
	PROCESS_DROPPED,
	PROCESS_COLLECTED,	/* in output */
	PROCESS_IN_PIPE		/* only its end is waited for */
};

/* Our side of a program; an end that is closed, or not there, is -1. */
struct process_child {
	const struct process	*spec;
	pid_t			 pid;
	int			 fd[3];		/* by what they are to it */
	size_t			 in_done;
	enum process_output	 keeps;
	struct buf		 output;
	int			 kept;		/* the pipe it is left in */
	struct buf		 complaint;
	int64_t			 end_ms;
};

/**
 * process_start(child, err):
 * Start the program of ${child}->spec, whose ends are all -1 yet.
 *
 * Owner: the caller; the ends that are open, also on failure, by
 * process_close(); the process, by waiting for it.
 * Errors: ERR_SYSTEM.
 */
int process_start(struct process_child *child, struct error *err);

/**
 * process_close(fd):
 * Close *${fd} unless it is -1, which it is afterwards.
 */
void process_close(int *fd);

#endif
