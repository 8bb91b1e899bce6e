/*
 * Why many failed: what is wrong with a CMK, or its token, meets each zone that
 * rests on it, and is told once.
 */
#ifndef CMD_CAUSES_H
#define CMD_CAUSES_H

#include <stdbool.h>
#include <stddef.h>

#define CAUSES_MAX 64		/* what is more is not held back */

struct cause {
	char	*name;		/* the first that failed for it */
	char	*text;
	char	*shape;		/* what others have to be alike; NULL: text */
	size_t	 n;
};

struct causes {
	struct cause	*list;
	size_t		 n;
};

/**
 * causes_add(causes, name, text):
 * ${name} failed, as ${text} tells: whether that waits until all are behind,
 * since others may fail for the same. What names ${name} is its own.
 *
 * causes_add_alike(causes, name, text):
 * Likewise, of what may name ${name}: those are the same that differ in no
 * more than the name and in numbers, as key tags and instants.
 *
 * causes_clear(causes):
 * Forget them; they were told.
 */
bool causes_add(struct causes *causes, const char *name, const char *text);
bool causes_add_alike(struct causes *causes, const char *name,
    const char *text);
void causes_clear(struct causes *causes);

#endif
