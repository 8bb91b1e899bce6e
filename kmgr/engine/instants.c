#include <stdint.h>
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/instants.h"

static int64_t
instant(const struct instants_field *field, const void *row)
{

	return *(const int64_t *)(const void *)((const char *)row +
	    field->offset);
}

void
instants_put(const struct instants_field *fields, size_t n, const void *row,
    struct json *json)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (instant(&fields[i], row) != 0)
			json_put_int(json, fields[i].name,
			    instant(&fields[i], row));
}

int
instants_read(const struct instants_field *fields, size_t n,
    const struct json *json, void *row, struct error *err)
{
	int64_t *at = mem_new((n + 1) * sizeof(*at));
	size_t i;

	for (i = 0; i < n; i++) {
		if (json_get(json, fields[i].name) == NULL ||
		    (json_get_int(json, fields[i].name, &at[i]) &&
		    at[i] > 0))
			continue;
		free(at);
		return err_set(err, ERR_INTEGRITY, "its %s is no instant",
		    fields[i].name);
	}
	for (i = 0; i < n; i++)
		*(int64_t *)(void *)((char *)row + fields[i].offset) = at[i];
	free(at);
	return 0;
}

bool
instants_are_same(const struct instants_field *fields, size_t n,
    const void *a, const void *b)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (instant(&fields[i], a) != instant(&fields[i], b))
			return false;
	return true;
}
