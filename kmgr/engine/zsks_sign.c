#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/ksk_lost.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zsks_internal.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store_zone.h"
#include "policy/permit.h"

/* Why a KSK that goes has to sign yet, and how it need not. */
static int
explain(const struct session *session, const struct zsks *zsks, size_t i,
    struct error *err)
{
	const struct zone_life *zone = zsks->life;
	size_t k;

	for (k = 0; k < zone->n_ksks; k++)
		if (strcmp(zone->ksks[k].row.id, zsks->ksks[i].row.id) == 0 &&
		    life_ds_is_untold(&zone->life, k, session_now(session)))
			(void)err_wrap(err, "the parent may have a DS of KSK "
			    "%s (if it has none: kmgr ds-gone %s)",
			    zone->life.keys[k].name, zone->life.keys[k].name);
	return -1;
}

/* One RRset, with the ith KSK. */
static int
sign_one(struct session *session, struct zsks_keys *keys,
    const struct zsks *zsks, size_t i, const struct rrset *rrset,
    struct rrsig *rrsig, struct error *err)
{
	struct permit *permit = NULL;
	struct signer_key *key;
	int rc = -1;

	if (permit_new(zsks->judgements[i], rrset, rrsig, &permit, err) == 0)
		rc = zsks_keys_get(session, keys, &zsks->ksks[i], &key,
		    err) != 0 ? explain(session, zsks, i, err) :
		    signer_sign(permit, key, rrset, rrsig, err);
	permit_free(permit);
	return rc;
}

bool
zsks_signs_with(const struct zsks *zsks, const char *cmk_id)
{
	size_t i;

	for (i = 0; i < zsks->n_ksks && !zsks->is_taken; i++)
		if (strcmp(zsks->ksks[i].row.cmk_id, cmk_id) == 0)
			return true;
	return false;
}

const char *
zsks_failed(const struct zsks *zsks)
{

	return zsks->failed == NULL ? NULL : zsks->failed->row.id;
}

static int
prove_cmk(struct session *session, const struct zsks *zsks,
    const struct cmk *cmk, struct error *err)
{

	if (zsks->is_taken)
		return trust_prove_given(session, cmk, err);
	return zsks_signs_with(zsks, cmk->row.id) ?
	    trust_prove(session, cmk, err) :
	    trust_prove_retired(session, cmk, err);
}

int
zsks_prove(struct session *session, struct zsks *zsks, struct error *err)
{
	const struct cmk *cmk;
	size_t i;

	for (i = 0; i < zsks->n_cmks; i++) {
		cmk = zsks->cmks[i];
		if (prove_cmk(session, zsks, cmk, err) == 0)
			continue;
		/* One that need not sign another zone may not need at all. */
		if (zsks_signs_with(zsks, cmk->row.id))
			zsks->failed = cmk;
		return -1;
	}
	if (zsks->is_taken)
		return 0;
	/* One that is removed from now on has the set refused when it is to be
	 * recorded: zsks_check_same(). */
	return zsks->has_removed ? ksk_lost_check(session, zsks->life->text,
	    err) : 0;
}

int
zsks_sign(struct session *session, struct zsks_keys *keys, struct zsks *zsks,
    struct error *err)
{
	size_t i, k;

	if (zsks->is_taken)
		return 0;
	for (k = 0; k < zsks->n_cmks; k++)
		if (!session_is_proved(session, zsks->cmks[k]->row.id))
			return err_set(err, ERR_INTERNAL,
			    "a CMK was not proved before signing");
	for (i = 0; i < zsks->n_sets; i++)
		for (k = 0; k < zsks->sets[i].n_rrsigs; k++) {
			if (sign_one(session, keys, zsks, k,
			    zsks->sets[i].rrset, &zsks->sets[i].rrsigs[k],
			    err) == 0)
				continue;
			zsks->failed = zsks->ksks[k].cmk;
			return -1;
		}
	return 0;
}

static int
record_signature(struct session *session, struct store *store,
    const struct ksk *ksk, const struct rrset *rrset,
    const struct rrsig *rrsig, struct error *err)
{
	struct signature_row row = { .type_covered = rrset->type,
		.inception_at = rrsig->inception_at,
		.expiration_at = rrsig->expiration_at,
		.created_at = session_now(session) };
	struct buf tbs = BUF_INIT;
	int rc;

	memcpy(row.ksk_id, ksk->row.id, sizeof(row.ksk_id));
	row.zone = ksk->row.zone;
	rrsig_tbs(rrsig, rrset, &tbs);
	crypto_sha256(tbs.data, tbs.len, row.tbs_hash);
	rrsig_rdata(rrsig, &row.rrsig);
	rc = store_signature_put(store, &row, err);
	buf_free(&row.rrsig);
	buf_free(&tbs);
	return rc;
}

static int
record_zsk_set(struct session *session, struct store *store,
    struct zsks *zsks, struct error *err)
{

	if (zsks->is_admitted)
		return 0;
	zsks->admitted.admitted_at = session_now(session);
	return store_zsk_set_put(store, &zsks->admitted, err);
}

