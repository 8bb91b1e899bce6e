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

struct permit;

/**
 * permit_new(policy, zsks, rrset, rrsig, out, err):
 * Permit the signature ${rrsig}, still without its bytes, over ${rrset}. The
 * rules run again over ${zsks}; the RRset must be the zone's DNSKEY RRset,
 * exactly the KSKs and ZSKs of ${zsks}, or a CDS or CDNSKEY RRset of nothing
 * but its KSKs; owner, TTL, signer, tag, algorithm and window must be those
 * of the request and of one of its KSKs.
 *
 * Owner: the caller, permit_free().
 * Errors: ERR_POLICY, ERR_INPUT; ERR_INTERNAL where RRset and request differ.
 */
int permit_new(const struct policy *policy, const struct rules_zsks *zsks,
    const struct rrset *rrset, const struct rrsig *rrsig, struct permit **out,
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
