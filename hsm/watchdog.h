/*
 * How long calls of Cryptoki are out. Where a library never returns nobody can
 * take its thread away: the process ends, give_up().
 */
#ifndef HSM_WATCHDOG_H
#define HSM_WATCHDOG_H

#include <stdint.h>

#include "kmgr/base/err.h"

struct watchdog_call;

/**
 * watchdog_begin(limit_us, err), watchdog_end():
 * From here on calls may be out ${limit_us} at most; no more, and no name
 * given to watchdog_enter() by who ends it is read again. They nest. While one
 * has begun a thread of this process waits for the next instant at which a call
 * could be out too long, and does nothing before. In a child that is forked
 * nothing has begun.
 *
 * Errors: ERR_SYSTEM: there is no thread.
 */
int watchdog_begin(int64_t limit_us, struct error *err);
void watchdog_end(void);

/**
 * watchdog_enter(token, function, limit_us, at_us), watchdog_leave(call):
 * The calling thread calls ${function} of ${token} at ${at_us}
 * (when_elapsed_us()), and is to be back after ${limit_us}, not less than
 * what has begun; 0: whenever, and then it is NULL. It is back. Any number of
 * threads at a time; no lock.
 */
struct watchdog_call *watchdog_enter(const char *token, const char *function,
    int64_t limit_us, int64_t at_us);
void watchdog_leave(struct watchdog_call *call);

#endif
