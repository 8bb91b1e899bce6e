/*
 * What the seal key signs: statements in canonical JSON behind a tag, so that
 * no statement can be taken for another kind, or for a DNSSEC signature.
 */
#ifndef ENGINE_STATEMENT_H
#define ENGINE_STATEMENT_H

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"

#define STATEMENT_POLICY      "kmgr/policy/v1"
#define STATEMENT_CHECKPOINT  "kmgr/checkpoint/v1"
#define STATEMENT_CHALLENGE   "kmgr/challenge/v1"
#define STATEMENT_ENDORSEMENT "kmgr/endorsement/v1"	/* of a batch */
#define STATEMENT_BATCH	      "kmgr/endorsement-batch/v1"
#define STATEMENT_RETIREMENT  "kmgr/retirement/v1"
#define STATEMENT_DELETION    "kmgr/deletion/v1"
#define STATEMENT_VOUCHER     "kmgr/voucher/v1"
#define STATEMENT_IDENTITY    "kmgr/identity/v1"

/**
 * statement_tbs(tag, text, out):
 * Append the bytes that are signed: ${tag}, a 0, ${text}.
 */
void statement_tbs(const char *tag, const char *text, struct buf *out);

/**
 * statement_encode(public, sig, sig_len): base64 of the signature as other
 * programs read it: DER for ECDSA, as it is for RSA.
 * Owner: the caller, free().
 */
char *statement_encode(const struct crypto_key *public, const uint8_t *sig,
    size_t sig_len);

/**
 * statement_verify(tag, text, signature, public, err):
 * Verify ${signature}, as statement_encode() wrote it, over ${text}.
 *
 * Errors: ERR_INTEGRITY.
 */
int statement_verify(const char *tag, const char *text, const char *signature,
    const struct crypto_key *public, struct error *err);

#endif
