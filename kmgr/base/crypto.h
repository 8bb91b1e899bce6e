/*
 * Hashing, random bytes, base64 and public keys: the home of OpenSSL.
 * Nothing here ever holds a private key.
 */
#ifndef KMGR_BASE_CRYPTO_H
#define KMGR_BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"

#define CRYPTO_SHA256_LEN 32
#define CRYPTO_SHA384_LEN 48
#define CRYPTO_SIG_MAX	  512	/* RSA of 4096 bits */

/**
 * crypto_sha256(p, len, out), crypto_sha384(p, len, out):
 * The digest of ${len} bytes.
 */
void crypto_sha256(const void *p, size_t len,
    uint8_t out[static CRYPTO_SHA256_LEN]);
void crypto_sha384(const void *p, size_t len,
    uint8_t out[static CRYPTO_SHA384_LEN]);

/**
 * crypto_sha256_file(path, out, err):
 * The digest of the file ${path}, read bit by bit.
 *
 * Errors: ERR_SYSTEM.
 */
int crypto_sha256_file(const char *path,
    uint8_t out[static CRYPTO_SHA256_LEN], struct error *err);

/**
 * crypto_random(p, len, err):
 * Fill ${p} with ${len} random bytes, from the kernel.
 *
 * Errors: ERR_SYSTEM.
 */
int crypto_random(uint8_t *p, size_t len, struct error *err);

/**
 * crypto_base64(p, len):
 * ${len} bytes in base64 (RFC 4648 section 4) on one line.
 * Owner: the caller, free().
 */
char *crypto_base64(const uint8_t *p, size_t len);

/**
 * crypto_base64_read(text, out, err):
 * Append what the base64 ${text}, without white space, stands for to ${out}.
 *
 * Errors: ERR_INPUT.
 */
int crypto_base64_read(const char *text, struct buf *out, struct error *err);

enum crypto_kind {
	CRYPTO_RSA,
	CRYPTO_P256,
	CRYPTO_P384,
	CRYPTO_ED25519
};

struct crypto_key;		/* a public key */

/**
 * crypto_key_from_rsa(e, e_len, n, n_len, out, err):
 * The RSA key of exponent ${e} and modulus ${n}, both big-endian.
 *
 * Owner: the caller, crypto_key_free().
 * Errors: ERR_INPUT.
 */
int crypto_key_from_rsa(const uint8_t *e, size_t e_len, const uint8_t *n,
    size_t n_len, struct crypto_key **out, struct error *err);

/**
 * crypto_key_from_point(kind, point, len, out, err):
 * The key of the raw public bytes ${point}: x || y for CRYPTO_P256 (64) and
 * CRYPTO_P384 (96), 32 bytes for CRYPTO_ED25519. The point must lie on the
 * curve.
 *
 * Owner: the caller, crypto_key_free().
 * Errors: ERR_INPUT.
 */
int crypto_key_from_point(enum crypto_kind kind, const uint8_t *point,
    size_t len, struct crypto_key **out, struct error *err);

/**
 * crypto_point_check(kind, point, len, err):
 * Whether crypto_key_from_point() makes a key of them, in a fraction of the
 * time that it takes.
 *
 * Errors: ERR_INPUT.
 */
int crypto_point_check(enum crypto_kind kind, const uint8_t *point,
    size_t len, struct error *err);

/**
 * crypto_key_from_spki(der, len, out, err):
 * The key in the DER SubjectPublicKeyInfo ${der} (RFC 5280 section 4.1).
 *
 * Owner: the caller, crypto_key_free().
 * Errors: ERR_INPUT, also for a kind that is not in enum crypto_kind.
 */
int crypto_key_from_spki(const uint8_t *der, size_t len,
    struct crypto_key **out, struct error *err);

/**
 * crypto_key_from_pem(text, len, out, err):
 * The key in the one PEM block of type PUBLIC KEY in ${text} (RFC 7468
 * section 13); what stands before it is not looked at.
 *
 * Owner: the caller, crypto_key_free().
 * Errors: ERR_INPUT, as crypto_key_from_spki(), and for another block.
 */
int crypto_key_from_pem(const char *text, size_t len, struct crypto_key **out,
    struct error *err);

/**
 * crypto_key_kind(key), crypto_key_bits(key):
 * What ${key} is, and its size as people state it (2048, 256, ...).
 */
enum crypto_kind crypto_key_kind(const struct crypto_key *key);
unsigned int crypto_key_bits(const struct crypto_key *key);

/**
 * crypto_key_point(key, out):
 * Append the raw public bytes of ${key}, which is no RSA key, as
 * crypto_key_from_point() takes them.
 */
void crypto_key_point(const struct crypto_key *key, struct buf *out);

/**
 * crypto_key_rsa(key, e, n):
 * Append exponent and modulus of the RSA key ${key} to ${e} and ${n}, both
 * big-endian without leading zero octets.
 */
void crypto_key_rsa(const struct crypto_key *key, struct buf *e,
    struct buf *n);

/**
 * crypto_key_spki(key, out), crypto_key_pem(key, out):
 * Append the SubjectPublicKeyInfo of ${key} in DER or PEM.
 */
void crypto_key_spki(const struct crypto_key *key, struct buf *out);
void crypto_key_pem(const struct crypto_key *key, struct buf *out);

/**
 * crypto_key_copy(key):
 * The same key once more. Owner: the caller, crypto_key_free().
 */
struct crypto_key *crypto_key_copy(const struct crypto_key *key);

/**
 * crypto_key_is_same(a, b):
 * Whether both are the same public key.
 */
bool crypto_key_is_same(const struct crypto_key *a,
    const struct crypto_key *b);

/**
 * crypto_key_verify(key, tbs, len, sig, sig_len, err):
 * Verify the signature ${sig}, in RRSIG wire form, over ${len} bytes ${tbs}:
 * RSA PKCS #1 v1.5 and P-256 with SHA-256, P-384 with SHA-384, Ed25519 pure.
 *
 * Errors: ERR_INTEGRITY where it does not verify, ERR_INTERNAL.
 * Source: RFC 5702 s3, RFC 6605 s4, RFC 8080 s4.
 */
int crypto_key_verify(const struct crypto_key *key, const uint8_t *tbs,
    size_t len, const uint8_t *sig, size_t sig_len, struct error *err);

/**
 * crypto_key_verify_hash(key, hash, sig, sig_len, known, err):
 * As crypto_key_verify(), of bytes of which only the SHA-256 ${hash} is there.
 * *${known} is false, and nothing verified, where the algorithm signs
 * something else than that hash.
 */
int crypto_key_verify_hash(const struct crypto_key *key,
    const uint8_t hash[static CRYPTO_SHA256_LEN], const uint8_t *sig,
    size_t sig_len, bool *known, struct error *err);

/**
 * crypto_key_free(key):
 * Free ${key}.
 */
void crypto_key_free(struct crypto_key *key);

/**
 * crypto_sig_to_der(sig, sig_len, out), crypto_sig_from_der(der, len, half,
 * sig, err):
 * Convert an ECDSA signature between r || s, both ${half} bytes, and the DER
 * that other programs read.
 *
 * Errors: ERR_INPUT.
 */
void crypto_sig_to_der(const uint8_t *sig, size_t sig_len, struct buf *out);
int crypto_sig_from_der(const uint8_t *der, size_t len, size_t half,
    uint8_t *sig, struct error *err);

#endif
