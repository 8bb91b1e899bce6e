/* Another program: run without a shell, fed, listened to and waited for. */
#ifndef KMGR_BASE_PROCESS_H
#define KMGR_BASE_PROCESS_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/base/secret.h"

/* Where a program is looked for that is named without a path. */
#define PROCESS_PATH "/usr/bin:/bin:/usr/sbin:/sbin"

enum process_manner {
	/*
	 * Knows of us only what struct process says: the environment is PATH,
	 * LC_ALL=C and env; a process group of its own, which ends with it
	 * when time is up; standard error is kept for the message.
	 */
	PROCESS_APART,
	/* Can ask the user: our environment, terminal and standard error. */
	PROCESS_WITH_USER
};

/* What to run. All descriptors but the first three are closed in it. */
struct process {
	const char *const	*argv;		/* NULL at its end */
	const char *const	*env;		/* "NAME=value"; NULL at its
						   end, or NULL */
	const void		*in;		/* standard input, or NULL */
	size_t			 in_len;
	size_t			 out_max;	/* bytes of standard output */
	int64_t			 limit_s;	/* then it is killed */
	enum process_manner	 manner;
	struct buf		*complaint;	/* gets the end of its standard
						   error, however it ends, or
						   NULL */
};

/**
 * process_run(spec, out, exit_status, err):
 * Run the program ${spec}->argv[0], a path from the root or a name that is
 * in PROCESS_PATH, until it has ended and everybody has closed its standard
 * output. What was written there is appended to ${out}, of any length dropped
 * where ${out} is NULL.
 * *${exit_status}, unless NULL, is its exit status, -1 where there is none.
 *
 * Errors: ERR_SYSTEM; also for any other status than 0, with the last lines
 * of its standard error. err->code is 0 where the program failed, and not 0
 * where it could not be run.
 */
int process_run(const struct process *spec, struct buf *out,
    int *exit_status, struct error *err);

/**
 * process_read_secret(spec, out, err):
 * As process_run(), for a program that writes a secret of one line. It goes
 * from the pipe into the struct secret and nowhere else.
 *
 * Owner: the caller, secret_free().
 * Errors: as process_run(); ERR_CONFIG where the output is no such line.
 */
int process_read_secret(const struct process *spec, struct secret **out,
    struct error *err);

#endif
