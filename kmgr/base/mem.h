/*
 * Memory that is always there: these end the program when there is none,
 * which the design allows at any instant (kill -9 anywhere loses nothing),
 * and so no caller has a path for it.
 */
#ifndef KMGR_BASE_MEM_H
#define KMGR_BASE_MEM_H

#include <stddef.h>

/**
 * mem_setup():
 * At the start of the program: let some of what was freed stay for what is
 * asked for next. The store asks for 64 KiB again and again, and each time the
 * kernel would have to take them back and make new ones.
 */
void mem_setup(void);

/**
 * mem_new(len):
 * ${len} bytes of zeroes. Owner: the caller, free().
 */
void *mem_new(size_t len) __attribute__((malloc, warn_unused_result));

/**
 * mem_new_shared(len), mem_free_shared(p, len):
 * ${len} bytes of zeroes that this process has in common with those that it
 * forks.
 */
void *mem_new_shared(size_t len) __attribute__((warn_unused_result));
void mem_free_shared(void *p, size_t len);

/**
 * mem_dup(p, len):
 * A copy of the ${len} bytes at ${p}. Owner: the caller, free().
 */
void *mem_dup(const void *p, size_t len) __attribute__((warn_unused_result));

/**
 * mem_strdup(s):
 * A copy of the string ${s}; NULL of NULL. Owner: the caller, free().
 */
char *mem_strdup(const char *s) __attribute__((warn_unused_result));

/**
 * mem_printf(fmt, ...):
 * The formatted string. Owner: the caller, free().
 */
char *mem_printf(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), warn_unused_result));

/**
 * mem_push(array, n, size):
 * Grow the array *${array} of ${n} elements of ${size} bytes by one zeroed
 * element and return its address; the caller counts. *${array} may move.
 */
void *mem_push(void *array, size_t n, size_t size);

#endif
