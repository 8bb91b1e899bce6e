#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/life/life_core.h"

/* Since when both of its records are in the world: RFC 7583's Tact. */
static int64_t
active_at(const struct life_zone *zone, size_t i)
{
	const struct life_key *key = &zone->keys[i];
	const int64_t ds_at = key->ds_add_at != 0 ? key->ds_add_at :
	    key->ds_seen_at;

	if (key->dnskey_in_at == 0 ||
	    (ds_at == 0 && life_has_parent(zone)))
		return LIFE_NEVER;
	return ds_at > key->dnskey_in_at ? ds_at : key->dnskey_in_at;
}

/* How long a successor takes until it may take over. */
static int64_t
lead_s(const struct life_zone *zone, size_t i)
{
	const struct timing *timing = &zone->timing;
	const int64_t registration_s = timing->parent_registration_delay_s;
	enum life_standby ready = LIFE_NO_STANDBY;
	size_t j;

	for (j = 0; j < zone->n_keys; j++) {
		if (zone->keys[j].retire_at == 0 && zone->keys[j].is_usable &&
		    zone->keys[j].standby != LIFE_NO_STANDBY)
			ready = zone->keys[j].standby;
	}
	if (ready == LIFE_NO_STANDBY && zone->alg != zone->keys[i].alg)
		return registration_s + timing_data_s(timing) +
		    timing_publish_s(timing);
	switch (zone->roll) {
	case LIFE_DOUBLE_DS:
		return ready == LIFE_STANDBY_DS ? 0 :
		    registration_s + timing_ds_s(timing);
	case LIFE_DOUBLE_RRSET:
		/* Its own way in took as long as its successor's. */
		return 0;
	case LIFE_DOUBLE_SIGNATURE:
	default:
		return registration_s + (ready == LIFE_STANDBY_DNSKEY ? 0 :
		    timing_publish_s(timing));
	}
}

int64_t
life_roll_at(const struct life_zone *zone, size_t i)
{
	const int64_t lifetime_s = zone->keys[i].lifetime_s;
	int64_t before_s, from_at;

	if (lifetime_s == 0 || zone->keys[i].is_foreign)
		return LIFE_NEVER;
	from_at = active_at(zone, i);
	if (from_at == LIFE_NEVER)
		return LIFE_NEVER;
	before_s = lead_s(zone, i);
	if (zone->keys[i].pair_at != 0)
		from_at = zone->keys[i].pair_at;
	return from_at + (lifetime_s > before_s ? lifetime_s - before_s : 0);
}

/* Whoever was retired since it was made was followed by it. */
static bool
is_taken(const struct life_zone *zone, size_t heir)
{
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		if (!zone->keys[i].is_foreign &&
		    zone->keys[i].standby == LIFE_NO_STANDBY &&
		    zone->keys[i].retire_at >= zone->keys[heir].made_at)
			return true;
	}
	return false;
}

bool
life_has_heir(const struct life_zone *zone, size_t i, int64_t now_at)
{
	const int64_t from_at = active_at(zone, i);
	size_t j;

	for (j = 0; j < zone->n_keys; j++) {
		if (j != i && life_is_main(zone, j, now_at) &&
		    zone->keys[j].made_at > from_at && !is_taken(zone, j))
			return true;
	}
	return false;
}

bool
life_may_roll(const struct life_zone *zone, int64_t now_at,
    char why[static LIFE_WHY_LEN])
{
	const size_t i = life_find_roll(zone, now_at);
	struct life_plan plan;
	size_t s;

	why[0] = '\0';
	if (i == LIFE_NONE)
		return true;
	snprintf(why, LIFE_WHY_LEN, "the roll of %s goes on: its DNSKEY is "
	    "%s, its DS %s", zone->keys[i].name,
	    life_state_name(life_dnskey_state(zone, i, now_at)),
	    life_state_name(life_ds_state(zone, i, now_at)));
	life_plan(zone, now_at, &plan);
	for (s = plan.n_due; s < plan.n; s++) {
		const size_t used = strlen(why);

		if (plan.steps[s].key != i || plan.steps[s].why[0] == '\0')
			continue;
		snprintf(why + used, LIFE_WHY_LEN - used, "; %s waits %s",
		    life_step_name(plan.steps[s].kind), plan.steps[s].why);
		break;
	}
	life_plan_clear(&plan);
	return false;
}

int64_t
life_exposure(const struct life_zone *zone, size_t i, int64_t now_at,
    enum life_margins margins)
{
	const struct timing *timing = &zone->timing;
	const int64_t horizon_s = timing->validity_s +
	    2 * timing_data_s(timing) +
	    4 * life_roll_s(timing, LIFE_DOUBLE_DS);
	const struct life_world world = {
		.registration_s = timing->parent_registration_delay_s
	};
	struct life_moment *moments;
	struct life_zone after;
	int64_t end_at = LIFE_NEVER;
	size_t n;

	life_zone_copy(zone, &after);
	after.keys[i].is_compromised = true;
	after.keys[i].retire_at = now_at;
	if (life_ds_state(&after, i, now_at) == LIFE_HIDDEN) {
		life_zone_clear(&after);
		return 0;
	}
	life_simulate(&after, now_at, now_at + horizon_s, &world, &moments,
	    &n);
	if (life_ds_state(&after, i, now_at + horizon_s) == LIFE_HIDDEN)
		end_at = after.keys[i].ds_gone_at + timing_ds_s(timing) -
		    (margins == LIFE_WITH_MARGINS ? 0 :
		    timing->retire_safety_s);
	free(moments);
	life_zone_clear(&after);
	if (end_at == LIFE_NEVER)
		return LIFE_NEVER;
	return end_at > now_at ? end_at - now_at : 0;
}
