/* What is told, recorded: of one zone, or of many in one transaction. */
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ds_fact_gone.h"
#include "kmgr/engine/ds_fact_inner.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/vouch.h"
#include "kmgr/engine/zone_guarantor.h"

static const struct life_key *
the_key(const struct ds_fact_told *told)
{

	return &told->after.keys[told->i];
}

static const char *
event_name(enum ds_fact what)
{

	return what == DS_FACT_SEEN ? "ds-seen" : "ds-gone";
}

/* The row as it is to be, and what was, as an event. */
static struct json *
event_of(const struct ds_fact_told *told, const struct ksk_row *row,
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

static int
append_ours(struct session *session, struct store *store,
    const struct ds_fact_told *told, struct error *err)
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
	    told->what == DS_FACT_SEEN ? KSR_DS_SEEN : KSR_DS_GONE,
	    err) == 0 && vouch_put(session, row.cmk_id,
	    event_name(told->what), event, err) == 0)
		rc = event_append(session, event_name(told->what), event,
		    err);
	json_free(event);
	free(row.state);
	free(row.standby);
	return rc;
}

const struct cmk *
ds_fact_cmk(struct session *session, const struct ds_fact_told *told)
{

	return zone_guarantor_of(session, told->zone, told->i);
}

int
ds_fact_prove(struct session *session, const struct ds_fact_told *told,
    struct error *err)
{
	const struct cmk *cmk = ds_fact_cmk(session, told);

	return cmk == NULL ? 0 : trust_prove(session, cmk, err);
}

int
ds_fact_check(struct session *session, const struct ds_fact_told *told,
    struct error *err)
{

	return zone_life_check_same(session, told->zone, err);
}

int
ds_fact_append(struct session *session, const struct ds_fact_told *told,
    struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0)
		return -1;
	return told->i < told->zone->n_ksks ?
	    append_ours(session, store, told, err) :
	    zone_life_append(session, told->zone, told->i, the_key(told),
	    event_name(told->what), told->at, err);
}

/* One checkpoint of a CMK answers for what is told of all its zones. */
static int
append_all(struct session *session, struct ds_fact_told *const *list,
    size_t n, struct trust_owed *cmks, struct error *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ds_fact_check(session, list[i], err) != 0)
			return -1;
	for (i = 0; i < n; i++) {
		if (ds_fact_append(session, list[i], err) != 0)
			return -1;
		trust_owe(cmks, ds_fact_cmk(session, list[i]));
	}
	return trust_owed_attest(session, cmks, err);
}

int
ds_fact_record(struct session *session, struct ds_fact_told *const *list,
    size_t n, struct trust_owed *owed, struct error *err)
{
	struct trust_owed cmks = { NULL, 0, 0 };
	struct store *store;
	size_t i;
	int rc;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	rc = append_all(session, list, n, &cmks, err);
	if (rc == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	for (i = 0; i < n && rc == 0; i++)
		trust_owe(owed, ds_fact_cmk(session, list[i]));
	free(cmks.debts);
	return rc;
}

/* A DS whose key the zone does not publish leads nowhere. */
static bool
is_unpublished(const struct ds_fact_told *told)
{
	const struct life_key *key = the_key(told);

	return told->what == DS_FACT_SEEN && !key->is_foreign &&
	    key->dnskey_in_at == 0;
}

/* A zone without any DS at its parent, and none under way, is not validated. */
static bool
is_insecure(const struct ds_fact_told *told)
{
	const struct life_key *key;
	size_t i;

	for (i = 0; i < told->after.n_keys; i++) {
		key = &told->after.keys[i];
		if (key->ds_seen_at != 0 && key->ds_gone_at == 0)
			return false;
		if (key->ds_add_at != 0 && key->ds_seen_at == 0 &&
		    key->ds_remove_at == 0)
			return false;
	}
	return told->what == DS_FACT_GONE;
}

void
ds_fact_view(struct session *session, const struct ds_fact_told *told,
    struct ds_fact_view *out)
{

	*out = (struct ds_fact_view) {
		.zone = &told->zone->name,
		.zone_text = told->zone->text,
		.ksk = told->zone->life.keys[told->i].name,
		.key_tag = the_key(told)->key_tag,
		.state = life_word(&told->after, told->i,
		    session_now(session)),
		.is_known = told->is_known,
		.is_unpublished = !told->is_known && is_unpublished(told),
		.is_insecure = !told->is_known && is_insecure(told),
		.objection = told->objection,
	};
}

void
ds_fact_note(struct session *session, const struct ds_fact_told *told)
{

	if (is_unpublished(told))
		session_note(session, "KSK %s was never published: no "
		    "DNSKEY set was signed with it yet, and without another "
		    "KSK that has its DS at the parent the zone does not "
		    "validate; next: kmgr sign-zsks %s FILE, and publish the "
		    "result", the_key(told)->name, told->zone->text);
	if (told->what == DS_FACT_GONE)
		ds_fact_gone_note(session, told->zone, &told->after);
}

static int
apply(struct session *session, struct ds_fact_told *told, struct error *err)
{
	const struct cmk *cmk = ds_fact_cmk(session, told);
	struct trust_owed owed = { NULL, 0, 0 };
	char at[WHEN_TEXT_LEN];

	ds_fact_note_verdict(session, told);
	if (told->is_known) {
		session_note(session, "that is known since %s; nothing to do",
		    when_rfc3339(told->what == DS_FACT_SEEN ?
		    the_key(told)->ds_seen_at : the_key(told)->ds_gone_at,
		    at));
		return 0;
	}
	if (ds_fact_prove(session, told, err) != 0 ||
	    ds_fact_record(session, &told, 1, &owed, err) != 0)
		return -1;
	free(owed.debts);
	ds_fact_note(session, told);
	return cmk == NULL ? 0 : cmk_life_settle(session, cmk, err);
}

int
ds_fact_apply(struct session *session, const struct ds_fact_request *request,
    struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct ds_fact_told *told;
	int rc;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = ds_fact_prepare(session, &cache, request, &told, err);
	if (rc == 0)
		rc = apply(session, told, err);
	session_unlock(session);
	ds_fact_free(told);
	cmk_cache_clear(&cache);
	return rc;
}
