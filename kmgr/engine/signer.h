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

/* A KSK ready to sign: its pair in the token and its pinned public half. */
struct signer_key;

/**
 * signer_key_new(key_take, dnskey, out, err):
 * Make ${key_take}, whose public half in the token must be that of the
 * endorsed ${dnskey}, ready to sign. The key is freed where it is not.
 *
 * Owner: the caller, signer_key_free().
 * Errors: ERR_INTEGRITY.
 */
int signer_key_new(struct hsm_key *key_take, const struct dnskey *dnskey,
    struct signer_key **out, struct error *err);
void signer_key_free(struct signer_key *key);

/**
 * signer_sign(permit, key, rrset, rrsig, err):
 * Sign ${rrset} in the token as ${rrsig} says, and put the signature there.
 * The bytes must be the ones that ${permit} covers, ${key} the KSK that it
 * names, and the signature must verify in software.
 *
 * Errors: ERR_POLICY (other bytes or key), ERR_TOKEN, ERR_INTEGRITY.
 */
int signer_sign(const struct permit *permit, struct signer_key *key,
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
