/*
 * The only callers of hsm_key_sign(): KSKs sign what policy permitted, the
 * seal key signs tagged statements, and nothing leaves unverified.
 */
#ifndef ENGINE_SIGNER_H
#define ENGINE_SIGNER_H

#include "hsm/key.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"
#include "policy/permit.h"

/**
 * signer_sign(permit, key, rrset, rrsig, err):
 * Sign ${rrset} in the token as ${rrsig} says, and put the signature there.
 * The bytes must be the ones that ${permit} covers, and the signature must
 * verify in software with the KSK that ${permit} names.
 *
 * Errors: ERR_POLICY (other bytes), ERR_TOKEN, ERR_INTEGRITY.
 */
int signer_sign(const struct permit *permit, struct hsm_key *key,
    const struct rrset *rrset, struct rrsig *rrsig, struct error *err);

/**
 * signer_attest(key, public, tag, text, out, err):
 * Sign the statement ${text} of kind ${tag} with the seal key ${key}, whose
 * pinned public key is ${public}; *${out} is as statement_encode() writes it.
 *
 * Owner: the caller, free().
 * Errors: ERR_TOKEN, ERR_INTEGRITY.
 */
int signer_attest(struct hsm_key *key, const struct crypto_key *public,
    const char *tag, const char *text, char **out, struct error *err);

#endif
