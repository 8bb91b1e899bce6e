/*
 * What came of one zone of many, as it goes from a worker process to the one
 * that prints it.
 */
#ifndef CMD_SIGN_RESULT_H
#define CMD_SIGN_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"

enum sign_outcome {
	SIGN_DONE,
	SIGN_DONE_BEFORE,	/* by an earlier run */
	SIGN_REFUSED,
	SIGN_NOTES_ONLY		/* of no zone */
};

struct sign_result {
	size_t			 i;		/* of which zone */
	enum sign_outcome	 outcome;
	size_t			 n_ksks;	/* beside its ZSKs */
	struct error		 why;		/* it was refused */
	struct buf		 text;		/* its records */
	struct buf		 json;		/* for machines; or empty */
	struct buf		 notes;		/* a line each */
};

/**
 * sign_result_write(result, out):
 * Append ${result} to ${out}, for a process of this program.
 *
 * sign_result_read(data, len, out):
 * Read what the former wrote, of ${len} bytes. Returns false where it is
 * something else.
 *
 * Owner: the caller, sign_result_clear().
 */
void sign_result_write(const struct sign_result *result, struct buf *out);
bool sign_result_read(const uint8_t *data, size_t len,
    struct sign_result *out);
void sign_result_clear(struct sign_result *result);

#endif
