#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/life/life_core.h"

void *
life_copy_array(const void *array, size_t n, size_t size)
{
	void *copy = mem_new((n + 1) * size);

	if (n != 0)
		memcpy(copy, array, n * size);
	return copy;
}

void
life_zone_copy(const struct life_zone *from, struct life_zone *to)
{

	*to = *from;
	to->keys = life_copy_array(from->keys, from->n_keys,
	    sizeof(*to->keys));
	to->algs = life_copy_array(from->algs, from->n_algs,
	    sizeof(*to->algs));
}

void
life_zone_clear(struct life_zone *zone)
{

	free(zone->keys);
	free(zone->algs);
	zone->keys = NULL;
	zone->algs = NULL;
	zone->n_keys = zone->n_algs = 0;
}
