/* The zones that a command is for, by name or from a list, part by part. */
#ifndef CMD_ZONE_PARTS_H
#define CMD_ZONE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/cmd/zone_list.h"

struct zone_parts {
	struct name	*zones;		/* those of the part */
	size_t		 n;
	size_t		 first;		/* that were in parts before */
	size_t		 all;		/* in all parts */
	size_t		 next;		/* line of list, where there is one */
	struct zone_list list;
};

/**
 * zone_parts_words(parts, words, n, err):
 * The ${n} zones ${words}, as typed: all are the first part. One that stands
 * there twice is an error, as one that is none.
 *
 * Owner: the caller, zone_parts_clear(), also after an error.
 * Errors: ERR_USAGE.
 */
int zone_parts_words(struct zone_parts *parts, const char *const *words,
    size_t n, struct error *err);

/**
 * zone_parts_list(parts, path, err):
 * The zones of the list ${path}, of which no part is there yet. What is wrong
 * with a line stands in parts->list.
 *
 * Owner: the caller, zone_parts_clear(), also after an error.
 * Errors: as zone_list_read().
 */
int zone_parts_list(struct zone_parts *parts, const char *path,
    struct error *err);

/**
 * zone_parts_next(parts, max):
 * Go on to the next part of at most ${max} zones; false where all are behind.
 */
bool zone_parts_next(struct zone_parts *parts, size_t max);

/**
 * zone_parts_only(parts):
 * The zone, where there is one in all. Owner: ${parts}, until the next part.
 */
const struct name *zone_parts_only(struct zone_parts *parts);

/**
 * zone_parts_width(parts):
 * The characters of the longest name of all.
 */
size_t zone_parts_width(const struct zone_parts *parts);

/**
 * zone_parts_clear(parts):
 * Free what ${parts} holds.
 */
void zone_parts_clear(struct zone_parts *parts);

#endif
