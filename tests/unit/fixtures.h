/* Fixtures: files whose first comment lines say what must happen to them. */
#ifndef TESTS_UNIT_FIXTURES_H
#define TESTS_UNIT_FIXTURES_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/buf.h"

/**
 * fixtures_path(path):
 * The file ${path} of the source tree. Owner: the caller, free().
 */
char *fixtures_path(const char *path);

/**
 * fixtures_read(path, out):
 * Append the file ${path} of the source tree to ${out}; the test fails if it
 * cannot.
 */
void fixtures_read(const char *path, struct buf *out);

/**
 * fixtures_each(folder, visit, arg):
 * Call ${visit} with the name, without folder and suffix, and the content of
 * every file in tests/fixtures/${folder}, in order. Returns their number.
 */
size_t fixtures_each(const char *folder, void (*visit)(const char *name,
    const struct buf *text, void *arg), void *arg);

/**
 * fixtures_says(text, key, i, out):
 * Copy what stands behind "${key}: " in the ${i}th line of ${text} that has
 * it, up to the end of that line, to ${out}; false when there is none.
 */
bool fixtures_says(const struct buf *text, const char *key, size_t i,
    char out[static 256]);

/**
 * fixtures_ssh_key(i, print):
 * The ${i}th line of tests/fixtures/ssh-keys, and its fingerprint to
 * ${print} unless that is NULL; NULL behind the last. Owner: the caller,
 * free().
 */
char *fixtures_ssh_key(size_t i, char **print);

#endif
