/* Which KSKs a set has, and what the life cycle says to it. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_rules.h"
#include "kmgr/engine/ksk_wrapped.h"
#include "kmgr/engine/zone_life_inner.h"
#include "kmgr/engine/zsks_internal.h"

/* The algorithms of the ZSKs that were read; what is none counts later. */
static uint8_t *
zsk_algs(const struct zsks *zsks, size_t *n)
{
	uint8_t *algs = mem_new(zsks->rules.n_records + 1);
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

static int64_t
signed_at(const struct life_zone *life, uint8_t alg)
{
	size_t i;

	for (i = 0; i < life->n_algs; i++)
		if (life->algs[i].alg == alg)
			return life->algs[i].signed_at;
	return 0;
}

/*
 * RFC 4035 s2.2: with every algorithm in the DNSKEY RRset all zone data is
 * signed. Where a DS leads to it a new one has to be in every cache before.
 */
static int
check_data(const struct zsks *zsks, uint8_t alg, struct error *err)
{
	const struct life_zone *life = &zsks->life->life;
	const int64_t at = signed_at(life, alg);
	char text[WHEN_TEXT_LEN], ttl[WHEN_TEXT_LEN], delay[WHEN_TEXT_LEN];

	if (at == 0) {
		(void)err_set(err, ERR_NOT_YET, "zone %s has a DS at the "
		    "parent, and nobody has told that its data is signed with "
		    "algorithm %s (%u): no DNSKEY of it before that "
		    "(RFC 4035 s2.2)", zsks->life->text, alg_name(alg), alg);
		return err_hint(err, "let the zone signer sign with it and "
		    "leave the DNSKEY out; then kmgr zone-signed %s --alg %u",
		    zsks->life->text, alg);
	}
	if (at + timing_data_s(&life->timing) <= zsks->rules.now_at)
		return 0;
	return err_set(err, ERR_NOT_YET, "until %s caches may have data of "
	    "zone %s that is not signed with algorithm %s (%u): max-zone-ttl "
	    "%s + zone-propagation-delay %s after zone-signed",
	    when_rfc3339(at + timing_data_s(&life->timing), text),
	    zsks->life->text, alg_name(alg), alg,
	    when_duration(life->timing.max_zone_ttl_s, ttl),
	    when_duration(life->timing.zone_propagation_delay_s, delay));
}

static bool
has_zsk(const struct life_zone *life, uint8_t alg)
{
	size_t i;

	for (i = 0; i < life->n_algs; i++)
		if (life->algs[i].alg == alg && life->algs[i].has_zsk)
			return true;
	return false;
}

/* Take the ZSKs in; whether the zone's data lets new ones be there. */
static int
admit(struct zsks *zsks, struct error *err)
{
	const bool has_ds = zone_life_has_ds(zsks->life, zsks->rules.now_at);
	uint8_t *algs;
	size_t i, n;
	int rc = 0;

	algs = zsk_algs(zsks, &n);
	for (i = 0; has_ds && i < n && rc == 0; i++)
		if (!has_zsk(&zsks->life->life, algs[i]))
			rc = check_data(zsks, algs[i], err);
	if (rc == 0)
		zone_life_admit(zsks->life, algs, n, zsks->rules.now_at);
	free(algs);
	return rc;
}

static bool
is_changed(const struct zsks *zsks)
{
	size_t i;

	for (i = 0; i < zsks->after.n_keys; i++)
		if (zone_life_is_in(&zsks->after, i) !=
		    zone_life_is_in(&zsks->life->life, i) ||
		    zsks->after.keys[i].revoke_at !=
		    zsks->life->life.keys[i].revoke_at)
			return true;
	return false;
}

/* A set with other keys than the one before could harm somebody. */
static int
judge(struct session *session, struct zsks *zsks, struct error *err)
{
	struct life_zone after;
	int rc;

	zone_life_after_dnskeys(zsks->life, zsks->rules.now_at, &zsks->after);
	if (!is_changed(zsks))
		return 0;
	life_zone_copy(&zsks->after, &after);
	after.has_response = false;
	rc = zone_life_judge(session, zsks->life, &after, err);
	life_zone_clear(&after);
	return rc == 0 ? 0 : err_wrap(err, "zone %s: the DNSKEY set that is "
	    "due", zsks->life->text);
}

static int
take_one(struct store *store, struct zsks *zsks, size_t i, struct error *err)
{
	const struct cmk *cmk = zsks->life->ksks[i].cmk;
	struct ksk *ksk = &zsks->ksks[zsks->n_ksks];

	if (cmk_life_check_usable(cmk, err) != 0)
		return -1;
	*ksk = zsks->life->ksks[i];	/* borrows its row */
	ksk->blob = (struct buf)BUF_INIT;
	zsks->n_ksks++;
	if (zsks->after.keys[i].revoke_at != 0) {
		ksk->dnskey.flags |= DNSKEY_REVOKE;
		zsks->n_revoked++;
	}
	if (cmk->policy->custody == CUSTODY_SHARED)
		zsks->rules.is_shared = true;
	return ksk_wrapped_fetch(store, ksk, err);
}

/* Those of ours that are in the set, the revoked ones last. */
static int
take_ksks(struct store *store, struct zsks *zsks, struct error *err)
{
	const struct life_zone *after = &zsks->after;
	int revoked;
	size_t i;

	zsks->ksks = mem_new((zsks->life->n_ksks + 1) * sizeof(*zsks->ksks));
	for (revoked = 0; revoked < 2; revoked++)
		for (i = 0; i < zsks->life->n_ksks; i++)
			if (zone_life_is_in(after, i) &&
			    (after->keys[i].revoke_at != 0) == revoked &&
			    take_one(store, zsks, i, err) != 0)
				return -1;
	zsks->ksk_dnskeys = mem_new((zsks->n_ksks + 1) *
	    sizeof(struct dnskey));
	for (i = 0; i < zsks->n_ksks; i++)
		zsks->ksk_dnskeys[i] = zsks->ksks[i].dnskey;
	zsks->rules.ksks = zsks->ksk_dnskeys;
	zsks->rules.n_ksks = zsks->n_ksks;
	return 0;
}

/* During a change of algorithm each policy judges its own. */
static void
take_algorithms(struct zsks *zsks)
{
	const struct zone_life *life = zsks->life;
	const struct policy *policy;
	size_t i, k;

	for (i = 0; i < life->n_ksks; i++) {
		policy = life->ksks[i].cmk->policy;
		for (k = 0; k < policy->n_zsk_algs; k++)
			zsks->rules.is_admitted[policy->zsk_algs[k]] = true;
	}
}

/* The DNSKEYs whose DS the parent should have now. */
static void
take_wanted(struct zsks *zsks)
{
	const struct zone_life *life = zsks->life;
	struct life_zone after;
	size_t i;

	zsks->wanted = mem_new((life->life.n_keys + 1) *
	    sizeof(*zsks->wanted));
	zone_life_after(life, zsks->rules.now_at, &after);
	for (i = 0; i < life->life.n_keys; i++)
		if (zone_life_has_ds_of(&after, i, zsks->rules.now_at))
			zsks->wanted[zsks->rules.n_wanted++] =
			    *zone_life_dnskey(life, i);
	life_zone_clear(&after);
	zsks->rules.wanted = zsks->wanted;
}

static void
take_foreign(struct zsks *zsks)
{
	const struct zone_life *life = zsks->life;
	size_t i;

	zsks->foreign = mem_new((life->n_foreign + 1) *
	    sizeof(*zsks->foreign));
	for (i = 0; i < life->n_foreign; i++)
		if (zone_life_is_in(&zsks->after, life->n_ksks + i))
			zsks->foreign[zsks->n_foreign++] =
			    life->foreign_dnskeys[i];
	zsks->rules.foreign = zsks->foreign;
	zsks->rules.n_foreign = zsks->n_foreign;
	zsks->rules.is_leaving = life->life.goal == LIFE_INSECURE;
}

static void
list_cmks(struct zsks *zsks)
{
	const struct zone_life *life = zsks->life;
	size_t i, k;

	zsks->cmks = mem_new((life->n_ksks + 1) * sizeof(*zsks->cmks));
	for (i = 0; i < life->n_ksks; i++) {
		for (k = 0; k < zsks->n_cmks; k++)
			if (zsks->cmks[k] == life->ksks[i].cmk)
				break;
		if (k == zsks->n_cmks)
			zsks->cmks[zsks->n_cmks++] = life->ksks[i].cmk;
	}
}

/* No KSK of ours is to be in the set: there is nobody to sign it. */
static int
refuse_empty(const struct zsks *zsks, struct error *err)
{
	const char *zone = zsks->life->text;
	size_t i;

	for (i = 0; i < zsks->n_cmks; i++)
		if (cmk_life_check_usable(zsks->cmks[i], err) != 0)
			return -1;
	if (zsks->life->life.goal == LIFE_INSECURE)
		return err_set(err, ERR_POLICY, "zone %s is to be insecure, "
		    "and no KSK is in its DNSKEY RRset any more", zone);
	(void)err_set(err, ERR_POLICY, "no KSK of zone %s is in its DNSKEY "
	    "RRset now, or due to be", zone);
	return err_hint(err, "kmgr plan %s says what each KSK waits for",
	    zone);
}

int
zsks_load_ksks(struct session *session, struct cmk_cache *cache,
    enum zone_life_actor actor, struct zsks *zsks, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 || zone_life_load(session,
	    cache, &zsks->rules.zone, &zsks->life, err) != 0)
		return -1;
	zsks->life->actor = actor;
	list_cmks(zsks);
	if (store_ksk_has_removed(store, zsks->life->text, &zsks->has_removed,
	    err) != 0 || admit(zsks, err) != 0 ||
	    judge(session, zsks, err) != 0 ||
	    take_ksks(store, zsks, err) != 0)
		return -1;
	take_foreign(zsks);
	take_wanted(zsks);
	take_algorithms(zsks);
	return zsks->n_ksks == 0 ? refuse_empty(zsks, err) :
	    ksk_rules_ttl(zsks->ksks, zsks->n_ksks, err);
}

int
zsks_load_as_is(struct session *session, struct cmk_cache *cache,
    struct zsks *zsks, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 || zone_life_load(session,
	    cache, &zsks->rules.zone, &zsks->life, err) != 0)
		return -1;
	life_zone_copy(&zsks->life->life, &zsks->after);
	if (take_ksks(store, zsks, err) != 0)
		return -1;
	take_foreign(zsks);
	take_wanted(zsks);
	return zsks->n_ksks == 0 ? refuse_empty(zsks, err) :
	    ksk_rules_ttl(zsks->ksks, zsks->n_ksks, err);
}
