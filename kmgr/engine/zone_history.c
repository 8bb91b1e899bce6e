#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/rrsig.h"
#include "kmgr/engine/zone_history_inner.h"

void
zone_history_timing(const struct policy *const *policies, size_t n,
    struct zone_history_timing *out)
{
	const struct policy *p;
	size_t i;

	*out = (struct zone_history_timing) { .is_rfc5011 = true };
	for (i = 0; i < n; i++) {
		p = policies[i];
		int64_raise(&out->zone_propagation_delay_s,
		    p->zone_propagation_delay_s);
		int64_raise(&out->parent_ds_ttl_s, p->parent_ds_ttl_s);
		int64_raise(&out->parent_propagation_delay_s,
		    p->parent_propagation_delay_s);
		int64_raise(&out->retire_safety_s, p->retire_safety_s);
		int64_raise(&out->query_interval_s,
		    timing_query_s(p->dnskey_ttl_s, p->validity_s));
		out->is_rfc5011 = out->is_rfc5011 && p->rfc5011;
	}
}

void
zone_history_lengthen(struct zone_history_timing *timing,
    const struct timing *life)
{

	int64_raise(&timing->dnskey_ttl_s, life->dnskey_ttl_s);
	int64_raise(&timing->zone_propagation_delay_s,
	    life->zone_propagation_delay_s);
	int64_raise(&timing->parent_ds_ttl_s, life->parent_ds_ttl_s);
	int64_raise(&timing->parent_propagation_delay_s,
	    life->parent_propagation_delay_s);
	int64_raise(&timing->retire_safety_s, life->retire_safety_s);
}

struct zone_history *
zone_history_new(const struct zone_history_timing *timing)
{
	struct zone_history *history = mem_new(sizeof(*history));

	history->timing = *timing;
	return history;
}

void
zone_history_free(struct zone_history *history)
{
	size_t i;

	if (history == NULL)
		return;
	for (i = 0; i < history->n_sets; i++) {
		free(history->sets[i].keys);
		free(history->sets[i].is_revoked);
		free(history->sets[i].sigs);
	}
	free(history->sets);
	free(history->ksks);
	free(history);
}

