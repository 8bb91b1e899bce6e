/*
 * JSON documents: what --json prints, what is sealed, what is stored.
 * Numbers are integers; there are no fractions anywhere.
 */
#ifndef KMGR_BASE_JSON_H
#define KMGR_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"

struct json;

/**
 * json_new_object(), json_new_array():
 * An empty object or array. Owner: the caller, json_free().
 */
struct json *json_new_object(void);
struct json *json_new_array(void);

/**
 * json_copy_of(json):
 * A copy of all of ${json}. Owner: the caller, json_free().
 */
struct json *json_copy_of(const struct json *json);

/**
 * json_share(json):
 * One more owner of ${json}, also where it stands in another one. What has two
 * owners is changed by none, and both are in one thread.
 *
 * Owner: the caller, json_free().
 */
struct json *json_share(const struct json *json);

/**
 * json_free(json):
 * Free ${json} and all in it; not for values that stand in another one.
 */
void json_free(struct json *json);

/**
 * json_put_text(object, key, text), ..._int(), ..._bool():
 * Set the member ${key}; a NULL ${text} is written as null. ${text} must be
 * UTF-8.
 */
void json_put_text(struct json *object, const char *key, const char *text);
void json_put_int(struct json *object, const char *key, int64_t v);
void json_put_bool(struct json *object, const char *key, bool v);

/**
 * json_put_take(object, key, value):
 * Set the member ${key} to ${value}, which now belongs to ${object}.
 */
void json_put_take(struct json *object, const char *key, struct json *value);

/**
 * json_put_object(object, key), json_put_array(object, key):
 * Set the member ${key} to an empty object or array and return it.
 * Owner: ${object}.
 */
struct json *json_put_object(struct json *object, const char *key);
struct json *json_put_array(struct json *object, const char *key);

/**
 * json_add_text(array, text), json_add_int(array, v), json_add_take(array,
 * value), json_add_object(array):
 * Append to ${array}; ownership as for json_put_*().
 */
void json_add_text(struct json *array, const char *text);
void json_add_int(struct json *array, int64_t v);
void json_add_take(struct json *array, struct json *value);
struct json *json_add_object(struct json *array);

/**
 * json_get(object, key):
 * The member ${key}, or NULL when it is absent or ${object} is no object.
 * Owner: ${object}.
 */
struct json *json_get(const struct json *object, const char *key);

/**
 * json_get_text(object, key):
 * The string member ${key}, or NULL when there is none.
 */
const char *json_get_text(const struct json *object, const char *key);

/**
 * json_get_int(object, key, out), json_get_bool(object, key, out):
 * Read the member ${key}; false when it is absent or of another type.
 */
bool json_get_int(const struct json *object, const char *key, int64_t *out);
bool json_get_bool(const struct json *object, const char *key, bool *out);

/**
 * json_len(json), json_at(array, i):
 * The number of elements or members (0 for scalars); the ${i}th element.
 */
size_t json_len(const struct json *json);
struct json *json_at(const struct json *array, size_t i);

/**
 * json_holds_object(json), json_holds_array(json):
 * What ${json}, which may be NULL, is.
 */
bool json_holds_object(const struct json *json);
bool json_holds_array(const struct json *json);

/**
 * json_text(json), json_int(json, out), json_bool(json, out):
 * A scalar's value: NULL or false when it is of another type.
 */
const char *json_text(const struct json *json);
bool json_int(const struct json *json, int64_t *out);
bool json_bool(const struct json *json, bool *out);

/**
 * json_next_key(object, key):
 * The key after ${key}, the first for NULL, NULL after the last. The order
 * is that of insertion.
 */
const char *json_next_key(const struct json *object, const char *key);

/**
 * json_same(a, b):
 * Whether both say the same, whatever the order of their members.
 */
bool json_same(const struct json *a, const struct json *b);

/**
 * json_canonical(json, out):
 * Append the canonical form: keys sorted by code point, no white space,
 * nothing escaped but what must be. Equal documents give equal bytes; of NULL
 * there are none.
 */
void json_canonical(const struct json *json, struct buf *out);

/**
 * json_pretty(json, out):
 * Append ${json} for people: indented by 2, keys in order of insertion, with
 * a final newline.
 */
void json_pretty(const struct json *json, struct buf *out);

/**
 * json_read(text, len, out, err):
 * Parse ${len} bytes; duplicate keys, fractions, nesting beyond 32 levels
 * and anything behind the value are refused.
 *
 * Owner: the caller, json_free().
 * Errors: ERR_INPUT, with line and column.
 */
int json_read(const char *text, size_t len, struct json **out,
    struct error *err);

#endif
