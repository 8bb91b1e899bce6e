/*
 * Some members of a JSON object: of a long one that is canonical, as all are
 * that kmgr wrote, what nobody asks for is looked at and not kept.
 */
#ifndef KMGR_BASE_JSON_MEMBERS_H
#define KMGR_BASE_JSON_MEMBERS_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"

/**
 * json_members_read(text, names, n, out, err):
 * As json_read() of all of ${text}, whatever it is; but of an object *${out}
 * may have no other members than those of the ${n} ${names}.
 *
 * Owner: the caller, json_free().
 * Errors: as json_read().
 */
int json_members_read(const char *text, const char *const *names, size_t n,
    struct json **out, struct error *err);

#endif
