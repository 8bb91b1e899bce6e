/* DNSKEY records (RFC 4034 section 2). */
#ifndef KMGR_DNS_DNSKEY_H
#define KMGR_DNS_DNSKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"

#define DNSKEY_KEY_MAX	 1030	/* RSA: 4096-bit modulus and exponent */
#define DNSKEY_RDATA_MAX (DNSKEY_KEY_MAX + 4)

#define DNSKEY_ZONE	0x0100
#define DNSKEY_REVOKE	0x0080	/* RFC 5011 */
#define DNSKEY_SEP	0x0001
#define DNSKEY_FLAGS_ZSK (DNSKEY_ZONE)			/* 256 */
#define DNSKEY_FLAGS_KSK (DNSKEY_ZONE | DNSKEY_SEP)	/* 257 */

/* A value: copied by assignment, owns nothing. */
struct dnskey {
	uint16_t	flags;
	uint8_t		protocol;
	uint8_t		alg;
	size_t		key_len;
	uint8_t		key[DNSKEY_KEY_MAX];
};

/**
 * dnskey_init(key, flags, alg, public, err):
 * Make the DNSKEY of the public key ${public} for algorithm ${alg}.
 *
 * Errors: ERR_INPUT where ${public} is not of the algorithm's kind.
 * Source: RFC 3110 s2 (RSA), RFC 6605 s4 (ECDSA), RFC 8080 s3 (EdDSA).
 */
int dnskey_init(struct dnskey *key, uint16_t flags, uint8_t alg,
    const struct crypto_key *public, struct error *err);

/**
 * dnskey_from_rdata(rdata, len, out, err):
 * Take the ${len} bytes ${rdata} apart; nothing is judged but their number.
 *
 * Errors: ERR_INPUT.
 */
int dnskey_from_rdata(const uint8_t *rdata, size_t len, struct dnskey *out,
    struct error *err);

/**
 * dnskey_from_text(text, out, err):
 * Read the presentation form of the RDATA as dnskey_text() writes it, in four
 * fields parted by blanks.
 *
 * Errors: ERR_INPUT.
 */
int dnskey_from_text(const char *text, struct dnskey *out, struct error *err);

/**
 * dnskey_rdata(key, out):
 * Append the RDATA of ${key}.
 */
void dnskey_rdata(const struct dnskey *key, struct buf *out);

/**
 * dnskey_public(key, out, err):
 * The public key in ${key}, checked: of the length and form that its
 * algorithm demands, a point of the curve, no leading zero octets in RSA
 * numbers, RSA of 1024 to 4096 bits with an odd exponent of at least 3.
 *
 * Owner: the caller, crypto_key_free().
 * Errors: ERR_INPUT, also for an algorithm that must not be used.
 */
int dnskey_public(const struct dnskey *key, struct crypto_key **out,
    struct error *err);

/**
 * dnskey_check(key, err):
 * Whether dnskey_public() has one of ${key}. It takes less time.
 *
 * Errors: as dnskey_public().
 */
int dnskey_check(const struct dnskey *key, struct error *err);

/**
 * dnskey_tag(key), dnskey_revoked_tag(key):
 * The key tag (RFC 4034 appendix B), and the tag that ${key} gets when its
 * REVOKE bit is set (RFC 5011 section 2.1).
 */
uint16_t dnskey_tag(const struct dnskey *key);
uint16_t dnskey_revoked_tag(const struct dnskey *key);

/**
 * dnskey_collides(key, tags, n):
 * Whether the tag of ${key}, revoked or not, is among the ${n} ${tags}. The
 * caller puts both tags of every other KSK there.
 */
bool dnskey_collides(const struct dnskey *key, const uint16_t *tags, size_t n);

/**
 * dnskey_bits(key):
 * The size as people state it: the RSA modulus, 256, 384, 256; 0 if unknown.
 */
unsigned int dnskey_bits(const struct dnskey *key);

/**
 * dnskey_is_same_key(a, b):
 * Whether algorithm and key data are equal, whatever the flags.
 */
bool dnskey_is_same_key(const struct dnskey *a, const struct dnskey *b);

/**
 * dnskey_text(key, out):
 * Append the presentation form of the RDATA: "257 3 13 base64".
 */
void dnskey_text(const struct dnskey *key, struct buf *out);

#endif
