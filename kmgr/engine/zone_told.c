#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/alg.h"
#include "kmgr/engine/zone_facts.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/engine/zone_step.h"
#include "kmgr/engine/zone_told.h"

struct told {
	struct fact		 fact;
	struct zone_told_request request;
};

static const struct told *
told_of(const struct fact *fact)
{

	return (const struct told *)fact;
}

static bool
is_goal(const struct zone_told_request *request)
{

	return request->what == ZONE_TOLD_INSECURE ||
	    request->what == ZONE_TOLD_SECURE;
}

static const struct life_alg *
find_alg(const struct life_zone *zone, uint8_t alg)
{
	size_t i;

	for (i = 0; i < zone->n_algs; i++)
		if (zone->algs[i].alg == alg)
			return &zone->algs[i];
	return NULL;
}

static int64_t
signed_at(const struct life_zone *zone, uint8_t alg)
{
	const struct life_alg *known = find_alg(zone, alg);

	return known == NULL ? 0 : known->signed_at;
}

/* The goal or the instant is what it is to be. */
static bool
is_so(const struct zone_life *zone, const struct zone_told_request *request)
{
	const int64_t known_at = signed_at(&zone->life, request->alg);

	switch (request->what) {
	case ZONE_TOLD_INSECURE:
		return zone->life.goal == LIFE_INSECURE;
	case ZONE_TOLD_SECURE:
		return zone->life.goal == LIFE_SECURE;
	case ZONE_TOLD_SIGNED:
		/* A later word changes nothing: caches have it. */
		return known_at != 0 && known_at <= request->at;
	default:
		return known_at == 0;
	}
}

static int
check_signed(struct session *session, const struct zone_life *zone,
    const struct zone_told_request *request, struct error *err)
{
	const int64_t known_at = signed_at(&zone->life, request->alg);
	char text[WHEN_TEXT_LEN], known[WHEN_TEXT_LEN];

	if (request->at > session_now(session))
		return err_set(err, ERR_INPUT, "%s is in the future",
		    when_rfc3339(request->at, text));
	if (known_at == 0 || request->at >= known_at)
		return 0;
	(void)err_set(err, ERR_INPUT, "zone %s is known to be signed with %s "
	    "since %s, and not since %s", zone->text, alg_name(request->alg),
	    when_rfc3339(known_at, known), when_rfc3339(request->at, text));
	return err_hint(err, "what is known already is never taken back: it "
	    "would shorten a wait");
}

/* RFC 4035 s2.2: what the DS set names must have signed all data. */
static int
check_unsigned(struct session *session, const struct zone_life *zone,
    const struct zone_told_request *request, struct error *err)
{
	const struct life_step wanted = { .kind = LIFE_SIGNER_DROP_ALG,
		.key = LIFE_NONE, .alg = request->alg };

	if (request->doubt == ZONE_TOLD_FORCED || zone_step_asked(zone,
	    &wanted, session_now(session), err) == 0)
		return 0;
	return err_hint(err, "where the zone signer has stopped already, "
	    "--force records that");
}

static int
check(struct session *session, const struct zone_life *zone,
    const struct zone_told_request *request, struct error *err)
{

	if (zone->n_ksks == 0) {
		(void)err_set(err, ERR_INPUT, "zone %s has no KSK of ours",
		    zone->text);
		return err_hint(err, "kmgr create-ksk %s --cmk NAME makes one",
		    zone->text);
	}
	if (is_so(zone, request) || is_goal(request))
		return 0;
	if (request->what == ZONE_TOLD_SIGNED)
		return check_signed(session, zone, request, err);
	return check_unsigned(session, zone, request, err);
}

static const struct cmk *
find_cmk(struct session *session, const struct fact *fact)
{

	return zone_guarantor(session, fact->zone);
}

