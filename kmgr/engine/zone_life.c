#include <stdlib.h>
#include <string.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksk_revoke.h"
#include "kmgr/engine/zone_facts.h"
#include "kmgr/engine/zone_life_inner.h"

/* The standby words of the store and of policies. */
static enum life_standby
standby_of(const char *word)
{

	if (word != NULL && strcmp(word, "ds") == 0)
		return LIFE_STANDBY_DS;
	return word != NULL && strcmp(word, "dnskey") == 0 ?
	    LIFE_STANDBY_DNSKEY : LIFE_NO_STANDBY;
}

void
zone_life_key(const struct ksk *from, const char *name, struct life_key *key)
{
	const struct ksk_row *row = &from->row;

	*key = (struct life_key) { .name = name, .alg = row->alg,
		.key_tag = row->key_tag,
		.standby = standby_of(row->standby),
		.lifetime_s = from->cmk->policy->lifetime_s,
		.needs_backup = from->cmk->policy->require_backup,
		.backup_at = row->backup_at, .made_at = row->created_at,
		.dnskey_in_at = row->dnskey_in_at,
		.dnskey_out_at = row->dnskey_out_at,
		.ds_add_at = row->ds_add_at, .ds_seen_at = row->ds_seen_at,
		.ds_remove_at = row->ds_remove_at,
		.ds_gone_at = row->ds_gone_at, .retire_at = row->retire_at,
		.revoke_at = row->revoke_at,
		.is_compromised = row->compromised_at != 0 };
	key->is_usable = strcmp(from->cmk->row.state, "enabled") == 0;
	if (!key->is_usable)
		key->stopped_by = from->cmk->row.name;
}

static void
foreign_key(const struct foreign_key_row *row, const char *name,
    struct life_key *key)
{

	*key = (struct life_key) { .name = name, .alg = row->alg,
		.key_tag = row->key_tag, .is_foreign = true,
		.made_at = row->added_at, .dnskey_in_at = row->dnskey_in_at,
		.dnskey_out_at = row->dnskey_out_at,
		.ds_add_at = row->ds_add_at, .ds_seen_at = row->ds_seen_at,
		.ds_remove_at = row->ds_remove_at,
		.ds_gone_at = row->ds_gone_at, .retire_at = row->retire_at,
		.is_usable = true };
}

