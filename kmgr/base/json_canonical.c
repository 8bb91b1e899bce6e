/*
 * The canonical form, written straight into a buffer: every event has it, and
 * the library spends most of its time on guards against what no document of
 * ours can be, one that stands in itself.
 */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"

static void write_value(const struct json *json, struct buf *out);

/* What must be escaped has the shortest form there is (RFC 8259 s7). */
static void
write_escaped(char c, struct buf *out)
{
	static const char named[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
	static const char hex[] = "0123456789ABCDEF";
	const char *at = strchr(named, c);
	char text[] = "\\u00XX";

	if (at != NULL) {
		text[1] = names[at - named];
		buf_add(out, text, 2);
		return;
	}
	text[4] = hex[c >> 4];
	text[5] = hex[c & 0xf];
	buf_add(out, text, 6);
}

static bool
is_plain(char c)
{

	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

static void
write_text(const char *text, struct buf *out)
{
	const char *from;

	buf_add(out, "\"", 1);
	while (*text != '\0') {
		for (from = text; is_plain(*text); text++)
			continue;
		buf_add(out, from, (size_t)(text - from));
		if (*text != '\0')
			write_escaped(*text++, out);
	}
	buf_add(out, "\"", 1);
}

static int
compare_keys(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* By code point, which is the order of their bytes. */
static const char **
sorted_keys(const struct json *object, size_t n)
{
	const char **keys = mem_new(n * sizeof(*keys)), *key = NULL;
	bool is_sorted = true;
	size_t i;

	for (i = 0; i < n; i++) {
		keys[i] = key = json_next_key(object, key);
		is_sorted = is_sorted && (i == 0 ||
		    strcmp(keys[i - 1], key) < 0);
	}
	/* What was read from its canonical form is. */
	if (!is_sorted)
		qsort(keys, n, sizeof(*keys), compare_keys);
	return keys;
}

static void
write_object(const struct json *object, struct buf *out)
{
	const size_t n = json_len(object);
	const char **keys = sorted_keys(object, n);
	size_t i;

	buf_add(out, "{", 1);
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_add(out, ",", 1);
		write_text(keys[i], out);
		buf_add(out, ":", 1);
		write_value(json_get(object, keys[i]), out);
	}
	buf_add(out, "}", 1);
	free(keys);
}

static void
write_array(const struct json *array, struct buf *out)
{
	const size_t n = json_len(array);
	size_t i;

	buf_add(out, "[", 1);
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_add(out, ",", 1);
		write_value(json_at(array, i), out);
	}
	buf_add(out, "]", 1);
}

static void
write_value(const struct json *json, struct buf *out)
{
	bool is_true;
	int64_t v;

	if (json_text(json) != NULL)
		write_text(json_text(json), out);
	else if (json_int(json, &v))
		buf_add_int(out, v);
	else if (json_holds_object(json))
		write_object(json, out);
	else if (json_holds_array(json))
		write_array(json, out);
	else
		buf_add_text(out, !json_bool(json, &is_true) ? "null" :
		    is_true ? "true" : "false");
}

void
json_canonical(const struct json *json, struct buf *out)
{

	/* Of a member that is not there nothing is written. */
	if (json != NULL)
		write_value(json, out);
}
