/*
 * The form that is read here is narrow: that of json_canonical(), in ASCII, and
 * with as many levels as anything of kmgr has. In it there is one way to read a
 * text, so that what is read is what json_read() would have, which is asked of
 * all other texts.
 */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json_members.h"

#define LEVELS_MAX 8
#define DIGITS_MAX 18		/* they fit in 64 bits */

struct reader {
	const char		*p;	/* what is read next */
	const char *const	*names;
	size_t			 n_names;
	struct json		*out;
};

/* What stands between two places. */
struct part {
	const char	*from;
	size_t		 len;
};

static bool skip_value(struct reader *r, int levels);

static bool
skip_char(struct reader *r, char c)
{

	if (*r->p != c)
		return false;
	r->p++;
	return true;
}

/* A string, of which the part is all but its quotes, escapes as they are. */
static bool
skip_string(struct reader *r, struct part *part)
{
	const char *p = r->p + 1;

	if (*r->p != '"')
		return false;
	part->from = p;
	for (; *p != '"'; p++) {
		/* As most of them are. */
		if (*p > '"' && *p < 0x7f && *p != '\\')
			continue;
		/* Not \u, of which not all is a character. */
		if (*p == '\\' && *++p != '"' && (*p == '\0' ||
		    strchr("\\/bfnrt", *p) == NULL))
			return false;
		if (*p < 0x20 || *p > 0x7e)
			return false;
	}
	part->len = (size_t)(p - part->from);
	r->p = p + 1;
	return true;
}

static bool
skip_number(struct reader *r)
{
	const bool is_negative = *r->p == '-';
	const char *digits = r->p + is_negative;
	const size_t n = strspn(digits, "0123456789");

	if (n == 0 || n > DIGITS_MAX ||
	    (digits[0] == '0' && (n > 1 || is_negative)))
		return false;
	/* A fraction or an exponent is no comma and no bracket. */
	r->p = digits + n;
	return true;
}

static bool
skip_word(struct reader *r)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t i, len;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		len = strlen(words[i]);
		if (strncmp(r->p, words[i], len) != 0)
			continue;
		r->p += len;
		return true;
	}
	return false;
}

static bool
skip_array(struct reader *r, int levels)
{

	if (!skip_char(r, '[') || levels == 0)
		return false;
	if (skip_char(r, ']'))
		return true;
	do {
		if (!skip_value(r, levels - 1))
			return false;
	} while (skip_char(r, ','));
	return skip_char(r, ']');
}

/* Each behind the one before, so that none comes twice. */
static bool
is_ordered(const struct part *before, const struct part *name)
{
	const size_t both = before->len < name->len ? before->len : name->len;
	const int order = memcmp(before->from, name->from, both);

	return order < 0 || (order == 0 && before->len < name->len);
}

static bool
has_escape(const struct part *part)
{

	return memchr(part->from, '\\', part->len) != NULL;
}

/* The next name and its colon. */
static bool
skip_name(struct reader *r, struct part *before, struct part *name)
{

	if (!skip_string(r, name) || has_escape(name) ||
	    !skip_char(r, ':') ||
	    (before->from != NULL && !is_ordered(before, name)))
		return false;
	*before = *name;
	return true;
}

static bool
skip_object(struct reader *r, int levels)
{
	struct part before = { NULL, 0 }, name;

	if (!skip_char(r, '{') || levels == 0)
		return false;
	if (skip_char(r, '}'))
		return true;
	do {
		if (!skip_name(r, &before, &name) ||
		    !skip_value(r, levels - 1))
			return false;
	} while (skip_char(r, ','));
	return skip_char(r, '}');
}

static bool
skip_value(struct reader *r, int levels)
{
	struct part ignored;

	switch (*r->p) {
	case '"':
		return skip_string(r, &ignored);
	case '{':
		return skip_object(r, levels);
	case '[':
		return skip_array(r, levels);
	case 't':
	case 'f':
	case 'n':
		return skip_word(r);
	default:
		return skip_number(r);
	}
}

/* Which of the names it is, or NULL. */
static const char *
find_name(const struct reader *r, const struct part *name)
{
	size_t i;

	for (i = 0; i < r->n_names; i++)
		if (strncmp(r->names[i], name->from, name->len) == 0 &&
		    r->names[i][name->len] == '\0')
			return r->names[i];
	return NULL;
}

/* Put the value that was skipped; false: json_read() reads it. */
static bool
take(struct reader *r, const char *name, const struct part *value)
{
	const struct part inner = { value->from + 1, value->len - 2 };
	struct error ignored = ERR_INIT;
	struct json *json = NULL;
	struct buf text = BUF_INIT;

	switch (value->from[0]) {
	case '"':
		if (has_escape(&inner))
			return false;
		buf_add(&text, inner.from, inner.len);
		json_put_text(r->out, name, buf_text(&text));
		buf_free(&text);
		return true;
	case '{':
	case '[':
		if (json_read(value->from, value->len, &json, &ignored) != 0)
			return false;
		json_put_take(r->out, name, json);
		return true;
	case 'n':
		json_put_text(r->out, name, NULL);
		return true;
	case 't':
	case 'f':
		json_put_bool(r->out, name, value->from[0] == 't');
		return true;
	default:
		json_put_int(r->out, name, strtoll(value->from, NULL, 10));
		return true;
	}
}

static bool
read_member(struct reader *r, struct part *before)
{
	struct part name, value;
	const char *wanted;

	if (!skip_name(r, before, &name))
		return false;
	value.from = r->p;
	if (!skip_value(r, LEVELS_MAX))
		return false;
	value.len = (size_t)(r->p - value.from);
	wanted = find_name(r, &name);
	return wanted == NULL || take(r, wanted, &value);
}

static bool
read_all(struct reader *r)
{
	struct part before = { NULL, 0 };

	if (!skip_char(r, '{'))
		return false;
	do {
		if (!read_member(r, &before))
			return false;
	} while (skip_char(r, ','));
	return skip_char(r, '}') && *r->p == '\0';
}

int
json_members_read(const char *text, const char *const *names, size_t n,
    struct json **out, struct error *err)
{
	struct reader r = { text, names, n, json_new_object() };

	if (read_all(&r)) {
		*out = r.out;
		return 0;
	}
	json_free(r.out);
	return json_read(text, strlen(text), out, err);
}
