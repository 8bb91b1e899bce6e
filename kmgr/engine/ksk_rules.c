#include <string.h>

#include "kmgr/engine/ksk_rules.h"
#include "policy/rules.h"

int
ksk_rules_allow(const struct cmk *cmk, const struct name *zone,
    size_t n_present, struct error *err)
{
	struct rules_new_ksk wanted = { .zone = *zone,
		.n_present = n_present };
	struct findings findings = FINDINGS_INIT;
	int rc = 0;

	rules_check_new_ksk(cmk->policy, &wanted, &findings);
	if (findings_failed(&findings) > 0)
		rc = findings_error(&findings, err);
	findings_clear(&findings);
	return rc;
}

bool
ksk_rules_counts(const struct ksk_row *row)
{

	if (strcmp(row->state, "removed") == 0)
		return false;
	return row->retire_at == 0 ||
	    (row->dnskey_in_at != 0 && row->dnskey_out_at == 0) ||
	    ((row->ds_add_at != 0 || row->ds_seen_at != 0) &&
	    row->ds_gone_at == 0);
}

static bool
admits(const struct policy *policy, enum alg alg)
{
	size_t i;

	for (i = 0; i < policy->n_zsk_algs; i++)
		if (policy->zsk_algs[i] == alg)
			return true;
	return false;
}

/*
 * All KSKs of a zone sign one RRset, and every policy judges it. Where two
 * cannot agree on any, the zone could not be signed again.
 */
static int
check_company(const struct cmk *cmk, const struct cmk *other,
    const struct name *zone, struct error *err)
{
	const struct policy *a = cmk->policy, *b = other->policy;
	char text[NAME_TEXT_MAX];

	if (a->dnskey_ttl_s != b->dnskey_ttl_s)
		(void)err_set(err, ERR_POLICY, "zone %s has a KSK under CMK "
		    "%s, whose signatures.dnskey-ttl is %lld s; that of CMK "
		    "%s is %lld s", name_text(zone, text), other->row.name,
		    (long long)b->dnskey_ttl_s, cmk->row.name,
		    (long long)a->dnskey_ttl_s);
	else if ((!admits(a, b->alg) && !admits(b, b->alg)) ||
	    (!admits(a, a->alg) && !admits(b, a->alg)))
		(void)err_set(err, ERR_POLICY, "zone %s has a KSK of "
		    "algorithm %s under CMK %s; beside one of %s the "
		    "zsk.algorithms of one of both CMKs must name each",
		    name_text(zone, text), alg_name(b->alg),
		    other->row.name, alg_name(a->alg));
	else
		return 0;
	return err_hint(err, "no ZSK set would please both policies; nothing "
	    "was made");
}

int
ksk_rules_company(struct store *store, struct cmk_cache *cache,
    const struct cmk *cmk, const struct name *zone, struct error *err)
{
	char text[NAME_TEXT_MAX];
	struct ksk_row *rows;
	struct cmk *other;
	size_t i, n;
	int rc = 0;

	if (store_ksk_list(store, name_text(zone, text), NULL, &rows, &n,
	    err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++) {
		if (strcmp(rows[i].state, "removed") == 0 ||
		    strcmp(rows[i].cmk_id, cmk->row.id) == 0)
			continue;
		rc = cmk_cache_get(cache, store, rows[i].cmk_id, &other,
		    err);
		if (rc == 0)
			rc = check_company(cmk, other, zone, err);
	}
	ksk_rows_free(rows, n);
	return rc;
}

int
ksk_rules_ttl(const struct ksk *ksks, size_t n, struct error *err)
{
	const struct cmk *first, *other;
	size_t i;

	for (i = 1; i < n; i++) {
		first = ksks[0].cmk;
		other = ksks[i].cmk;
		if (other->policy->dnskey_ttl_s == first->policy->dnskey_ttl_s)
			continue;
		return err_set(err, ERR_POLICY, "signatures.dnskey-ttl is "
		    "%lld s under CMK %s and %lld s under CMK %s",
		    (long long)first->policy->dnskey_ttl_s, first->row.name,
		    (long long)other->policy->dnskey_ttl_s, other->row.name);
	}
	return 0;
}
