/*
 * The end of a process of which a thread is held where nobody gets it out, as
 * inside a library: nothing is waited for, freed or flushed.
 */
#ifndef KMGR_BASE_GIVE_UP_H
#define KMGR_BASE_GIVE_UP_H

#include "kmgr/base/err.h"

/* Tells ${err} and returns the exit status; another thread may have a lock of
 * stdio and keep it. */
typedef int give_up_tell(void *arg, const struct error *err);

/**
 * give_up_by(tell, arg):
 * From now on ${tell}, with ${arg}, says why this process gives up, in
 * whatever thread finds it out. Called while there is one thread only; a child
 * that is forked inherits it. Before that nobody says it.
 */
void give_up_by(give_up_tell *tell, void *arg);

/**
 * give_up(err):
 * Say ${err} and end the process.
 */
void give_up(const struct error *err) __attribute__((noreturn));

#endif
