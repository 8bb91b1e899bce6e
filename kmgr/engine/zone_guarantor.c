#include <string.h>

#include "kmgr/engine/zone_guarantor.h"

static bool
is_there(struct session *session, const struct cmk *cmk)
{
	struct error away = ERR_INIT;

	return session_find_token(session, cmk->row.token, &away) == 0;
}

const struct cmk *
zone_guarantor(struct session *session, const struct zone_life *zone)
{
	const struct cmk *stopped = NULL;
	size_t i;

	for (i = zone->n_ksks; i-- > 0;) {
		const struct cmk *cmk = zone->ksks[i].cmk;

		if (!is_there(session, cmk))
			continue;
		if (strcmp(cmk->row.state, "enabled") == 0)
			return cmk;
		if (stopped == NULL)
			stopped = cmk;
	}
	return stopped != NULL || zone->n_ksks == 0 ? stopped :
	    zone->ksks[zone->n_ksks - 1].cmk;
}

const struct cmk *
zone_guarantor_of(struct session *session, const struct zone_life *zone,
    size_t i)
{

	return i < zone->n_ksks ? zone->ksks[i].cmk :
	    zone_guarantor(session, zone);
}