/* Other providers' keys that are in use. */
static int
load_foreign(struct store *store, struct zone_life *zone, struct error *err)
{
	size_t i, n = 0;

	if (store_foreign_list(store, zone->text, &zone->foreign,
	    &zone->n_foreign, err) != 0)
		return -1;
	zone->foreign_dnskeys = mem_new((zone->n_foreign + 1) *
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

static void
fill_keys(struct zone_life *zone)
{
	const size_t n = zone->n_ksks + zone->n_foreign;
	struct life_zone *life = &zone->life;
	size_t i;

	zone->names = mem_new((n + 1) * sizeof(*zone->names));
	life->keys = mem_new((n + 1) * sizeof(*life->keys));
	life->n_keys = n;
	for (i = 0; i < zone->n_ksks; i++) {
		zone->names[i] = mem_printf("%s/%u", zone->text,
		    zone->ksks[i].row.key_tag);
		zone_life_key(&zone->ksks[i], zone->names[i], &life->keys[i]);
	}
	for (; i < n; i++) {
		const struct foreign_key_row *row =
		    &zone->foreign[i - zone->n_ksks];

		zone->names[i] = mem_printf("%s/%u", zone->text,
		    row->key_tag);
		foreign_key(row, zone->names[i], &life->keys[i]);
	}
}

static enum life_roll
roll_of(const struct policy *policy)
{

	switch (policy->roll_type) {
	case ROLL_DOUBLE_DS:
		return LIFE_DOUBLE_DS;
	case ROLL_DOUBLE_RRSET:
		return LIFE_DOUBLE_RRSET;
	case ROLL_DOUBLE_SIGNATURE:
	default:
		return LIFE_DOUBLE_SIGNATURE;
	}
}

static unsigned int
automation_of(const struct policy *policy)
{
	static const struct {
		enum policy_automation word;
		enum life_automation bit;
	} map[] = { { AUTOMATION_START, LIFE_AUTO_START },
		{ AUTOMATION_REPORT, LIFE_AUTO_REPORT },
		{ AUTOMATION_EXPIRE, LIFE_AUTO_EXPIRE },
		{ AUTOMATION_DONE, LIFE_AUTO_DONE } };
	unsigned int bits = 0;
	size_t i;

	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (policy_automates(policy, map[i].word))
			bits |= map[i].bit;
	return bits;
}

/* The policy that new KSKs come from; NULL where none is ours. */
static const struct policy *
newest_policy(const struct zone_life *zone)
{
	size_t i;

	for (i = zone->n_ksks; i-- > 0; )
		if (zone->life.keys[i].standby == LIFE_NO_STANDBY)
			return zone->ksks[i].cmk->policy;
	return zone->n_ksks == 0 ? NULL :
	    zone->ksks[zone->n_ksks - 1].cmk->policy;
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

static void
fill_policy(struct zone_life *zone)
{
	const struct policy *policy = newest_policy(zone);
	struct life_zone *life = &zone->life;

	if (policy == NULL) {
		life->automation = LIFE_AUTO_ALL;
		return;
	}
	life->roll = roll_of(policy);
	life->standby = policy->standby == STANDBY_DS ? LIFE_STANDBY_DS :
	    policy->standby == STANDBY_DNSKEY ? LIFE_STANDBY_DNSKEY :
	    LIFE_NO_STANDBY;
	life->alg = (uint8_t)policy->alg;
	life->lifetime_s = policy->lifetime_s;
	life->needs_backup = policy->require_backup;
	life->automation = automation_of(policy);
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

static int
load_all(struct session *session, struct cmk_cache *cache,
    struct zone_life *zone, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    ksk_load(store, cache, &zone->name, NULL, &zone->ksks,
	    &zone->n_ksks, err) != 0 || load_foreign(store, zone, err) != 0)
		return -1;
	if (zone->n_ksks + zone->n_foreign == 0) {
		(void)err_set(err, ERR_INPUT, "zone %s has no KSK",
		    zone->text);
		return err_hint(err, "kmgr create-ksk %s --cmk NAME makes "
		    "one", zone->text);
	}
	if (check_facts(store, zone, err) != 0 ||
	    load_goal(store, zone, err) != 0)
		return -1;
	fill_keys(zone);
	find_lost(session, zone);
	fill_policy(zone);
	if (zone_life_time(session, zone, err) != 0 ||
	    zone_life_signed(store, zone, session_now(session), err) != 0)
		return -1;
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
    struct zone_life *zone, struct error *err)
{
	struct store *store;
	bool is_ours;
	int rc;

	if (session_store(session, &store, err) != 0)
		return -1;
	is_ours = !store_is_steady(store);
	if (is_ours && store_snapshot(store, err) != 0)
		return -1;
	rc = load_all(session, cache, zone, err);
	if (is_ours)
		store_release(store);
	return rc;
}

int
zone_life_load(struct session *session, struct cmk_cache *cache,
    const struct name *name, struct zone_life **out, struct error *err)
{
	struct zone_life *zone = mem_new(sizeof(*zone));

	*out = NULL;
	zone->name = *name;
	(void)name_text(name, zone->text);
	if (load_steady(session, cache, zone, err) != 0) {
		zone_life_free(zone);
		return -1;
	}
	*out = zone;
	return 0;
}

void
zone_life_free(struct zone_life *zone)
{
	size_t i;

	if (zone == NULL)
		return;
	for (i = 0; zone->names != NULL && i < zone->life.n_keys; i++)
		free(zone->names[i]);
	free(zone->names);
	life_zone_clear(&zone->life);
	zone_row_clear(&zone->row);
	ksk_list_free(zone->ksks, zone->n_ksks);
	foreign_key_rows_free(zone->foreign, zone->n_foreign_rows);
	free(zone->foreign_dnskeys);
	free(zone);
}

const struct dnskey *
zone_life_dnskey(const struct zone_life *zone, size_t i)
{

	return i < zone->n_ksks ? &zone->ksks[i].dnskey :
	    &zone->foreign_dnskeys[i - zone->n_ksks];
}

size_t
zone_life_find(const struct zone_life *zone, const char *id)
{
	size_t i;

	for (i = 0; i < zone->n_ksks; i++)
		if (strcmp(zone->ksks[i].row.id, id) == 0)
			return i;
	for (i = 0; i < zone->n_foreign; i++)
		if (strcmp(zone->foreign[i].id, id) == 0)
			return zone->n_ksks + i;
	return LIFE_NONE;
}
