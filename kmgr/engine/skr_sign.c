/* Signatures of a response: made, written, read again, verified. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_lost.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/skr_internal.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zsks_internal.h"
#include "kmgr/ksr/codec.h"

static const enum rrtype types[] = { RRTYPE_DNSKEY, RRTYPE_CDNSKEY,
	RRTYPE_CDS };

/* What is verified: the KSK, the bytes that it signs, the signature. */
static struct skr_proof
proof_of(size_t ksk, const struct rrset *rrset, const struct rrsig *rrsig)
{
	struct skr_proof proof;
	struct buf tbs = BUF_INIT;

	rrsig_tbs(rrsig, rrset, &tbs);
	buf_add(&tbs, rrsig->sig, rrsig->sig_len);
	buf_add(&tbs, &rrsig->sig_len, sizeof(rrsig->sig_len));
	buf_add(&tbs, &ksk, sizeof(ksk));
	crypto_sha256(tbs.data, tbs.len, proof.hash);
	buf_free(&tbs);
	return proof;
}

static void
add_proof(struct skr_half *half, size_t ksk, const struct rrset *rrset,
    const struct rrsig *rrsig)
{
	struct skr_proof *proof;

	proof = mem_push(&half->proofs, half->n_proofs++, sizeof(*proof));
	*proof = proof_of(ksk, rrset, rrsig);
}

static int
sign_one(struct session *session, struct zsks_keys *keys,
    const struct skr *skr, struct skr_half *half,
    const struct ksr_bundle *bundle, const struct rrset *rrset,
    struct rrsig *rrsig, struct error *err)
{
	const size_t i = skr_ksk_of(skr, bundle, rrsig);
	struct permit *permit = NULL;
	struct signer_key *key;
	int rc = -1;

	if (i == skr->n_ksks || half->judgements[i] == NULL)
		return err_set(err, ERR_INTERNAL, "a signature of no KSK");
	if (permit_new(half->judgements[i], rrset, rrsig, &permit,
	    err) == 0 && zsks_keys_get(session, keys, &skr->ksks[i], &key,
	    err) == 0)
		rc = signer_sign(permit, key, rrset, rrsig, err);
	if (rc == 0)
		add_proof(half, i, rrset, rrsig);
	permit_free(permit);
	return rc;
}

static int
sign_rrset(struct session *session, struct zsks_keys *keys,
    const struct skr *skr, struct skr_half *half, struct ksr_bundle *bundle,
    enum rrtype type, struct error *err)
{
	struct rrset *rrset = ksr_rrset(half->response, bundle, type);
	size_t i;
	int rc = 0;

	for (i = 0; rrset != NULL && i < bundle->n_sigs && rc == 0; i++)
		if (bundle->sigs[i].rrsig.type_covered == type)
			rc = sign_one(session, keys, skr, half, bundle,
			    rrset, &bundle->sigs[i].rrsig, err);
	rrset_free(rrset);
	return rc;
}

static int
sign_half(struct session *session, struct zsks_keys *keys,
    const struct skr *skr, struct skr_half *half, struct error *err)
{
	const size_t n = half->response->n_bundles;
	size_t i, k;

	for (i = 0; i < n; i++) {
		for (k = 0; k < 3; k++)
			if (sign_rrset(session, keys, skr, half,
			    &half->response->bundles[i], types[k], err) != 0)
				return err_wrap(err, "bundle %zu", i + 1);
		session_progress(session, i + 1, n);
	}
	return 0;
}

/* A response that is being verified. */
struct verifying {
	const struct skr	*skr;
	const struct ksr	*response;
	const struct skr_half	*half;		/* NULL: without proofs */
	size_t			 n_seen;	/* signatures */
	struct crypto_key	**publics;	/* by KSK, as needed */
};

/* Whether this is what was verified as its nth when the half was signed. */
static bool
is_proved(const struct verifying *v, size_t ksk, const struct rrset *rrset,
    const struct rrsig *rrsig)
{
	struct skr_proof proof;

	if (v->half == NULL || v->n_seen >= v->half->n_proofs)
		return false;
	proof = proof_of(ksk, rrset, rrsig);
	return memcmp(proof.hash, v->half->proofs[v->n_seen].hash,
	    sizeof(proof.hash)) == 0;
}

/* One signature that was read, against the KSK that was endorsed. */
static int
verify_sig(struct verifying *v, const struct ksr_bundle *bundle,
    const struct rrset *rrset, const struct rrsig *rrsig, struct error *err)
{
	const struct ksr_key *key = ksr_key_of(bundle, rrsig);
	const size_t i = skr_ksk_of(v->skr, bundle, rrsig);

	if (i == v->skr->n_ksks)
		return err_set(err, ERR_INTEGRITY, "a signature is by no KSK "
		    "of zone %s", v->skr->zone_text);
	if (is_proved(v, i, rrset, rrsig))
		return 0;
	if (v->publics[i] == NULL && dnskey_public(&v->skr->dnskeys[i],
	    &v->publics[i], err) != 0)
		return -1;
	return rrsig_verify_by(rrsig, rrset, &key->dnskey, v->publics[i],
	    err);
}

static int
verify_rrset(struct verifying *v, const struct ksr_bundle *bundle,
    enum rrtype type, struct error *err)
{
	struct rrset *rrset = ksr_rrset(v->response, bundle, type);
	size_t i, n = 0;
	int rc = 0;

	if (rrset == NULL && type != RRTYPE_DNSKEY)
		return 0;
	for (i = 0; rrset != NULL && i < bundle->n_sigs && rc == 0; i++) {
		if (bundle->sigs[i].rrsig.type_covered != type)
			continue;
		rc = verify_sig(v, bundle, rrset, &bundle->sigs[i].rrsig,
		    err);
		v->n_seen++;
		n++;
	}
	rrset_free(rrset);
	if (rc == 0 && n == 0)
		rc = err_set(err, ERR_INTEGRITY, "the %s RRset is not signed",
		    rrtype_name(type));
	return rc;
}

