/* What the oracle is asked about a response. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/skr_internal.h"
#include "kmgr/engine/zone_history.h"
#include "kmgr/engine/zone_past.h"

static struct zone_history *
new_history(const struct skr *skr)
{
	const struct policy **policies = mem_new(skr->n_ksks *
	    sizeof(*policies));
	struct zone_history_timing timing;
	size_t i;

	for (i = 0; i < skr->n_ksks; i++)
		policies[i] = skr->ksks[i].cmk->policy;
	zone_history_timing(policies, skr->n_ksks, &timing);
	free(policies);
	return zone_history_new(&timing);
}

/* KSKs that are removed were there once. */
static int
add_ksks(struct store *store, const struct skr *skr,
    struct zone_history *history, struct error *err)
{
	struct ksk_row *rows;
	size_t i, n;
	int rc = 0;

	if (store_ksk_list(store, skr->zone_text, NULL, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		rc = zone_past_ksk(history, &rows[i], err);
	ksk_rows_free(rows, n);
	return rc;
}

/* Other providers' keys; from now on those in the bundles are in the set. */
static void
add_foreign(const struct skr *skr, struct zone_history *history)
{
	const struct zone_life *life = skr->life;
	struct zone_history_facts ds;
	const struct life_key *key;
	size_t i;

	for (i = 0; i < life->n_foreign; i++) {
		key = &life->life.keys[life->n_ksks + i];
		ds = (struct zone_history_facts) { key->ds_add_at,
			key->ds_seen_at, key->ds_remove_at, key->ds_gone_at,
			0 };
		zone_history_add_foreign(history, &life->foreign_dnskeys[i],
		    &ds, key->dnskey_in_at, key->dnskey_out_at);
	}
}

/* Responses that were served, as long as caches may hold something of them. */
static int
add_responses(struct session *session, const struct skr *skr,
    struct zone_history *history, struct error *err)
{
	char *text;
	size_t i;
	int rc = 0;

	for (i = 0; i < skr->n_past && rc == 0; i++) {
		if (strcmp(skr->past[i].kind, KSR_REGULAR) != 0)
			continue;
		if (skr_fetch(session, skr, &skr->past[i], &text, err) != 0)
			return -1;
		rc = zone_past_response(history, &skr->past[i], text,
		    skr->now_at, err);
		free(text);
	}
	return rc;
}

/* All that was served until now, and what the parent had. */
static int
add_past(struct session *session, const struct skr *skr,
    struct zone_history *history, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    add_ksks(store, skr, history, err) != 0)
		return -1;
	add_foreign(skr, history);
	return zone_past_sets(store, skr->zone_text, 0, history, err) != 0 ||
	    add_responses(session, skr, history, err) != 0 ? -1 : 0;
}

/* The world after the others are given up: the parent has one DS. */
static void
add_standby(const struct skr *skr, const struct skr_half *half,
    struct zone_history *history)
{
	size_t i;

	for (i = 0; i < skr->n_ksks; i++)
		if (ksr_roles_has(&half->roles, i))
			zone_history_add_ksk(history, skr->ksks[i].row.id,
			    &skr->dnskeys[i],
			    &(struct zone_history_facts) { .seen_at = 1 });
}

static int64_t
end_of(const struct skr *skr, const struct ksr *response)
{
	const struct ksr_bundle *last =
	    &response->bundles[response->n_bundles - 1];

	if (last->expiration_at != KSR_OPEN)
		return last->expiration_at;
	return skr->asked->end_at != KSR_OPEN ? skr->asked->end_at :
	    last->sigs[0].rrsig.expiration_at;
}

int
skr_judge_chain(struct session *session, struct skr *skr,
    const struct skr_half *half, struct error *err)
{
	const bool is_regular = strcmp(half->kind, KSR_REGULAR) == 0;
	const struct ksr *response = half->response;
	struct zone_history *history = new_history(skr);
	int64_t from_at = skr->now_at, end_at = end_of(skr, response);
	int rc = 0;

	if (is_regular)
		rc = add_past(session, skr, history, err);
	else
		add_standby(skr, half, history);
	if (rc == 0) {
		if (!is_regular || response->bundles[0].inception_at > from_at)
			from_at = response->bundles[0].inception_at;
		zone_history_add_response(history, response, end_at);
		zone_history_judge(history, from_at, end_at, &skr->findings);
		if (findings_failed(&skr->findings) > 0)
			rc = findings_error(&skr->findings, err);
	}
	zone_history_free(history);
	return rc;
}
