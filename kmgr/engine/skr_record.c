/* A response in the store: rows, horizons, and one event for all of it. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/skr_internal.h"
#include "kmgr/engine/trust.h"
#include "kmgr/store/store_zone.h"

/* Until when a signature of a half is valid, of one KSK or of all. */
static int64_t
last_expiration(const struct skr *skr, const struct skr_half *half, size_t i)
{
	const struct ksr_bundle *bundle;
	int64_t last_at = 0;
	size_t b, k;

	for (b = 0; b < half->response->n_bundles; b++) {
		bundle = &half->response->bundles[b];
		for (k = 0; k < bundle->n_sigs; k++)
			if (bundle->sigs[k].rrsig.expiration_at > last_at &&
			    (i == skr->n_ksks || skr_ksk_of(skr, bundle,
			    &bundle->sigs[k].rrsig) == i))
				last_at =
				    bundle->sigs[k].rrsig.expiration_at;
	}
	return last_at;
}

static char *
bundle_ids(const struct ksr *request)
{
	struct json *list = json_new_array();
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < request->n_bundles; i++)
		if (request->bundles[i].id != NULL)
			json_add_text(list, request->bundles[i].id);
	json_canonical(list, &text);
	json_free(list);
	return buf_take(&text);
}

static char *
ksk_ids(const struct skr *skr, const struct skr_half *half)
{
	struct json *list = json_new_array();
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < skr->n_ksks; i++)
		if (ksr_roles_has(&half->roles, i))
			json_add_text(list, skr->ksks[i].row.id);
	json_canonical(list, &text);
	json_free(list);
	return buf_take(&text);
}

static struct ksr_row
row_of(const struct skr *skr, struct skr_half *half)
{
	struct ksr_row row = {
		.zone = mem_strdup(skr->zone_text),
		.format = mem_strdup(ksr_format_name(skr->request->format)),
		.kind = mem_strdup(half->kind),
		.request_id = mem_strdup(skr->request->id),
		.bundle_ids = bundle_ids(skr->request),
		.ksk_ids = ksk_ids(skr, half),
		.answered_at = skr->now_at,
		.expires_at = last_expiration(skr, half, skr->n_ksks),
		.request = mem_dup(skr->asked->text, skr->asked->len + 1),
		.response = mem_strdup(buf_text(&half->text)),
	};

	memcpy(row.id, half->id, sizeof(row.id));
	memcpy(row.cmk_id, skr_cmk(skr)->row.id, sizeof(row.cmk_id));
	memcpy(row.request_hash, skr->hash, sizeof(row.request_hash));
	memcpy(row.response_hash, half->hash, sizeof(row.response_hash));
	memcpy(row.plan_hash, half->plan_hash, sizeof(row.plan_hash));
	return row;
}

static int
record_signature(struct store *store, const struct skr *skr,
    const struct ksr_bundle *bundle, const struct rrset *rrset,
    const struct rrsig *rrsig, struct error *err)
{
	const struct ksk *ksk = &skr->ksks[skr_ksk_of(skr, bundle, rrsig)];
	struct signature_row row = { .zone = ksk->row.zone,
		.type_covered = rrset->type,
		.inception_at = rrsig->inception_at,
		.expiration_at = rrsig->expiration_at,
		.created_at = skr->now_at };
	struct buf tbs = BUF_INIT;
	int rc;

	memcpy(row.ksk_id, ksk->row.id, sizeof(row.ksk_id));
	rrsig_tbs(rrsig, rrset, &tbs);
	crypto_sha256(tbs.data, tbs.len, row.tbs_hash);
	rrsig_rdata(rrsig, &row.rrsig);
	rc = store_signature_put(store, &row, err);
	buf_free(&row.rrsig);
	buf_free(&tbs);
	return rc;
}

static int
record_rrset(struct store *store, const struct skr *skr,
    const struct ksr *response, const struct ksr_bundle *bundle,
    enum rrtype type, struct error *err)
{
	struct rrset *rrset = ksr_rrset(response, bundle, type);
	size_t i;
	int rc = 0;

