/* What is due in a zone, and what changes its facts. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/zone_life_inner.h"

/* Do what is due of the steps from first to last. */
static void
do_steps(const struct zone_life *zone, int64_t now_at,
    enum life_step_kind first, enum life_step_kind last,
    struct life_zone *after)
{
	struct life_plan plan;
	size_t i;

	life_zone_copy(&zone->life, after);
	/* No step here rests on a roll that begins. */
	after->automation &= ~(unsigned int)LIFE_AUTO_START;
	if (zone->actor == ZONE_LIFE_BY_HAND)
		after->automation |= LIFE_AUTO_EXPIRE | LIFE_AUTO_DONE;
	life_due(after, now_at, &plan);
	for (i = 0; i < plan.n; i++)
		if (plan.steps[i].kind >= first && plan.steps[i].kind <= last)
			life_apply(after, &plan.steps[i], now_at);
	life_plan_clear(&plan);
	after->automation = zone->life.automation;
}

void
zone_life_after(const struct zone_life *zone, int64_t now_at,
    struct life_zone *after)
{

	do_steps(zone, now_at, LIFE_PUBLISH_DNSKEY, LIFE_REMOVE_DS, after);
}

void
zone_life_after_dnskeys(const struct zone_life *zone, int64_t now_at,
    struct life_zone *after)
{

	do_steps(zone, now_at, LIFE_PUBLISH_DNSKEY, LIFE_REVOKE_DNSKEY,
	    after);
}

bool
zone_life_is_in(const struct life_zone *life, size_t i)
{
	const struct life_key *key = &life->keys[i];

	return key->dnskey_in_at != 0 && (key->dnskey_out_at == 0 ||
	    key->dnskey_out_at < key->dnskey_in_at);
}

bool
zone_life_in_set(const struct zone_life *zone, size_t i, int64_t now_at)
{
	struct life_zone after;
	bool is_in;

	zone_life_after(zone, now_at, &after);
	is_in = zone_life_is_in(&after, i);
	life_zone_clear(&after);
	return is_in;
}

bool
zone_life_ends(const struct zone_life *zone, int64_t now_at)
{
	size_t i;

	if (zone->life.goal != LIFE_INSECURE && zone->n_foreign == 0)
		return false;
	for (i = 0; i < zone->n_ksks; i++)
		if (zone_life_in_set(zone, i, now_at))
			return false;
	return true;
}

bool
zone_life_has_ds_of(const struct life_zone *life, size_t i, int64_t now_at)
{
	const enum life_state state = life_ds_state(life, i, now_at);

	return state == LIFE_RUMOURED || state == LIFE_OMNIPRESENT;
}

bool
zone_life_wants_ds(const struct zone_life *zone, size_t i, int64_t now_at)
{
	struct life_zone after;
	bool wants;

	zone_life_after(zone, now_at, &after);
	wants = zone_life_has_ds_of(&after, i, now_at);
	life_zone_clear(&after);
	return wants;
}
