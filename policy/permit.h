/*
 * The only way to a signature: a permit holds the digest of the exact bytes
 * that may be signed, by which key, and only policy/ can make one.
 */
#ifndef POLICY_PERMIT_H
#define POLICY_PERMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/rules_ksr.h"

struct judgement;
struct permit;

/**
 * permit_judge(policy, zsks, findings, out, err):
 * Run all rules over the request ${zsks}, add what they find to ${findings},
 * and, where none fails, keep what was judged: nobody else can make a
 * judgement, and what it holds no longer depends on ${zsks}. ${policy} must
 * outlive it.
 *
 * Owner: the caller, permit_judgement_free().
 * Errors: ERR_INPUT, ERR_POLICY: findings_error().
 */
int permit_judge(const struct policy *policy, const struct rules_zsks *zsks,
    struct findings *findings, struct judgement **out, struct error *err);
void permit_judgement_free(struct judgement *judgement);

/**
 * permit_judge_skr(policy, ksr, skr, findings, out, err):
 * As permit_judge() for a request ${ksr} and the response ${skr} to it, in
 * which all signatures are laid out: both sets of rules must let them pass,
 * and each CDS and CDNSKEY must be of an unrevoked KSK of its bundle, or of
 * one in skr->wanted, under a digest that ${policy} names. The judgement
 * permits just the signatures of the response that are by skr->ksks, each over
 * its one RRset.
 *
 * Owner: the caller, permit_judgement_free().
 * Errors: ERR_INPUT, ERR_POLICY: findings_error(); ERR_INTERNAL (a signature
 * does not fit its RRset).
 */
int permit_judge_skr(const struct policy *policy, const struct rules_ksr *ksr,
    const struct rules_skr *skr, struct findings *findings,
    struct judgement **out, struct error *err);

/**
 * permit_new(judgement, rrset, rrsig, out, err):
 * Permit the signature ${rrsig}, still without its bytes, over ${rrset}. The
 * RRset must be the zone's DNSKEY RRset, exactly the KSKs and ZSKs that were
 * judged, or a CDS or CDNSKEY RRset of nothing but its KSKs; owner, TTL,
 * signer, tag, algorithm and window must be those that were judged and of
 * one of its KSKs. Of a judged response it must be one of its signatures.
 *
 * Owner: the caller, permit_free().
 * Errors: ERR_INTERNAL where RRset or signature differ from what was judged.
 */
int permit_new(const struct judgement *judgement, const struct rrset *rrset,
    const struct rrsig *rrsig, struct permit **out, struct error *err);

/**
 * permit_trial(zone, key, rrset, rrsig, out, err):
 * Permit ${key}, a KSK of ${zone}, to show that it can sign. Nobody has asked
 * for it and no policy judges: *${rrset} is the DNSKEY RRset of ${key} alone,
 * and ${rrsig}, still without its bytes, has a window in which nothing is
 * ever served, so that what is signed is of no use to anybody.
 *
 * Owner: the caller, rrset_free() and permit_free().
 * Errors: ERR_INPUT.
 */
int permit_trial(const struct name *zone, const struct dnskey *key,
    struct rrset **rrset, struct rrsig *rrsig, struct permit **out,
    struct error *err);

/**
 * permit_covers(permit, tbs, len):
 * Whether these ${len} bytes are the ones that were permitted.
 */
bool permit_covers(const struct permit *permit, const uint8_t *tbs,
    size_t len);

/**
 * permit_key(permit):
 * The KSK that may sign.
 */
const struct dnskey *permit_key(const struct permit *permit);

/**
 * permit_free(permit):
 * Free ${permit}.
 */
void permit_free(struct permit *permit);

#endif