static void
add(struct session *session, const struct fact *fact, struct plan *plan)
{
	const struct zone_told_request *request = &told_of(fact)->request;
	const struct zone_life *zone = fact->zone;
	char text[WHEN_TEXT_LEN];

	(void)session;
	if (request->what == ZONE_TOLD_INSECURE)
		plan_add(plan, ACTION_SET_GOAL, &zone->name, "%s is to be "
		    "insecure: its DS are removed at the parent, and then, "
		    "when no cache has one, its DNSKEYs", zone->text);
	else if (request->what == ZONE_TOLD_SECURE)
		plan_add(plan, ACTION_SET_GOAL, &zone->name, "%s is to be "
		    "secure", zone->text);
	else if (request->what == ZONE_TOLD_SIGNED)
		plan_add(plan, ACTION_RECORD_SIGNER, &zone->name, "record "
		    "that all data of %s is signed with %s since %s",
		    zone->text, alg_name(request->alg),
		    when_rfc3339(request->at, text));
	else
		plan_add(plan, ACTION_RECORD_SIGNER, &zone->name, "record "
		    "that data of %s is signed with %s no more", zone->text,
		    alg_name(request->alg));
}

static int
set_goal(struct session *session, const struct cmk *cmk,
    const struct zone_life *zone, const struct zone_told_request *request,
    struct error *err)
{
	struct zone_row row = { 0 };
	struct store *store;
	bool found = false;
	int rc;

	if (session_store(session, &store, err) != 0 ||
	    store_zone_find(store, zone->text, &row, &found, err) != 0)
		return -1;
	if (!found)
		return err_set(err, ERR_INTEGRITY, "the store has no record "
		    "of zone %s", zone->text);
	free(row.goal);
	row.goal = mem_strdup(request->what == ZONE_TOLD_SECURE ? "secure" :
	    "insecure");
	row.goal_at = session_now(session);
	row.next_at = 0;		/* look at it soon */
	rc = zone_facts_set_goal(session, cmk->row.id, &row, err);
	zone_row_clear(&row);
	return rc;
}

static int
set_alg(struct session *session, const struct cmk *cmk,
    const struct zone_life *zone, const struct zone_told_request *request,
    struct error *err)
{
	char *text = mem_strdup(zone->text);
	const struct zone_alg_row row = { text, request->alg, request->at };
	int rc;

	rc = request->what == ZONE_TOLD_SIGNED ?
	    zone_facts_set_alg(session, cmk->row.id, &row, err) :
	    zone_facts_drop_alg(session, cmk->row.id, text,
	    request->alg, err);
	free(text);
	return rc;
}

static int
append(struct session *session, const struct fact *fact, struct error *err)
{
	const struct zone_told_request *request = &told_of(fact)->request;

	return (is_goal(request) ? set_goal : set_alg)(session,
	    find_cmk(session, fact), fact->zone, request, err);
}

static void
free_told(struct fact *fact)
{

	free(fact);
}

static const struct fact_kind kind = { find_cmk, append, add, free_told };

int
zone_told_prepare(struct session *session, struct cmk_cache *cache,
    const struct zone_told_request *request, struct fact **out,
    struct error *err)
{
	struct zone_life *zone = NULL;
	struct told *told;

	*out = NULL;
	if (zone_life_load(session, cache, request->zone, &zone, err) != 0 ||
	    check(session, zone, request, err) != 0) {
		zone_life_free(zone);
		return -1;
	}
	told = mem_new(sizeof(*told));
	*told = (struct told) { { &kind, zone, is_so(zone, request) },
		*request };
	told->request.zone = &zone->name;
	*out = &told->fact;
	return 0;
}

int64_t
zone_told_signed_at(const struct fact *fact)
{
	const struct zone_told_request *request = &told_of(fact)->request;

	if (request->what != ZONE_TOLD_SIGNED)
		return 0;
	return fact->is_known ? signed_at(&fact->zone->life, request->alg) :
	    request->at;
}

static int
prepare(struct session *session, struct cmk_cache *cache,
    const void *request, struct fact **out, struct error *err)
{

	return zone_told_prepare(session, cache, request, out, err);
}

int
zone_told_plan(struct session *session,
    const struct zone_told_request *request, struct plan *plan,
    struct error *err)
{

	return fact_plan(session, prepare, request, plan, err);
}

int
zone_told_apply(struct session *session,
    const struct zone_told_request *request, struct error *err)
{

	return fact_apply(session, prepare, request, "that is so already",
	    err);
}
