/* What of a zone is signed, by us and by its zone signer. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/zone_life_inner.h"
#include "kmgr/engine/zone_response.h"
#include "kmgr/store/store_zone.h"

#define EVER 1	/* an instant long ago; 0 is none */

static struct life_alg *
find_alg(struct life_zone *life, uint8_t alg)
{
	size_t i;

	for (i = 0; i < life->n_algs; i++)
		if (life->algs[i].alg == alg)
			return &life->algs[i];
	return NULL;
}

static struct life_alg *
put_alg(struct life_zone *life, uint8_t alg)
{
	struct life_alg *row = find_alg(life, alg);

	if (row != NULL)
		return row;
	row = mem_push(&life->algs, life->n_algs++, sizeof(*row));
	*row = (struct life_alg) { .alg = alg };
	return row;
}

static void
put_zsks(struct life_zone *life, const struct zonefile *file)
{
	struct error ignored = ERR_INIT;
	struct dnskey dnskey;
	size_t i;

	for (i = 0; i < file->n_records; i++)
		if (dnskey_from_rdata(file->records[i].rdata,
		    file->records[i].rdata_len, &dnskey, &ignored) == 0)
			put_alg(life, dnskey.alg)->has_zsk = true;
}

/* Whether all of the text is as we write it, and so nothing is to be read. */
static bool
peek_zsks(struct life_zone *life, const char *text)
{
	bool has[UINT8_MAX + 1] = { false };
	uint8_t alg = 0;
	size_t i;

	while (*text != '\0') {
		if (!zonefile_peek_alg(&text, &alg))
			return false;
		has[alg] = true;
	}
	for (i = 0; i <= UINT8_MAX; i++)
		if (has[i])
			put_alg(life, (uint8_t)i)->has_zsk = true;
	return true;
}

static int
read_zsks(struct zone_life *zone, const char *text, struct error *err)
{
	struct zonefile *file;

	if (zonefile_read(text, strlen(text), "the admitted ZSK set",
	    &zone->name, &file, err) != 0)
		return -1;
	put_zsks(&zone->life, file);
	zonefile_free(file);
	return 0;
}

/* The ZSKs that were admitted last; their text is ours. */
static int
load_zsks(struct store *store, struct zone_life *zone,
    enum zone_life_proof proof, struct error *err)
{
	struct zsk_set_row row = { 0 };
	bool found = false;
	int rc = 0;

	if (store_zsk_set_last(store, zone->text, &row, &found, err) != 0)
		return -1;
	if (!found)
		return 0;
	if (proof == ZONE_LIFE_PROVED || !peek_zsks(&zone->life, row.text))
		rc = read_zsks(zone, row.text, err);
	zsk_set_row_clear(&row);
	return rc;
}

