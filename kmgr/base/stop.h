/*
 * The wish to end, by SIGINT, SIGTERM, or SIGHUP of a terminal that is gone,
 * that long work looks at where it can be left: between zones.
 */
#ifndef KMGR_BASE_STOP_H
#define KMGR_BASE_STOP_H

#include <stdatomic.h>

#include "kmgr/base/err.h"

/**
 * stop_catch():
 * From now on the first of these signals is noted only, which a terminal is
 * told; any further one ends the process at once, also where a call never
 * returns. One that the process was started to ignore it still
 * ignores. A child that is forked inherits both, with what was noted until
 * then; a program that is executed neither.
 */
void stop_catch(void);

/**
 * stop_signal():
 * The signal that was noted, here or by whom stop_heed() names; 0: none.
 */
int stop_signal(void);

/**
 * stop_note(number):
 * As if the signal ${number} had come, where none has.
 */
void stop_note(int number);

/**
 * stop_heed(other):
 * From now on stop_signal() is also what another process has noted and put
 * into *${other}, which both see; it must stay where it is.
 */
void stop_heed(const atomic_int *other);

/**
 * stop_error(err):
 * Say in ${err} that the signal that was noted has ended the work: of class
 * ERR_INTERRUPTED, ERR_TERMINATED or ERR_HUNG_UP. Always returns -1.
 */
int stop_error(struct error *err);

/**
 * stop_end():
 * Where a signal was noted end the process by it, as if it had not been caught:
 * so whoever started us knows that a loop around us is to end, too.
 */
void stop_end(void);

#endif
