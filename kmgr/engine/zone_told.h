/*
 * What is decided and told of a zone beside its keys: whether it is to be
 * secure, and with which algorithms its signer signs. Each is an event that the
 * CMK of the zone's newest KSK answers for.
 */
#ifndef ENGINE_ZONE_TOLD_H
#define ENGINE_ZONE_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/fact.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

enum zone_told {
	ZONE_TOLD_INSECURE,	/* the goal */
	ZONE_TOLD_SECURE,
	ZONE_TOLD_SIGNED,	/* all its data has RRSIGs of the algorithm */
	ZONE_TOLD_UNSIGNED	/* some of it has none any more */
};

enum zone_told_doubt { ZONE_TOLD_ASKED_FOR, ZONE_TOLD_FORCED };

struct zone_told_request {
	const struct name	*zone;
	enum zone_told		 what;
	uint8_t			 alg;	/* of SIGNED and UNSIGNED */
	int64_t			 at;	/* of SIGNED */
	enum zone_told_doubt	 doubt;	/* of UNSIGNED: it is so, whether or
					 * not the plan has it */
};

/**
 * zone_told_plan(session, request, plan, err), zone_told_apply(session,
 * request, err):
 * What would be recorded; record it. Nothing where it is so already.
 *
 * Errors: ERR_INPUT (no KSK of ours; an instant in the future, or before what
 * is known), ERR_POLICY (a KSK needs the algorithm), ERR_NOT_YET (a cache may
 * need it), and those of zone_life_load(), trust_prove() and trust_attest().
 */
int zone_told_plan(struct session *session,
    const struct zone_told_request *request, struct plan *plan,
    struct error *err);
int zone_told_apply(struct session *session,
    const struct zone_told_request *request, struct error *err);

/**
 * zone_told_prepare(session, cache, request, out, err):
 * For who tells of many zones: look whether it can be told. fact.h has what is
 * to follow.
 *
 * zone_told_signed_at(fact): of one of these: since when all data of its zone
 * is signed with the algorithm, with it; 0: it is not.
 *
 * Owner: the caller, fact_free().
 * Errors: as zone_told_plan().
 */
int zone_told_prepare(struct session *session, struct cmk_cache *cache,
    const struct zone_told_request *request, struct fact **out,
    struct error *err);
int64_t zone_told_signed_at(const struct fact *fact);

#endif
