/* The KSKs of a zone whose request is answered. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ksk_rules.h"
#include "kmgr/engine/skr_internal.h"
#include "kmgr/engine/zone_life.h"

/* The algorithms of all ZSKs that the request names. */
static uint8_t *
zsk_algs(const struct ksr *request, size_t *n)
{
	uint8_t *algs = mem_new(UINT8_MAX + 1);
	bool seen[UINT8_MAX + 1] = { false };
	size_t i, k;

	*n = 0;
	for (i = 0; i < request->n_bundles; i++)
		for (k = 0; k < request->bundles[i].n_keys; k++)
			seen[request->bundles[i].keys[k].dnskey.alg] = true;
	for (i = 0; i <= UINT8_MAX; i++)
		if (seen[i])
			algs[(*n)++] = (uint8_t)i;
	return algs;
}

/* Other providers' keys are in each bundle, as in each set alone. */
static void
take_foreign(struct skr *skr)
{
	const struct zone_life *zone = skr->life;
	size_t i;

	skr->foreign = mem_new((zone->n_foreign + 1) * sizeof(*skr->foreign));
	skr->foreign_ids = mem_new((zone->n_foreign + 1) *
	    sizeof(*skr->foreign_ids));
	for (i = 0; i < zone->n_foreign; i++) {
		if (!zone_life_is_in(&skr->after, zone->n_ksks + i))
			continue;
		skr->foreign[skr->n_foreign] = zone->foreign_dnskeys[i];
		skr->foreign_ids[skr->n_foreign++] = zone->foreign[i].id;
	}
}

/* Who signs now: what is due of the zone's DNSKEYs is done. */
static int
find_use(struct session *session, struct cmk_cache *cache, struct skr *skr,
    struct error *err)
{
	struct zone_life *zone;
	uint8_t *algs;
	size_t i, n;

	if (zone_life_load(session, cache, &skr->zone, &skr->life, err) != 0)
		return -1;
	zone = skr->life;
	algs = zsk_algs(skr->request, &n);
	skr->algs = mem_new(n + 1);
	for (i = 0; i < n; i++)
		if (zone_life_is_new(zone, algs[i], skr->now_at))
			skr->algs[skr->n_algs++] = algs[i];
	zone_life_admit(zone, algs, n, skr->now_at);
	free(algs);
	zone_life_after_dnskeys(zone, skr->now_at, &skr->after);
	skr->signs = mem_new((skr->n_ksks + 1) * sizeof(*skr->signs));
	for (i = 0; i < skr->n_ksks && i < zone->n_ksks; i++)
		skr->signs[i] = zone_life_is_in(&skr->after, i);
	take_foreign(skr);
	return 0;
}

static int
load_one(struct store *store, struct skr *skr, size_t i, struct error *err)
{
	const struct ksk *ksk = &skr->ksks[i];
	struct key_row key = { 0 };
	bool found = false;

	if (store_key_find(store, ksk->row.key_id, &key, &found, err) != 0)
		return -1;
	if (!found)
		return err_set(err, ERR_INTEGRITY, "the store has lost the "
		    "record of the key pair of KSK %s/%u", ksk->row.zone,
		    ksk->row.key_tag);
	skr->labels[i] = mem_strdup(key.label);
	skr->dnskeys[i] = ksk->dnskey;
	if (ksk->cmk->policy->custody == CUSTODY_SHARED)
		skr->is_shared = true;
	key_row_clear(&key);
	return 0;
}

/* The CMK that was named has a KSK of the zone. */
static int
check_cmk(struct store *store, const struct skr *skr, struct error *err)
{
	const char *name = skr->asked->cmk;
	struct cmk *cmk;
	size_t i;
	int rc = -1;

	if (name == NULL)
		return 0;
	if (cmk_load(store, name, &cmk, err) != 0)
		return -1;
	for (i = 0; i < skr->n_ksks; i++)
		if (strcmp(skr->ksks[i].row.cmk_id, cmk->row.id) == 0)
			rc = 0;
	if (rc != 0) {
		(void)err_set(err, ERR_INPUT, "no KSK of zone %s is under CMK "
		    "%s", skr->zone_text, cmk->row.name);
		(void)err_hint(err, "kmgr list-ksks %s shows where they are",
		    skr->zone_text);
	}
	cmk_free(cmk);
	return rc;
}

int
skr_list_ksks(struct session *session, struct cmk_cache *cache,
    struct skr *skr, struct error *err)
{
	struct store *store;
	size_t i;

	if (session_store(session, &store, err) != 0 ||
	    ksk_load(store, cache, &skr->zone, NULL, &skr->ksks,
	    &skr->n_ksks, err) != 0)
		return -1;
	skr->labels = mem_new((skr->n_ksks + 1) * sizeof(*skr->labels));
	skr->dnskeys = mem_new((skr->n_ksks + 1) * sizeof(*skr->dnskeys));
	for (i = 0; i < skr->n_ksks; i++)
		if (load_one(store, skr, i, err) != 0)
			return -1;
	return 0;
}

int
skr_load_ksks(struct session *session, struct cmk_cache *cache,
    struct skr *skr, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    skr_list_ksks(session, cache, skr, err) != 0)
		return -1;
	if (skr->n_ksks == 0) {
		(void)err_set(err, ERR_INPUT, "zone %s has no KSK",
		    skr->zone_text);
		return err_hint(err, "kmgr create-ksk %s --cmk NAME makes "
		    "one", skr->zone_text);
	}
	if (ksk_rules_ttl(skr->ksks, skr->n_ksks, err) != 0 ||
	    check_cmk(store, skr, err) != 0)
		return -1;
	return find_use(session, cache, skr, err);
}

bool
skr_has_part(const struct skr *skr, size_t i)
{
	size_t h;

	for (h = 0; h < skr->n_halves; h++)
		if (ksr_roles_has(&skr->halves[h].roles, i))
			return true;
	return false;
}

const struct cmk **
skr_cmks(const struct skr *skr, size_t *n)
{
	const struct cmk **cmks = mem_new((skr->n_ksks + 1) * sizeof(*cmks));
	size_t i, k;

	*n = 0;
	for (i = 0; i < skr->n_ksks; i++) {
		for (k = 0; k < *n && cmks[k] != skr->ksks[i].cmk; k++)
			;
		if (k == *n && skr_has_part(skr, i))
			cmks[(*n)++] = skr->ksks[i].cmk;
	}
	return cmks;
}

const struct ksk_row *
skr_without_ds(const struct skr *skr)
{
	const struct ksk_row *row;
	size_t i;

	for (i = 0; i < skr->n_ksks; i++) {
		row = &skr->ksks[i].row;
		if (skr->n_halves > SKR_EMERGENCY_RESPONSE &&
		    ksr_roles_has(&skr->halves[SKR_EMERGENCY_RESPONSE].roles,
		    i) && (row->ds_seen_at == 0 || row->ds_gone_at != 0))
			return row;
	}
	return NULL;
}

size_t
skr_ksk_of(const struct skr *skr, const struct ksr_bundle *bundle,
    const struct rrsig *rrsig)
{
	const struct ksr_key *key = ksr_key_of(bundle, rrsig);
	size_t i;

	for (i = 0; key != NULL && i < skr->n_ksks; i++)
		if (dnskey_is_same_key(&key->dnskey, &skr->dnskeys[i]))
			return i;
	return skr->n_ksks;
}
