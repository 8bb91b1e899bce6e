/*
 * The instants of a row, as events tell of them: members of an object by their
 * names, those that are 0 left out.
 */
#ifndef ENGINE_INSTANTS_H
#define ENGINE_INSTANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"

/* A member of a row, an int64_t. */
struct instants_field {
	const char	*name;
	size_t		 offset;
};

/**
 * instants_put(fields, n, row, json), instants_read(fields, n, json, row,
 * err):
 * Put those of the ${n} ${fields} that ${row} has into the object ${json}; put
 * what ${json} says into ${row}, where it is left as it was on failure.
 * One that is there is after 1970.
 *
 * instants_are_same(fields, n, a, b): whether two rows have the same.
 *
 * Errors: ERR_INTEGRITY.
 */
void instants_put(const struct instants_field *fields, size_t n,
    const void *row, struct json *json);
int instants_read(const struct instants_field *fields, size_t n,
    const struct json *json, void *row, struct error *err);
bool instants_are_same(const struct instants_field *fields, size_t n,
    const void *a, const void *b);

#endif
