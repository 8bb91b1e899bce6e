/* What the files of a group's roll share. */
#ifndef ENGINE_ZONE_ROLL_GROUP_INNER_H
#define ENGINE_ZONE_ROLL_GROUP_INNER_H

#include "kmgr/engine/zone_roll_group.h"
#include "kmgr/engine/zone_roll_inner.h"

struct zone_roll_group {
	struct session		*session;
	struct store		*store;
	const struct zone_roll_group_request *request;
	struct zone_roll_group_count *count;
	struct cmk		*from;
	struct cmk		*to;		/* it may be that one */
	struct cmk_cache	 cache;
	char			 newest[STORE_ID_TEXT];	/* shared pair before */
	char			 pair[STORE_ID_TEXT];	/* that all are to have;
							 * "": a new one */
};

/**
 * zone_roll_group_open(session, request, count, out, err),
 * zone_roll_group_clear(group):
 * Load the CMKs and decide which pair the zones of a shared one are to have.
 *
 * Owner: the caller, zone_roll_group_clear(), also after an error.
 * Errors: as zone_roll_group_look().
 */
int zone_roll_group_open(struct session *session,
    const struct zone_roll_group_request *request,
    struct zone_roll_group_count *count, struct zone_roll_group *out,
    struct error *err);
void zone_roll_group_clear(struct zone_roll_group *group);

/**
 * zone_roll_group_plan(group, plan), zone_roll_group_op(group):
 * What is done, whichever zones it comes to; whose approvers are asked, or
 * NULL.
 */
void zone_roll_group_plan(const struct zone_roll_group *group,
    struct plan *plan);
const char *zone_roll_group_op(const struct zone_roll_group *group);

/**
 * zone_roll_group_may_make(group):
 * Whether who approved this roll approved of making keys by that. Approvers
 * speak for their own CMK alone.
 *
 * zone_roll_group_check_making(group, err):
 * Whether keys can be made for this roll, where approvers of another CMK have
 * to be asked for that.
 *
 * Errors: ERR_POLICY.
 */
bool zone_roll_group_may_make(const struct zone_roll_group *group);
int zone_roll_group_check_making(const struct zone_roll_group *group,
    struct error *err);

/**
 * zone_roll_group_one(group, zone, request):
 * The roll of one ${zone}, as a part of this one; it borrows both.
 */
struct zone_roll_request zone_roll_group_one(struct zone_roll_group *group,
    const char *zone);

/**
 * zone_roll_group_learn(group, err):
 * After something was made: where a new pair was to be, it is the one.
 *
 * Errors: ERR_STORE.
 */
int zone_roll_group_learn(struct zone_roll_group *group, struct error *err);

/* What becomes of a zone. */
enum zone_roll_verdict {
	ZONE_ROLL_ROLLS,
	ZONE_ROLL_GOES_ON,	/* it was rolled, and is counted as such */
	ZONE_ROLL_REFUSED,	/* somebody was told, and it is counted */
	ZONE_ROLL_STOPS		/* this concerns all zones */
};

/**
 * zone_roll_group_load(group, zone, roll, err):
 * Load one zone and find out who goes and who comes in it.
 *
 * zone_roll_group_choose(group, zone, roll, err): the same; where it is not to
 * be rolled that is counted, and told.
 *
 * Owner: the caller, zone_roll_clear(${roll}), in any case.
 */
int zone_roll_group_load(struct zone_roll_group *group, const char *zone,
    struct zone_roll *roll, struct error *err);
enum zone_roll_verdict zone_roll_group_choose(struct zone_roll_group *group,
    const char *zone, struct zone_roll *roll, struct error *err);

/**
 * zone_roll_group_refuse(group, zone, err):
 * Whether ${err} stops all zones; else tell that it stops ${zone}, and clear
 * it.
 */
enum zone_roll_verdict zone_roll_group_refuse(struct zone_roll_group *group,
    const char *zone, struct error *err);

/**
 * zone_roll_group_each(group, act, arg, err):
 * Call ${act} with the group's zones that have a KSK which is not retired, at
 * most ZONE_ROLL_BATCH of them at a time, until a signal says to stop.
 */
#define ZONE_ROLL_BATCH 64
int zone_roll_group_each(struct zone_roll_group *group,
    int (*act)(struct zone_roll_group *group, char **zones, size_t n,
    void *arg, struct error *err), void *arg, struct error *err);

#endif
