/* What the zone signer got later than it was decided begins to count then. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/store/ledger.h"

#define HAND_OVER "publish"	/* the event */

/* Of one key: what was done to its DNSKEY since the last hand-over. */
struct run_late_key {
	bool is_in, is_out, is_revoked;
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
	if (ledger_before(store, zone, HAND_OVER, INT64_MAX, &row, &found,
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
take_event(const struct run_late *late, const char *member,
    const struct ledger_record *record)
{
	struct error ignored = ERR_INIT;
	struct json *event = NULL;
	struct run_late_key *key;
	const char *id, *step;
	size_t i;

	if (json_read(record->payload, strlen(record->payload), &event,
	    &ignored) != 0)
		return;
	id = json_get_text(event, member);
	step = json_get_text(event, "step");
	i = id == NULL ? LIFE_NONE : zone_life_find(late->zone, id);
	if (i != LIFE_NONE && step != NULL) {
		key = &late->keys[i];
		key->is_in |= strcmp(step,
		    life_step_name(LIFE_PUBLISH_DNSKEY)) == 0;
		key->is_out |= strcmp(step,
		    life_step_name(LIFE_WITHDRAW_DNSKEY)) == 0;
		key->is_revoked |= strcmp(step,
		    life_step_name(LIFE_REVOKE_DNSKEY)) == 0;
	}
	json_free(event);
}

static int
take_type(struct store *store, const struct run_late *late,
    const char *type, const char *member, struct error *err)
{
	struct ledger_row *rows;
	size_t i, n;

	if (ledger_since(store, late->zone->text, type, HAND_OVER, &rows, &n,
	    err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		take_event(late, member, &rows[i].record);
	ledger_row_list_free(rows, n);
	return 0;
}

int
run_late_read(struct run_zone *z, struct run_late *out, struct error *err)
{
	struct store *store;
	int64_t seq;

	run_late_clear(out);
	out->zone = z->zone;
	out->keys = mem_new((z->zone->life.n_keys + 1) * sizeof(*out->keys));
	if (session_store(z->run->session, &store, err) != 0 ||
	    find_last(store, z->text, &seq, err) != 0 ||
	    take_type(store, out, "ksk-step", "ksk_id", err) != 0)
		return -1;
	out->is_first = seq == 0;
	return z->zone->n_foreign == 0 ? 0 : take_type(store, out,
	    "foreign-step", "foreign_id", err);
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

/* Those of one key from now on; whether any is another. */
static bool
put_off_key(const struct run_late *late, size_t i, int64_t now_at,
    struct life_key *key)
{
	struct run_late_key was = late->keys[i];
	bool any;

	/*
	 * Before the first time that we hand something over, a key that has a
	 * DS was published by other means.
	 */
	if (late->is_first && life_ds_state(&late->zone->life, i, now_at) !=
	    LIFE_HIDDEN)
		return false;
	any = put_off(was.is_in, now_at, &key->dnskey_in_at);
	any |= put_off(was.is_out, now_at, &key->dnskey_out_at);
	any |= put_off(was.is_revoked, now_at, &key->revoke_at);
	return any;
}

void
run_late_find(struct run_zone *z, struct run_late *late)
{
	const int64_t now_at = session_now(z->run->session);
	size_t i;

	/* Of the zone as it was loaded, and is when it is recorded. */
	assert(late->zone == z->zone);
	life_zone_clear(&late->after);
	life_zone_copy(&z->zone->life, &late->after);
	late->is_any = false;
	for (i = 0; i < late->after.n_keys; i++)
		late->is_any |= put_off_key(late, i, now_at,
		    &late->after.keys[i]);
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
		    zone_life_append(z->run->session, z->zone, i,
		    &late->after.keys[i], "published-late",
		    session_now(z->run->session), err) != 0)
			return -1;
	return 0;
}

/* Those that answer for a zone of which a fact is another. */
static void
add_cmks(const struct run_zone *z, struct trust_owed *cmks)
{
	const struct run_late *late = &z->late;
	const struct cmk *cmk;
	size_t i;

	for (i = 0; late->is_any && i < late->after.n_keys; i++) {
		cmk = zone_guarantor_of(z->run->session, z->zone, i);
		if (cmk != NULL && !is_same(&late->after.keys[i],
		    &z->zone->life.keys[i]))
			trust_owe(cmks, cmk);
	}
}

int
run_late_attest(const struct run_zones *zones, struct error *err)
{
	struct trust_owed cmks = { 0 };
	int rc = 0;
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (zones->list[i]->event != NULL)
			add_cmks(zones->list[i], &cmks);
	if (cmks.n > 0)
		rc = trust_owed_attest(zones->list[0]->run->session, &cmks,
		    err);
	free(cmks.debts);
	return rc;
}

void
run_late_clear(struct run_late *late)
{

	free(late->keys);
	life_zone_clear(&late->after);
	*late = (struct run_late) { .is_any = false };
}
