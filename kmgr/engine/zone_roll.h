/*
 * A roll that somebody asks for: on schedule or before it, to another CMK, or
 * because a key is compromised or lost. A successor is made, or one that is
 * there takes over, and the old KSK is retired; what follows is the plan's.
 */
#ifndef ENGINE_ZONE_ROLL_H
#define ENGINE_ZONE_ROLL_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/approval.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

enum zone_roll_reason { ZONE_ROLL_SCHEDULED, ZONE_ROLL_COMPROMISE,
	ZONE_ROLL_LOSS };
enum zone_roll_chain {
	ZONE_ROLL_KEEP_CHAIN,	/* no resolver loses it */
	ZONE_ROLL_BREAK_CHAIN	/* the DS is to go at once; resolvers that
				 * have it may find the zone bogus */
};

enum zone_roll_successor {
	ZONE_ROLL_TO_OURS,
	ZONE_ROLL_TO_FOREIGN	/* other providers go on alone: none is made */
};

#define ZONE_ROLL_OP "roll-ksk"

struct zone_roll_request {
	const char		*what;	/* ZONE, or ZONE/KEYTAG: only that */
	const char		*cmk;	/* of the successor; NULL: the same */
	enum zone_roll_reason	 reason;
	enum zone_roll_chain	 chain;
	enum zone_roll_successor successor;
	/*
	 * As a part of a roll of all zones of a CMK: only its KSKs go, whether
	 * they are in use or not, but for those of the pair that the group is
	 * to have, "" where none is that. NULL, NULL: of a zone alone.
	 */
	const char		*group;	/* the CMK's id */
	const char		*pair;	/* NULL: each zone has its own */
	struct cmk_cache	*cache;	/* borrowed; NULL: its own */
	/* Where the policy demands approvers: theirs, and what they signed. */
	const struct approval	*approval;
	const struct json	*arguments;
};

/* What an old KSK lets others do, if its private half is theirs. */
struct zone_roll_exposure {
	char	key[1100];
	int64_t	s;		/* without margins; INT64_MAX: unknown */
	int64_t	with_margins_s;
};

/* What would be done. */
struct zone_roll_outlook {
	struct plan		   plan;
	char			   cmk_id[33];	/* whose approvers are asked */
	bool			   needs_approval;
	struct zone_roll_exposure *exposures;	/* one an old KSK */
	size_t			   n;
	char			   formula[400];
};

/**
 * zone_roll_reason_name(reason), zone_roll_reason_read(text, out, err):
 * "scheduled", "compromise", "loss".
 *
 * Errors: ERR_USAGE.
 */
const char *zone_roll_reason_name(enum zone_roll_reason reason);
int zone_roll_reason_read(const char *text, enum zone_roll_reason *out,
    struct error *err);

/**
 * zone_roll_look(session, request, out, err), zone_roll_outlook_clear(out):
 * What zone_roll_apply() would do, and what an attacker may do meanwhile.
 *
 * Errors: ERR_INPUT (no such zone or key, none to roll), ERR_NOT_YET (a roll
 * is under way; until when; a foreign KSK that is to go on alone is not
 * everywhere yet), ERR_POLICY, ERR_INTEGRITY, ERR_STORE.
 */
int zone_roll_look(struct session *session,
    const struct zone_roll_request *request, struct zone_roll_outlook *out,
    struct error *err);
void zone_roll_outlook_clear(struct zone_roll_outlook *out);

/**
 * zone_roll_apply(session, request, err):
 * Do it. A run that died between the successor and the end of the old KSK is
 * taken up: the successor that nothing was signed with yet is the one.
 *
 * Errors: as zone_roll_look(); ERR_TOKEN.
 */
int zone_roll_apply(struct session *session,
    const struct zone_roll_request *request, struct error *err);

/**
 * zone_roll_arguments(request):
 * What ${request} asks for, as a plan has it. Owner: the caller, json_free().
 *
 * zone_roll_approved(session, cmk_id, approval, arguments, err):
 * Carry out what was approved.
 *
 * zone_roll_approved_plan(session, cmk_id, approval, arguments, plan, err):
 * What that would do now.
 *
 * Errors: as zone_roll_apply().
 */
struct json *zone_roll_arguments(const struct zone_roll_request *request);
int zone_roll_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err);
int zone_roll_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err);

#endif
