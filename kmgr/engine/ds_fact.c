#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ds_fact.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksk_use.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/trust.h"
#include "kmgr/store/store_life.h"

/* What a KSK's record says of its DS. */
struct facts {
	int64_t	 seen_at;
	int64_t	 gone_at;
};

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

/* Facts after a DS was seen at the parent at an instant. */
static int
see(const struct ksk_row *row, int64_t at, struct facts *next,
    struct error *err)
{

	if (ksk_use_is_at_parent(row))
		return at < row->ds_seen_at ? refuse_before(at,
		    "its DS was seen first", row->ds_seen_at, err) : 0;
	if (at < row->ds_gone_at)
		return refuse_before(at, "its DS was gone", row->ds_gone_at,
		    err);
	*next = (struct facts) { at, 0 };
	return 0;
}

/* Facts after it was gone at an instant; is_said: the operator named that. */
static int
miss(const struct ksk_row *row, int64_t at, bool is_said, struct facts *next,
    struct error *err)
{

	if (row->ds_gone_at != 0) {
		if (at < row->ds_gone_at)
			return refuse_before(at, "its DS was gone",
			    row->ds_gone_at, err);
		if (is_said)
			next->gone_at = at;
		return 0;
	}
	/* What was signed before a loss, and with what DS, nobody knows. */
	if (row->ds_seen_at == 0 && row->horizon_at == 0 &&
	    strcmp(row->state, "generated") == 0) {
		(void)err_set(err, ERR_POLICY, "nothing was ever signed with "
		    "it, and nobody has told of its DS");
		return err_hint(err, "kmgr delete-ksk %s/%u removes it at "
		    "once", row->zone, row->key_tag);
	}
	if (row->ds_seen_at == 0)
		next->seen_at = row->created_at;
	if (at < next->seen_at)
		return refuse_before(at, "its DS was seen", next->seen_at,
		    err);
	next->gone_at = at;
	return 0;
}

/* The facts after request; the same as in row where they are known. */
static int
decide(const struct ds_fact_request *request, const struct ksk_row *row,
    int64_t now_at, struct facts *next, struct error *err)
{
	const bool is_said = request->at != DS_FACT_NOW;
	const int64_t at = is_said ? request->at : now_at;
	char text[WHEN_TEXT_LEN];

	*next = (struct facts) { row->ds_seen_at, row->ds_gone_at };
	if (at > now_at)
		return err_set(err, ERR_INPUT, "%s is in the future",
		    when_rfc3339(at, text));
	if (at < row->created_at)
		return refuse_before(at, "the KSK was made", row->created_at,
		    err);
	return request->what == DS_FACT_SEEN ? see(row, at, next, err) :
	    miss(row, at, is_said, next, err);
}

static bool
is_known(const struct ksk_row *row, const struct facts *next)
{

	return next->seen_at == row->ds_seen_at &&
	    next->gone_at == row->ds_gone_at;
}

static const char *
next_state(const struct ksk_row *row, const struct facts *next)
{

	if (strcmp(row->state, "revoked") == 0)
		return row->state;
	return next->gone_at != 0 ? "retired" : "active";
}

static void
plan_facts(const struct ksk *ksk, const struct facts *next, struct plan *plan)
{
	char at[WHEN_TEXT_LEN];

	if (is_known(&ksk->row, next))
		return;
	plan_add(plan, ACTION_RECORD_DS, &ksk->zone, "record that the DS of "
	    "KSK %s/%u %s at %s; it is %s then", ksk->row.zone,
	    ksk->row.key_tag, next->gone_at != 0 ?
	    "was gone from the parent" : "was at the parent",
	    when_rfc3339(next->gone_at != 0 ? next->gone_at : next->seen_at,
	    at), next_state(&ksk->row, next));
}

/* A DS whose key the zone does not publish leads nowhere. */
static void
note_early(struct session *session, const struct ds_fact_request *request,
    const struct ksk *ksk)
{

	if (request->what == DS_FACT_SEEN &&
	    strcmp(ksk->row.state, "generated") == 0)
		session_note(session, "KSK %s/%u was never published: no "
		    "DNSKEY set was signed with it yet, and without another "
		    "KSK that has its DS at the parent the zone does not "
		    "validate; next: kmgr sign-zsks %s FILE, and publish the "
		    "result", ksk->row.zone, ksk->row.key_tag, ksk->row.zone);
}