static int
record_zone(struct session *session, struct store *store, struct zsks *zsks,
    struct json *events, struct error *err)
{
	struct json *event = json_add_object(events);
	struct json *tags = json_put_array(event, "key_tags");
	size_t i, k;

	json_put_text(event, "zone", zsks->ksks[0].row.zone);
	json_put_int(event, "inception", zsks->rules.inception_at);
	json_put_int(event, "expiration", zsks->rules.expiration_at);
	admissions_put(&zsks->requesters, event);
	for (k = 0; k < zsks->n_ksks; k++) {
		struct ksk *ksk = &zsks->ksks[k];

		json_add_int(tags, ksk->row.key_tag);
		for (i = 0; i < zsks->n_sets; i++)
			if (k < zsks->sets[i].n_rrsigs && record_signature(
			    session, store, ksk, zsks->sets[i].rrset,
			    &zsks->sets[i].rrsigs[k], err) != 0)
				return -1;
	}
	return record_zsk_set(session, store, zsks, err);
}

/*
 * Who signs need not be who hands over. A pass that signs zones because they
 * are due leaves them so until it has done both.
 */
static int
make_due(struct session *session, struct store *store,
    struct zsks *const *zsks, size_t n, struct error *err)
{
	bool are_due = true;
	size_t i, k, n_signatures = 0;

	for (i = 0; i < n; i++) {
		are_due = are_due &&
		    zsks[i]->life->actor == ZONE_LIFE_BY_ITSELF &&
		    zsks[i]->life->row.next_at <= session_now(session);
		for (k = 0; k < zsks[i]->n_sets; k++)
			n_signatures += zsks[i]->sets[k].n_rrsigs;
	}
	return are_due ? 0 : store_zone_signed(store, n_signatures, err);
}

/* Until when something of a CMK is signed. */
struct horizon {
	const char *cmk_id;
	int64_t at;
};

static void
note_horizon(struct horizon **all, size_t *n, const char *cmk_id, int64_t at)
{
	struct horizon *horizon;
	size_t i;

	for (i = 0; i < *n; i++) {
		horizon = &(*all)[i];
		if (strcmp(horizon->cmk_id, cmk_id) != 0)
			continue;
		if (horizon->at < at)
			horizon->at = at;
		return;
	}
	horizon = mem_push(all, (*n)++, sizeof(*horizon));
	*horizon = (struct horizon){ cmk_id, at };
}

/* Once a CMK, however many zones it has. */
static int
raise_horizons(struct store *store, struct zsks *const *zsks, size_t n,
    struct error *err)
{
	struct horizon *all = NULL;
	size_t i, k, n_all = 0;
	int rc = 0;

	for (i = 0; i < n; i++)
		for (k = 0; k < zsks[i]->n_ksks; k++)
			note_horizon(&all, &n_all, zsks[i]->ksks[k].row.cmk_id,
			    zsks[i]->rules.expiration_at);
	for (i = 0; rc == 0 && i < n_all; i++)
		rc = store_cmk_raise_horizon(store, all[i].cmk_id, all[i].at,
		    err);
	free(all);
	return rc;
}

/*
 * All of them; those with a life have changed a fact. A set of other ZSKs is
 * one: of a store that has lost it the set before would be served again.
 */
static int
record_each(struct session *session, struct store *store,
    struct zsks *const *zsks, size_t n, bool *lives, struct error *err)
{
	struct json *payload = json_new_object();
	struct json *events = json_put_array(payload, "zones");
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		lives[i] = !zsks[i]->is_admitted;
		if (record_zone(session, store, zsks[i], events, err) != 0 ||
		    zsks_record_life(session, zsks[i], &lives[i], err) != 0)
			rc = -1;
	}
	if (rc == 0)
		rc = event_append(session, "sign-zsks", payload, err);
	json_free(payload);
	return rc;
}

/* In one transaction. */
static int
record_all(struct session *session, struct zsks *const *zsks, size_t n,
    bool *lives, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (zsks_check_cmks(session, zsks, n, err) == 0 &&
	    zsks_look(session, zsks, n, err) == 0 &&
	    record_each(session, store, zsks, n, lives, err) == 0 &&
	    make_due(session, store, zsks, n, err) == 0 &&
	    raise_horizons(store, zsks, n, err) == 0 &&
	    zsks_attest_life(session, zsks, n, lives, err) == 0 &&
	    store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

int
zsks_record(struct session *session, struct zsks *const *zsks, size_t n,
    struct trust_owed *owed, struct error *err)
{
	struct zsks **list = mem_new(n * sizeof(*list));
	bool *lives = mem_new(n * sizeof(*lives));
	size_t i, n_new = 0;
	int rc = 0;

	for (i = 0; i < n; i++)
		if (!zsks[i]->is_taken)
			list[n_new++] = zsks[i];
	if (n_new > 0)
		rc = record_all(session, list, n_new, lives, err);
	if (rc == 0)
		zsks_owe_life(session, list, n_new, lives, owed);
	free(lives);
	free(list);
	return rc;
}
