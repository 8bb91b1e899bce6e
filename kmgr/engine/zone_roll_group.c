/* A roll of all zones of a CMK: what it is, and what becomes of each zone. */
#include <stdio.h>
#include <string.h>

#include "kmgr/base/stop.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/ksk_planner.h"
#include "kmgr/engine/zone_roll_group_inner.h"
#include "kmgr/store/store_group.h"

static bool
is_shared(const struct cmk *cmk)
{

	return cmk->policy->custody == CUSTODY_SHARED;
}

static bool
stays_with_cmk(const struct zone_roll_group *group)
{

	return strcmp(group->from->row.id, group->to->row.id) == 0;
}

/*
 * Whether the newest pair is the one that the roll is to: as long as a zone has
 * an older one, or a roll to it can still go on, whoever asks again wants no
 * other. The first pair of all was made for no roll.
 */
static int
is_roll_to(struct zone_roll_group *group, const struct key_row *pair,
    bool *is, struct error *err)
{
	int64_t n = 0;

	if (store_group_is_behind(group->store, pair->cmk_id, pair->id, is,
	    err) != 0 || store_group_pairs(group->store, pair->cmk_id, &n,
	    err) != 0)
		return -1;
	*is = *is || (n > 1 && group->request->reason ==
	    ZONE_ROLL_SCHEDULED && session_now(group->session) <
	    pair->created_at + policy_roll_s(group->to->policy));
	return 0;
}

/* A CMK that had no part in it yet gives its newest pair, as to any zone. */
static int
find_pair(struct zone_roll_group *group, struct error *err)
{
	struct key_row pair = { 0 };
	bool found = false, is = true;
	int rc;

	if (!is_shared(group->to))
		return 0;
	rc = store_key_shared(group->store, group->to->row.id, &pair, &found,
	    err);
	if (rc == 0 && found && stays_with_cmk(group))
		rc = is_roll_to(group, &pair, &is, err);
	memcpy(group->newest, pair.id, sizeof(group->newest));
	if (rc == 0 && found && is)
		memcpy(group->pair, pair.id, sizeof(group->pair));
	key_row_clear(&pair);
	return rc;
}

int
zone_roll_group_learn(struct zone_roll_group *group, struct error *err)
{
	struct key_row pair = { 0 };
	bool found = false;

	if (!is_shared(group->to) || group->pair[0] != '\0')
		return 0;
	if (store_key_shared(group->store, group->to->row.id, &pair, &found,
	    err) != 0)
		return -1;
	if (found && strcmp(pair.id, group->newest) != 0)
		memcpy(group->pair, pair.id, sizeof(group->pair));
	key_row_clear(&pair);
	return 0;
}

int
zone_roll_group_open(struct session *session,
    const struct zone_roll_group_request *request,
    struct zone_roll_group_count *count, struct zone_roll_group *out,
    struct error *err)
{

	*count = (struct zone_roll_group_count) { 0 };
	*out = (struct zone_roll_group) { .session = session,
		.request = request, .count = count };
	if (cmk_get(session, request->group, &out->store, &out->from,
	    err) != 0 ||
	    cmk_load(out->store, request->cmk != NULL ? request->cmk :
	    request->group, &out->to, err) != 0 ||
	    cmk_life_check_usable(out->to, err) != 0)
		return -1;
	return find_pair(out, err);
}

void
zone_roll_group_clear(struct zone_roll_group *group)
{

	cmk_free(group->from);
	cmk_free(group->to);
	cmk_cache_clear(&group->cache);
}

/* No counts and no zones: what was approved is what is carried out, also when
 * a part of it is done already. */
void
zone_roll_group_plan(const struct zone_roll_group *group, struct plan *plan)
{
	const char *alg = alg_name(group->to->policy->alg);

	ksk_plan_seal(group->to, plan);
	if (!is_shared(group->to))
		plan_add(plan, ACTION_MAKE_KSK, NULL, "make an %s KSK under "
		    "CMK %s in token %s for each zone of CMK %s, and endorse "
		    "it", alg, group->to->row.name, group->to->row.token,
		    group->from->row.name);
	else if (group->pair[0] == '\0')
		plan_add(plan, ACTION_MAKE_KSK, NULL, "make one %s key pair "
		    "in token %s, which is the shared KSK of CMK %s from now "
		    "on", alg, group->to->row.token, group->to->row.name);
	if (is_shared(group->to))
		plan_add(plan, ACTION_ENDORSE, NULL, "endorse the shared KSK "
		    "of CMK %s for each zone of CMK %s",
		    group->to->row.name, group->from->row.name);
	plan_add(plan, ACTION_LIFE_STEP, NULL, "retire the KSK under CMK %s "
	    "of each of them (%s)", group->from->row.name,
	    zone_roll_reason_name(group->request->reason));
}

/* One approval for all of it, by the CMK whose zones they are: that of its two
 * demands which more of them have to sign for. */
