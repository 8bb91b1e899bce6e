/* RRSIG records (RFC 4034 section 3): what is signed, and is it right. */
#ifndef KMGR_DNS_RRSIG_H
#define KMGR_DNS_RRSIG_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/rrset.h"

/* A value: copied by assignment, owns nothing. */
struct rrsig {
	uint16_t	type_covered;
	uint8_t		alg;
	uint8_t		labels;
	uint32_t	original_ttl;
	int64_t		expiration_at;
	int64_t		inception_at;
	uint16_t	key_tag;
	struct name	signer;
	size_t		sig_len;	/* 0: not signed yet */
	uint8_t		sig[CRYPTO_SIG_MAX];
};

/**
 * rrsig_init(rrsig, rrset, key, inception_at, expiration_at, err):
 * Begin a signature over ${rrset} by ${key}, whose zone is the RRset's owner,
 * valid from ${inception_at} to ${expiration_at}.
 *
 * Errors: ERR_INPUT where the window is empty, longer than 2^31 - 1 seconds
 * (RFC 4034 s3.1.5 compares modulo 2^32), or outside 1970 to 2106, and where
 * ${rrset} is empty.
 */
int rrsig_init(struct rrsig *rrsig, const struct rrset *rrset,
    const struct dnskey *key, int64_t inception_at, int64_t expiration_at,
    struct error *err);

/**
 * rrsig_tbs(rrsig, rrset, out):
 * Append the bytes that ${rrsig} signs: its RDATA without the signature,
 * then the RRset in canonical form with the original TTL.
 *
 * Source: RFC 4034 s3.1.8.1, s6.
 */
void rrsig_tbs(const struct rrsig *rrsig, const struct rrset *rrset,
    struct buf *out);

/**
 * rrsig_verify(rrsig, rrset, key, err):
 * Verify in software that ${rrsig} is by ${key} over ${rrset}: fields fit
 * each other and the signature is good. The owner may lie below the signer;
 * its TTL must be the original one, so what a cache has counted down does
 * not verify, and neither does what a wildcard expanded to. The window must
 * not be empty, but is not compared with any clock.
 *
 * Errors: ERR_INTEGRITY.
 * Source: RFC 4035 s5.3.1 without its times.
 */
int rrsig_verify(const struct rrsig *rrsig, const struct rrset *rrset,
    const struct dnskey *key, struct error *err);

/**
 * rrsig_verify_by(rrsig, rrset, key, public, err):
 * As rrsig_verify(), with ${public}, which is dnskey_public() of ${key}: for
 * those who verify many signatures of one key.
 */
int rrsig_verify_by(const struct rrsig *rrsig, const struct rrset *rrset,
    const struct dnskey *key, const struct crypto_key *public,
    struct error *err);

/**
 * rrsig_rdata(rrsig, out):
 * Append the RDATA.
 */
void rrsig_rdata(const struct rrsig *rrsig, struct buf *out);

/**
 * rrsig_from_rdata(rdata, len, out, err):
 * Take RDATA apart. Times are read as in 1970 to 2106.
 *
 * Errors: ERR_INPUT.
 */
int rrsig_from_rdata(const uint8_t *rdata, size_t len, struct rrsig *out,
    struct error *err);

/**
 * rrsig_rdata_text(rrsig, out):
 * Append the presentation form of the RDATA: "DNSKEY 13 2 3600 2027...".
 */
void rrsig_rdata_text(const struct rrsig *rrsig, struct buf *out);

/**
 * rrsig_text(rrsig, owner, out):
 * Append the zone-file line "owner TTL IN RRSIG ...\n".
 */
void rrsig_text(const struct rrsig *rrsig, const struct name *owner,
    struct buf *out);

#endif
