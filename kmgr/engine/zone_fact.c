#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/alg.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_fact.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/engine/zone_row.h"

static bool
is_goal(const struct zone_fact_request *request)
{

	return request->what == ZONE_FACT_INSECURE ||
	    request->what == ZONE_FACT_SECURE;
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
is_so(const struct zone_life *zone, const struct zone_fact_request *request)
{
	const int64_t known_at = signed_at(&zone->life, request->alg);

	switch (request->what) {
	case ZONE_FACT_INSECURE:
		return zone->life.goal == LIFE_INSECURE;
	case ZONE_FACT_SECURE:
		return zone->life.goal == LIFE_SECURE;
	case ZONE_FACT_SIGNED:
		return known_at != 0 && known_at == request->at;
	default:
		return known_at == 0;
	}
}

static int
check_signed(struct session *session, const struct zone_life *zone,
    const struct zone_fact_request *request, struct error *err)
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
refuse_unsigned(const struct zone_life *zone, uint8_t alg, int64_t now_at,
    struct error *err)
{
	const struct life_step *step;
	struct life_plan plan;
	int rc = 0;
	size_t i;

	life_plan(&zone->life, now_at, &plan);
	for (i = 0; i < plan.n; i++)
		if (plan.steps[i].kind == LIFE_SIGNER_DROP_ALG &&
		    plan.steps[i].alg == alg)
			break;
	step = i < plan.n ? &plan.steps[i] : NULL;
	if (step == NULL)
		rc = err_set(err, ERR_POLICY, "zone %s needs %s: a KSK of it "
		    "is not to go", zone->text, alg_name(alg));
	else if (step->wait != LIFE_DUE)
		rc = err_set(err, step->wait == LIFE_WAITS_TIME ?
		    ERR_NOT_YET : ERR_POLICY, "zone %s still needs %s: it "
		    "waits for %s%s%s", zone->text, alg_name(alg),
		    life_wait_name(step->wait),
		    step->why[0] != '\0' ? ": " : "", step->why);
	if (rc != 0)
		(void)err_hint(err, "let the zone signer go on; kmgr plan %s "
		    "says when it may stop; where it has stopped, --force "
		    "records that", zone->text);
	life_plan_clear(&plan);
	return rc;
}

static int
check(struct session *session, const struct zone_life *zone,
    const struct zone_fact_request *request, struct error *err)
{

	if (zone->n_ksks == 0) {
		(void)err_set(err, ERR_INPUT, "zone %s has no KSK of ours",
		    zone->text);
		return err_hint(err, "kmgr create-ksk %s --cmk NAME makes one",
		    zone->text);
	}
	if (is_so(zone, request) || is_goal(request))
		return 0;
	if (request->what == ZONE_FACT_SIGNED)
		return check_signed(session, zone, request, err);
	return request->doubt == ZONE_FACT_FORCED ? 0 : refuse_unsigned(zone,
	    request->alg, session_now(session), err);
}

static void
plan_fact(const struct zone_life *zone,
    const struct zone_fact_request *request, struct plan *plan)
{
	char text[WHEN_TEXT_LEN];

	if (is_so(zone, request))
		return;
	if (request->what == ZONE_FACT_INSECURE)
		plan_add(plan, ACTION_SET_GOAL, &zone->name, "%s is to be "
		    "insecure: its DS are removed at the parent, and then, "
		    "when no cache has one, its DNSKEYs", zone->text);
	else if (request->what == ZONE_FACT_SECURE)
		plan_add(plan, ACTION_SET_GOAL, &zone->name, "%s is to be "
		    "secure", zone->text);
	else if (request->what == ZONE_FACT_SIGNED)
		plan_add(plan, ACTION_RECORD_SIGNER, &zone->name, "record "
		    "that all data of %s is signed with %s since %s",
		    zone->text, alg_name(request->alg),
		    when_rfc3339(request->at, text));
	else
		plan_add(plan, ACTION_RECORD_SIGNER, &zone->name, "record "
		    "that data of %s is signed with %s no more", zone->text,
		    alg_name(request->alg));
}

int
zone_fact_plan(struct session *session,
    const struct zone_fact_request *request, struct plan *plan,
    struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct zone_life *zone = NULL;
	int rc = -1;

	if (zone_life_load(session, &cache, request->zone, &zone, err) == 0 &&
	    check(session, zone, request, err) == 0) {
		plan_fact(zone, request, plan);
		rc = 0;
	}
	zone_life_free(zone);
	cmk_cache_clear(&cache);
	return rc;
}

static const struct cmk *
guarantor(const struct zone_life *zone)
{

	return zone->ksks[zone->n_ksks - 1].cmk;
}

static struct json *
event_of(const struct zone_life *zone,
    const struct zone_fact_request *request, int64_t now_at)
{
	struct json *event = json_new_object();

	json_put_text(event, "cmk_id", guarantor(zone)->row.id);
	json_put_text(event, "zone", zone->text);
	if (is_goal(request)) {
		json_put_text(event, "goal",
		    request->what == ZONE_FACT_SECURE ? "secure" :
		    "insecure");
		json_put_int(event, "goal_at", now_at);
		return event;
	}
	json_put_int(event, "alg", request->alg);
	/* 0: not with it any more. */
	json_put_int(event, "signed_at",
	    request->what == ZONE_FACT_SIGNED ? request->at : 0);
	return event;
}

static int
put_goal(struct store *store, const struct zone_life *zone,
    const struct zone_fact_request *request, int64_t now_at,
    struct error *err)
{
	struct zone_row row = { 0 };
	int rc;

	if (zone_row_load(store, zone->text, &row, err) != 0)
		return -1;
	free(row.goal);
	row.goal = mem_strdup(request->what == ZONE_FACT_SECURE ? "secure" :
	    "insecure");
	row.goal_at = now_at;
	row.next_at = 0;		/* look at it soon */
	rc = store_zone_put(store, &row, err);
	zone_row_clear(&row);
	return rc;
}

static int
put_alg(struct store *store, const struct zone_life *zone,
    const struct zone_fact_request *request, struct error *err)
{
	char *text = mem_strdup(zone->text);
	const struct zone_alg_row row = { text, request->alg, request->at };
	int rc;

	rc = request->what == ZONE_FACT_SIGNED ?
	    store_zone_alg_put(store, &row, err) :
	    store_zone_alg_drop(store, zone->text, request->alg, err);
	if (rc == 0)
		rc = zone_row_wake(store, zone->text, err);
	free(text);
	return rc;
}

static int
record(struct session *session, const struct zone_life *zone,
    const struct zone_fact_request *request, struct error *err)
{
	const int64_t now_at = session_now(session);
	struct store *store;
	struct json *event;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	event = event_of(zone, request, now_at);
	if ((is_goal(request) ? put_goal(store, zone, request, now_at, err) :
	    put_alg(store, zone, request, err)) == 0 &&
	    event_append(session, is_goal(request) ? ZONE_FACT_GOAL_EVENT :
	    ZONE_FACT_ALG_EVENT, event, err) == 0 &&
	    trust_attest(session, guarantor(zone)->row.id, err) == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	json_free(event);
	return rc;
}

static int
apply_to(struct session *session, const struct zone_life *zone,
    const struct zone_fact_request *request, struct error *err)
{

	if (check(session, zone, request, err) != 0)
		return -1;
	if (is_so(zone, request)) {
		session_note(session, "that is so already; nothing to do");
		return 0;
	}
	if (trust_prove(session, guarantor(zone), err) != 0 ||
	    record(session, zone, request, err) != 0)
		return -1;
	return cmk_life_settle(session, guarantor(zone), err);
}

int
zone_fact_apply(struct session *session,
    const struct zone_fact_request *request, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct zone_life *zone = NULL;
	int rc = -1;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (zone_life_load(session, &cache, request->zone, &zone, err) == 0)
		rc = apply_to(session, zone, request, err);
	session_unlock(session);
	zone_life_free(zone);
	cmk_cache_clear(&cache);
	return rc;
}
