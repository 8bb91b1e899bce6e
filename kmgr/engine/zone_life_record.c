/* Steps that change the facts of a zone's keys. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/engine/zone_life_inner.h"

static const char *
standby_word(enum life_standby standby)
{

	return standby == LIFE_STANDBY_DS ? "ds" :
	    standby == LIFE_STANDBY_DNSKEY ? "dnskey" : "none";
}

/* The coarse word that the store keeps; life_word() is what users see. */
static const char *
state_word(const char *was, const struct life_key *key)
{

	if (strcmp(was, "removed") == 0)
		return was;
	if (key->revoke_at != 0)
		return "revoked";
	if (key->retire_at != 0 || key->ds_gone_at != 0)
		return "retired";
	if (key->ds_seen_at != 0)
		return "active";
	return key->dnskey_in_at != 0 ? "published" : was;
}

void
zone_life_facts(const struct life_key *key, struct ksk_row *row)
{
	char *state = mem_strdup(state_word(row->state, key));

	free(row->state);
	row->state = state;
	free(row->standby);
	row->standby = mem_strdup(standby_word(key->standby));
	row->dnskey_in_at = key->dnskey_in_at;
	row->dnskey_out_at = key->dnskey_out_at;
	row->ds_add_at = key->ds_add_at;
	row->ds_seen_at = key->ds_seen_at;
	row->ds_remove_at = key->ds_remove_at;
	row->ds_gone_at = key->ds_gone_at;
	row->retire_at = key->retire_at;
	row->revoke_at = key->revoke_at;
}

/* Of a row that is borrowed only the texts that change are new. */
static int
append_ours(struct session *session, const struct ksk *ksk,
    const struct life_key *key, const char *step, int64_t at,
    struct error *err)
{
	struct ksk_row row = ksk->row;
	int rc;

	row.state = mem_strdup(row.state);
	row.standby = NULL;
	zone_life_facts(key, &row);
	rc = ksk_facts_append(session, &row, "ksk-step", step, at, err);
	free(row.state);
	free(row.standby);
	return rc;
}

static int
append_foreign(struct session *session, const struct zone_life *zone,
    size_t i, const struct life_key *key, const char *step, int64_t at,
    struct error *err)
{
	struct foreign_key_row row = zone->foreign[i - zone->n_ksks];

	if (zone->n_ksks == 0)
		return err_set(err, ERR_INPUT, "zone %s has no KSK of ours: "
		    "no CMK can answer for what happens to others'",
		    zone->text);
	row.dnskey_in_at = key->dnskey_in_at;
	row.dnskey_out_at = key->dnskey_out_at;
	row.ds_add_at = key->ds_add_at;
	row.ds_seen_at = key->ds_seen_at;
	row.ds_remove_at = key->ds_remove_at;
	row.ds_gone_at = key->ds_gone_at;
	row.retire_at = key->retire_at;
	return foreign_facts_append(session,
	    zone_guarantor(session, zone)->row.id, &row, step, at, err);
}

int
zone_life_append(struct session *session, const struct zone_life *zone,
    size_t i, const struct life_key *key, const char *step, int64_t at,
    struct error *err)
{

	return i < zone->n_ksks ? append_ours(session, &zone->ksks[i], key,
	    step, at, err) : append_foreign(session, zone, i, key, step, at,
	    err);
}

int
zone_life_check_same(struct session *session, const struct zone_life *zone,
    struct error *err)
{
	struct store *store;
	int64_t changes;

	if (session_store(session, &store, err) != 0 ||
	    store_zone_changes(store, zone->text, &changes, err) != 0)
		return -1;
	if (changes == zone->row.changes)
		return 0;
	(void)err_set(err, ERR_STORE, "zone %s was changed by another run "
	    "while this one was at it", zone->text);
	err->code = ZONE_LIFE_CHANGED;
	return err_hint(err, "nothing was recorded or released; run the "
	    "command again");
}

/* A DNSKEY goes without a signature only when none of ours is to stay. */
static bool
is_by_itself(const struct zone_life *zone, enum life_step_kind kind,
    int64_t now_at)
{

	return kind == LIFE_RETIRE || kind == LIFE_PROMOTE ||
	    kind == LIFE_ADD_DS || kind == LIFE_REMOVE_DS ||
	    (kind == LIFE_WITHDRAW_DNSKEY && zone_life_ends(zone, now_at));
}

static int
wrap(const struct zone_life *zone, const struct life_step *step,
    struct error *err)
{

	return err_wrap(err, "%s of KSK %s", life_step_name(step->kind),
	    zone->names[step->key]);
}

int
zone_life_step_judge(struct session *session, const struct zone_life *zone,
    const struct life_step *step, struct zone_life_change *out,
    struct error *err)
{

	*out = (struct zone_life_change) { .step = *step,
		.at = session_now(session) };
	if (step->key >= zone->life.n_keys ||
	    !is_by_itself(zone, step->kind, out->at))
		return err_set(err, ERR_INTERNAL, "%s is no step of a key "
		    "that is recorded by itself",
		    life_step_name(step->kind));
	life_zone_copy(&zone->life, &out->after);
	life_apply(&out->after, step, out->at);
	return zone_life_judge(session, zone, &out->after, err) == 0 ? 0 :
	    wrap(zone, step, err);
}

int
zone_life_step_append(struct session *session, const struct zone_life *zone,
    const struct zone_life_change *change, struct error *err)
{
	const size_t i = change->step.key;

	return zone_life_append(session, zone, i, &change->after.keys[i],
	    life_step_name(change->step.kind), change->at, err);
}

void
zone_life_step_take(struct zone_life *zone, struct zone_life_change *change)
{
	const size_t i = change->step.key;

	life_zone_clear(&zone->life);
	zone->life = change->after;
	change->after = (struct life_zone) { .name = NULL };
	zone->row.changes = change->changes;
	if (i < zone->n_ksks)
		zone_life_facts(&zone->life.keys[i], &zone->ksks[i].row);
}

void
zone_life_change_clear(struct zone_life_change *change)
{

	life_zone_clear(&change->after);
	*change = (struct zone_life_change) { .at = 0 };
}
