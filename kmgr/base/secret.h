/*
 * The one type that PINs live in: locked memory that is wiped when freed. It
 * is never printed, logged, stored or passed in an argument list.
 */
#ifndef KMGR_BASE_SECRET_H
#define KMGR_BASE_SECRET_H

#include <stddef.h>

#include "kmgr/base/err.h"

struct secret;

#define SECRET_MAX 256		/* bytes; PINs are shorter */

/**
 * secret_disable_dumps():
 * Let this process leave no core file and no process trace by other users.
 */
void secret_disable_dumps(void);

/**
 * secret_new(text, len, out, err):
 * Keep the ${len} bytes at ${text}, at most SECRET_MAX; the caller's copy is
 * the caller's to wipe.
 *
 * Owner: the caller, secret_free().
 * Errors: ERR_INPUT (empty or too long).
 */
int secret_new(const char *text, size_t len, struct secret **out,
    struct error *err);

/**
 * secret_read_fd(fd, what, out, err):
 * Read a secret from ${fd} up to the end of the first line; ${what} names
 * the source in messages. More than one line is refused.
 *
 * Owner: the caller, secret_free().
 * Errors: ERR_SYSTEM, ERR_CONFIG (empty, too long, more than one line).
 */
int secret_read_fd(int fd, const char *what, struct secret **out,
    struct error *err);

/**
 * secret_read_file(path, what, out, err):
 * Read the secret that is the one line of the file ${path}, which must be as
 * file_check_private() demands. ${what} says in a hint what belongs there.
 *
 * Owner: the caller, secret_free().
 * Errors: ERR_SYSTEM, ERR_CONFIG (not there, others may read it, empty, too
 * long, more than one line).
 */
int secret_read_file(const char *path, const char *what, struct secret **out,
    struct error *err);

/**
 * secret_bytes(secret), secret_len(secret):
 * Its bytes, followed by a 0, and their number without it.
 */
const char *secret_bytes(const struct secret *secret);
size_t secret_len(const struct secret *secret);

/**
 * secret_wipe(p, len):
 * Overwrite ${len} bytes in a way that no compiler leaves out.
 */
void secret_wipe(void *p, size_t len);

/**
 * secret_free(secret):
 * Wipe and free.
 */
void secret_free(struct secret *secret);

#endif
