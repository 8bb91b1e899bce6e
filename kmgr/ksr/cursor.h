/*
 * An element that is read child by child, in the order of its grammar. What
 * is missing, unknown, repeated or at another place is refused, with file,
 * line and what stands there.
 */
#ifndef KMGR_KSR_CURSOR_H
#define KMGR_KSR_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/ksr/xml.h"

struct cursor {
	const char		*what;	/* the file's name */
	const struct xml_node	*node;
	size_t			 i;	/* of the child that comes next */
};

/**
 * cursor_init(c, what, node, attrs, err):
 * Begin to read ${node}, whose attributes must be those of the list ${attrs},
 * ended by NULL, in any order; one that begins with "?" may be absent.
 *
 * Errors: ERR_INPUT, as everywhere below.
 */
int cursor_init(struct cursor *c, const char *what,
    const struct xml_node *node, const char *const *attrs,
    struct error *err);

/**
 * cursor_fail(c, node, err, fmt, ...):
 * Say what is wrong with ${node}. Always returns -1.
 */
int cursor_fail(const struct cursor *c, const struct xml_node *node,
    struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/**
 * cursor_id(c, attr, out, err):
 * The identifier that the attribute ${attr} holds: 1 to KSR_ID_MAX printable
 * ASCII characters, none of < > & ", neither the first nor the last a blank.
 *
 * Owner: the caller, free().
 */
int cursor_id(const struct cursor *c, const char *attr, char **out,
    struct error *err);

/**
 * cursor_attr_int(c, attr, min, max, out, err):
 * The number in ${min}..${max} that the attribute ${attr} holds.
 */
int cursor_attr_int(const struct cursor *c, const char *attr, int64_t min,
    int64_t max, int64_t *out, struct error *err);

/**
 * cursor_sees(c, name):
 * Whether the next child is called ${name}.
 */
bool cursor_sees(const struct cursor *c, const char *name);

/**
 * cursor_child(c, name, attrs, out, err):
 * Begin to read the next child, which must be called ${name}, as
 * cursor_init() does.
 */
int cursor_child(struct cursor *c, const char *name,
    const char *const *attrs, struct cursor *out, struct error *err);

/**
 * cursor_text(c, name, out, err), cursor_int(c, name, max, out, err),
 * cursor_bytes(c, name, max, out, err), cursor_time(c, name, max, out, err),
 * cursor_duration(c, name, out, err):
 * The content of the next child, which must be called ${name} and have
 * neither attributes nor children: text that is not empty, a number in
 * 0..${max}, base64 of 1 to ${max} bytes (appended, blanks between its
 * characters allowed), an instant up to ${max}, a duration.
 */
int cursor_text(struct cursor *c, const char *name, const char **out,
    struct error *err);
int cursor_int(struct cursor *c, const char *name, int64_t max, int64_t *out,
    struct error *err);
int cursor_bytes(struct cursor *c, const char *name, size_t max,
    struct buf *out, struct error *err);
int cursor_time(struct cursor *c, const char *name, int64_t max,
    int64_t *out, struct error *err);
int cursor_duration(struct cursor *c, const char *name, int64_t *out,
    struct error *err);

/**
 * cursor_end(c, err):
 * Nothing more may stand in the element.
 */
int cursor_end(const struct cursor *c, struct error *err);

#endif
