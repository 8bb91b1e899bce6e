/*
 * Statements that one public key was seen to have signed: what this process
 * has verified it need not verify again. Threads may share one.
 */
#ifndef ENGINE_PROVEN_H
#define ENGINE_PROVEN_H

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"

struct proven;

/**
 * proven_new(public):
 * Nothing yet that ${public}, which is borrowed, has signed.
 * Owner: the caller, proven_free().
 */
struct proven *proven_new(const struct crypto_key *public);
void proven_free(struct proven *proven);

/**
 * proven_verify(proven, tag, text, signature, err):
 * As statement_verify() with the key of ${proven}; a statement that passed
 * before, with this very tag, text and signature, passes at once; one of NULL
 * never does.
 *
 * Errors: ERR_INTEGRITY.
 */
int proven_verify(struct proven *proven, const char *tag, const char *text,
    const char *signature, struct error *err);

#endif
