/* What a roll of all zones of a CMK comes to, and when. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/zone_roll_group_inner.h"

/* Those that whoever waits for a roll waits for. */
static const enum life_step_kind kinds[ZONE_ROLL_PHASES] = {
	LIFE_PUBLISH_DNSKEY, LIFE_ADD_DS, LIFE_REMOVE_DS,
	LIFE_WITHDRAW_DNSKEY };

static void
widen(struct zone_roll_phase *phase, int64_t at)
{

	if (phase->from_at == 0 || at < phase->from_at)
		phase->from_at = at;
	if (at > phase->to_at)
		phase->to_at = at;
}

/* The first time that each of them happens in this zone from now on. */
static void
note_moments(const struct life_moment *moments, size_t n,
    struct zone_roll_phase phases[static ZONE_ROLL_PHASES])
{
	size_t i, k;

	for (k = 0; k < ZONE_ROLL_PHASES; k++)
		for (i = 0; i < n; i++)
			if (moments[i].is_step &&
			    moments[i].step.kind == phases[k].kind) {
				widen(&phases[k], moments[i].at);
				break;
			}
}

/* The zone with its old KSKs retired: that makes a successor by itself. */
static void
simulate(const struct zone_roll *roll, int64_t now_at,
    const struct zone_roll_group_request *request,
    struct zone_roll_phase phases[static ZONE_ROLL_PHASES])
{
	const struct timing *timing = &roll->zone->life.timing;
	const struct life_world world = {
		.registration_s = timing->parent_registration_delay_s };
	struct life_moment *moments;
	struct life_zone after;
	size_t i, n;

	life_zone_copy(&roll->zone->life, &after);
	for (i = 0; i < roll->zone->n_ksks; i++) {
		if (!roll->is_old[i])
			continue;
		after.keys[i].retire_at = now_at;
		after.keys[i].is_compromised = after.keys[i].is_compromised ||
		    request->reason != ZONE_ROLL_SCHEDULED;
	}
	life_simulate(&after, now_at, now_at + 2 * life_roll_s(timing,
	    after.roll), &world, &moments, &n);
	note_moments(moments, n, phases);
	free(moments);
	life_zone_clear(&after);
}

static int
look_at(struct zone_roll_group *group, char **zones, size_t n, void *arg,
    struct error *err)
{
	struct zone_roll_group_outlook *out = arg;
	enum zone_roll_verdict verdict;
	struct zone_roll roll;
	size_t i;

	for (i = 0; i < n; i++) {
		verdict = zone_roll_group_choose(group, zones[i], &roll, err);
		if (verdict == ZONE_ROLL_ROLLS) {
			group->count->n_rolled++;
			out->makes |= roll.kind == ZONE_ROLL_MAKE;
			group->count->n_made +=
			    group->to->policy->custody != CUSTODY_SHARED &&
			    roll.kind == ZONE_ROLL_MAKE;
			simulate(&roll, session_now(group->session),
			    group->request, out->phases);
		}
		zone_roll_clear(&roll);
		if (verdict == ZONE_ROLL_STOPS)
			return -1;
	}
	return 0;
}

int
zone_roll_group_look(struct session *session,
    const struct zone_roll_group_request *request,
    struct zone_roll_group_outlook *out, struct error *err)
{
	struct zone_roll_group group;
	size_t k;
	int rc = -1;

	*out = (struct zone_roll_group_outlook) { .op = NULL };
	for (k = 0; k < ZONE_ROLL_PHASES; k++)
		out->phases[k].kind = kinds[k];
	if (zone_roll_group_open(session, request, &out->count, &group,
	    err) == 0 && (rc = zone_roll_group_each(&group, look_at, out,
	    err)) == 0 && out->makes)
		rc = zone_roll_group_check_making(&group, err);
	if (rc == 0 && out->count.n_rolled > 0) {
		zone_roll_group_plan(&group, &out->plan);
		out->op = zone_roll_group_op(&group);
		out->count.n_made += group.pair[0] == '\0' &&
		    group.to->policy->custody == CUSTODY_SHARED;
	}
	if (group.from != NULL)
		memcpy(out->cmk_id, group.from->row.id, sizeof(out->cmk_id));
	zone_roll_group_clear(&group);
	return rc;
}

void
zone_roll_group_outlook_clear(struct zone_roll_group_outlook *out)
{

	plan_clear(&out->plan);
	*out = (struct zone_roll_group_outlook) { .op = NULL };
}
