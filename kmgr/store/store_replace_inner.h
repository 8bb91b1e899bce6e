/* What staging a store and installing it share. */
#ifndef STORE_STORE_REPLACE_INNER_H
#define STORE_STORE_REPLACE_INNER_H

#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_replace.h"

/**
 * store_replace_beside(i):
 * The ${i}th suffix of what a database keeps beside its file; NULL behind the
 * last.
 */
const char *store_replace_beside(size_t i);

/**
 * store_replace_remove(path):
 * Remove the database ${path} with all that is beside it, and its lock.
 */
void store_replace_remove(const char *path);

#endif
