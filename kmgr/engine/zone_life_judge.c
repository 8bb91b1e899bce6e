/* What the oracle says of a zone before one of its facts changes. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/zone_life_inner.h"
#include "kmgr/engine/zone_past.h"
#include "kmgr/store/store_zone.h"

/* What both worlds have in common, read once. */
struct past {
	const struct zone_life		*zone;
	int64_t				 now_at;
	struct zone_history_timing	 timing;
	struct ksk_row			*rows;	/* of all KSKs, removed too */
	size_t				 n_rows;
	struct signature_row		*sets;
	size_t				 n_sets;
	struct ksr_row			*responses;	/* with texts */
	size_t				 n_responses;
};

static void
past_clear(struct past *past)
{

	ksk_rows_free(past->rows, past->n_rows);
	signature_rows_free(past->sets, past->n_sets);
	ksr_rows_free(past->responses, past->n_responses);
}

static void
find_timing(struct past *past)
{
	const struct zone_life *zone = past->zone;
	const struct policy **policies = mem_new((zone->n_ksks + 1) *
	    sizeof(*policies));
	size_t i;

	for (i = 0; i < zone->n_ksks; i++)
		policies[i] = zone->ksks[i].cmk->policy;
	zone_history_timing(policies, zone->n_ksks, &past->timing);
	past->timing.is_rfc5011 = past->timing.is_rfc5011 && zone->n_ksks > 0;
	zone_history_lengthen(&past->timing, &zone->life.timing);
	free(policies);
}

/* Nothing that was served before that is in a cache now. */
static int64_t
since(const struct past *past)
{

	/* Who follows trust anchors remembers all of them. */
	return past->timing.is_rfc5011 ? 0 : past->now_at -
	    past->timing.dnskey_ttl_s -
	    past->timing.zone_propagation_delay_s;
}

/* Texts of responses of which caches may hold something. */
static int
load_responses(struct store *store, struct past *past, struct error *err)
{
	struct ksr_row whole;
	bool found = false;
	size_t i;

	if (store_ksr_list(store, past->zone->text, &past->responses,
	    &past->n_responses, err) != 0)
		return -1;
	for (i = 0; i < past->n_responses; i++) {
		if (past->responses[i].expires_at <= since(past))
			continue;
		whole = (struct ksr_row) { 0 };
		if (store_ksr_get(store, past->responses[i].id, &whole,
		    &found, err) != 0)
			return -1;
		past->responses[i].response = whole.response;
		whole.response = NULL;
		ksr_row_clear(&whole);
	}
	return 0;
}

static int
load_past(struct session *session, struct past *past, struct error *err)
{
	struct store *store;

	return session_store(session, &store, err) != 0 ||
	    store_ksk_list(store, past->zone->text, NULL, &past->rows,
	    &past->n_rows, err) != 0 ||
	    store_signature_sets(store, past->zone->text, since(past),
	    &past->sets, &past->n_sets, err) != 0 ||
	    load_responses(store, past, err) != 0 ? -1 : 0;
}

/*
 * A DS that nobody told of was perhaps given to the parent all the same, not
 * before caches had the DNSKEY. Where none has it any more it is no concern.
 */
static int64_t
may_at(const struct past *past, const struct life_key *key)
{
	const int64_t cached_s = past->timing.dnskey_ttl_s +
	    past->timing.zone_propagation_delay_s;

	if (strcmp(past->zone->text, ".") == 0 || key->is_foreign ||
	    key->dnskey_in_at == 0 ||
	    (key->dnskey_out_at != 0 && key->dnskey_out_at + cached_s +
	    past->timing.retire_safety_s <= past->now_at))
		return 0;
	return key->dnskey_in_at + cached_s;
}

static struct zone_history_facts
facts_of(const struct past *past, const struct life_key *key)
{

	return (struct zone_history_facts) { key->ds_add_at, key->ds_seen_at,
		key->ds_remove_at, key->ds_gone_at, may_at(past, key) };
}

static int
add_keys(const struct past *past, const struct life_zone *life,
    struct zone_history *history, struct error *err)
{
	const struct zone_life *zone = past->zone;
	struct zone_history_facts ds;
	const struct life_key *key;
	size_t i;

	for (i = 0; i < past->n_rows; i++)
		if (strcmp(past->rows[i].state, "removed") == 0 &&
		    zone_past_ksk(history, &past->rows[i], err) != 0)
			return -1;
	for (i = 0; i < life->n_keys; i++) {
		key = &life->keys[i];
		ds = facts_of(past, key);
		if (key->is_foreign)
			zone_history_add_foreign(history,
			    zone_life_dnskey(zone, i), &ds,
			    zone->life.keys[i].dnskey_in_at,
			    zone->life.keys[i].dnskey_out_at);
		else
			zone_history_add_ksk(history, zone->ksks[i].row.id,
			    zone_life_dnskey(zone, i), &ds);
	}
	return 0;
}

