/* What a response does to the life cycle of its zone. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/skr_internal.h"
#include "kmgr/engine/zone_facts.h"

enum presence { ABSENT, PRESENT, REVOKED };

static enum presence
presence_in(const struct skr *skr, const struct ksr_bundle *bundle, size_t i)
{
	size_t k;

	for (k = 0; k < bundle->n_keys; k++)
		if (dnskey_is_same_key(&bundle->keys[k].dnskey,
		    &skr->dnskeys[i]))
			return (bundle->keys[k].dnskey.flags &
			    DNSKEY_REVOKE) != 0 ? REVOKED : PRESENT;
	return ABSENT;
}

/* Nothing of a response is served before it is there. */
static int64_t
begin_of(const struct skr *skr, const struct ksr_bundle *bundle)
{

	return bundle->inception_at > skr->now_at ? bundle->inception_at :
	    skr->now_at;
}

/* What an earlier response said of the time from at on is not so any more. */
static void
forget_plans(struct ksk_row *row, int64_t at)
{

	if (row->dnskey_out_at >= at)
		row->dnskey_out_at = 0;
	if (row->revoke_at >= at)
		row->revoke_at = 0;
	if (row->dnskey_in_at >= at)
		row->dnskey_in_at = row->dnskey_out_at = row->revoke_at = 0;
}

/* The instants of the ith KSK; the name of the first step, or NULL. */
static const char *
follow(const struct skr *skr, size_t i, struct ksk_row *row)
{
	const struct ksr *response = skr->halves[0].response;
	enum life_step_kind step = LIFE_SIGN;
	enum presence presence;
	bool is_in;
	int64_t at;
	size_t b;

	forget_plans(row, begin_of(skr, &response->bundles[0]));
	for (b = 0; b < response->n_bundles; b++) {
		at = begin_of(skr, &response->bundles[b]);
		presence = presence_in(skr, &response->bundles[b], i);
		is_in = row->dnskey_in_at != 0 && row->dnskey_out_at == 0;
		if (presence != ABSENT && !is_in) {
			row->dnskey_in_at = at;
			row->dnskey_out_at = 0;
			step = LIFE_PUBLISH_DNSKEY;
		} else if (presence == ABSENT && is_in) {
			row->dnskey_out_at = at;
			step = LIFE_WITHDRAW_DNSKEY;
		}
		if (presence == REVOKED && row->revoke_at == 0) {
			row->revoke_at = at;
			step = LIFE_REVOKE_DNSKEY;
		}
	}
	return ksk_facts_are_same(row, &skr->ksks[i].row) ? NULL :
	    life_step_name(step);
}

/* The token of one that is left out for good may be gone; see zsks_life.c. */
static bool
has_witness(struct session *session, const struct skr *skr, size_t i)
{
	struct error ignored = ERR_INIT;

	return skr_has_part(skr, i) || session_find_token(session,
	    skr->ksks[i].cmk->row.seal_token, &ignored) == 0;
}

bool
skr_changes_life(struct session *session, const struct skr *skr, size_t i)
{
	struct ksk_row row = skr->ksks[i].row;

	return has_witness(session, skr, i) &&
	    strcmp(skr->halves[0].kind, KSR_REGULAR) == 0 &&
	    skr->halves[0].response->n_bundles > 0 &&
	    follow(skr, i, &row) != NULL;
}

static int
record_algs(struct session *session, const struct skr *skr,
    struct error *err)
{
	struct zone_alg_row row = { .zone = skr->ksks[0].row.zone };
	size_t i;

	for (i = 0; i < skr->n_algs; i++) {
		row.alg = skr->algs[i];
		row.signed_at = skr->now_at;
		if (zone_facts_set_alg(session, skr_cmk(skr)->row.id, &row,
		    err) != 0)
			return -1;
	}
	return 0;
}

/* Another provider's key that is in the bundles was not in the set before. */
static int
record_foreign(struct session *session, const struct skr *skr, size_t i,
    struct error *err)
{
	const size_t k = skr->life->n_ksks + i;
	const struct life_key *is = &skr->after.keys[k];
	struct foreign_key_row row = skr->life->foreign[i];

	if (zone_life_is_in(&skr->after, k) ==
	    zone_life_is_in(&skr->life->life, k))
		return 0;
	row.dnskey_in_at = is->dnskey_in_at;
	row.dnskey_out_at = is->dnskey_out_at;
	return foreign_facts_record(session, skr_cmk(skr)->row.id, &row,
	    life_step_name(zone_life_is_in(&skr->after, k) ?
	    LIFE_PUBLISH_DNSKEY : LIFE_WITHDRAW_DNSKEY), skr->now_at, err);
}

int
skr_record_life(struct session *session, const struct skr *skr,
    struct error *err)
{
	struct ksk_row row;
	const char *step;
	char *state;
	size_t i;
	int rc = 0;

	for (i = 0; i < skr->n_ksks && rc == 0; i++) {
		if (!skr_changes_life(session, skr, i))
			continue;
		row = skr->ksks[i].row;		/* borrows its texts */
		step = follow(skr, i, &row);
		state = mem_strdup(row.dnskey_in_at != 0 &&
		    strcmp(row.state, "generated") == 0 ? "published" :
		    row.state);
		row.state = state;
		rc = ksk_facts_append(session, &row, "ksk-step", step,
		    skr->now_at, err);
		free(state);
	}
	for (i = 0; i < skr->life->n_foreign && rc == 0; i++)
		rc = record_foreign(session, skr, i, err);
	return rc != 0 ? -1 : record_algs(session, skr, err);
}