const char *
zone_roll_group_op(const struct zone_roll_group *group)
{
	const size_t n_roll =
	    group->request->reason == ZONE_ROLL_SCHEDULED ? 0 :
	    approvers_needed(group->from->policy, ZONE_ROLL_OP);
	const size_t n_make = !stays_with_cmk(group) ? 0 :
	    approvers_needed(group->to->policy, KSK_CREATE_OP);

	if (n_roll == 0 && n_make == 0)
		return NULL;
	return n_roll >= n_make ? ZONE_ROLL_OP : KSK_CREATE_OP;
}

bool
zone_roll_group_may_make(const struct zone_roll_group *group)
{

	return stays_with_cmk(group) && zone_roll_group_op(group) != NULL;
}

int
zone_roll_group_check_making(const struct zone_roll_group *group,
    struct error *err)
{

	if (stays_with_cmk(group) ||
	    !approval_is_needed(group->to, KSK_CREATE_OP))
		return 0;
	(void)err_set(err, ERR_POLICY, "the policy of CMK %s demands "
	    "approvers for %s, and the zones have no KSK under it yet",
	    group->to->row.name, KSK_CREATE_OP);
	return err_hint(err, "have them make the successors: kmgr create-ksk "
	    "--zones-from FILE --another --cmk %s; roll-ksk takes them then",
	    group->to->row.name);
}

struct zone_roll_request
zone_roll_group_one(struct zone_roll_group *group, const char *zone)
{

	return (struct zone_roll_request) {
		.what = zone,
		.cmk = stays_with_cmk(group) ? NULL : group->to->row.id,
		.reason = group->request->reason,
		.group = group->from->row.id,
		.pair = is_shared(group->to) ? group->pair : NULL,
		.cache = &group->cache,
	};
}

enum zone_roll_verdict
zone_roll_group_refuse(struct zone_roll_group *group, const char *zone,
    struct error *err)
{

	if (err->class == ERR_STORE || err->class == ERR_SYSTEM ||
	    err->class == ERR_INTERNAL ||
	    (err->class == ERR_TOKEN && err->code != 0))
		return ZONE_ROLL_STOPS;
	group->count->n_refused++;
	if (group->request->refused != NULL)
		group->request->refused(group->request->arg, zone, err);
	err_clear(err);
	return ZONE_ROLL_REFUSED;
}

/* Whether the zone has what this roll would give it. */
static bool
has_successor(const struct zone_roll_group *group,
    const struct zone_roll *roll)
{
	const struct zone_life *zone = roll->zone;
	size_t i;

	for (i = 0; zone != NULL && i < zone->n_ksks; i++)
		if (zone->life.keys[i].retire_at == 0 &&
		    strcmp(zone->ksks[i].row.cmk_id, group->to->row.id) ==
		    0 && (!is_shared(group->to) ||
		    strcmp(zone->ksks[i].row.key_id, group->pair) == 0))
			return true;
	return false;
}

int
zone_roll_group_load(struct zone_roll_group *group, const char *zone,
    struct zone_roll *roll, struct error *err)
{
	const struct zone_roll_request one = zone_roll_group_one(group, zone);

	return zone_roll_choose(group->session, &one, roll, err) != 0 ? -1 :
	    zone_roll_check_token(group->session, roll, err);
}

enum zone_roll_verdict
zone_roll_group_choose(struct zone_roll_group *group, const char *zone,
    struct zone_roll *roll, struct error *err)
{

	if (zone_roll_group_load(group, zone, roll, err) == 0)
		return ZONE_ROLL_ROLLS;
	if (roll->n_old == 0 && (err->class == ERR_INPUT ||
	    err->class == ERR_NOT_YET) && has_successor(group, roll)) {
		err_clear(err);
		group->count->n_rolling++;
		return ZONE_ROLL_GOES_ON;
	}
	return zone_roll_group_refuse(group, zone, err);
}

int
zone_roll_group_each(struct zone_roll_group *group,
    int (*act)(struct zone_roll_group *group, char **zones, size_t n,
    void *arg, struct error *err), void *arg, struct error *err)
{
	char after[NAME_TEXT_MAX] = "";
	int64_t all = 0;
	size_t n, done = 0;
	char **zones;
	int rc;

	if (store_group_count(group->store, group->from->row.id, &all,
	    err) != 0)
		return -1;
	do {
		if (store_group_zones(group->store, group->from->row.id,
		    after, ZONE_ROLL_BATCH, &zones, &n, err) != 0)
			return -1;
		rc = n == 0 ? 0 : act(group, zones, n, arg, err);
		if (n > 0)
			(void)snprintf(after, sizeof(after), "%s",
			    zones[n - 1]);
		store_group_zones_free(zones, n);
		done += n;
		if (rc == 0)
			session_progress(group->session, done, (size_t)all);
	} while (rc == 0 && n == ZONE_ROLL_BATCH && stop_signal() == 0);
	return rc;
}
