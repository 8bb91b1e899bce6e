/*
 * What the parent has: facts about the DS of a KSK, told by whoever looked, and
 * recorded as events. They decide what leaves the signed set and what may be
 * destroyed, and so no fact ever shortens a wait.
 */
#ifndef ENGINE_DS_FACT_H
#define ENGINE_DS_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/fact.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

enum ds_fact { DS_FACT_SEEN, DS_FACT_GONE };

/* A fact is believed if it was to come, or because whoever tells insists. */
enum ds_fact_doubt { DS_FACT_ASKED_FOR, DS_FACT_FORCED };

#define DS_FACT_NOW INT64_MIN

struct ds_fact_request {
	const char	*ksk;		/* ZONE/KEYTAG or id; others' too */
	enum ds_fact	 what;
	int64_t		 at;		/* or DS_FACT_NOW */
	enum ds_fact_doubt doubt;
	const struct name *zone;	/* in the place of ksk: the one KSK of
					 * it that waits for that; or NULL */
};

/* What there is to say of one that is decided. The texts are its own. */
struct ds_fact_view {
	const char	*zone_text;
	const char	*ksk;		/* "example.com./12345" */
	uint16_t	 key_tag;
	const char	*state;		/* of the KSK, with it */
	bool		 is_unpublished; /* a DS of what no set has */
	bool		 is_insecure;	/* the last DS of the zone is gone */
	const char	*objection;	/* the oracle's, to what is forced */
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

/**
 * ds_fact_prepare(session, cache, request, out, err):
 * For who tells of many zones: decide, and ask the oracle. fact.h has what is
 * to follow.
 *
 * ds_fact_view(session, fact, out): what it comes to.
 *
 * ds_fact_note(session, fact): after it was recorded, note where that leaves
 * the zone without validation.
 *
 * Owner: the caller, fact_free().
 * Errors: as ds_fact_plan().
 */
int ds_fact_prepare(struct session *session, struct cmk_cache *cache,
    const struct ds_fact_request *request, struct fact **out,
    struct error *err);
void ds_fact_view(struct session *session, const struct fact *fact,
    struct ds_fact_view *out);
void ds_fact_note(struct session *session, const struct fact *fact);

#endif
