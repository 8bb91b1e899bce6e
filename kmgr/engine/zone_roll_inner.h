/* What the files of a roll share. */
#ifndef ENGINE_ZONE_ROLL_INNER_H
#define ENGINE_ZONE_ROLL_INNER_H

#include "kmgr/engine/zone_life.h"
#include "kmgr/engine/zone_roll.h"

enum zone_roll_heir {
	ZONE_ROLL_MAKE,		/* there is none yet */
	ZONE_ROLL_READY,	/* one that nobody retires */
	ZONE_ROLL_STANDBY	/* a standby that takes over */
};

/* Who goes, and who comes. */
struct zone_roll {
	struct cmk_cache	 own;
	struct cmk_cache	*cache;		/* that one, or another's */
	struct zone_life	*zone;
	bool			*is_old;	/* by key */
	bool			*is_lost;	/* its token is said to be gone,
						 * and is not there */
	size_t			 n_old;
	size_t			 first_old;
	enum zone_roll_heir	 kind;
	size_t			 heir;		/* but for MAKE */
	struct cmk		*target;	/* of the successor */
	const struct cmk	*voucher;	/* for those that are lost */
};

/**
 * zone_roll_choose(session, request, out, err), zone_roll_clear(roll):
 * Load the zone and find out.
 *
 * Owner: the caller, zone_roll_clear(), also after an error.
 * Errors: as zone_roll_look().
 */
int zone_roll_choose(struct session *session,
    const struct zone_roll_request *request, struct zone_roll *out,
    struct error *err);
void zone_roll_clear(struct zone_roll *roll);

/**
 * zone_roll_check_token(session, roll, err):
 * Whether the tokens of the KSKs that go are there, or, of those that are
 * lost, that of the CMK which vouches for it: without one nothing can be
 * recorded, and no successor is to be made.
 *
 * Errors: ERR_TOKEN, ERR_CONFIG.
 */
int zone_roll_check_token(struct session *session,
    const struct zone_roll *roll, struct error *err);

/**
 * zone_roll_plan(roll, request, plan):
 * Append to ${plan} what the roll does.
 */
void zone_roll_plan(const struct zone_roll *roll,
    const struct zone_roll_request *request, struct plan *plan);

/**
 * zone_roll_judge(session, roll, request, after, err):
 * Ask the oracle whether the old KSKs may be retired now, and have the CMKs
 * whose facts change proved; ${after} is the zone then.
 *
 * zone_roll_record(session, roll, after, err): inside the caller's
 * transaction, that it is so.
 *
 * zone_roll_settle(session, roll, err): after it.
 *
 * Owner: the caller, life_zone_clear(${after}), also after an error.
 * Errors: ERR_POLICY, ERR_TOKEN, ERR_INTEGRITY, ERR_STORE.
 */
int zone_roll_judge(struct session *session, const struct zone_roll *roll,
    const struct zone_roll_request *request, struct life_zone *after,
    struct error *err);
int zone_roll_record(struct session *session, const struct zone_roll *roll,
    const struct life_zone *after, struct error *err);
int zone_roll_settle(struct session *session, const struct zone_roll *roll,
    struct error *err);

#endif
