/*
 * JSON objects that begin alike, byte for byte, as canonical ones of one kind
 * do: of their first members is read only once what they say.
 */
#ifndef KMGR_BASE_JSON_HEAD_H
#define KMGR_BASE_JSON_HEAD_H

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"

struct json_head;

/**
 * json_head_new(last), json_head_free(head):
 * Nothing is known yet; it will be of the members up to ${last}, which is
 * borrowed, by code point.
 */
struct json_head *json_head_new(const char *last);
void json_head_free(struct json_head *head);

/**
 * json_head_read(head, text, out, err):
 * As json_read() of all of ${text}, whatever it is; the order of its members is
 * any. Its first ones may be shared with other objects, so that nobody changes
 * anything in *${out}, and one thread at a time has ${head} and all that was
 * read with it. With NULL nothing is known, and nothing kept.
 *
 * Owner: the caller, json_free().
 * Errors: as json_read().
 */
int json_head_read(struct json_head *head, const char *text,
    struct json **out, struct error *err);

#endif
