#include "kmgr/engine/ds_ready.h"

void
ds_ready_ahead(const struct zone_life *zone, size_t i, int64_t now_at,
    struct ds_ready *out)
{
	const struct life_key *key = &zone->life.keys[i];
	struct life_plan plan;
	size_t s;

	*out = (struct ds_ready) {
		.lacks_backup = key->needs_backup && key->backup_at == 0,
		.at = LIFE_NEVER,
	};
	life_plan(&zone->life, now_at, &plan);
	for (s = 0; s < plan.n; s++) {
		if (plan.steps[s].key != i)
			continue;
		if (plan.steps[s].kind == LIFE_PUBLISH_DNSKEY)
			out->is_unpublished = true;
		else if (plan.steps[s].kind == LIFE_ADD_DS)
			out->at = plan.steps[s].at;
	}
	life_plan_clear(&plan);
	/* What the plan supposes to be done now nobody has done yet. */
	if (out->is_unpublished || out->lacks_backup)
		out->at = LIFE_NEVER;
}
