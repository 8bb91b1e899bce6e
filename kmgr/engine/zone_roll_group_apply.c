/* A roll of all zones of a CMK, carried out some zones at a time. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/trust_owed.h"
#include "kmgr/engine/zone_roll_group_inner.h"

/* One zone of a batch; zone is NULL once it has left it. */
struct member {
	const char		*zone;
	struct zone_roll	 roll;
	struct life_zone	 after;
	bool			 needs_heir;
};

struct batch {
	struct zone_roll_group	*group;
	struct member		 items[ZONE_ROLL_BATCH];
	size_t			 n;
	bool			 is_allowed;	/* by approvers */
	struct trust_owed	 owed;		/* of those before, too */
};

static void
member_clear(struct member *item)
{

	life_zone_clear(&item->after);
	item->after = (struct life_zone) { .name = NULL };
	zone_roll_clear(&item->roll);
}

/* The zone leaves the batch, unless err concerns all of them. */
static int
refuse(struct batch *batch, struct member *item, struct error *err)
{
	const char *zone = item->zone;

	member_clear(item);
	item->zone = NULL;
	return zone_roll_group_refuse(batch->group, zone, err) ==
	    ZONE_ROLL_STOPS ? -1 : 0;
}

static int
choose(struct batch *batch, char **zones, size_t n, struct error *err)
{
	enum zone_roll_verdict verdict;
	struct member *item;
	size_t i;

	for (i = 0; i < n; i++) {
		item = &batch->items[batch->n];
		verdict = zone_roll_group_choose(batch->group, zones[i],
		    &item->roll, err);
		if (verdict == ZONE_ROLL_ROLLS) {
			item->zone = zones[i];
			item->needs_heir = item->roll.kind == ZONE_ROLL_MAKE;
			batch->n++;
		}
		member_clear(item);
		if (verdict == ZONE_ROLL_STOPS)
			return -1;
	}
	return 0;
}

static int
make(struct batch *batch, const struct name *zones, size_t n,
    struct error *err)
{
	struct zone_roll_group *group = batch->group;
	const struct ksk_request request = { .cmk = group->to->row.id,
		.zones = zones, .n_zones = n, .wish = KSK_ANOTHER,
		.is_part = zone_roll_group_may_make(group),
		.owed = &batch->owed };
	struct error second = ERR_INIT;
	struct cmk_cache cache = { 0 };
	struct ksk *list = NULL;
	size_t n_list = 0;
	int rc;

	rc = ksk_create_apply(group->session, &request, &cache, &list,
	    &n_list, err);
	ksk_list_free(list, n_list);
	cmk_cache_clear(&cache);
	/* What was a draft is sealed now. */
	if (!cmk_is_sealed(group->to))
		cmk_cache_clear(&group->cache);
	if (zone_roll_group_learn(group, rc == 0 ? err : &second) != 0)
		return -1;
	return rc;
}

/* One that may have got its heir before another zone hindered the rest. */
static int
make_heir(struct batch *batch, struct member *item, struct error *err)
{
	enum zone_roll_heir kind;
	struct name name;
	int rc;

	rc = zone_roll_group_load(batch->group, item->zone, &item->roll, err);
	kind = item->roll.kind;
	member_clear(item);
	if (rc == 0 && kind == ZONE_ROLL_MAKE)
		rc = name_read(item->zone, &name, err) != 0 ? -1 :
		    make(batch, &name, 1, err);
	return rc == 0 ? 0 : refuse(batch, item, err);
}

/* All in one go; where one of them hinders the others, each for itself. */
static int
make_heirs(struct batch *batch, struct error *err)
{
	struct name zones[ZONE_ROLL_BATCH];
	size_t i, n = 0;

	for (i = 0; i < batch->n; i++)
		if (batch->items[i].needs_heir && name_read(
		    batch->items[i].zone, &zones[n++], err) != 0)
			return -1;
	if (n == 0 || make(batch, zones, n, err) == 0)
		return 0;
	err_clear(err);
	for (i = 0; i < batch->n; i++)
		if (batch->items[i].needs_heir &&
		    make_heir(batch, &batch->items[i], err) != 0)
			return -1;
	return 0;
}

/* The heir is among the zone's keys now: may the old ones be retired? */
static int
judge(struct batch *batch, struct error *err)
{
	struct zone_roll_group *group = batch->group;
	struct zone_roll_request one;
	struct member *item;
	size_t i;

	for (i = 0; i < batch->n; i++) {
		item = &batch->items[i];
		if (item->zone == NULL)
			continue;
		one = zone_roll_group_one(group, item->zone);
		if ((zone_roll_group_load(group, item->zone, &item->roll,
		    err) != 0 || zone_roll_judge(group->session, &item->roll,
		    &one, &item->after, err) != 0) &&
		    refuse(batch, item, err) != 0)
			return -1;
	}
	return 0;
}

/* The zones from first to end in one transaction. */
static int
record(struct batch *batch, size_t first, size_t end, struct error *err)
{
	struct zone_roll_group *group = batch->group;
	struct member *item;
	size_t i;

	if (store_begin(group->store, err) != 0)
		return -1;
	for (i = first; i < end; i++) {
		item = &batch->items[i];
		if (item->zone != NULL && zone_roll_record(group->session,
		    &item->roll, &item->after, err) != 0)
			break;
	}
	if (i == end && store_commit(group->store, err) == 0)
		return 0;
	store_rollback(group->store);
	return -1;
}

