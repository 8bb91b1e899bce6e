/*
 * The three formats of key signing requests and signed key responses behind
 * one table. A format is recognised by what a file holds, never by its name.
 */
#ifndef KMGR_KSR_CODEC_H
#define KMGR_KSR_CODEC_H

#include <stddef.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/ksr.h"

/**
 * codec_read(text, len, what, out, err):
 * Read a request or response in any of the formats; ${what} names the file in
 * messages. Total on hostile input: nothing but the syntax is judged, but a
 * time in the unit of another format, a document in the middle of another,
 * a missing footer where the format demands one, and numbers that do not fit
 * their field are errors, never guesses.
 *
 * Owner: the caller, ksr_free().
 * Errors: ERR_INPUT, with ${what} and line.
 */
int codec_read(const char *text, size_t len, const char *what,
    struct ksr **out, struct error *err);

/**
 * codec_write(ksr, generated_at, out):
 * Append ${ksr} in its own format, so that the tools of that format read it;
 * codec_read() reads the same back. ${generated_at} goes into the footer of
 * text formats.
 */
void codec_write(const struct ksr *ksr, int64_t generated_at,
    struct buf *out);

#endif
