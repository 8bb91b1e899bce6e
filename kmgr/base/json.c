#include <jansson.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"

#define DEPTH_MAX 32

/* struct json is a json_t whose name stays in this file. */
static json_t *
inner(struct json *json)
{

	return (json_t *)(void *)json;
}

static const json_t *
inner_const(const struct json *json)
{

	return (const json_t *)(const void *)json;
}

static struct json *
outer(json_t *value)
{

	return (struct json *)(void *)value;
}

/* jansson returns NULL only without memory or for text that is no UTF-8. */
static json_t *
checked(json_t *value)
{

	return value != NULL ? value : json_string("(not UTF-8)");
}

struct json *
json_new_object(void)
{

	return outer(checked(json_object()));
}

struct json *
json_new_array(void)
{

	return outer(checked(json_array()));
}

struct json *
json_copy_of(const struct json *json)
{

	return outer(checked(json_deep_copy(inner_const(json))));
}

struct json *
json_share(const struct json *json)
{
	/* What is counted is no part of what is const. */
	union { const struct json *in; json_t *out; } u = { json };

	return outer(json_incref(u.out));
}

void
json_free(struct json *json)
{

	json_decref(inner(json));
}

void
json_put_text(struct json *object, const char *key, const char *text)
{

	(void)json_object_set_new(inner(object), key,
	    text == NULL ? json_null() : checked(json_string(text)));
}

void
json_put_int(struct json *object, const char *key, int64_t v)
{

	(void)json_object_set_new(inner(object), key, json_integer(v));
}

void
json_put_bool(struct json *object, const char *key, bool v)
{

	(void)json_object_set_new(inner(object), key, json_boolean(v));
}

void
json_put_take(struct json *object, const char *key, struct json *value)
{

	(void)json_object_set_new(inner(object), key, inner(value));
}

struct json *
json_put_object(struct json *object, const char *key)
{
	struct json *value = json_new_object();

	json_put_take(object, key, value);
	return value;
}

struct json *
json_put_array(struct json *object, const char *key)
{
	struct json *value = json_new_array();

	json_put_take(object, key, value);
	return value;
}

void
json_add_text(struct json *array, const char *text)
{

	(void)json_array_append_new(inner(array), checked(json_string(text)));
}

void
json_add_int(struct json *array, int64_t v)
{

	(void)json_array_append_new(inner(array), json_integer(v));
}

void
json_add_take(struct json *array, struct json *value)
{

	(void)json_array_append_new(inner(array), inner(value));
}

struct json *
json_add_object(struct json *array)
{
	struct json *value = json_new_object();

	json_add_take(array, value);
	return value;
}

struct json *
json_get(const struct json *object, const char *key)
{

	return outer(json_object_get(inner_const(object), key));
}

const char *
json_get_text(const struct json *object, const char *key)
{

	return json_text(json_get(object, key));
}

bool
json_get_int(const struct json *object, const char *key, int64_t *out)
{

	return json_int(json_get(object, key), out);
}

bool
json_get_bool(const struct json *object, const char *key, bool *out)
{

	return json_bool(json_get(object, key), out);
}

size_t
json_len(const struct json *json)
{
	const json_t *value = inner_const(json);

	return json_is_object(value) ? json_object_size(value) :
	    json_array_size(value);
}

struct json *
json_at(const struct json *array, size_t i)
{

	return outer(json_array_get(inner_const(array), i));
}

bool
json_holds_object(const struct json *json)
{

	return json_is_object(inner_const(json));
}

bool
json_holds_array(const struct json *json)
{

	return json_is_array(inner_const(json));
}

const char *
json_text(const struct json *json)
{

	return json_string_value(inner_const(json));
}

bool
json_int(const struct json *json, int64_t *out)
{

	if (!json_is_integer(inner_const(json)))
		return false;
	*out = json_integer_value(inner_const(json));
	return true;
}

bool
json_bool(const struct json *json, bool *out)
{

	if (!json_is_boolean(inner_const(json)))
		return false;
	*out = json_is_true(inner_const(json));
	return true;
}

const char *
json_next_key(const struct json *object, const char *key)
{
	/* jansson's iterator takes the object as not const, and leaves it. */
	union { const struct json *in; json_t *out; } u = { object };
	void *it = key == NULL ? json_object_iter(u.out) :
	    json_object_iter_next(u.out, json_object_iter_at(u.out, key));

	return it == NULL ? NULL : json_object_iter_key(it);
}

bool
json_same(const struct json *a, const struct json *b)
{

	return json_equal(inner_const(a), inner_const(b)) == 1;
}

static int
add_bytes(const char *bytes, size_t len, void *out)
{

	buf_add(out, bytes, len);
	return 0;
}

void
json_pretty(const struct json *json, struct buf *out)
{

	(void)json_dump_callback(inner_const(json), add_bytes, out,
	    JSON_INDENT(2) | JSON_ENCODE_ANY);
	buf_add(out, "\n", 1);
}

/* Whether value holds no fraction and no more than depth levels. */
static bool
is_plain(const json_t *value, int depth)
{
	union { const json_t *in; json_t *out; } u = { value };
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_real(value) || (depth == 0 &&
	    (json_is_array(value) || json_is_object(value))))
		return false;
	json_array_foreach(u.out, i, item)
		if (!is_plain(item, depth - 1))
			return false;
	json_object_foreach(u.out, key, item)
		if (!is_plain(item, depth - 1))
			return false;
	return true;
}

int
json_read(const char *text, size_t len, struct json **out, struct error *err)
{
	json_error_t why;
	json_t *value;

	*out = NULL;
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (value == NULL)
		return err_set(err, ERR_INPUT, "JSON, line %d, column %d: %s",
		    why.line, why.column, why.text);
	if (!is_plain(value, DEPTH_MAX)) {
		json_decref(value);
		return err_set(err, ERR_INPUT, "JSON with a fraction, or "
		    "nested deeper than %d levels", DEPTH_MAX);
	}
	*out = outer(value);
	return 0;
}
