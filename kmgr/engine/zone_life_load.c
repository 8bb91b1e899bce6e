/* A zone's life cycle from the store, proved or believed. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksk_revoke.h"
#include "kmgr/engine/zone_facts.h"
#include "kmgr/engine/zone_life_inner.h"

/* Other providers' keys that are in use. */
static int
load_foreign(struct store *store, struct zone_life *zone, struct error *err)
{
	size_t i, n = 0;

	if (store_foreign_list(store, zone->text, &zone->foreign,
	    &zone->n_foreign, err) != 0)
		return -1;
	zone->foreign_dnskeys = mem_new(zone->n_foreign *
	    sizeof(*zone->foreign_dnskeys));
	for (i = 0; i < zone->n_foreign; i++) {
		struct foreign_key_row row = zone->foreign[i];

		if (row.removed_at != 0)
			continue;
		if (dnskey_from_rdata(row.dnskey.data, row.dnskey.len,
		    &zone->foreign_dnskeys[n], err) != 0)
			return err_wrap(err, "foreign KSK %s/%u", zone->text,
			    row.key_tag);
		/* Removed ones go to the end, where none looks. */
		zone->foreign[i] = zone->foreign[n];
		zone->foreign[n++] = row;
	}
	zone->n_foreign_rows = zone->n_foreign;
	zone->n_foreign = n;
	return 0;
}

/* What the store says of instants, the ledger must tell of too. */
static int
check_facts(struct store *store, const struct zone_life *zone,
    struct error *err)
{
	size_t i;

	for (i = 0; i < zone->n_ksks; i++)
		if (ksk_facts_check(store, &zone->ksks[i].row, err) != 0)
			return -1;
	return zone_facts_check(store, zone->text, err);
}

/*
 * A token that is away for a while changes nothing. With one whose KSK is
 * compromised, or lost, nobody waits for it to come back. A CMK that is
 * disabled is not away: somebody decided that nothing is to be signed.
 */
static void
find_lost(struct session *session, struct zone_life *zone)
{
	struct error away = ERR_INIT;
	size_t i;

	for (i = 0; i < zone->n_ksks; i++)
		if (zone->life.keys[i].is_compromised &&
		    session_find_token(session,
		    zone->ksks[i].cmk->row.token, &away) != 0)
			zone->life.keys[i].is_usable = false;
}

/*
 * Approvals that cannot be read now are none: a KSK that stays published a
 * while longer harms nobody.
 */
static void
find_unapproved(struct session *session, struct zone_life *zone)
{
	struct error why = ERR_INIT;
	size_t i;

	for (i = 0; zone->life.timing.is_rfc5011 && i < zone->n_ksks; i++)
		if (ksk_revoke_lacks(session, &zone->ksks[i],
		    &zone->life.keys[i].lacks_approval, &why) != 0)
			session_note(session, "the revocation of %s counts as "
			    "not approved: %s", zone->names[i], why.msg);
}

static int
load_goal(struct store *store, struct zone_life *zone, struct error *err)
{
	bool found = false;

	if (store_zone_find(store, zone->text, &zone->row, &found, err) != 0)
		return -1;
	zone->life.name = zone->text;
	zone->life.goal = found && strcmp(zone->row.goal, "insecure") == 0 ?
	    LIFE_INSECURE : LIFE_SECURE;
	zone->life.goal_at = zone->row.goal_at;
	return 0;
}

static int64_t
newest_fact(const struct zone_life *zone)
{
	int64_t at = zone->signed_at;
	size_t i;

	int64_raise(&at, zone->row.goal_at);
	for (i = 0; i < zone->life.n_keys; i++) {
		const struct life_key *key = &zone->life.keys[i];

		int64_raise(&at, key->made_at);
		int64_raise(&at, key->dnskey_in_at);
		int64_raise(&at, key->dnskey_out_at);
		int64_raise(&at, key->ds_add_at);
		int64_raise(&at, key->ds_seen_at);
		int64_raise(&at, key->ds_remove_at);
		int64_raise(&at, key->ds_gone_at);
		int64_raise(&at, key->retire_at);
		int64_raise(&at, key->revoke_at);
	}
	return at;
}

/*
 * A fact of a moment ahead, by another host's clock or by ours before it
 * stepped back, would count as not happened, and be done again. A clock that
 * is farther behind than it may be stays so, and is refused by who signs.
 */
static void
catch_up(struct session *session, const struct zone_life *zone)
{
	const int64_t newest_at = newest_fact(zone);
	int64_t tolerance_s = 0;
	size_t i;

	for (i = 0; i < zone->n_ksks; i++)
		int64_raise(&tolerance_s,
		    zone->ksks[i].cmk->policy->clock_tolerance_s);
	if (newest_at <= session_now(session) + tolerance_s)
		session_advance(session, newest_at);
}

