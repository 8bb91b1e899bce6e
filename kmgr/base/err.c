#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kmgr/base/err.h"
#include "kmgr/base/text.h"

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
	text_make_printable(err->msg);
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
	text_make_printable(err->msg);
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
	text_make_printable(err->msg);
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
	text_make_printable(err->hint);
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

	if (class == ERR_HUNG_UP)
		return "hung_up";
	if (class == ERR_INTERRUPTED)
		return "interrupted";
	if (class == ERR_TERMINATED)
		return "terminated";
	if ((size_t)class >= sizeof(names) / sizeof(names[0]))
		return "internal";
	return names[class];
}