int
ds_fact_plan(struct session *session, const struct ds_fact_request *request,
    struct plan *plan, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct ksk *ksk = NULL;
	struct store *store;
	struct facts next;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    ksk_find(store, &cache, request->ksk, &ksk, err) != 0)
		goto out;
	if (decide(request, &ksk->row, session_now(session), &next,
	    err) == 0) {
		plan_facts(ksk, &next, plan);
		note_early(session, request, ksk);
		rc = 0;
	} else {
		(void)err_wrap(err, "KSK %s/%u", ksk->row.zone,
		    ksk->row.key_tag);
	}
 out:
	ksk_list_free(ksk, ksk == NULL ? 0 : 1);
	cmk_cache_clear(&cache);
	return rc;
}

/* The row as it is to be, and what was, as an event. */
static struct json *
event_of(const struct ds_fact_request *request, const struct ksk_row *row,
    const char *from)
{
	struct json *event = ksk_facts_event(row);

	json_put_int(event, "at", request->what == DS_FACT_SEEN ?
	    row->ds_seen_at : row->ds_gone_at);
	json_put_text(event, "from", from);
	json_put_text(event, "to", row->state);
	json_put_int(event, "ds_seen_at", row->ds_seen_at);
	json_put_int(event, "ds_gone_at", row->ds_gone_at);
	return event;
}

static int
record(struct session *session, struct store *store,
    const struct ds_fact_request *request, const struct ksk *ksk,
    const struct facts *next, struct error *err)
{
	struct ksk_row row = ksk->row;	/* borrows its texts */
	struct json *event;
	char *state;
	int rc = -1;

	if (store_begin(store, err) != 0)
		return -1;
	state = mem_strdup(next_state(&ksk->row, next));
	row.state = state;
	row.ds_seen_at = next->seen_at;
	row.ds_gone_at = next->gone_at;
	event = event_of(request, &row, ksk->row.state);
	if (store_ksk_set_life(store, &row, err) == 0 &&
	    ksr_record_supersede(session, row.zone, row.id,
	    next->gone_at == 0 ? KSR_DS_SEEN : KSR_DS_GONE, err) == 0 &&
	    event_append(session, event_name(request->what), event,
	    err) == 0 && trust_attest(session, row.cmk_id, err) == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	json_free(event);
	free(state);
	return rc;
}

/* A zone without any DS at its parent is not validated. */
static int
note_insecure(struct session *session, struct store *store,
    const struct ksk *ksk, struct error *err)
{
	struct ksk_row *rows;
	size_t i, n, n_there = 0;

	if (store_ksk_list(store, ksk->row.zone, NULL, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		n_there += ksk_use_is_at_parent(&rows[i]) &&
		    strcmp(rows[i].state, "removed") != 0;
	ksk_rows_free(rows, n);
	if (n_there == 0)
		session_note(session, "no KSK of zone %s has its DS at the "
		    "parent now: resolvers will not validate it",
		    ksk->row.zone);
	return 0;
}

static int
apply_to(struct session *session, struct store *store,
    const struct ds_fact_request *request, const struct ksk *ksk,
    struct error *err)
{
	char at[WHEN_TEXT_LEN];
	struct facts next;

	if (ksk_facts_check(store, &ksk->row, err) != 0 || decide(request,
	    &ksk->row, session_now(session), &next, err) != 0)
		return err_wrap(err, "KSK %s/%u", ksk->row.zone,
		    ksk->row.key_tag);
	if (is_known(&ksk->row, &next)) {
		session_note(session, "that is known since %s; nothing to do",
		    when_rfc3339(next.gone_at != 0 ? next.gone_at :
		    next.seen_at, at));
		return 0;
	}
	if (trust_prove(session, ksk->cmk, err) != 0 ||
	    record(session, store, request, ksk, &next, err) != 0)
		return -1;
	note_early(session, request, ksk);
	if (request->what == DS_FACT_GONE &&
	    note_insecure(session, store, ksk, err) != 0)
		return -1;
	return cmk_life_settle(session, ksk->cmk, err);
}

int
ds_fact_apply(struct session *session, const struct ds_fact_request *request,
    struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct ksk *ksk = NULL;
	struct store *store;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (ksk_find(store, &cache, request->ksk, &ksk, err) == 0)
		rc = apply_to(session, store, request, ksk, err);
	session_unlock(session);
	ksk_list_free(ksk, ksk == NULL ? 0 : 1);
	cmk_cache_clear(&cache);
	return rc;
}
