#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ds_fact.h"
#include "kmgr/engine/ds_fact_gone.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/vouch.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/engine/zone_step.h"

/* A key of a zone, and the zone with what is told. */
struct told {
	struct cmk_cache	 cache;
	struct zone_life	*zone;
	size_t			 i;
	struct life_zone	 after;
	int64_t			 at;
	bool			 is_known;	/* nothing is new */
	bool			 is_begun;	/* nobody had asked for it */
};

static void
told_clear(struct told *told)
{

	life_zone_clear(&told->after);
	zone_life_free(told->zone);
	cmk_cache_clear(&told->cache);
}

static struct life_key *
the_key(struct told *told)
{

	return &told->after.keys[told->i];
}

static const char *
event_name(enum ds_fact what)
{

	return what == DS_FACT_SEEN ? "ds-seen" : "ds-gone";
}

static int
refuse_before(int64_t at, const char *what, int64_t known_at,
    struct error *err)
{
	char then[WHEN_TEXT_LEN], known[WHEN_TEXT_LEN];

	(void)err_set(err, ERR_INPUT, "%s is before %s, at %s",
	    when_rfc3339(at, then), what, when_rfc3339(known_at, known));
	return err_hint(err, "what is known already is never taken back: it "
	    "would shorten a wait");
}

/*
 * Whether the change may be asked for now; forced ones ask nobody, and of one
 * that goes and that nobody told of it is an answer.
 */
static int
begin(struct session *session, const struct ds_fact_request *request,
    enum life_step_kind kind, struct told *told, struct error *err)
{
	const struct life_step wanted = { .kind = kind, .key = told->i };
	struct life_step step;

	told->is_begun = true;
	if (request->doubt == DS_FACT_FORCED || life_ds_is_untold(
	    &told->zone->life, told->i, session_now(session)))
		return 0;
	return zone_step_need(told->zone, &wanted, session_now(session),
	    &step, err);
}

/* The DS was seen at the parent. */
static int
see(struct session *session, const struct ds_fact_request *request,
    struct told *told, struct error *err)
{
	struct life_key *key = the_key(told);
	const bool is_there = key->ds_seen_at != 0 && key->ds_gone_at == 0;

	if (is_there && key->ds_remove_at == 0) {
		told->is_known = true;
		return told->at >= key->ds_seen_at ? 0 : refuse_before(
		    told->at, "its DS was seen first", key->ds_seen_at, err);
	}
	if (told->at < key->ds_gone_at)
		return refuse_before(told->at, "its DS was gone",
		    key->ds_gone_at, err);
	if (key->ds_add_at != 0 && key->ds_seen_at == 0) {
		if (told->at < key->ds_add_at)
			return refuse_before(told->at, "the parent was asked",
			    key->ds_add_at, err);
		key->ds_seen_at = told->at;
		return 0;
	}
	if (begin(session, request, LIFE_ADD_DS, told, err) != 0)
		return -1;
	key->ds_add_at = key->ds_seen_at = told->at;
	key->ds_remove_at = key->ds_gone_at = 0;
	return 0;
}

/* Nothing was ever signed with it, and it has no DS. */
static bool
was_never_used(const struct told *told)
{
	const struct life_key *key = &told->zone->life.keys[told->i];

	return key->dnskey_in_at == 0 && key->ds_add_at == 0 &&
	    key->ds_seen_at == 0 && (told->i >= told->zone->n_ksks ||
	    told->zone->ksks[told->i].row.horizon_at == 0);
}

static int
refuse_unused(const struct told *told, struct error *err)
{

	(void)err_set(err, ERR_POLICY, "nothing was ever signed with it, and "
	    "nobody has told of its DS");
	return err_hint(err, "kmgr delete-ksk %s removes it at once",
	    told->zone->life.keys[told->i].name);
}

/* The parent has it no more. */
static int
miss(struct session *session, const struct ds_fact_request *request,
    struct told *told, struct error *err)
{
	struct life_key *key = the_key(told);

