/* The file that a database lives in: may it be there, and what ails it. */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "kmgr/base/err.h"
#include "kmgr/store/store.h"

/**
 * place_prepare(path, mode, err):
 * See that ${path} is a regular file on a local file system that this user
 * may read and write; with STORE_CREATE make it, mode 0600, and the folders
 * above it, mode 0700, where they are missing.
 *
 * Errors: ERR_STORE.
 */
int place_prepare(const char *path, enum store_mode mode, struct error *err);

/* Which file a name is of. */
struct place_id {
	dev_t	dev;
	ino_t	ino;
};

/**
 * place_id_of(path), place_is(path, id):
 * Which file ${path} is, zeroes for none; whether it is still ${id}.
 */
struct place_id place_id_of(const char *path);
bool place_is(const char *path, struct place_id id);

/* Why a database could not read or write its file. */
enum place_trouble {
	PLACE_BUSY,
	PLACE_FULL,
	PLACE_DENIED,
	PLACE_FOREIGN,
	PLACE_DAMAGED,
	PLACE_OTHER
};

/**
 * place_hint(trouble, path, sys, err):
 * Say in ${err} what the user can do about the SQLite file ${path}, which
 * failed with the errno ${sys}, 0 if none.
 */
void place_hint(enum place_trouble trouble, const char *path, int sys,
    struct error *err);

#endif
