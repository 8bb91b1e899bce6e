/*
 * Private keys in software: those of a zone operator's ZSKs, who asks
 * make-ksr for a proof of possession. No key that kmgr keeps is ever here:
 * KSKs and seal keys stay in their tokens.
 */
#ifndef KMGR_BASE_CRYPTO_PRIVATE_H
#define KMGR_BASE_CRYPTO_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"

#define CRYPTO_PRIVATE_MAX_LEN (1 << 14)	/* bytes of a key's file */

struct crypto_private;

/**
 * crypto_private_read(text, len, what, out, err):
 * Read a private key as dnssec-keygen writes it ("Private-key-format: v1.3")
 * or in PEM without a passphrase, as keymgr does. ${what} names the file.
 *
 * Owner: the caller, crypto_private_free(); ${text} is the caller's to wipe.
 * Errors: ERR_INPUT.
 */
int crypto_private_read(const char *text, size_t len, const char *what,
    struct crypto_private **out, struct error *err);

/**
 * crypto_private_sign(private, public, tbs, len, sig, sig_len, err):
 * Sign the ${len} bytes ${tbs} with the private half of ${public}; *${sig_len}
 * bytes in RRSIG wire form, verified by ${public}, go to ${sig}.
 *
 * Errors: ERR_INPUT where ${private} is the half of another key.
 * Source: RFC 5702 s3, RFC 6605 s4, RFC 8080 s4.
 */
int crypto_private_sign(const struct crypto_private *private,
    const struct crypto_key *public, const uint8_t *tbs, size_t len,
    uint8_t sig[static CRYPTO_SIG_MAX], size_t *sig_len, struct error *err);

/**
 * crypto_private_free(private):
 * Wipe and free ${private}.
 */
void crypto_private_free(struct crypto_private *private);

#endif