static int
record_all(struct batch *batch, struct error *err)
{
	size_t i;

	if (record(batch, 0, batch->n, err) == 0)
		return 0;
	err_clear(err);
	for (i = 0; i < batch->n; i++)
		if (batch->items[i].zone != NULL &&
		    record(batch, i, i + 1, err) != 0 &&
		    refuse(batch, &batch->items[i], err) != 0)
			return -1;
	return 0;
}

static int
settle(struct batch *batch, struct error *err)
{

	trust_owe(&batch->owed, batch->group->from);
	trust_owe(&batch->owed, batch->group->to);
	return trust_owed_tell_some(batch->group->session, &batch->owed, err);
}

/* Approvers are asked once, and only where there is something to do. */
static int
demand(struct batch *batch, struct error *err)
{
	const struct zone_roll_group *group = batch->group;
	const char *op = zone_roll_group_op(group);
	struct plan plan = PLAN_INIT;
	int rc;

	if (op == NULL || batch->n == 0 || batch->is_allowed)
		return 0;
	zone_roll_group_plan(group, &plan);
	rc = approval_demand(group->from, &(struct approval_subject) { op,
	    group->request->arguments, &plan }, group->request->approval,
	    err);
	plan_clear(&plan);
	batch->is_allowed = rc == 0;
	return rc;
}

static int
roll_batch(struct zone_roll_group *group, char **zones, size_t n, void *arg,
    struct error *err)
{
	struct batch *batch = arg;
	size_t i;
	int rc = -1;

	batch->group = group;
	batch->n = 0;
	if (session_lock(group->session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (choose(batch, zones, n, err) == 0 && demand(batch, err) == 0 &&
	    make_heirs(batch, err) == 0 && judge(batch, err) == 0 &&
	    record_all(batch, err) == 0 && settle(batch, err) == 0)
		rc = 0;
	session_unlock(group->session);
	for (i = 0; i < batch->n; i++) {
		group->count->n_rolled += rc == 0 &&
		    batch->items[i].zone != NULL;
		member_clear(&batch->items[i]);
		batch->items[i] = (struct member) { .zone = NULL };
	}
	return rc;
}

int
zone_roll_group_apply(struct session *session,
    const struct zone_roll_group_request *request,
    struct zone_roll_group_count *out, struct error *err)
{
	struct batch *batch = mem_new(sizeof(*batch));
	struct zone_roll_group group;
	int rc = -1;

	if (zone_roll_group_open(session, request, out, &group, err) == 0)
		rc = zone_roll_group_each(&group, roll_batch, batch, err);
	zone_roll_group_clear(&group);
	rc = trust_owed_end(session, &batch->owed, rc, err);
	free(batch);
	return rc;
}

struct json *
zone_roll_group_arguments(const struct zone_roll_group_request *request)
{
	struct json *arguments = json_new_object();

	json_put_text(arguments, "zones_of", request->group);
	json_put_text(arguments, "cmk", request->cmk);
	json_put_text(arguments, "reason",
	    zone_roll_reason_name(request->reason));
	return arguments;
}

bool
zone_roll_group_is(const struct json *arguments)
{

	return json_get_text(arguments, "zones_of") != NULL;
}

static void
note_refused(void *arg, const char *zone, const struct error *err)
{

	session_note(arg, "%s: %s", zone, err->msg);
}

static int
read_arguments(struct session *session, const struct approval *approval,
    const struct json *arguments, struct zone_roll_group_request *out,
    struct error *err)
{
	const char *reason = json_get_text(arguments, "reason");

	*out = (struct zone_roll_group_request) {
		.group = json_get_text(arguments, "zones_of"),
		.cmk = json_get_text(arguments, "cmk"),
		.refused = note_refused,
		.arg = session,
		.approval = approval,
		.arguments = arguments,
	};
	if (out->group == NULL || reason == NULL ||
	    zone_roll_reason_read(reason, &out->reason, err) != 0)
		return err_set(err, ERR_INTEGRITY, "the plan names no CMK or "
		    "no reason");
	return 0;
}

/* Who approved it is told of those that it left out, as any other is. */
static int
check_refused(const struct zone_roll_group_count *count, struct error *err)
{

	if (count->n_refused == 0)
		return 0;
	(void)err_set(err, ERR_PARTIAL, "%zu of %zu zones were not rolled",
	    count->n_refused, count->n_refused + count->n_rolled +
	    count->n_rolling);
	return err_hint(err, "the plan waits for them: do what hinders each, "
	    "then kmgr apply-plan");
}

int
zone_roll_group_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err)
{
	struct zone_roll_group_request request;
	struct zone_roll_group_count count;

	(void)cmk_id;		/* approval_demand() compares it */
	if (read_arguments(session, approval, arguments, &request,
	    err) != 0 || zone_roll_group_apply(session, &request, &count,
	    err) != 0)
		return -1;
	return check_refused(&count, err);
}

int
zone_roll_group_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err)
{
	struct zone_roll_group_outlook outlook;
	struct zone_roll_group_request request;
	int rc;

	(void)cmk_id;		/* approval_demand() compares it */
	if (read_arguments(session, approval, arguments, &request, err) != 0)
		return -1;
	if ((rc = zone_roll_group_look(session, &request, &outlook,
	    err)) == 0) {
		plan_take(plan, &outlook.plan);
		rc = check_refused(&outlook.count, err);
	}
	zone_roll_group_outlook_clear(&outlook);
	return rc;
}