static int
load_algs(struct store *store, struct zone_life *zone, struct error *err)
{
	struct zone_alg_row *rows;
	size_t i, n;

	if (store_zone_alg_list(store, zone->text, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		put_alg(&zone->life, rows[i].alg)->signed_at =
		    rows[i].signed_at;
	zone_alg_rows_free(rows, n);
	return 0;
}

/*
 * What a KSK with a DS leads to is signed with its algorithm, or it would be
 * bogus; nobody told of it where a lost store was recovered. Once no cache has
 * the DS the zone signer may have stopped.
 */
static void
suppose_algs(struct life_zone *life, int64_t now_at)
{
	const struct life_key *key;
	struct life_alg *row;
	size_t i;

	for (i = 0; i < life->n_keys; i++) {
		key = &life->keys[i];
		if (key->is_foreign || key->ds_seen_at == 0 ||
		    key->dnskey_in_at == 0 ||
		    life_ds_state(life, i, now_at) == LIFE_HIDDEN)
			continue;
		row = put_alg(life, key->alg);
		if (row->signed_at == 0)
			row->signed_at = EVER;
	}
}

/* The ZSKs of a response, all that it ever has, like sign-ksr admits them. */
static void
put_response(struct life_zone *life, const struct ksr *response)
{
	const struct ksr_bundle *bundle;
	size_t b, k;

	for (b = 0; b < response->n_bundles; b++) {
		bundle = &response->bundles[b];
		for (k = 0; k < bundle->n_keys; k++)
			if ((bundle->keys[k].dnskey.flags & DNSKEY_SEP) == 0)
				put_alg(life, bundle->keys[k].dnskey.alg)->
				    has_zsk = true;
	}
}

/* What is admitted: by the response that is served, or the last set alone. */
static int
load_admitted(struct store *store, struct zone_life *zone,
    enum zone_life_proof proof, int64_t now_at, struct error *err)
{
	struct zone_response response;
	int rc;

	rc = zone_response_load(store, zone->text, zone->signed_at, now_at,
	    &response, err);
	zone->life.has_response = response.is_served;
	if (rc == 0 && response.response != NULL)
		put_response(&zone->life, response.response);
	else if (rc == 0)
		rc = load_zsks(store, zone, proof, err);
	zone_response_clear(&response);
	return rc;
}

/* One of ours that was in the DNSKEY RRset right before at. */
static bool
was_in_before(const struct life_zone *life, size_t i, int64_t at)
{
	const struct life_key *key = &life->keys[i];

	return !key->is_foreign && key->dnskey_in_at != 0 &&
	    key->dnskey_in_at < at && (zone_life_is_in(life, i) ||
	    key->dnskey_out_at >= at);
}

/*
 * Since when, without a gap, one of our keys is in the DNSKEY RRset. In a gap
 * the zone was not signed, and caches have data of it as it was then.
 */
static int64_t
first_signed_at(const struct life_zone *life)
{
	int64_t at = 0, before_at = INT64_MAX;
	size_t i;

	for (i = 0; i < life->n_keys; i++)
		if (!life->keys[i].is_foreign && zone_life_is_in(life, i) &&
		    life->keys[i].dnskey_in_at < before_at)
			at = before_at = life->keys[i].dnskey_in_at;
	for (i = 0; i < life->n_keys; ) {
		if (was_in_before(life, i, at)) {
			at = life->keys[i].dnskey_in_at;
			i = 0;
		} else {
			i++;
		}
	}
	return at;
}

int
zone_life_signed(struct store *store, struct zone_life *zone,
    enum zone_life_proof proof, int64_t now_at, struct error *err)
{

	zone->life.first_signed_at = first_signed_at(&zone->life);
	if (store_signature_times(store, zone->text, &zone->signed_at,
	    &zone->life.signed_until_at, err) != 0 ||
	    load_algs(store, zone, err) != 0 ||
	    load_admitted(store, zone, proof, now_at, err) != 0)
		return -1;
	suppose_algs(&zone->life, now_at);
	return 0;
}

/* Whether a cache may have a DS of the zone, or is to get one. */
bool
zone_life_has_ds(const struct zone_life *zone, int64_t now_at)
{
	size_t i;

	for (i = 0; i < zone->life.n_keys; i++)
		if (life_ds_state(&zone->life, i, now_at) != LIFE_HIDDEN)
			return true;
	return false;
}

bool
zone_life_rests_on_foreign(const struct zone_life *zone, int64_t now_at)
{
	bool has_foreign = false;
	size_t i;

	for (i = zone->n_ksks; i < zone->life.n_keys; i++)
		if (life_ds_state(&zone->life, i, now_at) != LIFE_HIDDEN)
			has_foreign = true;
	for (i = 0; i < zone->n_ksks && has_foreign; i++)
		if (life_ds_state(&zone->life, i, now_at) ==
		    LIFE_OMNIPRESENT && zone_life_in_set(zone, i, now_at))
			return false;
	return has_foreign;
}

bool
zone_life_is_new(const struct zone_life *zone, uint8_t alg, int64_t now_at)
{
	size_t i;

	for (i = 0; i < zone->life.n_algs; i++)
		if (zone->life.algs[i].alg == alg &&
		    zone->life.algs[i].signed_at != 0)
			return false;
	return !zone_life_has_ds(zone, now_at);
}

void
zone_life_admit(struct zone_life *zone, const uint8_t *algs, size_t n,
    int64_t now_at)
{
	const bool is_free = !zone_life_has_ds(zone, now_at);
	struct life_alg *row;
	size_t i;

	for (i = 0; i < zone->life.n_algs; i++)
		zone->life.algs[i].has_zsk = false;
	for (i = 0; i < n; i++) {
		row = put_alg(&zone->life, algs[i]);
		row->has_zsk = true;
		if (row->signed_at == 0 && is_free)
			row->signed_at = now_at;
	}
}
