/* Bytes that grow. */
#ifndef KMGR_BASE_BUF_H
#define KMGR_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

/* data[len] is always 0, so that text can be read in place. */
struct buf {
	uint8_t	*data;
	size_t	 len;
	size_t	 room;
};

#define BUF_INIT { NULL, 0, 0 }

/**
 * buf_add(buf, p, len):
 * Append the ${len} bytes at ${p}.
 */
void buf_add(struct buf *buf, const void *p, size_t len);

/**
 * buf_add_text(buf, text):
 * Append the string ${text}, without its end.
 */
void buf_add_text(struct buf *buf, const char *text);

/**
 * buf_add_u8(buf, v), buf_add_u16(buf, v), buf_add_u32(buf, v):
 * Append ${v} in network byte order.
 */
void buf_add_u8(struct buf *buf, uint8_t v);
void buf_add_u16(struct buf *buf, uint16_t v);
void buf_add_u32(struct buf *buf, uint32_t v);

/**
 * buf_add_int(buf, v):
 * Append ${v} in decimal digits.
 */
void buf_add_int(struct buf *buf, int64_t v);

/**
 * buf_printf(buf, fmt, ...):
 * Append formatted text.
 */
void buf_printf(struct buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * buf_text(buf):
 * The content as a string, "" when nothing was added; valid until ${buf}
 * changes.
 */
const char *buf_text(const struct buf *buf);

/**
 * buf_take(buf):
 * The content as a string; ${buf} is empty afterwards.
 * Owner: the caller, free().
 */
char *buf_take(struct buf *buf);

/**
 * buf_free(buf):
 * Free what ${buf} holds; it may be used again.
 */
void buf_free(struct buf *buf);

#endif
