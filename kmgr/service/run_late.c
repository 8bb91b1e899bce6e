/* What the zone signer got later than it was decided begins to count then. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/store/ledger.h"

#define PAGE 100		/* events that are read at a time */

/* Of one key: what was done to its DNSKEY since the last hand-over. */
struct late {
	bool is_in, is_out, is_revoked;
};

struct search {
	const struct zone_life	*zone;
	struct late		*keys;	/* as zone->life.keys */
};

/*
 * The last event that all was handed over; events have an order where seconds
 * have none.
 */
static int
find_last(struct store *store, const char *zone, int64_t *seq,
    struct error *err)
{
	struct ledger_row row = { 0 };
	bool found = false;

	*seq = 0;
	if (ledger_before(store, zone, "publish", INT64_MAX, &row, &found,
	    err) != 0)
		return -1;
	if (found)
		*seq = row.record.seq;
	ledger_row_clear(&row);
	return 0;
}

int
run_late_is_decided(struct run_zone *z, bool *is, struct error *err)
{
	static const char *const types[] = { "ksk-step", "foreign-step",
		"ds-seen", "ds-gone", "zone-goal" };
	struct ledger_record *records;
	struct store *store;
	int64_t seq;
	size_t i, n;

	*is = false;
	if (session_store(z->run->session, &store, err) != 0 ||
	    find_last(store, z->text, &seq, err) != 0)
		return -1;
	for (i = 0; i < sizeof(types) / sizeof(types[0]) && !*is; i++) {
		if (ledger_of_zone(store, z->text, types[i], seq + 1, 1,
		    &records, &n, err) != 0)
			return -1;
		*is = n > 0;
		ledger_records_free(records, n);
	}
	return 0;
}

static void
take_event(const struct search *search, const char *member,
    const struct ledger_record *record)
{
	struct error ignored = ERR_INIT;
	struct json *event = NULL;
	const char *id, *step;
	struct late *late;
	size_t i;

	if (json_read(record->payload, strlen(record->payload), &event,
	    &ignored) != 0)
		return;
	id = json_get_text(event, member);
	step = json_get_text(event, "step");
	i = id == NULL ? LIFE_NONE : zone_life_find(search->zone, id);
	if (i != LIFE_NONE && step != NULL) {
		late = &search->keys[i];
		late->is_in |= strcmp(step,
		    life_step_name(LIFE_PUBLISH_DNSKEY)) == 0;
		late->is_out |= strcmp(step,
		    life_step_name(LIFE_WITHDRAW_DNSKEY)) == 0;
		late->is_revoked |= strcmp(step,
		    life_step_name(LIFE_REVOKE_DNSKEY)) == 0;
	}
	json_free(event);
}

static int
take_type(struct store *store, const struct search *search,
    const char *type, const char *member, int64_t from, struct error *err)
{
	struct ledger_record *records;
	size_t i, n = PAGE;

	while (n == PAGE) {
		if (ledger_of_zone(store, search->zone->text, type, from,
		    PAGE, &records, &n, err) != 0)
			return -1;
		for (i = 0; i < n; i++)
			take_event(search, member, &records[i]);
		from = n > 0 ? records[n - 1].seq + 1 : from;
		ledger_records_free(records, n);
	}
	return 0;
}

/*
 * Seconds are coarse: what was handed over in the one in which it was done is
 * in time.
 */
static bool
put_off(bool is_new, int64_t now_at, int64_t *at)
{

	if (!is_new || *at == 0 || *at >= now_at)
		return false;
	*at = now_at;
	return true;
}

/* The facts of the keys as they are from now on; whether any is another. */
static bool
put_off_all(const struct search *search, bool is_first, int64_t now_at,
    struct life_zone *after)
{
	bool any = false;
	size_t i;

	for (i = 0; i < after->n_keys; i++) {
		struct life_key *key = &after->keys[i];
		struct late *late = &search->keys[i];

		/*
		 * Before the first time that we hand something over, a key
		 * that has a DS was published by other means.
		 */
		if (is_first && life_ds_state(&search->zone->life, i,
		    now_at) != LIFE_HIDDEN)
			*late = (struct late) { false, false, false };
		late->is_in = put_off(late->is_in, now_at,
		    &key->dnskey_in_at);
		late->is_out = put_off(late->is_out, now_at,
		    &key->dnskey_out_at);
		late->is_revoked = put_off(late->is_revoked, now_at,
		    &key->revoke_at);
		any = any || late->is_in || late->is_out || late->is_revoked;
	}
	return any;
}

int
run_late_find(struct run_zone *z, struct run_late *out, struct error *err)
{
	const struct zone_life *zone = z->zone;
	struct search search = { .zone = zone };
	struct store *store;
	int64_t seq;
	int rc = -1;

	life_zone_copy(&zone->life, &out->after);
	out->is_any = false;
	search.keys = mem_new((zone->life.n_keys + 1) * sizeof(struct late));
	if (session_store(z->run->session, &store, err) == 0 &&
	    find_last(store, z->text, &seq, err) == 0 &&
	    take_type(store, &search, "ksk-step", "ksk_id", seq + 1,
	    err) == 0 &&
	    take_type(store, &search, "foreign-step", "foreign_id", seq + 1,
	    err) == 0) {
		out->is_any = put_off_all(&search, seq == 0,
		    session_now(z->run->session), &out->after);
		rc = 0;
	}
	free(search.keys);
	return rc;
}

static bool
is_same(const struct life_key *a, const struct life_key *b)
{

	return a->dnskey_in_at == b->dnskey_in_at &&
	    a->dnskey_out_at == b->dnskey_out_at &&
	    a->revoke_at == b->revoke_at;
}

int
run_late_prove(struct run_zone *z, const struct run_late *late,
    struct error *err)
{
	const struct cmk *cmk;
	size_t i;

	for (i = 0; i < late->after.n_keys; i++) {
		cmk = zone_guarantor_of(z->run->session, z->zone, i);
		if (cmk != NULL && !is_same(&late->after.keys[i],
		    &z->zone->life.keys[i]) &&
		    !session_is_proved(z->run->session, cmk->row.id) &&
		    trust_prove(z->run->session, cmk, err) != 0)
			return -1;
	}
	return 0;
}

int
run_late_record(struct run_zone *z, const struct run_late *late,
    struct error *err)
{
	size_t i;

	for (i = 0; i < late->after.n_keys; i++)
		if (z->zone->n_ksks > 0 &&
		    !is_same(&late->after.keys[i], &z->zone->life.keys[i]) &&
		    zone_life_record(z->run->session, z->zone, i,
		    &late->after.keys[i], "published-late",
		    session_now(z->run->session), err) != 0)
			return -1;
	return 0;
}

void
run_late_clear(struct run_late *late)
{

	life_zone_clear(&late->after);
	late->is_any = false;
}
