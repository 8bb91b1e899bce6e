#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksk_rules.h"
#include "kmgr/engine/ksk_use.h"
#include "kmgr/engine/ksk_wrapped.h"
#include "kmgr/engine/zone_facts.h"
#include "kmgr/engine/zsks_internal.h"

/* The algorithms of the ZSKs that were read; what is none counts later. */
static uint8_t *
zsk_algs(const struct zsks *zsks, size_t *n)
{
	uint8_t *algs = mem_new(zsks->rules.n_records);
	struct error ignored = ERR_INIT;
	struct dnskey dnskey;
	size_t i;

	*n = 0;
	for (i = 0; i < zsks->rules.n_records; i++)
		if (dnskey_from_rdata(zsks->rules.records[i].rdata,
		    zsks->rules.records[i].rdata_len, &dnskey, &ignored) == 0)
			algs[(*n)++] = dnskey.alg;
	return algs;
}

/*
 * Leave out the KSKs that no validator needs any more. The facts that say so
 * are the store's word: the ledger must tell of them too.
 */
static int
drop_unused(struct store *store, struct zsks *zsks, struct error *err)
{
	struct ksk_use use = { .ksks = zsks->ksks, .n = zsks->n_ksks,
		.now_at = zsks->rules.now_at };
	uint8_t *algs = zsk_algs(zsks, &use.n_zsk_algs);
	bool *signs = mem_new(use.n * sizeof(*signs));
	size_t i, n = 0;
	int rc = 0;

	use.zsk_algs = algs;
	for (i = 0; i < use.n; i++)
		n += signs[i] = ksk_use_signs(&use, i);
	for (i = 0; i < use.n && rc == 0; i++)
		rc = ksk_facts_check(store, &zsks->ksks[i].row, err);
	if (rc == 0)
		rc = zone_facts_check(store, zsks->ksks[0].row.zone, err);
	if (rc == 0) {
		for (i = n = 0; i < use.n; i++)
			if (signs[i])
				zsks->ksks[n++] = zsks->ksks[i];
			else
				ksk_row_clear(&zsks->ksks[i].row);
		zsks->n_ksks = n;
	}
	free(signs);
	free(algs);
	return rc;
}

static void
list_cmks(struct zsks *zsks)
{
	size_t i, k;

	zsks->cmks = mem_new(zsks->n_ksks * sizeof(*zsks->cmks));
	for (i = 0; i < zsks->n_ksks; i++) {
		for (k = 0; k < zsks->n_cmks; k++)
			if (zsks->cmks[k] == zsks->ksks[i].cmk)
				break;
		if (k == zsks->n_cmks)
			zsks->cmks[zsks->n_cmks++] = zsks->ksks[i].cmk;
	}
}

int
zsks_load_ksks(struct session *session, struct cmk_cache *cache,
    struct zsks *zsks, struct error *err)
{
	char zone[NAME_TEXT_MAX];
	struct store *store;
	size_t i;

	if (session_store(session, &store, err) != 0 ||
	    ksk_load(store, cache, &zsks->rules.zone, NULL, &zsks->ksks,
	    &zsks->n_ksks, err) != 0)
		return -1;
	if (zsks->n_ksks == 0) {
		(void)err_set(err, ERR_INPUT, "zone %s has no KSK",
		    name_text(&zsks->rules.zone, zone));
		return err_hint(err, "kmgr create-ksk %s --cmk NAME makes "
		    "one", zone);
	}
	list_cmks(zsks);
	if (drop_unused(store, zsks, err) != 0)
		return -1;
	zsks->ksk_dnskeys = mem_new(zsks->n_ksks * sizeof(struct dnskey));
	for (i = 0; i < zsks->n_ksks; i++) {
		const struct cmk *cmk = zsks->ksks[i].cmk;

		if (cmk_life_check_usable(cmk, err) != 0 ||
		    ksk_wrapped_fetch(store, &zsks->ksks[i], err) != 0)
			return -1;
		zsks->ksk_dnskeys[i] = zsks->ksks[i].dnskey;
		if (cmk->policy->custody == CUSTODY_SHARED)
			zsks->rules.is_shared = true;
	}
	zsks->rules.ksks = zsks->ksk_dnskeys;
	zsks->rules.n_ksks = zsks->n_ksks;
	return ksk_rules_ttl(zsks->ksks, zsks->n_ksks, err);
}
