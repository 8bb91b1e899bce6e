/* A file that is written bit by bit, and is there whole or not at all. */
#ifndef KMGR_BASE_FILE_OUT_H
#define KMGR_BASE_FILE_OUT_H

#include <stdio.h>
#include <sys/types.h>

#include "kmgr/base/err.h"

struct file_out;

/**
 * file_out_open(path, mode, out, err):
 * Begin to write the file ${path} with permissions ${mode}, or standard
 * output when ${path} is NULL: into a temporary file.
 *
 * Owner: the caller, file_out_free().
 * Errors: ERR_SYSTEM.
 */
int file_out_open(const char *path, mode_t mode, struct file_out **out,
    struct error *err);

/**
 * file_out_stream(out):
 * Where to write to. Owner: ${out}.
 */
FILE *file_out_stream(struct file_out *out);

/**
 * file_out_commit(out, err):
 * Put what was written into the place of the file, as file_write() does, or
 * onto standard output.
 *
 * Errors: ERR_SYSTEM; the file is then as it was.
 */
int file_out_commit(struct file_out *out, struct error *err);

/**
 * file_out_free(out):
 * Free ${out} and forget what was not committed.
 */
void file_out_free(struct file_out *out);

#endif
