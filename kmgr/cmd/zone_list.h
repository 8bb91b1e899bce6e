/* Lists of zones in files: one a line, # begins a comment. */
#ifndef CMD_ZONE_LIST_H
#define CMD_ZONE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"

/* Small, as lists are long: the names that they have are short. */
struct zone_line {
	uint8_t		*wire;		/* zone_list_name() */
	char		*text;		/* as the file has it */
	char		*file;		/* a second word, or NULL */
	size_t		 number;	/* from 1 on */
	struct error	*why;		/* the line is no good; else NULL */
	bool		 is_refused;	/* for whoever works on the list */
};

struct zone_list {
	struct zone_line	*lines;	/* in the file's order */
	size_t			 n;
	struct zone_line	**sorted;	/* those with a zone */
	size_t			 n_sorted;
};

enum zone_list_form { ZONE_LIST_ZONES, ZONE_LIST_ZONES_FILES };

/**
 * zone_list_read(path, form, list, err):
 * Read the file ${path}, "-" for standard input. Where ${form} says so a line
 * may have a file behind its zone. A line that names no zone, or one that
 * stands above already, is in the list with the reason, which says where.
 *
 * Owner: the caller, zone_list_clear(), also after an error.
 * Errors: ERR_SYSTEM, ERR_INPUT (no text, or no zone in it).
 */
int zone_list_read(const char *path, enum zone_list_form form,
    struct zone_list *list, struct error *err);
void zone_list_clear(struct zone_list *list);

/**
 * zone_list_name(line, out):
 * The zone of ${line}, which is good.
 */
void zone_list_name(const struct zone_line *line, struct name *out);

/**
 * zone_list_find(list, zone):
 * The line of ${zone}, the first one; NULL where there is none.
 */
struct zone_line *zone_list_find(const struct zone_list *list,
    const struct name *zone);

#endif
