/* Keyed hashes (RFC 2104), for TSIG. */
#ifndef KMGR_BASE_CRYPTO_HMAC_H
#define KMGR_BASE_CRYPTO_HMAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum crypto_hmac {
	CRYPTO_HMAC_SHA256, CRYPTO_HMAC_SHA384, CRYPTO_HMAC_SHA512
};

#define CRYPTO_HMAC_MAX 64

/**
 * crypto_hmac_len(hmac):
 * The length of its MAC: 32, 48, 64.
 */
size_t crypto_hmac_len(enum crypto_hmac hmac);

/**
 * crypto_hmac(hmac, key, key_len, p, len, out):
 * The MAC of the ${len} bytes ${p} by the secret ${key}.
 */
void crypto_hmac(enum crypto_hmac hmac, const void *key, size_t key_len,
    const void *p, size_t len, uint8_t out[static CRYPTO_HMAC_MAX]);

/**
 * crypto_is_same_mac(a, b, len):
 * Whether ${len} bytes are equal, in a time that does not tell where not.
 */
bool crypto_is_same_mac(const uint8_t *a, const uint8_t *b, size_t len);

#endif
