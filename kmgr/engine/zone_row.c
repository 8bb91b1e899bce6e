#include "kmgr/base/mem.h"
#include "kmgr/engine/zone_row.h"

int
zone_row_load(struct store *store, const char *zone, struct zone_row *out,
    struct error *err)
{
	bool found = false;

	if (store_zone_find(store, zone, out, &found, err) != 0)
		return -1;
	if (!found)
		*out = (struct zone_row) { .zone = mem_strdup(zone),
			.goal = mem_strdup("secure"),
			.waits_for = mem_strdup("") };
	return 0;
}

int
zone_row_wake(struct store *store, const char *zone, struct error *err)
{
	struct zone_row row = { 0 };
	int rc;

	if (zone_row_load(store, zone, &row, err) != 0)
		return -1;
	row.next_at = 0;
	rc = store_zone_put(store, &row, err);
	zone_row_clear(&row);
	return rc;
}
