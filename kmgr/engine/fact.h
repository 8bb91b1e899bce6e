/*
 * What is told of a zone, on its way into the store: decided, and recorded
 * alone or with that of other zones in one transaction.
 */
#ifndef ENGINE_FACT_H
#define ENGINE_FACT_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/trust_owed.h"
#include "kmgr/engine/zone_life.h"

/* The first member of what each kind knows of its own. */
struct fact {
	const struct fact_kind	*kind;
	struct zone_life	*zone;		/* as it was before */
	bool			 is_known;	/* nothing is new */
};

struct fact_kind {
	/* Who answers for it; NULL: none can. */
	const struct cmk *(*cmk)(struct session *session,
	    const struct fact *fact);
	/* Rows and event, inside the caller's transaction. */
	int	(*append)(struct session *session, const struct fact *fact,
		    struct error *err);
	/* What is new, as an action. */
	void	(*add)(struct session *session, const struct fact *fact,
		    struct plan *plan);
	/* All but the zone; and ${fact} itself. */
	void	(*free)(struct fact *fact);
};

/**
 * fact_free(fact): before the cache that its zone was loaded with.
 *
 * fact_add(session, fact, plan): append what is to be recorded; nothing of
 * what is known.
 *
 * fact_cmk(session, fact): the CMK that answers for it; NULL: none can.
 *
 * fact_prove(session, fact, err): trust_prove() that.
 *
 * fact_check(session, fact, err), fact_append(session, fact, err): inside the
 * caller's transaction: whether the zone is still as it was; rows and event.
 * After the last of them trust_attest() of each fact_cmk().
 *
 * fact_record(session, list, n, owed, err): all of that, for the ${n} of
 * ${list}, of which each was proved and is new, and of which no two are of one
 * zone; what the tokens are owed then is added to ${owed}.
 *
 * Errors: ERR_STORE, with ZONE_LIFE_CHANGED as its code where a zone was
 * changed meanwhile; those of trust_prove() and trust_attest().
 */
void fact_free(struct fact *fact);
void fact_add(struct session *session, const struct fact *fact,
    struct plan *plan);
const struct cmk *fact_cmk(struct session *session, const struct fact *fact);
int fact_prove(struct session *session, const struct fact *fact,
    struct error *err);
int fact_check(struct session *session, const struct fact *fact,
    struct error *err);
int fact_append(struct session *session, const struct fact *fact,
    struct error *err);
int fact_record(struct session *session, struct fact *const *list, size_t n,
    struct trust_owed *owed, struct error *err);

/**
 * fact_record_one(session, fact, err):
 * Prove and record ${fact}, which is new, and let the token keep that.
 *
 * Errors: as fact_record().
 */
int fact_record_one(struct session *session, struct fact *fact,
    struct error *err);

/* Decide what ${request} tells, as each kind has it. */
typedef int fact_prepare(struct session *session, struct cmk_cache *cache,
    const void *request, struct fact **out, struct error *err);

/**
 * fact_plan(session, prepare, request, plan, err), fact_apply(session,
 * prepare, request, known, err):
 * What would be recorded; record it, or say in a note that it is ${known}.
 *
 * Errors: as ${prepare} and fact_record_one().
 */
int fact_plan(struct session *session, fact_prepare *prepare,
    const void *request, struct plan *plan, struct error *err);
int fact_apply(struct session *session, fact_prepare *prepare,
    const void *request, const char *known, struct error *err);

#endif
