#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/ds_fact_gone.h"
#include "kmgr/engine/ds_fact_inner.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/engine/zone_step.h"

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
    enum life_step_kind kind, struct ds_fact_told *told, struct error *err)
{
	const struct life_step wanted = { .kind = kind, .key = told->i };
	struct life_step step;

	told->is_begun = true;
	if (request->doubt == DS_FACT_FORCED || life_ds_is_untold(
	    &told->fact.zone->life, told->i, session_now(session)))
		return 0;
	return zone_step_need(told->fact.zone, &wanted, session_now(session),
	    &step, err);
}

/* The DS was seen at the parent. */
static int
see(struct session *session, const struct ds_fact_request *request,
    struct ds_fact_told *told, struct error *err)
{
	struct life_key *key = &told->after.keys[told->i];
	const bool is_there = key->ds_seen_at != 0 && key->ds_gone_at == 0;

	if (is_there && key->ds_remove_at == 0) {
		told->fact.is_known = true;
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
was_never_used(const struct ds_fact_told *told)
{
	const struct life_key *key = &told->fact.zone->life.keys[told->i];

	return key->dnskey_in_at == 0 && key->ds_add_at == 0 &&
	    key->ds_seen_at == 0 && (told->i >= told->fact.zone->n_ksks ||
	    told->fact.zone->ksks[told->i].row.horizon_at == 0);
}

static int
refuse_unused(const struct ds_fact_told *told, struct error *err)
{

	(void)err_set(err, ERR_POLICY, "nothing was ever signed with it, and "
	    "nobody has told of its DS");
	return err_hint(err, "kmgr delete-ksk %s removes it at once",
	    told->fact.zone->life.keys[told->i].name);
}

/* The parent has it no more. */
static int
miss(struct session *session, const struct ds_fact_request *request,
    struct ds_fact_told *told, struct error *err)
{
	struct life_key *key = &told->after.keys[told->i];

	if (key->ds_gone_at != 0) {
		told->fact.is_known = request->at == DS_FACT_NOW ||
		    told->at == key->ds_gone_at;
		if (told->at < key->ds_gone_at)
			return refuse_before(told->at, "its DS was gone",
			    key->ds_gone_at, err);
		if (!told->fact.is_known)
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
	    told->fact.zone, told->i, told->at, err) != 0)
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
    struct ds_fact_told *told, struct error *err)
{
	const int64_t now_at = session_now(session);
	const struct life_key *key = &told->after.keys[told->i];
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
    struct ds_fact_told *told, struct error *err)
{
	struct error verdict = ERR_INIT;

	if (!told->is_begun || zone_life_judge(session, told->fact.zone,
	    &told->after, &verdict) == 0)
		return 0;
	if (request->doubt == DS_FACT_FORCED && verdict.class == ERR_POLICY) {
		told->objection = mem_strdup(verdict.msg);
		return 0;
	}
	*err = verdict;
	return -1;
}

const struct ds_fact_told *
ds_fact_of(const struct fact *fact)
{

	return (const struct ds_fact_told *)fact;
}

static const struct cmk *
find_cmk(struct session *session, const struct fact *fact)
{

	return zone_guarantor_of(session, fact->zone, ds_fact_of(fact)->i);
}

static void
add(struct session *session, const struct fact *fact, struct plan *plan)
{
	const struct ds_fact_told *told = ds_fact_of(fact);
	char at[WHEN_TEXT_LEN];

	plan_add(plan, ACTION_RECORD_DS, &fact->zone->name, "record that the "
	    "DS of KSK %s %s at %s; it is %s then",
	    fact->zone->life.keys[told->i].name,
	    told->what == DS_FACT_GONE ?
	    "was gone from the parent" : "was at the parent",
	    when_rfc3339(told->at, at), life_word(&told->after, told->i,
	    session_now(session)));
}

static void
free_told(struct fact *fact)
{
	struct ds_fact_told *told = (struct ds_fact_told *)fact;

	free(told->objection);
	life_zone_clear(&told->after);
	free(told);
}

static const struct fact_kind kind = { find_cmk, ds_fact_append, add,
	free_told };

int
ds_fact_prepare(struct session *session, struct cmk_cache *cache,
    const struct ds_fact_request *request, struct fact **out,
    struct error *err)
{
	struct ds_fact_told *told = mem_new(sizeof(*told));
	int rc;

	*out = NULL;
	*told = (struct ds_fact_told) { .fact = { .kind = &kind },
		.what = request->what, .doubt = request->doubt,
		.i = LIFE_NONE };
	rc = request->zone != NULL ?
	    ds_fact_locate(session, cache, request, told, err) :
	    zone_step_locate(session, cache, request->ksk, &told->fact.zone,
	    &told->i, err);
	if (rc == 0) {
		life_zone_copy(&told->fact.zone->life, &told->after);
		rc = decide(session, request, told, err);
		if (rc == 0 && !told->fact.is_known)
			rc = judge(session, request, told, err);
		if (rc != 0)
			(void)err_wrap(err, "KSK %s",
			    told->fact.zone->life.keys[told->i].name);
	}
	if (rc == 0)
		*out = &told->fact;
	else
		fact_free(&told->fact);
	return rc;
}

/* Who insists hears what the oracle says to it. */
static void
note_verdict(struct session *session, const struct fact *fact)
{
	const struct ds_fact_told *told = ds_fact_of(fact);

	if (told->objection != NULL)
		session_note(session, "the oracle: %s", told->objection);
	else if (told->is_begun && !fact->is_known &&
	    told->doubt == DS_FACT_FORCED)
		session_note(session, "the oracle has no objection");
}

int
ds_fact_plan(struct session *session, const struct ds_fact_request *request,
    struct plan *plan, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct fact *fact;
	int rc;

	rc = ds_fact_prepare(session, &cache, request, &fact, err);
	if (rc == 0) {
		note_verdict(session, fact);
		fact_add(session, fact, plan);
	}
	fact_free(fact);
	cmk_cache_clear(&cache);
	return rc;
}

static int
apply(struct session *session, struct fact *fact, struct error *err)
{
	const struct ds_fact_told *told = ds_fact_of(fact);
	const struct life_key *key = &told->after.keys[told->i];
	char at[WHEN_TEXT_LEN];

	note_verdict(session, fact);
	if (fact->is_known) {
		session_note(session, "that is known since %s; nothing to do",
		    when_rfc3339(told->what == DS_FACT_SEEN ?
		    key->ds_seen_at : key->ds_gone_at, at));
		return 0;
	}
	if (fact_record_one(session, fact, err) != 0)
		return -1;
	ds_fact_note(session, fact);
	return 0;
}

int
ds_fact_apply(struct session *session, const struct ds_fact_request *request,
    struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct fact *fact;
	int rc;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = ds_fact_prepare(session, &cache, request, &fact, err);
	if (rc == 0)
		rc = apply(session, fact, err);
	session_unlock(session);
	fact_free(fact);
	cmk_cache_clear(&cache);
	return rc;
}
