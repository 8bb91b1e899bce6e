/* Strict readings of short texts. */
#ifndef KMGR_BASE_TEXT_H
#define KMGR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"

/**
 * text_to_int(text, min, max, out, err):
 * Read ${text}, decimal digits with an optional minus and nothing else (no
 * leading zero, no blank), as a number in ${min}..${max}.
 *
 * Errors: ERR_INPUT.
 */
int text_to_int(const char *text, int64_t min, int64_t max, int64_t *out,
    struct error *err);

/**
 * text_from_hex(hex, out, max, len, err):
 * Read the hex digits ${hex}, either case, into at most ${max} bytes at
 * ${out}; their number goes to *${len}.
 *
 * Errors: ERR_INPUT.
 */
int text_from_hex(const char *hex, uint8_t *out, size_t max, size_t *len,
    struct error *err);

/**
 * text_hex(bytes, len, out):
 * Write ${len} bytes as 2 * ${len} lower-case hex digits and a final 0.
 * Returns ${out}.
 */
char *text_hex(const uint8_t *bytes, size_t len, char *out);

/**
 * text_is_utf8(text, len):
 * Whether the ${len} bytes are UTF-8 (RFC 3629) without NUL.
 */
bool text_is_utf8(const char *text, size_t len);

/**
 * text_make_printable(text):
 * Put a question mark in place of each byte that no terminal may be sent:
 * control characters, and what is not UTF-8. Messages quote what a file or a
 * token says.
 */
void text_make_printable(char *text);

/**
 * text_is_label(text, max):
 * Whether ${text} is 1 to ${max} of the characters a-z A-Z 0-9 . _ - and
 * begins with a letter or digit: a name for an object.
 */
bool text_is_label(const char *text, size_t max);

/**
 * text_is_one_of(text, list, n):
 * The index of ${text} among the ${n} strings ${list}, or -1.
 */
int text_is_one_of(const char *text, const char *const *list, size_t n);

/**
 * text_xml(text, out):
 * Append ${text} so that XML reads it as it is, in content or between double
 * quotes.
 */
void text_xml(const char *text, struct buf *out);

#endif
