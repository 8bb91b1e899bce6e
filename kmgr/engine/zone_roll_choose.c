#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/trust_vouch.h"
#include "kmgr/engine/vouch.h"
#include "kmgr/engine/zone_roll_inner.h"
#include "kmgr/engine/zone_step.h"

static int
load(struct session *session, const struct zone_roll_request *request,
    struct zone_roll *roll, size_t *only, struct error *err)
{
	struct name name;

	*only = LIFE_NONE;
	if (strchr(request->what, '/') != NULL)
		return zone_step_locate(session, roll->cache, request->what,
		    &roll->zone, only, err);
	return name_read(request->what, &name, err) != 0 ? -1 :
	    zone_life_load(session, roll->cache, &name, &roll->zone, err);
}

/* In the world, or on its way there. */
static bool
is_put(const struct life_key *key)
{

	return key->dnskey_in_at != 0 || key->ds_add_at != 0 ||
	    key->ds_seen_at != 0;
}

/* Of a group's roll: what the group is to have instead stays. */
static bool
is_of_group(const struct ksk_row *row,
    const struct zone_roll_request *request)
{

	return strcmp(row->cmk_id, request->group) == 0 &&
	    (request->pair == NULL || strcmp(row->key_id, request->pair) != 0);
}

/*
 * A key that is named goes; else all that are in use. One that goes already
 * may still turn out to be compromised.
 */
static bool
is_to_go(const struct zone_roll *roll, size_t i, size_t only,
    const struct zone_roll_request *request)
{
	const struct life_key *key = &roll->zone->life.keys[i];

	if (only != LIFE_NONE)
		return i == only && (key->retire_at == 0 ||
		    request->reason != ZONE_ROLL_SCHEDULED);
	if (request->group != NULL && !is_of_group(&roll->zone->ksks[i].row,
	    request))
		return false;
	/* A standby is lost with its token, too. */
	return key->retire_at == 0 && (roll->is_lost[i] ||
	    (key->standby == LIFE_NO_STANDBY && (is_put(key) ||
	    request->pair != NULL)));
}

static int
find_old(struct zone_roll *roll, size_t only,
    const struct zone_roll_request *request, struct error *err)
{
	const struct zone_life *zone = roll->zone;
	size_t i;

	roll->is_old = mem_new(zone->life.n_keys + 1);
	if (only != LIFE_NONE && only >= zone->n_ksks) {
		(void)err_set(err, ERR_INPUT, "KSK %s is another provider's",
		    zone->life.keys[only].name);
		return err_hint(err, "kmgr remove-foreign-key %s takes it "
		    "away", zone->life.keys[only].name);
	}
	for (i = zone->n_ksks; i-- > 0;) {
		roll->is_old[i] = is_to_go(roll, i, only, request);
		roll->n_old += roll->is_old[i];
		if (roll->is_old[i])
			roll->first_old = i;
	}
	if (roll->n_old > 0)
		return 0;
	(void)err_set(err, ERR_INPUT, only == LIFE_NONE ?
	    "zone %s has no KSK in use that could be rolled" :
	    "the KSK of zone %s is retired already", zone->text);
	return err_hint(err, "kmgr status %s shows where it stands",
	    zone->text);
}

static bool
is_of_target(const struct zone_roll *roll, size_t i)
{

	return strcmp(roll->zone->ksks[i].row.cmk_id,
	    roll->target->row.id) == 0;
}

/* Who takes over: a key that is there for it, a standby, or a new one. */
static void
find_heir(struct zone_roll *roll, const struct zone_roll_request *request)
{
	const struct zone_life *zone = roll->zone;
	size_t i, standby = LIFE_NONE;

	for (i = zone->n_ksks; i-- > 0;) {
		const struct life_key *key = &zone->life.keys[i];

		if (roll->is_old[i] || roll->is_lost[i] ||
		    key->retire_at != 0 ||
		    key->revoke_at != 0 || key->is_compromised ||
		    !key->is_usable)
			continue;
		/* A standby is often under a CMK of its own. */
		if (key->standby != LIFE_NO_STANDBY &&
		    (request->cmk == NULL || is_of_target(roll, i)))
			standby = i;
		if (key->standby != LIFE_NO_STANDBY || !is_of_target(roll, i))
			continue;
		roll->kind = ZONE_ROLL_READY;
		roll->heir = i;
		return;
	}
	roll->kind = standby == LIFE_NONE ? ZONE_ROLL_MAKE :
	    ZONE_ROLL_STANDBY;
	roll->heir = standby;
}

/*
 * Another provider's KSK goes on alone: whoever validates must be able to do
 * without ours at once, so that caches have its DNSKEY and its DS before.
 */
static int
find_foreign(struct zone_roll *roll, int64_t now_at, struct error *err)
{
	const struct zone_life *zone = roll->zone;
	size_t i, other = LIFE_NONE;

	for (i = zone->n_ksks; i < zone->life.n_keys; i++) {
		if (zone->life.keys[i].retire_at != 0)
			continue;
		other = i;
		if (life_dnskey_state(&zone->life, i, now_at) !=
		    LIFE_OMNIPRESENT || life_ds_state(&zone->life, i,
		    now_at) != LIFE_OMNIPRESENT)
			continue;
		roll->kind = ZONE_ROLL_READY;
		roll->heir = i;
		return 0;
	}
	if (other == LIFE_NONE) {
		(void)err_set(err, ERR_POLICY, "zone %s has no KSK of another "
		    "provider that could go on without ours", zone->text);
		return err_hint(err, "kmgr add-foreign-key %s FILE registers "
		    "one; kmgr go-insecure %s does without any", zone->text,
		    zone->text);
	}
	(void)err_set(err, ERR_NOT_YET, "the DNSKEY of KSK %s is %s, its DS "
	    "%s: it cannot go on alone before both are in every cache",
	    zone->life.keys[other].name, life_state_name(life_dnskey_state(
	    &zone->life, other, now_at)), life_state_name(life_ds_state(
	    &zone->life, other, now_at)));
	return err_hint(err, "kmgr plan %s says what it waits for",
	    zone->text);
}

