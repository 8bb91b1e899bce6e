/* A lock file: held by one process, given up by the kernel when it ends. */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdint.h>

#include "kmgr/base/err.h"

struct lock;

/**
 * lock_take(base, wait_s, out, err):
 * Lock the file "${base}.lock", waiting at most ${wait_s} seconds. The file
 * says who holds it and stays when the lock is given up.
 *
 * Owner: the caller, lock_free().
 * Errors: ERR_STORE, with the holder's process number where it is known.
 */
int lock_take(const char *base, int64_t wait_s, struct lock **out,
    struct error *err);
void lock_free(struct lock *lock);

#endif
