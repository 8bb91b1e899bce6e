#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kmgr/base/err.h"
#include "kmgr/base/text.h"

/* The length of the character at p, 0 where it must not be shown. */
static size_t
printable_len(const char *p, size_t left)
{
	const unsigned char c = (unsigned char)p[0];
	size_t n;

	if (c < 0x80)
		return c >= 0x20 && c != 0x7f;
	/* U+0080 to U+009F are control characters as well. */
	if (c == 0xc2 && (unsigned char)p[1] < 0xa0)
		return 0;
	for (n = 2; n <= 4 && n <= left; n++)
		if (text_is_utf8(p, n))
			return n;
	return 0;
}

/*
 * Messages quote what a file or a token says, and go to terminals and into
 * JSON.
 */
static void
make_printable(char *text)
{
	const size_t len = strlen(text);
	size_t i = 0, n;

	while (i < len) {
		if ((n = printable_len(text + i, len - i)) == 0)
			text[i++] = '?';
		i += n;
	}
}

/* Put ": tail" after the n characters in err->msg; what is too long is cut. */
static void
err_append(struct error *err, int n, const char *tail)
{
	const size_t at = n < 0 ? 0 : (size_t)n;
	size_t len = strlen(tail);

	if (at + 3 >= sizeof(err->msg))
		return;
	if (len > sizeof(err->msg) - at - 3)
		len = sizeof(err->msg) - at - 3;
	memcpy(err->msg + at, ": ", 2);
	memcpy(err->msg + at + 2, tail, len);
	err->msg[at + 2 + len] = '\0';
}

int
err_set(struct error *err, enum err_class class, const char *fmt, ...)
{
	va_list ap;

	err->class = class;
	err->code = 0;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	(void)vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	make_printable(err->msg);
	return -1;
}

int
err_set_errno(struct error *err, const char *fmt, ...)
{
	const int saved = errno;
	va_list ap;
	int n;

	err->class = ERR_SYSTEM;
	err->code = (unsigned long)saved;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	n = vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	err_append(err, n, strerror(saved));
	make_printable(err->msg);
	return -1;
}

int
err_wrap(struct error *err, const char *fmt, ...)
{
	char inner[ERR_MSG_LEN];
	va_list ap;
	int n;

	memcpy(inner, err->msg, sizeof(inner));
	va_start(ap, fmt);
	n = vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	err_append(err, n, inner);
	make_printable(err->msg);
	return -1;
}

int
err_hint(struct error *err, const char *fmt, ...)
{
	va_list ap;

	if (err->hint[0] != '\0')
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	make_printable(err->hint);
	return -1;
}

void
err_clear(struct error *err)
{

	*err = (struct error)ERR_INIT;
}

const char *
err_class_name(enum err_class class)
{
	static const char *const names[] = { "none", "internal", "usage",
		"config", "input", "policy", "token", "store", "network",
		"system", "integrity", "not_yet", "partial" };

	if (class == ERR_INTERRUPTED)
		return "interrupted";
	if (class == ERR_TERMINATED)
		return "terminated";
	if ((size_t)class >= sizeof(names) / sizeof(names[0]))
		return "internal";
	return names[class];
}
