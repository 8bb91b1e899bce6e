/* Handing over what is signed, as often as it takes. */
#include "kmgr/base/when.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/service/parent.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/run_inner.h"

static void
raise_to(int64_t *at, int64_t value, int64_t now_at)
{

	if (value > *at && value <= now_at)
		*at = value;
}

/* When something was decided last that the zone signer has to know. */
static int64_t
decided_at(const struct run_zone *z)
{
	const int64_t now_at = session_now(z->run->session);
	const struct life_key *key;
	int64_t at = 0;
	size_t i;

	raise_to(&at, z->zone->signed_at, now_at);
	raise_to(&at, z->zone->life.goal_at, now_at);
	for (i = 0; i < z->zone->life.n_keys; i++) {
		key = &z->zone->life.keys[i];
		raise_to(&at, key->dnskey_in_at, now_at);
		raise_to(&at, key->dnskey_out_at, now_at);
		raise_to(&at, key->ds_add_at, now_at);
		raise_to(&at, key->ds_seen_at, now_at);
		raise_to(&at, key->ds_remove_at, now_at);
		raise_to(&at, key->ds_gone_at, now_at);
		raise_to(&at, key->revoke_at, now_at);
	}
	return at;
}

/* Once the last KSK has gone the zone signer is to have none, too. */
static bool
has_records(const struct run_zone *z)
{

	return z->zone->life.first_signed_at != 0;
}

static bool
is_behind(const struct run_zone *z)
{

	if (z->zone->life.has_response)
		return false;
	/* Who leaves a zone to others takes nothing away from them. */
	if (!has_records(z) && (z->zone->row.published_at == 0 ||
	    z->zone->life.goal != LIFE_INSECURE))
		return false;
	return z->is_changed || z->records.len > 0 ||
	    z->zone->row.published_at < decided_at(z) ||
	    !publish_is_current(z->config, &z->zone->row);
}

/*
 * Whether what was done at ${at} reached the zone signer only now. Before the
 * first time that we hand something over, a KSK that has a DS was published by
 * other means.
 */
static bool
is_late(const struct run_zone *z, size_t i, int64_t at, int64_t published_at)
{
	const int64_t now_at = session_now(z->run->session);

	/* Seconds are coarse: what this pass did may be of the same one. */
	if (at == 0 || at >= now_at ||
	    (at <= published_at && at < z->began_at))
		return false;
	return published_at != 0 ||
	    life_ds_state(&z->zone->life, i, now_at) == LIFE_HIDDEN;
}

/* The waits of *${n_late} KSKs count from when the zone signer got it. */
static int
delay(struct run_zone *z, int64_t published_at, size_t *n_late,
    struct error *err)
{
	const int64_t now_at = session_now(z->run->session);
	struct ksk_row *row;
	bool in_late, out_late;
	size_t i;

	*n_late = 0;
	for (i = 0; i < z->zone->n_ksks; i++) {
		row = &z->zone->ksks[i].row;
		in_late = is_late(z, i, row->dnskey_in_at, published_at);
		out_late = is_late(z, i, row->dnskey_out_at, published_at);
		if (in_late)
			row->dnskey_in_at = now_at;
		if (out_late)
			row->dnskey_out_at = now_at;
		if (!in_late && !out_late)
			continue;
		if (ksk_facts_record(z->run->session, row,
		    "published-late", now_at, err) != 0)
			return -1;
		(*n_late)++;
	}
	return 0;
}

static int
settle(struct run_zone *z, struct error *err)
{
	size_t i;

	for (i = 0; i < z->zone->n_ksks; i++)
		if (cmk_life_settle(z->run->session, z->zone->ksks[i].cmk,
		    err) != 0)
			return -1;
	return 0;
}

static int
record(struct run_zone *z, struct error *err)
{
	struct zone_row *row = &z->zone->row;
	const int64_t before_at = row->published_at;
	struct store *store;
	size_t n_late;

	if (session_store(z->run->session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	row->published_at = session_now(z->run->session);
	if (delay(z, before_at, &n_late, err) == 0 &&
	    store_zone_schedule(store, row, err) == 0 &&
	    store_commit(store, err) == 0)
		return n_late == 0 ? 0 : settle(z, err);
	store_rollback(store);
	row->published_at = before_at;
	return -1;
}

/* A hint for a parent that wants it: it looks at the CDS sooner (RFC 9859). */
static void
notify(struct run_zone *z)
{
	struct error err = ERR_INIT;
	size_t n_told;

	if (!z->has_cds || !run_is_awaited(z))
		return;
	if (parent_notify(session_config(z->run->session), z->name, &n_told,
	    &err) != 0)
		session_note(z->run->session, "%s: the parent was not told of "
		    "its CDS: %s", z->text, err.msg);
	else if (n_told > 0)
		run_tell(z, RUN_DID, "notify", NULL, "%zu targets of the "
		    "parent were told of its CDS", n_told);
}

/*
 * Under the lock, from the look at what is signed to the record of what was
 * handed over: of two hosts none replaces a newer set by an older one.
 */
static int
hand_over(struct run_zone *z, bool *done, struct error *err)
{

	if (run_zone_load(z, err) != 0)
		return -1;
	if (z->zone->signed_at > z->records_at)
		z->records.len = 0;
	*done = is_behind(z);
	if (*done && z->records.len == 0 && has_records(z) &&
	    run_sign(z, done, err) != 0)
		return -1;
	if (!*done)
		return 0;
	/* What was recorded of the zone is part of what is handed over. */
	if (run_zone_load(z, err) != 0 || publish_zone(z->run->session,
	    z->config, &z->records, &z->zone->row, err) != 0)
		return -1;
	session_advance(z->run->session, when_now());
	if (record(z, err) != 0)
		return -1;
	z->records.len = 0;
	z->is_changed = false;
	run_tell(z, RUN_DID, "publish", NULL, has_records(z) ?
	    "the signed records" : "no records: the zone signer may stop");
	return run_zone_load(z, err);
}

int
run_hand_over(struct run_zone *z, struct error *err)
{
	bool done = false;
	int rc;

	if (!publish_is_configured(z->config) || !is_behind(z))
		return 0;
	if (run_lock(z, err) != 0)
		return -1;
	rc = hand_over(z, &done, err);
	session_unlock(z->run->session);
	if (rc == 0 && done)
		notify(z);
	return rc;
}
