#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/zone_parts.h"

static void
add(struct zone_parts *parts, const struct name *zone)
{

	*(struct name *)mem_push(&parts->zones, parts->n++, sizeof(*zone)) =
	    *zone;
}

int
zone_parts_words(struct zone_parts *parts, const char *const *words,
    size_t n, struct error *err)
{
	char text[NAME_TEXT_MAX];
	struct name zone;
	size_t i, k;

	*parts = (struct zone_parts) { .zones = NULL };
	for (i = 0; i < n; i++) {
		if (cmd_zone(words[i], &zone, err) != 0)
			return -1;
		for (k = 0; k < i; k++)
			if (name_is_same(&parts->zones[k], &zone))
				return err_set(err, ERR_USAGE, "zone %s is "
				    "named twice", name_text(&zone, text));
		add(parts, &zone);
	}
	parts->all = n;
	return 0;
}

int
zone_parts_list(struct zone_parts *parts, const char *path,
    struct error *err)
{
	size_t i;

	*parts = (struct zone_parts) { .zones = NULL };
	if (zone_list_read(path, ZONE_LIST_ZONES, &parts->list, err) != 0)
		return -1;
	for (i = 0; i < parts->list.n; i++)
		parts->all += parts->list.lines[i].why == NULL;
	return 0;
}

bool
zone_parts_next(struct zone_parts *parts, size_t max)
{
	const struct zone_line *line;
	struct name zone;

	parts->first += parts->n;
	free(parts->zones);
	parts->zones = NULL;
	parts->n = 0;
	while (parts->next < parts->list.n && parts->n < max) {
		line = &parts->list.lines[parts->next++];
		if (line->why != NULL)
			continue;
		zone_list_name(line, &zone);
		add(parts, &zone);
	}
	return parts->n > 0;
}

const struct name *
zone_parts_only(struct zone_parts *parts)
{

	/* Of words it is there; of a list the first part comes again. */
	if (parts->n == 0 && zone_parts_next(parts, 1)) {
		parts->n = 0;
		parts->next = 0;
	}
	return parts->zones;
}

size_t
zone_parts_width(const struct zone_parts *parts)
{
	char text[NAME_TEXT_MAX];
	struct name zone;
	size_t i, len, most = 0;

	for (i = 0; i < parts->list.n; i++) {
		if (parts->list.lines[i].why != NULL)
			continue;
		zone_list_name(&parts->list.lines[i], &zone);
		len = strlen(name_text(&zone, text));
		most = len > most ? len : most;
	}
	return most;
}

void
zone_parts_clear(struct zone_parts *parts)
{

	zone_list_clear(&parts->list);
	free(parts->zones);
	*parts = (struct zone_parts) { .zones = NULL };
}