	if (key->ds_gone_at != 0) {
		told->is_known = request->at == DS_FACT_NOW ||
		    told->at == key->ds_gone_at;
		if (told->at < key->ds_gone_at)
			return refuse_before(told->at, "its DS was gone",
			    key->ds_gone_at, err);
		if (!told->is_known)
			key->ds_gone_at = told->at;
		return 0;
	}
	if (was_never_used(told))
		return refuse_unused(told, err);
	if (told->at < key->ds_seen_at)
		return refuse_before(told->at, "its DS was seen",
		    key->ds_seen_at, err);
	if (told->at < key->ds_add_at)
		return refuse_before(told->at, "the parent was asked to add "
		    "it", key->ds_add_at, err);
	if (told->at < key->ds_remove_at)
		return refuse_before(told->at, "the parent was asked",
		    key->ds_remove_at, err);
	if (request->doubt == DS_FACT_ASKED_FOR && ds_fact_gone_check(
	    told->zone, told->i, told->at, err) != 0)
		return -1;
	if (key->ds_remove_at == 0) {
		if (begin(session, request, LIFE_REMOVE_DS, told, err) != 0)
			return -1;
		key->ds_remove_at = told->at;
		if (key->retire_at == 0)
			key->retire_at = told->at;
	}
	/* Of one that nobody told of it is not known since when. */
	if (key->ds_seen_at == 0)
		key->ds_seen_at = key->ds_add_at != 0 ? key->ds_add_at :
		    key->made_at;
	key->ds_gone_at = told->at;
	return 0;
}

static int
decide(struct session *session, const struct ds_fact_request *request,
    struct told *told, struct error *err)
{
	const int64_t now_at = session_now(session);
	const struct life_key *key = the_key(told);
	char text[WHEN_TEXT_LEN];

	told->at = request->at != DS_FACT_NOW ? request->at : now_at;
	if (told->at > now_at)
		return err_set(err, ERR_INPUT, "%s is in the future",
		    when_rfc3339(told->at, text));
	if (told->at < key->made_at)
		return refuse_before(told->at, "the KSK was made",
		    key->made_at, err);
	return request->what == DS_FACT_SEEN ?
	    see(session, request, told, err) :
	    miss(session, request, told, err);
}

/* What is begun by being told is a step, and the oracle is asked for each. */
static int
judge(struct session *session, const struct ds_fact_request *request,
    const struct told *told, struct error *err)
{
	struct error verdict = ERR_INIT;

	if (!told->is_begun || zone_life_judge(session, told->zone,
	    &told->after, &verdict) == 0) {
		if (told->is_begun && request->doubt == DS_FACT_FORCED)
			session_note(session, "the oracle has no objection");
		return 0;
	}
	if (request->doubt == DS_FACT_FORCED && verdict.class == ERR_POLICY) {
		session_note(session, "the oracle: %s", verdict.msg);
		return 0;
	}
	*err = verdict;
	return -1;
}

/* Load what the request is about, and decide. */
static int
prepare(struct session *session, const struct ds_fact_request *request,
    struct told *told, struct error *err)
{

	*told = (struct told) { .i = LIFE_NONE };
	if (zone_step_locate(session, &told->cache, request->ksk, &told->zone,
	    &told->i, err) != 0)
		return -1;
	life_zone_copy(&told->zone->life, &told->after);
	if (decide(session, request, told, err) == 0 && (told->is_known ||
	    judge(session, request, told, err) == 0))
		return 0;
	return err_wrap(err, "KSK %s",
	    told->zone->life.keys[told->i].name);
}

int
ds_fact_plan(struct session *session, const struct ds_fact_request *request,
    struct plan *plan, struct error *err)
{
	char at[WHEN_TEXT_LEN];
	struct told told;
	int rc;

	rc = prepare(session, request, &told, err);
	if (rc == 0 && !told.is_known)
		plan_add(plan, ACTION_RECORD_DS, &told.zone->name, "record "
		    "that the DS of KSK %s %s at %s; it is %s then",
		    told.zone->life.keys[told.i].name,
		    request->what == DS_FACT_GONE ?
		    "was gone from the parent" : "was at the parent",
		    when_rfc3339(told.at, at), life_word(&told.after, told.i,
		    session_now(session)));
	told_clear(&told);
	return rc;
}

