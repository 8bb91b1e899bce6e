/*
 * That the parent is asked to add or to remove a DS, told by who asks it: only
 * what the plan has, and not before its time.
 */
#ifndef ENGINE_DS_ASK_H
#define ENGINE_DS_ASK_H

#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/fact.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/life/life.h"

struct ds_ask_request {
	const char		*ksk;	/* ZONE/KEYTAG or id; others' too */
	enum life_step_kind	 kind;	/* LIFE_ADD_DS, LIFE_REMOVE_DS */
	const struct name	*zone;	/* in the place of ksk: the one KSK of
					 * it whose DS is to be asked for; or
					 * NULL */
};

/* What there is to say of one that is decided. The texts are its own. */
struct ds_ask_view {
	const char	*ksk;		/* "example.com./12345" */
	uint16_t	 key_tag;
	int64_t		 at;		/* when it was asked */
};

/**
 * ds_ask_plan(session, request, plan, err), ds_ask_apply(session, request,
 * err):
 * What would be recorded: that the parent is asked; record it. Nothing where
 * it was asked already.
 *
 * Errors: ERR_INPUT (no such KSK; a zone with more than one that may be meant,
 * or none), and those of zone_step_need() and zone_life_step().
 */
int ds_ask_plan(struct session *session,
    const struct ds_ask_request *request, struct plan *plan,
    struct error *err);
int ds_ask_apply(struct session *session,
    const struct ds_ask_request *request, struct error *err);

/**
 * ds_ask_prepare(session, cache, request, out, err):
 * For who tells of many zones: look whether it may be asked, and ask the
 * oracle. fact.h has what is to follow.
 *
 * ds_ask_view(fact, out): what it comes to.
 *
 * Owner: the caller, fact_free().
 * Errors: as ds_ask_plan().
 */
int ds_ask_prepare(struct session *session, struct cmk_cache *cache,
    const struct ds_ask_request *request, struct fact **out,
    struct error *err);
void ds_ask_view(const struct fact *fact, struct ds_ask_view *out);

#endif