	for (i = 0; rrset != NULL && i < bundle->n_sigs && rc == 0; i++)
		if (bundle->sigs[i].rrsig.type_covered == type)
			rc = record_signature(store, skr, bundle, rrset,
			    &bundle->sigs[i].rrsig, err);
	rrset_free(rrset);
	return rc;
}

static int
record_half(struct store *store, const struct skr *skr,
    struct skr_half *half, struct json *event, struct error *err)
{
	static const enum rrtype types[] = { RRTYPE_DNSKEY, RRTYPE_CDNSKEY,
		RRTYPE_CDS };
	struct ksr_row row = row_of(skr, half);
	size_t i, k;
	int rc;

	rc = store_ksr_put(store, &row, err);
	json_add_take(json_get(event, "responses"), ksr_record_json(&row));
	ksr_row_clear(&row);
	for (i = 0; i < half->response->n_bundles; i++)
		for (k = 0; k < 3 && rc == 0; k++)
			rc = record_rrset(store, skr, half->response,
			    &half->response->bundles[i], types[k], err);
	return rc;
}

/* Until when each KSK has signed; whoever was only made is published now. */
static int
record_ksks(struct store *store, const struct skr *skr, struct json *event,
    struct error *err)
{
	struct json *list = json_put_array(event, "ksks"), *row;
	const struct ksk_row *ksk;
	int64_t last_at, at;
	size_t i, h;

	for (i = 0; i < skr->n_ksks; i++) {
		last_at = 0;
		for (h = 0; h < skr->n_halves; h++)
			if ((at = last_expiration(skr, &skr->halves[h],
			    i)) > last_at)
				last_at = at;
		if (last_at == 0)
			continue;
		ksk = &skr->ksks[i].row;
		row = json_add_object(list);
		json_put_text(row, "ksk_id", ksk->id);
		json_put_int(row, "key_tag", ksk->key_tag);
		json_put_int(row, "expiration", last_at);
		if (store_cmk_raise_horizon(store, ksk->cmk_id, last_at,
		    err) != 0 || (strcmp(ksk->state, "generated") == 0 &&
		    store_ksk_set_state(store, ksk->id, "published",
		    err) != 0))
			return -1;
	}
	return 0;
}

/*
 * No signature of its own vouches for the event: each CMK that has a part in it
 * signs the head. The token of another one may be gone for good.
 */
static int
attest(struct session *session, const struct skr *skr, struct error *err)
{
	size_t i, k;

	for (i = 0; i < skr->n_ksks; i++) {
		if (!skr_has_part(skr, i) &&
		    !skr_changes_life(session, skr, i))
			continue;
		for (k = 0; k < i; k++)
			if (skr->ksks[k].cmk == skr->ksks[i].cmk &&
			    (skr_has_part(skr, k) ||
			    skr_changes_life(session, skr, k)))
				break;
		if (k == i && trust_attest(session, skr->ksks[i].cmk->row.id,
		    err) != 0)
			return -1;
	}
	return 0;
}

int
skr_record(struct session *session, struct skr *skr, struct error *err)
{
	struct json *event = json_new_object();
	struct store *store;
	size_t i;
	int rc = -1;

	json_put_text(event, "cmk_id", skr_cmk(skr)->row.id);
	json_put_text(event, "zone", skr->zone_text);
	(void)json_put_array(event, "responses");
	admissions_put(&skr->requesters, event);
	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		goto out;
	if (zone_life_check_same(session, skr->life, err) != 0) {
		store_rollback(store);
		goto out;
	}
	for (i = 0; i < skr->n_halves; i++)
		if (record_half(store, skr, &skr->halves[i], event,
		    err) != 0)
			break;
	if (i == skr->n_halves &&
	    record_ksks(store, skr, event, err) == 0 &&
	    skr_record_life(session, skr, err) == 0 &&
	    event_append(session, "sign-ksr", event, err) == 0 &&
	    attest(session, skr, err) == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
 out:
	json_free(event);
	return rc;
}
