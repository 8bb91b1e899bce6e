/* Domain names in canonical wire form: lower case, not compressed. */
#ifndef KMGR_DNS_NAME_H
#define KMGR_DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"

#define NAME_WIRE_MAX 255
#define NAME_TEXT_MAX 1024	/* 4 per byte for \DDD, dots, final 0 */

struct name {
	uint8_t	wire[NAME_WIRE_MAX];
	size_t	len;			/* with the root's 0; at least 1 */
};

/**
 * name_read(text, out, err):
 * Read the presentation form ${text}, with or without the final dot, always
 * as an absolute name; "." is the root. Letters become lower case.
 *
 * Errors: ERR_INPUT (empty, label over 63, name over 255, bad escape, a
 * character outside ASCII: write IDNs as A-labels; a blank, a quote or one of
 * ( ) ; that is not escaped; "@", which only a zone file gives a meaning).
 * Source: RFC 1035 s5.1, RFC 4034 s6.2.
 */
int name_read(const char *text, struct name *out, struct error *err);

/**
 * name_read_relative(text, origin, out, err):
 * Read ${text} as a zone file means it: absolute only with its final dot,
 * else below ${origin}; "@" is ${origin}.
 *
 * Errors: ERR_INPUT, as name_read().
 * Source: RFC 1035 s5.1.
 */
int name_read_relative(const char *text, const struct name *origin,
    struct name *out, struct error *err);

/**
 * name_from_wire(wire, len, out, err):
 * Take the uncompressed name that is exactly the ${len} bytes ${wire}.
 *
 * Errors: ERR_INPUT.
 */
int name_from_wire(const uint8_t *wire, size_t len, struct name *out,
    struct error *err);

/**
 * name_text(name, out):
 * Write ${name} in presentation form with its final dot. Returns ${out}.
 */
char *name_text(const struct name *name, char out[static NAME_TEXT_MAX]);

/**
 * name_file(name, out):
 * Write ${name} as the name of a file: without the last dot, "root" for the
 * root. What is no letter, digit, underscore or hyphen, and a hyphen where it
 * begins, is written \DDD (RFC 1035, 5.1), so that it is one component of a
 * path, no option, and but for the backslash nothing to a shell. name_read()
 * reads it back, but for the root. Returns ${out}.
 */
char *name_file(const struct name *name, char out[static NAME_TEXT_MAX]);

/**
 * name_is_same(a, b):
 * Whether both are the same name.
 */
bool name_is_same(const struct name *a, const struct name *b);

/**
 * name_is_below(name, ancestor):
 * Whether ${name} is a proper descendant of ${ancestor}.
 */
bool name_is_below(const struct name *name, const struct name *ancestor);

/**
 * name_above(name):
 * ${name}, which is not the root, without its first label.
 */
struct name name_above(const struct name *name);

/**
 * name_labels(name):
 * The number of labels without the root, as RRSIG counts them (RFC 4034
 * section 3.1.3); a leading "*" is not counted.
 */
uint8_t name_labels(const struct name *name);

/**
 * name_is_wildcard(name):
 * Whether its first label is "*".
 */
bool name_is_wildcard(const struct name *name);

/**
 * name_wildcard(name):
 * ${name}, which has two octets of room, below the label "*".
 */
struct name name_wildcard(const struct name *name);

/**
 * name_order(a, b):
 * Less than 0, 0 or more, as ${a} comes before ${b}, is the same, or comes
 * behind it in the order in which a zone's names are signed.
 *
 * Source: RFC 4034 s6.1.
 */
int name_order(const struct name *a, const struct name *b);

#endif
