#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/mem.h"

/* Make room for len more bytes and the final 0. */
static uint8_t *
buf_grow(struct buf *buf, size_t len)
{
	size_t room = buf->room == 0 ? 256 : buf->room;
	uint8_t *data;

	while (room - buf->len <= len)
		room *= 2;
	if (room != buf->room) {
		data = mem_new(room);
		if (buf->len > 0)
			memcpy(data, buf->data, buf->len);
		free(buf->data);
		buf->data = data;
		buf->room = room;
	}
	return buf->data + buf->len;
}

void
buf_add(struct buf *buf, const void *p, size_t len)
{
	uint8_t *end = buf_grow(buf, len);

	if (len > 0)
		memcpy(end, p, len);
	buf->len += len;
	buf->data[buf->len] = 0;
}

void
buf_add_text(struct buf *buf, const char *text)
{

	buf_add(buf, text, strlen(text));
}

void
buf_add_u8(struct buf *buf, uint8_t v)
{

	buf_add(buf, &v, 1);
}

void
buf_add_u16(struct buf *buf, uint16_t v)
{
	const uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	buf_add(buf, b, sizeof(b));
}

void
buf_add_u32(struct buf *buf, uint32_t v)
{
	const uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		(uint8_t)(v >> 8), (uint8_t)v };

	buf_add(buf, b, sizeof(b));
}

void
buf_add_int(struct buf *buf, int64_t v)
{
	char digits[20], *p = digits + sizeof(digits);
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (v < 0)
		*--p = '-';
	buf_add(buf, p, (size_t)(digits + sizeof(digits) - p));
}

void
buf_printf(struct buf *buf, const char *fmt, ...)
{
	char *end = (char *)buf_grow(buf, 0);
	size_t left = buf->room - buf->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(end, left, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n >= left) {
		end = (char *)buf_grow(buf, (size_t)n);
		va_start(ap, fmt);
		(void)vsnprintf(end, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	if (n > 0)
		buf->len += (size_t)n;
	buf->data[buf->len] = 0;
}

const char *
buf_text(const struct buf *buf)
{

	return buf->data == NULL ? "" : (const char *)buf->data;
}

char *
buf_take(struct buf *buf)
{
	char *text = buf->data == NULL ? mem_strdup("") : (char *)buf->data;

	*buf = (struct buf)BUF_INIT;
	return text;
}

void
buf_free(struct buf *buf)
{

	free(buf->data);
	*buf = (struct buf)BUF_INIT;
}