bool
zone_history_same(const struct oracle_key *a, const struct oracle_key *b)
{

	return a->alg == b->alg && memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

struct oracle_key
zone_history_key_of(const struct dnskey *dnskey)
{
	struct oracle_key key = { .alg = dnskey->alg };
	struct dnskey plain = *dnskey;
	struct buf buf = BUF_INIT;

	plain.flags &= (uint16_t)~DNSKEY_REVOKE;
	key.key_tag = dnskey_tag(&plain);
	buf_add_u8(&buf, dnskey->alg);
	buf_add(&buf, dnskey->key, dnskey->key_len);
	crypto_sha256(buf.data, buf.len, key.id);
	buf_free(&buf);
	return key;
}

static struct history_ksk *
push_ksk(struct zone_history *history, const struct dnskey *key,
    const struct zone_history_facts *ds)
{
	struct history_ksk *ksk;

	ksk = mem_push(&history->ksks, history->n_ksks, sizeof(*ksk));
	history->n_ksks++;
	ksk->key = zone_history_key_of(key);
	ksk->ds = *ds;
	return ksk;
}

void
zone_history_add_ksk(struct zone_history *history, const char *id,
    const struct dnskey *key, const struct zone_history_facts *ds)
{
	struct history_ksk *ksk = push_ksk(history, key, ds);

	if (id != NULL)
		(void)snprintf(ksk->id, sizeof(ksk->id), "%s", id);
}

void
zone_history_add_foreign(struct zone_history *history,
    const struct dnskey *key, const struct zone_history_facts *ds,
    int64_t in_at, int64_t out_at)
{
	struct history_ksk *ksk = push_ksk(history, key, ds);

	ksk->is_foreign = true;
	ksk->in_at = in_at;
	ksk->out_at = out_at;
}

struct history_set *
zone_history_add_set(struct zone_history *history, enum history_kind kind,
    int64_t from_at)
{
	struct history_set *set;

	set = mem_push(&history->sets, history->n_sets, sizeof(*set));
	history->n_sets++;
	set->kind = kind;
	set->from_at = from_at;
	set->until_at = INT64_MIN;
	set->ttl_s = history->timing.dnskey_ttl_s;
	return set;
}

size_t
zone_history_add_key(struct history_set *set, const struct oracle_key *key,
    bool is_revoked)
{
	bool *flag = mem_push(&set->is_revoked, set->n_keys, sizeof(*flag));
	struct oracle_key *copy;

	copy = mem_push(&set->keys, set->n_keys, sizeof(*copy));
	*flag = is_revoked;
	*copy = *key;
	return set->n_keys++;
}

void
zone_history_add_sig(struct history_set *set, size_t key, int64_t inception_at,
    int64_t expiration_at)
{
	struct oracle_sig *sig;

	sig = mem_push(&set->sigs, set->n_sigs, sizeof(*sig));
	set->n_sigs++;
	*sig = (struct oracle_sig) { key, inception_at, expiration_at };
}

void
zone_history_supersede(struct zone_history *history, enum history_kind kind,
    int64_t at)
{
	/* The last second in which a secondary has what was before. */
	const int64_t gone_at = at +
	    history->timing.zone_propagation_delay_s - 1;
	struct history_set *set;
	size_t i;

	for (i = 0; i < history->n_sets; i++) {
		set = &history->sets[i];
		if (kind == HISTORY_SIGNED && set->kind != HISTORY_SIGNED)
			continue;
		if (set->kind != HISTORY_ICANN && set->from_at < at)
			int64_lower(&set->until_at, gone_at);
		/* Not begun: never to be. */
		if (set->kind != HISTORY_SIGNED && set->from_at >= at)
			set->until_at = INT64_MIN;
	}
}

static bool
is_signed_by(const struct ksr_sig *sig, const struct dnskey *key)
{

	return sig->rrsig.type_covered == RRTYPE_DNSKEY &&
	    sig->rrsig.alg == key->alg && sig->rrsig.key_tag == dnskey_tag(key);
}

/* Two keys of one tag: only where there are as many signatures, both sign. */
static bool
is_sure(const struct ksr_bundle *bundle, const struct dnskey *key)
{
	size_t i, n_keys = 0, n_sigs = 0;

	for (i = 0; i < bundle->n_keys; i++)
		n_keys += bundle->keys[i].dnskey.alg == key->alg &&
		    dnskey_tag(&bundle->keys[i].dnskey) == dnskey_tag(key);
	for (i = 0; i < bundle->n_sigs; i++)
		n_sigs += is_signed_by(&bundle->sigs[i], key);
	return n_sigs >= n_keys;
}

static bool
is_foreign(const struct zone_history *history, const struct oracle_key *key)
{
	size_t i;

	for (i = 0; i < history->n_ksks; i++)
		if (history->ksks[i].is_foreign && memcmp(
		    history->ksks[i].key.id, key->id, sizeof(key->id)) == 0)
			return true;
	return false;
}

/* The KSKs of a bundle and what they sign; the latest expiration. */
static int64_t
add_ksks(const struct zone_history *history, struct history_set *set,
    const struct ksr_bundle *bundle)
{
	int64_t last_at = bundle->inception_at;
	const struct dnskey *dnskey;
	const struct rrsig *rrsig;
	struct oracle_key key;
	size_t i, k, at;

	for (k = 0; k < bundle->n_keys; k++) {
		dnskey = &bundle->keys[k].dnskey;
		int64_raise(&set->ttl_s, bundle->keys[k].ttl);
		if ((dnskey->flags & DNSKEY_SEP) == 0)
			continue;
		key = zone_history_key_of(dnskey);
		at = zone_history_add_key(set, &key,
		    (dnskey->flags & DNSKEY_REVOKE) != 0);
		/* Its provider serves the same keys, and signs them. */
		if (is_foreign(history, &key) && bundle->n_sigs > 0)
			zone_history_add_sig(set, at,
			    bundle->sigs[0].rrsig.inception_at,
			    bundle->sigs[0].rrsig.expiration_at);
		if (!is_sure(bundle, dnskey))
			continue;
		for (i = 0; i < bundle->n_sigs; i++) {
			rrsig = &bundle->sigs[i].rrsig;
			if (!is_signed_by(&bundle->sigs[i], dnskey))
				continue;
			zone_history_add_sig(set, at, rrsig->inception_at,
			    rrsig->expiration_at);
		}
	}
	for (i = 0; i < bundle->n_sigs; i++)
		if (bundle->sigs[i].rrsig.type_covered == RRTYPE_DNSKEY)
			int64_raise(&last_at,
			    bundle->sigs[i].rrsig.expiration_at);
	return last_at;
}

void
zone_history_add_response(struct zone_history *history,
    const struct ksr *response, int64_t end_at)
{
	const enum history_kind kind = response->format == KSR_ICANN ?
	    HISTORY_ICANN : HISTORY_TEXT;
	const struct ksr_bundle *bundle;
	struct history_set *set;
	int64_t last_at;
	size_t i;

	if (response->n_bundles == 0)
		return;
	zone_history_supersede(history, kind,
	    response->bundles[0].inception_at);
	history->n_responses++;
	for (i = 0; i < response->n_bundles; i++) {
		bundle = &response->bundles[i];
		set = zone_history_add_set(history, kind,
		    bundle->inception_at);
		set->response = history->n_responses;
		(void)snprintf(set->what, sizeof(set->what), "bundle %zu",
		    i + 1);
		last_at = add_ksks(history, set, bundle);
		set->until_at = bundle->expiration_at != KSR_OPEN ?
		    bundle->expiration_at : end_at;
		if (set->until_at == KSR_OPEN)
			set->until_at = last_at;
		else if (kind == HISTORY_TEXT)
			set->until_at +=
			    history->timing.zone_propagation_delay_s;
	}
}
