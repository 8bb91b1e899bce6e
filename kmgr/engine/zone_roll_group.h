/*
 * A roll of all zones of a CMK as one plan: under custody shared to one new
 * key pair, else to one a zone, of the same CMK or of another one. Each zone
 * goes on by itself then, with its own waits.
 */
#ifndef ENGINE_ZONE_ROLL_GROUP_H
#define ENGINE_ZONE_ROLL_GROUP_H

#include "kmgr/engine/zone_roll.h"
#include "kmgr/life/life.h"

struct zone_roll_group_request {
	const char		*group;	/* the CMK whose zones they are */
	const char		*cmk;	/* of the successors; NULL: the same */
	enum zone_roll_reason	 reason;
	/* Called for a zone that cannot be rolled; the others are. */
	void			(*refused)(void *arg, const char *zone,
				    const struct error *err);
	void			*arg;
	/* Where a policy demands approvers: theirs, and what they signed. */
	const struct approval	*approval;
	const struct json	*arguments;
};

/* When a step of the life cycle can happen, in the zone that is first to have
 * it and in the one that is last; 0 where no zone has it. */
struct zone_roll_phase {
	enum life_step_kind	kind;
	int64_t			from_at, to_at;
};

#define ZONE_ROLL_PHASES 4

struct zone_roll_group_count {
	size_t	n_rolled;
	size_t	n_rolling;	/* whose roll goes on, or is over */
	size_t	n_refused;
	size_t	n_made;		/* new key pairs */
};

/* What would be done. */
struct zone_roll_group_outlook {
	struct plan			plan;
	char				cmk_id[33];
	const char			*op;	/* whose approvers are asked;
						 * NULL: none are needed */
	bool				makes;	/* KSKs, or endorses some */
	struct zone_roll_group_count	count;
	struct zone_roll_phase		phases[ZONE_ROLL_PHASES];
};

/**
 * zone_roll_group_look(session, request, out, err),
 * zone_roll_group_outlook_clear(out):
 * What zone_roll_group_apply() would do, and when each phase can happen if
 * every step is done when it is due and the parent answers as the policy
 * supposes.
 *
 * Errors: ERR_INPUT (no such CMK, none of its zones has a KSK), ERR_POLICY,
 * ERR_INTEGRITY, ERR_STORE.
 */
int zone_roll_group_look(struct session *session,
    const struct zone_roll_group_request *request,
    struct zone_roll_group_outlook *out, struct error *err);
void zone_roll_group_outlook_clear(struct zone_roll_group_outlook *out);

/**
 * zone_roll_group_apply(session, request, out, err):
 * Do it, some zones to a transaction. One that was interrupted is taken up:
 * as long as a zone of the group is not rolled, the pair that was made for the
 * others is its successor.
 *
 * Errors: as zone_roll_group_look(); ERR_TOKEN. What was done before stays, and
 * what is done when stop_signal() tells of a signal.
 */
int zone_roll_group_apply(struct session *session,
    const struct zone_roll_group_request *request,
    struct zone_roll_group_count *out, struct error *err);

/**
 * zone_roll_group_arguments(request):
 * What ${request} asks for, as a plan has it. Owner: the caller, json_free().
 *
 * zone_roll_group_is(arguments): whether they are such ones.
 *
 * zone_roll_group_approved(session, cmk_id, approval, arguments, err):
 * Carry out what was approved.
 *
 * zone_roll_group_approved_plan(session, cmk_id, approval, arguments, plan,
 * err):
 * What that would do now.
 *
 * Errors: as zone_roll_group_apply().
 */
struct json *zone_roll_group_arguments(
    const struct zone_roll_group_request *request);
bool zone_roll_group_is(const struct json *arguments);
int zone_roll_group_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err);
int zone_roll_group_approved_plan(struct session *session,
    const char *cmk_id, const struct approval *approval,
    const struct json *arguments, struct plan *plan, struct error *err);

#endif
