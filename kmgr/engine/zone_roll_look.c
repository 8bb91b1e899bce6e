/* What a roll of one zone comes to, and how long an old key can do harm. */
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/ksk_planner.h"
#include "kmgr/engine/zone_roll_inner.h"

static void
plan_heir(const struct zone_roll *roll, struct plan *plan)
{
	const struct zone_life *zone = roll->zone;

	if (roll->kind == ZONE_ROLL_MAKE) {
		ksk_plan_seal(roll->target, plan);
		plan_add(plan, ACTION_MAKE_KSK, &zone->name, "make an %s KSK "
		    "for %s under CMK %s in token %s and endorse it",
		    alg_name(roll->target->policy->alg), zone->text,
		    roll->target->row.name, roll->target->row.token);
	} else if (roll->kind == ZONE_ROLL_STANDBY)
		plan_add(plan, ACTION_LIFE_STEP, &zone->name, "let the "
		    "standby KSK %s take over",
		    zone->life.keys[roll->heir].name);
}

/* It is published, and its DS may have been given to the parent by hand. */
static bool
is_untold(const struct zone_life *zone, size_t i)
{
	const struct life_key *key = &zone->life.keys[i];

	return strcmp(zone->text, ".") != 0 && key->dnskey_in_at != 0 &&
	    key->dnskey_out_at == 0 && key->ds_add_at == 0 &&
	    key->ds_seen_at == 0 && key->ds_gone_at == 0;
}

void
zone_roll_plan(const struct zone_roll *roll,
    const struct zone_roll_request *request, struct plan *plan)
{
	const struct zone_life *zone = roll->zone;
	size_t i;

	plan_heir(roll, plan);
	for (i = 0; i < zone->n_ksks; i++) {
		if (!roll->is_old[i])
			continue;
		plan_add(plan, ACTION_LIFE_STEP, &zone->name, "retire KSK %s "
		    "(%s)%s%s", zone->life.keys[i].name,
		    zone_roll_reason_name(request->reason),
		    !is_untold(zone, i) ? "" : "; nobody told of its DS, "
		    "which may be at the parent: it stays until kmgr ds-gone ",
		    is_untold(zone, i) ? zone->life.keys[i].name : "");
		if (request->chain == ZONE_ROLL_BREAK_CHAIN)
			plan_add(plan, ACTION_LIFE_STEP, &zone->name, "ask "
			    "the parent at once to remove the DS of KSK %s: "
			    "resolvers that have it in their caches may find "
			    "%s bogus", zone->life.keys[i].name, zone->text);
	}
}

/* Durations as policies write them. */
static void
tell_formula(const struct zone_roll *roll,
    const struct zone_roll_request *request, struct zone_roll_outlook *out)
{
	const struct timing *timing = &roll->zone->life.timing;
	char registration[WHEN_TEXT_LEN], ttl[WHEN_TEXT_LEN];
	char propagation[WHEN_TEXT_LEN], safety[WHEN_TEXT_LEN];

	(void)snprintf(out->formula, sizeof(out->formula), "%suntil the old "
	    "DS may go, then parent-registration-delay %s + DS TTL %s + "
	    "parent-propagation-delay %s until no cache has it; with "
	    "margins retire-safety %s more", roll->kind == ZONE_ROLL_MAKE &&
	    request->chain == ZONE_ROLL_KEEP_CHAIN ? "the successor's DNSKEY "
	    "everywhere, " : "",
	    when_duration(timing->parent_registration_delay_s, registration),
	    when_duration(timing->parent_ds_ttl_s, ttl),
	    when_duration(timing->parent_propagation_delay_s, propagation),
	    when_duration(timing->retire_safety_s, safety));
}

/* lifecycle: how long an old DS lets whoever has the key forge the set. */
static void
tell_exposure(const struct zone_roll *roll, int64_t now_at,
    const struct zone_roll_request *request, struct zone_roll_outlook *out)
{
	const struct timing *timing = &roll->zone->life.timing;
	struct life_zone zone;
	size_t i;

	life_zone_copy(&roll->zone->life, &zone);
	if (roll->kind == ZONE_ROLL_STANDBY)
		zone.keys[roll->heir].standby = LIFE_NO_STANDBY;
	for (i = 0; i < roll->zone->n_ksks; i++) {
		struct zone_roll_exposure *one;

		if (!roll->is_old[i])
			continue;
		one = mem_push(&out->exposures, out->n++, sizeof(*one));
		(void)snprintf(one->key, sizeof(one->key), "%s",
		    zone.keys[i].name);
		one->s = life_exposure(&zone, i, now_at,
		    LIFE_WITHOUT_MARGINS);
		one->with_margins_s = life_exposure(&zone, i, now_at,
		    LIFE_WITH_MARGINS);
		if (request->chain == ZONE_ROLL_BREAK_CHAIN) {
			one->s = timing->parent_registration_delay_s +
			    timing->parent_ds_ttl_s +
			    timing->parent_propagation_delay_s;
			one->with_margins_s = one->s +
			    timing->retire_safety_s;
		}
	}
	tell_formula(roll, request, out);
	life_zone_clear(&zone);
}

int
zone_roll_look(struct session *session,
    const struct zone_roll_request *request, struct zone_roll_outlook *out,
    struct error *err)
{
	struct zone_roll roll;
	const struct cmk *cmk;
	int rc;

	*out = (struct zone_roll_outlook) { .n = 0 };
	rc = zone_roll_choose(session, request, &roll, err);
	if (rc == 0 && request->reason == ZONE_ROLL_LOSS)
		rc = zone_roll_check_token(session, &roll, err);
	if (rc == 0) {
		cmk = roll.zone->ksks[roll.first_old].cmk;
		zone_roll_plan(&roll, request, &out->plan);
		(void)snprintf(out->cmk_id, sizeof(out->cmk_id), "%s",
		    cmk->row.id);
		out->needs_approval = request->reason != ZONE_ROLL_SCHEDULED &&
		    approval_is_needed(cmk, ZONE_ROLL_OP);
		tell_exposure(&roll, session_now(session), request, out);
	}
	zone_roll_clear(&roll);
	return rc;
}

void
zone_roll_outlook_clear(struct zone_roll_outlook *out)
{

	plan_clear(&out->plan);
	free(out->exposures);
	*out = (struct zone_roll_outlook) { .n = 0 };
}
