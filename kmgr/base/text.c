#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/text.h"

int
text_to_int(const char *text, int64_t min, int64_t max, int64_t *out,
    struct error *err)
{
	const char *digits = text + (*text == '-');
	size_t n = strspn(digits, "0123456789");
	long long v;

	if (n == 0 || digits[n] != '\0' || (digits[0] == '0' && n > 1) ||
	    (digits != text && digits[0] == '0'))
		return err_set(err, ERR_INPUT,
		    "\"%.64s\" is not a decimal number", text);
	errno = 0;
	v = strtoll(text, NULL, 10);
	if (errno != 0 || v < min || v > max)
		return err_set(err, ERR_INPUT, "%.64s is not within %" PRId64
		    " and %" PRId64, text, min, max);
	*out = v;
	return 0;
}

static int
hex_digit(char c)
{

	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
text_from_hex(const char *hex, uint8_t *out, size_t max, size_t *len,
    struct error *err)
{
	const size_t n = strlen(hex);
	size_t i;

	if (n % 2 != 0 || n / 2 > max)
		return err_set(err, ERR_INPUT,
		    "%zu hex digits where at most %zu, in pairs, are allowed",
		    n, max * 2);
	for (i = 0; i < n; i += 2) {
		const int hi = hex_digit(hex[i]);
		const int lo = hex_digit(hex[i + 1]);

		if (hi < 0 || lo < 0)
			return err_set(err, ERR_INPUT,
			    "not a hex digit at position %zu", i + 1);
		out[i / 2] = (uint8_t)(hi << 4 | lo);
	}
	*len = n / 2;
	return 0;
}

char *
text_hex(const uint8_t *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
	return out;
}

/* The length of the UTF-8 sequence at p (RFC 3629 section 4), or 0. */
static size_t
utf8_len(const uint8_t *p, size_t left)
{
	uint8_t lo = 0x80, hi = 0xbf;
	size_t n, i;

	if (p[0] < 0x80)
		return p[0] != 0;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (left < n)
		return 0;
	/* No overlong form, no surrogate, nothing above U+10FFFF. */
	if (p[0] == 0xe0)
		lo = 0xa0;
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xed)
		hi = 0x9f;
	else if (p[0] == 0xf4)
		hi = 0x8f;
	if (p[1] < lo || p[1] > hi)
		return 0;
	for (i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

bool
text_is_utf8(const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t i, n;

	for (i = 0; i < len; i += n)
		if ((n = utf8_len(p + i, len - i)) == 0)
			return false;
	return true;
}

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

void
text_make_printable(char *text)
{
	const size_t len = strlen(text);
	size_t i = 0, n;

	while (i < len) {
		if ((n = printable_len(text + i, len - i)) == 0)
			text[i++] = '?';
		i += n;
	}
}

bool
text_is_label(const char *text, size_t max)
{
	const size_t n = strlen(text);
	size_t i;

	if (n == 0 || n > max || !isalnum((unsigned char)text[0]))
		return false;
	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    strchr("._-", text[i]) == NULL)
			return false;
	return true;
}

int
text_is_one_of(const char *text, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(text, list[i]) == 0)
			return (int)i;
	return -1;
}

void
text_xml(const char *text, struct buf *out)
{

	for (; *text != '\0'; text++)
		switch (*text) {
		case '<':
			buf_printf(out, "&lt;");
			break;
		case '>':
			buf_printf(out, "&gt;");
			break;
		case '&':
			buf_printf(out, "&amp;");
			break;
		case '"':
			buf_printf(out, "&quot;");
			break;
		default:
			buf_add(out, text, 1);
		}
}
