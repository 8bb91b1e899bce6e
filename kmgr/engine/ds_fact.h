/*
 * What the parent has: facts about the DS of a KSK, told by the operator, and
 * recorded as events. They decide what leaves the signed set and what may be
 * destroyed, and so no fact ever shortens a wait.
 */
#ifndef ENGINE_DS_FACT_H
#define ENGINE_DS_FACT_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"

enum ds_fact { DS_FACT_SEEN, DS_FACT_GONE };

#define DS_FACT_NOW INT64_MIN

struct ds_fact_request {
	const char	*ksk;		/* ZONE/KEYTAG or id */
	enum ds_fact	 what;
	int64_t		 at;		/* or DS_FACT_NOW */
};

/**
 * ds_fact_plan(session, request, plan, err):
 * What ds_fact_apply() would record; nothing where that is known already. A
 * DS that is gone and seen again is at the parent again; one that was gone is
 * gone later if the request says so, never earlier. A KSK that was published,
 * and whose DS nobody has told of, counts as seen from its creation on.
 *
 * Errors: ERR_INPUT (no such KSK; an instant in the future, before the KSK or
 * before what is known), ERR_POLICY (the DS of a KSK that nobody could know),
 * ERR_INTEGRITY, ERR_STORE.
 */
int ds_fact_plan(struct session *session,
    const struct ds_fact_request *request, struct plan *plan,
    struct error *err);

/**
 * ds_fact_apply(session, request, err):
 * Record it.
 *
 * Errors: as ds_fact_plan(); ERR_TOKEN.
 */
int ds_fact_apply(struct session *session,
    const struct ds_fact_request *request, struct error *err);

#endif