/* As the store has them, but for DNSKEYs and endorsements. */
static int
read_ksks(struct store *store, struct cmk_cache *cache,
    struct zone_life *zone, struct error *err)
{
	struct ksk_row *rows = NULL;
	size_t i, n = 0;
	int rc = 0;

	if (store_ksk_facts(store, zone->text, &rows, &n, err) != 0)
		return -1;
	zone->ksks = mem_new(n * sizeof(*zone->ksks));
	for (i = 0; i < n && rc == 0; i++) {
		struct ksk *ksk = &zone->ksks[zone->n_ksks++];

		ksk->zone = zone->name;
		ksk->row = rows[i];
		rows[i] = (struct ksk_row) { 0 };
		rc = cmk_cache_get(cache, store, ksk->row.cmk_id, &ksk->cmk,
		    err);
	}
	ksk_rows_free(rows, n);
	return rc;
}

static int
load_ksks(struct store *store, struct cmk_cache *cache,
    struct zone_life *zone, enum zone_life_proof proof, struct error *err)
{

	if (proof == ZONE_LIFE_BELIEVED)
		return read_ksks(store, cache, zone, err);
	return ksk_load(store, cache, &zone->name, NULL, &zone->ksks,
	    &zone->n_ksks, err);
}

static int
load_all(struct session *session, struct cmk_cache *cache,
    struct zone_life *zone, enum zone_life_proof proof, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    load_ksks(store, cache, zone, proof, err) != 0 ||
	    load_foreign(store, zone, err) != 0)
		return -1;
	if (zone->n_ksks + zone->n_foreign == 0) {
		(void)err_set(err, ERR_INPUT, "zone %s has no KSK",
		    zone->text);
		return err_hint(err, "kmgr create-ksk %s --cmk NAME makes "
		    "one", zone->text);
	}
	if ((proof == ZONE_LIFE_PROVED && check_facts(store, zone, err) != 0) ||
	    load_goal(store, zone, err) != 0)
		return -1;
	zone_life_fill(zone);
	find_lost(session, zone);
	if (zone_life_time(session, zone, err) != 0 ||
	    zone_life_signed(store, zone, proof, session_now(session),
	    err) != 0)
		return -1;
	if (proof == ZONE_LIFE_BELIEVED)
		return 0;
	find_unapproved(session, zone);
	catch_up(session, zone);
	return 0;
}

/*
 * A key's row and the events that tell of it are asked for one by one: what
 * another process commits between them must not look like tampering.
 */
static int
load_steady(struct session *session, struct cmk_cache *cache,
    struct zone_life *zone, enum zone_life_proof proof, struct error *err)
{
	struct store *store;
	bool is_ours;
	int rc;

	if (session_store(session, &store, err) != 0)
		return -1;
	is_ours = !store_is_steady(store);
	if (is_ours && store_snapshot(store, err) != 0)
		return -1;
	rc = load_all(session, cache, zone, proof, err);
	if (is_ours)
		store_release(store);
	return rc;
}

static int
load(struct session *session, struct cmk_cache *cache,
    const struct name *name, enum zone_life_proof proof, struct zone_life **out,
    struct error *err)
{
	struct zone_life *zone = mem_new(sizeof(*zone));

	*out = NULL;
	zone->name = *name;
	(void)name_text(name, zone->text);
	if (load_steady(session, cache, zone, proof, err) != 0) {
		zone_life_free(zone);
		return -1;
	}
	*out = zone;
	return 0;
}

int
zone_life_load(struct session *session, struct cmk_cache *cache,
    const struct name *name, struct zone_life **out, struct error *err)
{

	return load(session, cache, name, ZONE_LIFE_PROVED, out, err);
}

int
zone_life_read(struct session *session, struct cmk_cache *cache,
    const struct name *name, struct zone_life **out, struct error *err)
{

	return load(session, cache, name, ZONE_LIFE_BELIEVED, out, err);
}

bool
zone_life_is_quiet(const struct zone_life *zone, const struct life_plan *plan,
    int64_t now_at)
{
	const struct life_zone *life = &zone->life;
	size_t i;

	for (i = 0; i < life->n_keys; i++)
		if (!life->keys[i].is_usable || life->keys[i].is_compromised ||
		    life->keys[i].revoke_at != 0)
			return false;
	return plan->n_due == 0 && zone->n_foreign_rows == 0 &&
	    life->goal == LIFE_SECURE && !life->timing.is_rfc5011 &&
	    life->signed_until_at > now_at && newest_fact(zone) <= now_at;
}