int
skr_verify(const struct skr *skr, const struct skr_half *half,
    const struct ksr *response, const char *what, struct error *err)
{
	struct verifying v = { .skr = skr, .response = response,
		.half = half };
	size_t i, k;
	int rc = 0;

	v.publics = mem_new(skr->n_ksks * sizeof(struct crypto_key *));
	for (i = 0; i < response->n_bundles && rc == 0; i++)
		for (k = 0; k < 3 && rc == 0; k++)
			rc = verify_rrset(&v, &response->bundles[i],
			    types[k], err);
	if (rc != 0) {
		err->class = ERR_INTEGRITY;
		(void)err_wrap(err, "SKR-VERIFY: bundle %zu of %s", i, what);
	}
	for (i = 0; i < skr->n_ksks; i++)
		crypto_key_free(v.publics[i]);
	free(v.publics);
	return rc;
}

/* What is released is what can be read again, each signature verified. */
static int
write_half(const struct skr *skr, struct skr_half *half, struct error *err)
{
	struct ksr *again = NULL;
	int rc = -1;

	codec_write(half->response, skr->now_at, &half->text);
	crypto_sha256(half->text.data, half->text.len, half->hash);
	if (codec_read(buf_text(&half->text), half->text.len, "the response",
	    &again, err) != 0)
		(void)err_wrap(err, "SKR-VERIFY");
	else if (!ksr_is_same(half->response, again))
		(void)err_set(err, ERR_INTERNAL, "SKR-VERIFY: the response "
		    "that was written reads otherwise than it was made");
	else
		rc = skr_verify(skr, half, again, "the response", err);
	ksr_free(again);
	return rc;
}

/* Sign, write, read again and verify every half. */
static int
make_halves(struct session *session, struct zsks_keys *keys, struct skr *skr,
    struct error *err)
{
	size_t i;

	for (i = 0; i < skr->n_ksks; i++)
		if (!session_is_proved(session, skr->ksks[i].cmk->row.id))
			return err_set(err, ERR_INTERNAL,
			    "a CMK was not proved before signing");
	for (i = 0; i < skr->n_halves; i++)
		if (sign_half(session, keys, skr, &skr->halves[i],
		    err) != 0 ||
		    write_half(skr, &skr->halves[i], err) != 0)
			return -1;
	return 0;
}

int
skr_demand(struct session *session, const struct skr *skr,
    const struct approval_subject *subject, const struct approval *approval,
    struct error *err)
{
	size_t n;
	const struct cmk **cmks = skr_cmks(skr, &n);
	int rc = approval_demand_each(session, cmks, n, subject, approval,
	    err);

	free(cmks);
	return rc;
}

/* Their plans are one, and it is done. */
static int
end_plans(struct session *session, const struct skr *skr,
    const struct approval_subject *subject, const struct approval *approval,
    struct error *err)
{
	size_t n;
	const struct cmk **cmks = skr_cmks(skr, &n);
	int rc = approval_end_each(session, cmks, n, subject, approval, err);

	free(cmks);
	return rc;
}

/* Whether a KSK of cmk is in one of the responses. */
static bool
has_part(const struct skr *skr, const struct cmk *cmk)
{
	size_t i;

	for (i = 0; i < skr->n_ksks; i++)
		if (skr->ksks[i].cmk == cmk && skr_has_part(skr, i))
			return true;
	return false;
}

/* Every CMK: also that a KSK has no part is on the word of its records. */
static int
prove(struct session *session, const struct skr *skr, struct error *err)
{
	const struct cmk *cmk;
	size_t i;

	for (i = 0; i < skr->n_ksks; i++) {
		cmk = skr->ksks[i].cmk;
		if ((has_part(skr, cmk) ? trust_prove(session, cmk, err) :
		    trust_prove_retired(session, cmk, err)) != 0)
			return -1;
	}
	return skr->n_ksks == 0 ? 0 : ksk_lost_check(session,
	    skr->ksks[0].row.zone, err);
}

/* What a run that died after recording owes the tokens of those that sign. */
static int
settle(struct session *session, const struct skr *skr, struct error *err)
{
	size_t i, k;

	for (i = 0; i < skr->n_ksks; i++) {
		for (k = 0; k < i; k++)
			if (skr->ksks[k].cmk == skr->ksks[i].cmk)
				break;
		if (k == i && has_part(skr, skr->ksks[i].cmk) &&
		    cmk_life_settle(session, skr->ksks[i].cmk, err) != 0)
			return -1;
	}
	return 0;
}

static int
sign_and_record(struct session *session, struct skr *skr, struct error *err)
{
	struct zsks_keys *keys = zsks_keys_new();
	int rc = -1;

	if (make_halves(session, keys, skr, err) == 0)
		rc = skr_record(session, skr, err);
	zsks_keys_free(keys);
	return rc;
}

int
skr_apply(struct session *session, struct skr *skr,
    const struct json *arguments, const struct approval *approval,
    struct error *err)
{
	struct plan plan = PLAN_INIT;
	const struct approval_subject subject = { SKR_OP, arguments, &plan };
	int rc = -1;

	skr_plan(skr, &plan);
	if (skr->is_answered)
		rc = prove(session, skr, err);
	else if (skr_demand(session, skr, &subject, approval, err) == 0 &&
	    prove(session, skr, err) == 0 &&
	    sign_and_record(session, skr, err) == 0)
		rc = end_plans(session, skr, &subject, approval, err);
	plan_clear(&plan);
	return rc == 0 ? settle(session, skr, err) : -1;
}
