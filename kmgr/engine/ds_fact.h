/*
 * What the parent has: facts about the DS of a KSK, told by whoever looked, and
 * recorded as events. They decide what leaves the signed set and what may be
 * destroyed, and so no fact ever shortens a wait.
 */
#ifndef ENGINE_DS_FACT_H
#define ENGINE_DS_FACT_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"

enum ds_fact { DS_FACT_SEEN, DS_FACT_GONE };

/* A fact is believed if it was to come, or because whoever tells insists. */
enum ds_fact_doubt { DS_FACT_ASKED_FOR, DS_FACT_FORCED };

#define DS_FACT_NOW INT64_MIN

struct ds_fact_request {
	const char	*ksk;		/* ZONE/KEYTAG or id; others' too */
	enum ds_fact	 what;
	int64_t		 at;		/* or DS_FACT_NOW */
	enum ds_fact_doubt doubt;
};

/**
 * ds_fact_plan(session, request, plan, err):
 * What ds_fact_apply() would record; nothing where that is known already. A
 * change of a DS was asked for, or may be asked for now, and then it counts as
 * asked for in that instant. What is forced is recorded all the same, a note
 * has what the oracle says to it, and a KSK whose DS is gone so is retired. A
 * DS that is gone is gone later if the request says so, never earlier.
 *
 * Errors: ERR_INPUT (no such KSK; an instant in the future, before the KSK or
 * before what is known), ERR_NOT_YET (what it waits for), ERR_POLICY (nobody
 * wants that change; the oracle), ERR_INTEGRITY, ERR_STORE.
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