/* The row as it is to be, and what was, as an event. */
static struct json *
event_of(const struct told *told, const struct ksk_row *row,
    const char *from)
{
	struct json *event = ksk_facts_event(row);

	json_put_int(event, "at", told->at);
	json_put_text(event, "from", from);
	json_put_text(event, "to", row->state);
	json_put_int(event, "ds_seen_at", row->ds_seen_at);
	json_put_int(event, "ds_gone_at", row->ds_gone_at);
	return event;
}

/* Inside the transaction: a KSK of ours. */
static int
write_ours(struct session *session, struct store *store,
    const struct ds_fact_request *request, struct told *told,
    struct error *err)
{
	const struct ksk *ksk = &told->zone->ksks[told->i];
	struct ksk_row row = ksk->row;	/* borrows the others of its texts */
	struct json *event;
	int rc = -1;

	row.state = mem_strdup(row.state);
	row.standby = NULL;
	zone_life_facts(the_key(told), &row);
	event = event_of(told, &row, ksk->row.state);
	if (store_ksk_set_life(store, &row, err) == 0 &&
	    ksr_record_supersede(session, row.zone, row.id,
	    request->what == DS_FACT_SEEN ? KSR_DS_SEEN : KSR_DS_GONE,
	    err) == 0 && vouch_put(session, row.cmk_id,
	    event_name(request->what), event, err) == 0 &&
	    event_append(session, event_name(request->what),
	    event, err) == 0)
		rc = trust_attest(session, row.cmk_id, err);
	json_free(event);
	free(row.state);
	free(row.standby);
	return rc;
}

static int
record(struct session *session, const struct ds_fact_request *request,
    struct told *told, struct error *err)
{
	struct store *store;
	int rc;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	rc = zone_life_check_same(session, told->zone, err);
	if (rc == 0)
		rc = told->i < told->zone->n_ksks ?
		    write_ours(session, store, request, told, err) :
		    zone_life_record(session, told->zone, told->i,
		    the_key(told), event_name(request->what), told->at, err);
	if (rc == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	return rc;
}

/* A DS whose key the zone does not publish leads nowhere. */
static void
note_early(struct session *session, const struct ds_fact_request *request,
    const struct told *told)
{
	const struct life_key *key = &told->after.keys[told->i];

	if (request->what == DS_FACT_SEEN && !key->is_foreign &&
	    key->dnskey_in_at == 0)
		session_note(session, "KSK %s was never published: no "
		    "DNSKEY set was signed with it yet, and without another "
		    "KSK that has its DS at the parent the zone does not "
		    "validate; next: kmgr sign-zsks %s FILE, and publish the "
		    "result", key->name, told->zone->text);
}

/* A zone without any DS at its parent is not validated. */
static void
note_insecure(struct session *session, const struct told *told)
{
	const struct life_key *key;
	size_t i;

	for (i = 0; i < told->after.n_keys; i++) {
		key = &told->after.keys[i];
		if (key->ds_seen_at != 0 && key->ds_gone_at == 0)
			return;
	}
	session_note(session, "no KSK of zone %s has its DS at the parent "
	    "now: resolvers will not validate it", told->zone->text);
}

static int
apply_to(struct session *session, const struct ds_fact_request *request,
    struct told *told, struct error *err)
{
	const struct zone_life *zone = told->zone;
	const struct cmk *cmk = zone_guarantor_of(session, zone, told->i);
	char at[WHEN_TEXT_LEN];

	if (told->is_known) {
		session_note(session, "that is known since %s; nothing to do",
		    when_rfc3339(request->what == DS_FACT_SEEN ?
		    the_key(told)->ds_seen_at : the_key(told)->ds_gone_at,
		    at));
		return 0;
	}
	if ((cmk != NULL && trust_prove(session, cmk, err) != 0) ||
	    record(session, request, told, err) != 0)
		return -1;
	note_early(session, request, told);
	if (request->what == DS_FACT_GONE)
		note_insecure(session, told);
	return cmk == NULL ? 0 : cmk_life_settle(session, cmk, err);
}

int
ds_fact_apply(struct session *session, const struct ds_fact_request *request,
    struct error *err)
{
	struct told told;
	int rc;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = prepare(session, request, &told, err);
	if (rc == 0)
		rc = apply_to(session, request, &told, err);
	session_unlock(session);
	told_clear(&told);
	return rc;
}