/* Whether one of ours was in the set once; others' providers serve theirs. */
static bool
was_signed(const struct life_zone *life)
{
	size_t i;

	for (i = 0; i < life->n_keys; i++)
		if (!life->keys[i].is_foreign &&
		    life->keys[i].dnskey_in_at != 0)
			return true;
	return false;
}

/*
 * The set that is signed if keys are as life has them. Where the last one goes
 * there is none from now on, and whoever has a DS in its cache sees that.
 */
static void
add_planned(const struct past *past, const struct life_zone *life,
    struct zone_history *history)
{
	struct zone_history_key *keys = mem_new((life->n_keys + 1) *
	    sizeof(*keys));
	size_t i, n = 0;

	for (i = 0; i < life->n_keys; i++) {
		if (!zone_life_is_in(life, i))
			continue;
		keys[n].dnskey = zone_life_dnskey(past->zone, i);
		keys[n++].is_revoked = life->keys[i].revoke_at != 0;
	}
	if ((n > 0 || was_signed(life)) && !life->has_response)
		zone_history_add_planned(history, past->now_at,
		    past->now_at + life->timing.validity_s, keys, n);
	free(keys);
}

/* All that was served and is to be, keys and DS as life has them. */
static struct zone_history *
world(const struct past *past, const struct life_zone *life,
    struct error *err)
{
	struct zone_history *history = zone_history_new(&past->timing);
	size_t i;
	int rc;

	rc = add_keys(past, life, history, err);
	zone_history_add_signatures(history, past->sets, past->n_sets);
	for (i = 0; rc == 0 && i < past->n_responses; i++)
		rc = zone_past_response(history, &past->responses[i],
		    past->responses[i].response, past->now_at, err);
	add_planned(past, life, history);
	if (rc == 0)
		return history;
	zone_history_free(history);
	return NULL;
}

/* What after breaks, and before, unless that is NULL, does not. */
static int
compare(const struct past *past, const struct life_zone *before,
    const struct life_zone *after, struct error *err)
{
	const int64_t until_at = past->now_at +
	    past->zone->life.timing.validity_s;
	struct findings findings = FINDINGS_INIT;
	struct zone_history *was = NULL, *is = NULL;
	int rc = -1;

	if ((before != NULL && (was = world(past, before, err)) == NULL) ||
	    (is = world(past, after, err)) == NULL)
		goto out;
	zone_history_compare(was, is, past->now_at, until_at, &findings);
	rc = findings_failed(&findings) == 0 ? 0 :
	    findings_error(&findings, err);
 out:
	zone_history_free(was);
	zone_history_free(is);
	findings_clear(&findings);
	return rc;
}

/* A key that was told of with a DS, or is to get one. */
static bool
has_ds_fact(const struct life_zone *life)
{
	const struct life_key *key;
	size_t i;

	for (i = 0; i < life->n_keys; i++) {
		key = &life->keys[i];
		if (key->ds_add_at != 0 || key->ds_seen_at != 0 ||
		    key->ds_gone_at != 0)
			return true;
	}
	return false;
}

/* A key that is in the set now, and that is not to be so any more. */
static bool
loses_key(const struct life_zone *before, const struct life_zone *after)
{
	size_t i;

	for (i = 0; i < before->n_keys; i++)
		if (zone_life_is_in(before, i) && (!zone_life_is_in(after, i) ||
		    before->keys[i].revoke_at != after->keys[i].revoke_at))
			return true;
	return false;
}

static int
judge(struct session *session, const struct zone_life *zone,
    const struct life_zone *before, const struct life_zone *after,
    struct error *err)
{
	struct past past = { .zone = zone, .now_at = session_now(session) };
	int rc = -1;

	find_timing(&past);
	/* Without any DS all is insecure, unless what nobody told of goes. */
	if (!has_ds_fact(&zone->life) && !has_ds_fact(after) &&
	    !loses_key(&zone->life, after) && !past.timing.is_rfc5011)
		return 0;
	if (load_past(session, &past, err) == 0)
		rc = compare(&past, before, after, err);
	past_clear(&past);
	return rc;
}

int
zone_life_judge(struct session *session, const struct zone_life *zone,
    const struct life_zone *after, struct error *err)
{

	return judge(session, zone, &zone->life, after, err);
}

int
zone_life_judge_now(struct session *session, const struct zone_life *zone,
    struct error *err)
{

	return judge(session, zone, NULL, &zone->life, err);
}