static int
check_overlap(struct session *session, const struct zone_roll *roll,
    const struct zone_roll_request *request, struct error *err)
{
	char why[LIFE_WHY_LEN];

	if (roll->zone->life.goal == LIFE_INSECURE) {
		(void)err_set(err, ERR_POLICY, "zone %s is to be insecure: "
		    "none of its KSKs is to be followed by another",
		    roll->zone->text);
		return err_hint(err, "kmgr go-secure %s takes that back",
		    roll->zone->text);
	}
	if (request->reason != ZONE_ROLL_SCHEDULED ||
	    life_may_roll(&roll->zone->life, session_now(session), why))
		return 0;
	(void)err_set(err, ERR_NOT_YET, "zone %s: %s", roll->zone->text, why);
	return err_hint(err, "a second roll waits for the first, unless a key "
	    "is compromised or lost (--reason)");
}

/* The successor's CMK, which must not be in the same plight. */
static bool
can_vouch(struct session *session, const struct zone_roll *roll,
    const struct cmk *lost)
{
	struct error ignored = ERR_INIT;

	return roll->voucher != NULL &&
	    strcmp(roll->voucher->row.id, lost->row.id) != 0 &&
	    session_find_token(session, roll->voucher->row.token,
	    &ignored) == 0;
}

/* Who answers for the lost one already, because of another zone, goes on. */
static int
check_answers(struct session *session, const struct zone_roll *roll,
    const struct cmk *lost, struct error *err)
{
	struct store *store;
	char *by = NULL;
	int rc = 0;

	if (session_store(session, &store, err) != 0 ||
	    trust_vouch_find(store, lost, &by, err) != 0)
		return -1;
	if (by != NULL && strcmp(by, roll->voucher->row.id) != 0)
		rc = vouch_check_zone(session, by, roll->zone->text, err);
	free(by);
	return rc == 0 ? 0 : err_wrap(err, "CMK %s is lost, and another "
	    "answers for it already", lost->row.name);
}

int
zone_roll_check_token(struct session *session, const struct zone_roll *roll,
    struct error *err)
{
	const struct zone_life *zone = roll->zone;
	struct error away = ERR_INIT;
	const struct cmk *cmk;
	size_t i;

	for (i = 0; i < zone->n_ksks; i++) {
		cmk = zone->ksks[i].cmk;
		if (!roll->is_old[i] || session_find_token(session,
		    cmk->row.token, &away) == 0)
			continue;
		if (roll->is_lost[i] && can_vouch(session, roll, cmk)) {
			if (check_answers(session, roll, cmk, err) != 0)
				return -1;
			continue;
		}
		(void)err_set(err, away.class, "%s", away.msg);
		(void)err_hint(err, "if the token is gone for good, a CMK in "
		    "another token answers for that: --reason loss --cmk "
		    "NAME, or a standby KSK under it");
		return err_wrap(err, "nothing can be recorded of KSK %s",
		    zone->life.keys[i].name);
	}
	return 0;
}

/* Only who rolls for loss says that what is not there is gone. */
static void
find_lost(struct session *session, struct zone_roll *roll,
    const struct zone_roll_request *request)
{
	struct error away = ERR_INIT;
	size_t i;

	roll->is_lost = mem_new(roll->zone->life.n_keys + 1);
	if (request->reason != ZONE_ROLL_LOSS)
		return;
	for (i = 0; i < roll->zone->n_ksks; i++)
		roll->is_lost[i] = session_find_token(session,
		    roll->zone->ksks[i].cmk->row.token, &away) != 0;
}

int
zone_roll_choose(struct session *session,
    const struct zone_roll_request *request, struct zone_roll *out,
    struct error *err)
{
	struct store *store;
	struct cmk *named = NULL;
	size_t only;

	*out = (struct zone_roll) { .heir = LIFE_NONE };
	out->cache = request->cache != NULL ? request->cache : &out->own;
	if (session_store(session, &store, err) != 0 ||
	    load(session, request, out, &only, err) != 0 ||
	    check_overlap(session, out, request, err) != 0)
		return -1;
	find_lost(session, out, request);
	if (find_old(out, only, request, err) != 0)
		return -1;
	out->target = out->zone->ksks[out->first_old].cmk;
	if (request->successor == ZONE_ROLL_TO_FOREIGN)
		return find_foreign(out, session_now(session), err);
	if (request->cmk != NULL) {
		if (cmk_load(store, request->cmk, &named, err) != 0)
			return -1;
		/* The cache owns it: its life is as long as ours. */
		if (cmk_cache_get(out->cache, store, named->row.id,
		    &out->target, err) != 0) {
			cmk_free(named);
			return -1;
		}
		cmk_free(named);
	}
	find_heir(out, request);
	out->voucher = out->kind == ZONE_ROLL_MAKE ? out->target :
	    out->zone->ksks[out->heir].cmk;
	return 0;
}

void
zone_roll_clear(struct zone_roll *roll)
{

	free(roll->is_old);
	free(roll->is_lost);
	zone_life_free(roll->zone);
	cmk_cache_clear(&roll->own);
	*roll = (struct zone_roll) { .heir = LIFE_NONE };
}
