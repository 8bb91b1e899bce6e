/* Files read whole and written whole. */
#ifndef KMGR_BASE_FILE_H
#define KMGR_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"

/**
 * file_read(path, max, out, err):
 * Append the content of the file ${path}, or of standard input when ${path}
 * is "-", to ${out}; a longer one than ${max} bytes is refused.
 *
 * Errors: ERR_SYSTEM, ERR_INPUT (too long).
 */
int file_read(const char *path, size_t max, struct buf *out,
    struct error *err);

/**
 * file_is_folder(path):
 * Whether ${path} is a folder, or a link to one.
 */
bool file_is_folder(const char *path);

/**
 * file_read_regular(path, max, out, err):
 * As file_read(), of a regular file; "-" is a name as any other.
 */
int file_read_regular(const char *path, size_t max, struct buf *out,
    struct error *err);

/**
 * file_write(path, mode, data, len, err):
 * Replace the file ${path} by the ${len} bytes ${data} with permissions
 * ${mode}: into a temporary file beside it, fsync, rename, fsync of the
 * folder. Whoever reads ${path} sees the old content or the new one. What is
 * there and no regular file is refused.
 *
 * Errors: ERR_SYSTEM; ${path} is then as it was.
 */
int file_write(const char *path, mode_t mode, const void *data, size_t len,
    struct error *err);

/**
 * file_append(path, mode, data, len, err):
 * Append the ${len} bytes ${data} to the regular file ${path} in one write,
 * so that several processes do not mix theirs, and let them reach the disk.
 * A file that is not there is made with permissions ${mode}; a symbolic link
 * is refused.
 *
 * Errors: ERR_SYSTEM.
 */
int file_append(const char *path, mode_t mode, const void *data, size_t len,
    struct error *err);

/**
 * file_check_regular(path, err):
 * Refuse ${path} unless it is a regular file: nothing is to wait for whoever
 * may write to a pipe.
 *
 * Errors: ERR_SYSTEM.
 */
int file_check_regular(const char *path, struct error *err);

/**
 * file_check_writable(path, err):
 * Whether file_write() could replace ${path} now; nothing is written.
 *
 * Errors: ERR_SYSTEM.
 */
int file_check_writable(const char *path, struct error *err);

/**
 * file_sync(path, err):
 * Let what is in the file ${path} reach the disk.
 *
 * Errors: ERR_SYSTEM.
 */
int file_sync(const char *path, struct error *err);

/**
 * file_sync_folder(path):
 * Let the folder of the file ${path} reach the disk, so that the name is
 * still there after a power failure; as well as the file system can.
 */
void file_sync_folder(const char *path);

/**
 * file_check_private(path, err):
 * Refuse ${path} unless it is a regular file, owned by this user or root,
 * that neither group nor others may read or write.
 *
 * Errors: ERR_CONFIG, ERR_SYSTEM.
 */
int file_check_private(const char *path, struct error *err);

/**
 * file_make_folders(path, err):
 * Make the folders above the file ${path} that are not there, mode 0700.
 *
 * Errors: ERR_SYSTEM.
 */
int file_make_folders(const char *path, struct error *err);

#endif
