#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/name.h"

#define LABEL_MAX 63
#define LABELS_MAX 127		/* in 255 octets */

static uint8_t
lower(uint8_t c)
{

	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool
is_digit(char c)
{

	return c >= '0' && c <= '9';
}

/* The octet that the escape behind the backslash at *p means, or -1. */
static int
take_escape(const char **p)
{
	const char *q = *p + 1;
	int v;

	if (is_digit(q[0])) {
		if (!is_digit(q[1]) || !is_digit(q[2]))
			return -1;
		v = (q[0] - '0') * 100 + (q[1] - '0') * 10 + (q[2] - '0');
		*p = q + 3;
		return v <= 255 ? v : -1;
	}
	if ((uint8_t)q[0] < 0x20 || (uint8_t)q[0] > 0x7e)
		return -1;
	*p = q + 1;
	return q[0];
}

/* The octet that stands at *p, which moves behind it; -1 with err set. */
static int
take_octet(const char **p, struct error *err)
{
	const uint8_t c = (uint8_t)**p;
	int v;

	if (c == '\\') {
		if ((v = take_escape(p)) < 0)
			(void)err_set(err, ERR_INPUT, "a bad escape");
		return v;
	}
	if (c > 0x7f) {
		(void)err_set(err, ERR_INPUT, "a character outside ASCII");
		return err_hint(err, "write it as an A-label (xn--...)");
	}
	if (c < 0x21 || c == 0x7f || strchr("\"();", c) != NULL)
		return err_set(err, ERR_INPUT,
		    "a character that must be escaped");
	(*p)++;
	return c;
}

/*
 * The wire form of text, which is not empty and not the root; wire[label] is
 * the length octet of the label being read.
 */
static int
read_labels(const char *text, struct name *name, struct error *err)
{
	size_t label = 0;
	int v;

	name->len = 1;
	while (*text != '\0') {
		if (*text == '.' && name->len == label + 1)
			return err_set(err, ERR_INPUT, "an empty label");
		if (name->len == NAME_WIRE_MAX)
			return err_set(err, ERR_INPUT, "more than %d octets",
			    NAME_WIRE_MAX);
		if (*text == '.') {
			text++;
			label = name->len;
			name->wire[name->len++] = 0;
			continue;
		}
		if ((v = take_octet(&text, err)) < 0)
			return -1;
		if (name->len - label > LABEL_MAX)
			return err_set(err, ERR_INPUT,
			    "a label of more than %d octets", LABEL_MAX);
		name->wire[name->len++] = lower((uint8_t)v);
		name->wire[label]++;
	}
	if (name->wire[label] == 0)
		return 0;
	if (name->len == NAME_WIRE_MAX)
		return err_set(err, ERR_INPUT, "more than %d octets",
		    NAME_WIRE_MAX);
	name->wire[name->len++] = 0;
	return 0;
}

int
name_read(const char *text, struct name *out, struct error *err)
{
	struct name name = { .len = 1 };
	int rc = 0;

	if (text[0] == '\0')
		rc = err_set(err, ERR_INPUT, "it is empty");
	else if (strcmp(text, "@") == 0)
		rc = err_set(err, ERR_INPUT, "@ stands for no name here");
	else if (strcmp(text, ".") != 0)
		rc = read_labels(text, &name, err);
	if (rc != 0)
		return err_wrap(err, "\"%.256s\" is not a domain name", text);
	*out = name;
	return 0;
}

/* A final dot, and not the octet of an escape. */
static bool
is_absolute(const char *text)
{
	size_t n = strlen(text), i;

	if (n == 0 || text[n - 1] != '.')
		return false;
	for (i = n - 1; i > 0 && text[i - 1] == '\\'; i--)
		continue;
	return (n - 1 - i) % 2 == 0;
}

int
name_read_relative(const char *text, const struct name *origin,
    struct name *out, struct error *err)
{
	char above[NAME_TEXT_MAX];
	char *whole;
	int rc;

	if (strcmp(text, "@") == 0) {
		*out = *origin;
		return 0;
	}
	if (text[0] == '\0' || is_absolute(text))
		return name_read(text, out, err);
	(void)name_text(origin, above);
	whole = mem_printf("%s.%s", text, origin->len == 1 ? "" : above);
	rc = name_read(whole, out, err);
	free(whole);
	return rc;
}

int
name_from_wire(const uint8_t *wire, size_t len, struct name *out,
    struct error *err)
{
	struct name name = { .len = len };
	size_t at = 0, end, i;

	if (len == 0 || len > NAME_WIRE_MAX)
		return err_set(err, ERR_INPUT, "a domain name of %zu octets",
		    len);
	/* Above 63 is a compression pointer or nothing at all. */
	while (at < len && wire[at] != 0 && wire[at] <= LABEL_MAX) {
		end = at + 1 + wire[at];
		if (end >= len)
			break;
		name.wire[at] = wire[at];
		for (i = at + 1; i < end; i++)
			name.wire[i] = lower(wire[i]);
		at = end;
	}
	if (at + 1 != len || wire[at] != 0)
		return err_set(err, ERR_INPUT,
		    "not a domain name in wire form");
	*out = name;
	return 0;
}

/* Write the octet so that every reader of zone files reads it back. */
static char *
put_octet(char *p, uint8_t c)
{

	if (c < 0x21 || c > 0x7e) {
		(void)snprintf(p, 5, "\\%03u", c);
		return p + 4;
	}
	if (strchr("\"();.\\@$", c) != NULL)
		*p++ = '\\';
	*p++ = (char)c;
	return p;
}

char *
name_text(const struct name *name, char out[static NAME_TEXT_MAX])
{
	size_t at = 0, i;
	char *p = out;

	if (name->len == 1)
		*p++ = '.';
	while (name->wire[at] != 0) {
		for (i = 1; i <= name->wire[at]; i++)
			p = put_octet(p, name->wire[at + i]);
		*p++ = '.';
		at += 1 + (size_t)name->wire[at];
	}
	*p = '\0';
	return out;
}

/* What no shell, no folder and no program reads as anything else. */
static bool
is_plain(uint8_t c)
{

	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
	    c == '-';
}

char *
name_file(const struct name *name, char out[static NAME_TEXT_MAX])
{
	size_t at, i;
	char *p = out;
	uint8_t c;

	if (name->len == 1)
		return strcpy(out, "root");
	for (at = 0; name->wire[at] != 0; at += 1 + (size_t)name->wire[at]) {
		if (at > 0)
			*p++ = '.';
		for (i = at + 1; i <= at + name->wire[at]; i++) {
			c = name->wire[i];
			if (is_plain(c) && (c != '-' || p > out))
				*p++ = (char)c;
			else
				p += sprintf(p, "\\%03u", (unsigned int)c);
		}
	}
	*p = '\0';
	return out;
}

bool
name_is_same(const struct name *a, const struct name *b)
{

	return a->len == b->len && memcmp(a->wire, b->wire, a->len) == 0;
}

bool
name_is_below(const struct name *name, const struct name *ancestor)
{
	size_t at = 0;

	/* Only at a label's start is an equal tail an ancestor. */
	while (name->len - at > ancestor->len)
		at += 1 + (size_t)name->wire[at];
	return at > 0 && name->len - at == ancestor->len &&
	    memcmp(name->wire + at, ancestor->wire, ancestor->len) == 0;
}

struct name
name_above(const struct name *name)
{
	const size_t skip = 1 + (size_t)name->wire[0];
	struct name up = { .len = name->len - skip };

	memcpy(up.wire, name->wire + skip, up.len);
	return up;
}

uint8_t
name_labels(const struct name *name)
{
	uint8_t n = 0;
	size_t at;

	for (at = 0; name->wire[at] != 0; at += 1 + (size_t)name->wire[at])
		n++;
	return name_is_wildcard(name) ? (uint8_t)(n - 1) : n;
}

bool
name_is_wildcard(const struct name *name)
{

	return name->wire[0] == 1 && name->wire[1] == '*';
}

struct name
name_wildcard(const struct name *name)
{
	struct name below = { .wire = { 1, '*' }, .len = name->len + 2 };

	memcpy(below.wire + 2, name->wire, name->len);
	return below;
}

/* Where the labels begin, the first of the name first; how many there are. */
static size_t
label_starts(const struct name *name, uint8_t out[static LABELS_MAX])
{
	size_t at, n = 0;

	for (at = 0; name->wire[at] != 0; at += 1 + (size_t)name->wire[at])
		out[n++] = (uint8_t)at;
	return n;
}

/* As octets, a shorter one before what it begins. */
static int
label_order(const uint8_t *a, const uint8_t *b)
{
	const int order = memcmp(a + 1, b + 1, a[0] < b[0] ? a[0] : b[0]);

	return order != 0 ? order : a[0] - b[0];
}

int
name_order(const struct name *a, const struct name *b)
{
	uint8_t a_at[LABELS_MAX], b_at[LABELS_MAX];
	size_t a_n = label_starts(a, a_at), b_n = label_starts(b, b_at);
	int order = 0;

	/* From the root down; what has no more labels is first. */
	while (a_n > 0 && b_n > 0 && order == 0)
		order = label_order(a->wire + a_at[--a_n],
		    b->wire + b_at[--b_n]);
	return order != 0 ? order : (a_n > 0) - (b_n > 0);
}
