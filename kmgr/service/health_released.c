/* The DNSKEY RRset that was released last, put together again. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/zone_response.h"
#include "kmgr/service/health_facts.h"
#include "kmgr/service/health_inner.h"
#include "kmgr/store/store_zone.h"

/* The keys of the ZSK set that was admitted last. */
static int
take_zsks(struct store *store, const struct zone_life *life,
    struct health_zone *zone, struct error *err)
{
	struct zsk_set_row row = { 0 };
	struct zonefile *file = NULL;
	struct dnskey key;
	bool found;
	size_t i;
	int rc = -1;

	if (store_zsk_set_last(store, life->text, &row, &found, err) != 0)
		return -1;
	if (!found)
		return 0;
	if (zonefile_read(row.text, strlen(row.text), "the admitted ZSK set",
	    &life->name, &file, err) != 0)
		goto out;
	for (i = 0; i < file->n_records; i++) {
		if (dnskey_from_rdata(file->records[i].rdata,
		    file->records[i].rdata_len, &key, err) != 0)
			goto out;
		*(struct dnskey *)mem_push(&zone->zsks, zone->n_zsks++,
		    sizeof(key)) = key;
	}
	rc = 0;
 out:
	/* It was read before it was kept. */
	if (rc != 0)
		err->class = ERR_INTEGRITY;
	zonefile_free(file);
	zsk_set_row_clear(&row);
	return rc;
}

static void
add_key(struct rrset *rrset, const struct dnskey *key)
{
	struct buf rdata = BUF_INIT;

	dnskey_rdata(key, &rdata);
	rrset_add(rrset, rdata.data, rdata.len);
	buf_free(&rdata);
}

/* A key as it was then: one that was revoked since had another tag. */
static struct dnskey
key_at(const struct zone_life *life, size_t i, int64_t at)
{
	const struct life_key *facts = &life->life.keys[i];
	struct dnskey key = *zone_life_dnskey(life, i);

	if (facts->revoke_at != 0 && facts->revoke_at <= at)
		key.flags |= DNSKEY_REVOKE;
	return key;
}

/*
 * Who is in the newest set: ours signed it, others' came and did not go, which
 * counts from when it was handed over, and so may be later than the set.
 */
static void
add_keys(const struct zone_life *life, const struct signature_row *rows,
    size_t n, struct rrset *rrset)
{
	const int64_t at = rows[0].created_at;
	struct dnskey key;
	size_t i, k;

	for (i = 0; i < life->life.n_keys; i++) {
		const struct life_key *facts = &life->life.keys[i];

		key = key_at(life, i, at);
		for (k = 0; i < life->n_ksks && k < n; k++)
			if (strcmp(rows[k].ksk_id,
			    life->ksks[i].row.id) == 0)
				break;
		if (i < life->n_ksks ? k < n : facts->dnskey_in_at != 0 &&
		    facts->dnskey_out_at == 0)
			add_key(rrset, &key);
	}
}

static int
take_set(const struct zone_life *life, const struct signature_row *rows,
    size_t n, struct health_zone *zone, struct error *err)
{
	struct health_set *set = &zone->signed_set;
	size_t i;

	set->rrsigs = mem_new(n * sizeof(*set->rrsigs));
	for (i = 0; i < n; i++)
		if (rrsig_from_rdata(rows[i].rrsig.data, rows[i].rrsig.len,
		    &set->rrsigs[set->n_rrsigs++], err) != 0) {
			err->class = ERR_INTEGRITY;
			return err_wrap(err, "zone %s: signature %lld of the "
			    "store", life->text, (long long)rows[i].id);
		}
	set->rrset = rrset_new(&life->name, RRTYPE_DNSKEY,
	    set->rrsigs[0].original_ttl);
	add_keys(life, rows, n, set->rrset);
	for (i = 0; i < zone->n_zsks; i++)
		add_key(set->rrset, &zone->zsks[i]);
	zone->signed_at = rows[0].created_at;
	return 0;
}

/* All ZSKs of a response are known, whichever bundle holds now. */
static void
take_zsks_of(const struct ksr *response, struct health_zone *zone)
{
	const struct dnskey *key;
	size_t b, k;

	for (b = 0; b < response->n_bundles; b++)
		for (k = 0; k < response->bundles[b].n_keys; k++) {
			key = &response->bundles[b].keys[k].dnskey;
			if ((key->flags & DNSKEY_SEP) != 0 ||
			    health_has_zsk(zone, key))
				continue;
			*(struct dnskey *)mem_push(&zone->zsks,
			    zone->n_zsks++, sizeof(*key)) = *key;
		}
}

/* The bundle that holds now; the zone signer changes to it by itself. */
static void
take_bundle(const struct zone_response *response, struct health_zone *zone)
{
	const struct ksr_bundle *bundle = zone_response_bundle(response,
	    zone->now_at);
	struct health_set *set = &zone->signed_set;
	size_t i;

	if (bundle == NULL || bundle->cds == NULL)
		zone->cds = CDS_NONE;
	if (bundle == NULL)
		return;
	set->rrset = ksr_rrset(response->response, bundle, RRTYPE_DNSKEY);
	for (i = 0; i < bundle->n_sigs; i++)
		if (bundle->sigs[i].rrsig.type_covered == RRTYPE_DNSKEY)
			*(struct rrsig *)mem_push(&set->rrsigs,
			    set->n_rrsigs++, sizeof(*set->rrsigs)) =
			    bundle->sigs[i].rrsig;
	zone->signed_at = bundle->inception_at > response->answered_at ?
	    bundle->inception_at : response->answered_at;
}

static int
take_response(struct store *store, const struct zone_life *life,
    struct health_zone *zone, struct error *err)
{
	struct zone_response response;
	int rc;

	rc = zone_response_load(store, life->text, life->signed_at,
	    zone->now_at, &response, err);
	if (rc == 0 && response.response != NULL) {
		take_zsks_of(response.response, zone);
		take_bundle(&response, zone);
	}
	zone_response_clear(&response);
	return rc;
}

int
health_facts_released(struct session *session, const struct zone_life *life,
    struct health_zone *zone, struct error *err)
{
	struct signature_row *rows;
	struct store *store;
	size_t n;
	int rc = 0;

	if (session_store(session, &store, err) != 0 ||
	    take_zsks(store, life, zone, err) != 0)
		return -1;
	if (life->life.has_response)
		return take_response(store, life, zone, err);
	if (store_signature_newest(store, life->text, &rows, &n, err) != 0)
		return -1;
	if (n > 0)
		rc = take_set(life, rows, n, zone, err);
	signature_rows_free(rows, n);
	return rc;
}
