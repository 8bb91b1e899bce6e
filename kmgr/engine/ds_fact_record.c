/* What is told, recorded, and what there is to say of it. */
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ds_fact_gone.h"
#include "kmgr/engine/ds_fact_inner.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/vouch.h"

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
	const struct ksk *ksk = &told->fact.zone->ksks[told->i];
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

int
ds_fact_append(struct session *session, const struct fact *fact,
    struct error *err)
{
	const struct ds_fact_told *told = ds_fact_of(fact);
	struct store *store;

	if (session_store(session, &store, err) != 0)
		return -1;
	return told->i < fact->zone->n_ksks ?
	    append_ours(session, store, told, err) :
	    zone_life_append(session, fact->zone, told->i, the_key(told),
	    event_name(told->what), told->at, err);
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
ds_fact_view(struct session *session, const struct fact *fact,
    struct ds_fact_view *out)
{
	const struct ds_fact_told *told = ds_fact_of(fact);

	*out = (struct ds_fact_view) {
		.zone_text = fact->zone->text,
		.ksk = fact->zone->life.keys[told->i].name,
		.key_tag = the_key(told)->key_tag,
		.state = life_word(&told->after, told->i,
		    session_now(session)),
		.is_unpublished = !fact->is_known && is_unpublished(told),
		.is_insecure = !fact->is_known && is_insecure(told),
		.objection = told->objection,
	};
}

void
ds_fact_note(struct session *session, const struct fact *fact)
{
	const struct ds_fact_told *told = ds_fact_of(fact);

	if (is_unpublished(told))
		session_note(session, "KSK %s was never published: no "
		    "DNSKEY set was signed with it yet, and without another "
		    "KSK that has its DS at the parent the zone does not "
		    "validate; next: kmgr sign-zsks %s FILE, and publish the "
		    "result", the_key(told)->name, fact->zone->text);
	if (told->what == DS_FACT_GONE)
		ds_fact_gone_note(session, fact->zone, &told->after);
}
