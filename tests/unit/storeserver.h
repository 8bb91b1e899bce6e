/* The PostgreSQL server of a program's tests: one server, a schema a test. */
#ifndef TESTS_UNIT_STORESERVER_H
#define TESTS_UNIT_STORESERVER_H

#include "tests/unit/unit.h"

/**
 * storeserver_start(state), storeserver_stop(state):
 * Around a group of tests.
 */
int storeserver_start(void **state);
int storeserver_stop(void **state);

/**
 * storeserver_url(dir):
 * Make a schema; the URL of the store that can be in it. ${dir}, the folder of
 * a test, gets the folder that it has for a store in a file.
 * Owner: the caller, free().
 */
char *storeserver_url(const char *dir);

/**
 * storeserver_drop():
 * Drop the last of them with all that is in it.
 */
void storeserver_drop(void);

/**
 * storeserver_call(verb, mode):
 * Call tests/lib/postgresql: "restart", the server's folder, "immediate".
 */
int storeserver_call(const char *verb, const char *mode);

#endif
