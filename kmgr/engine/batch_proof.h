/*
 * One signature for a batch of statements: it is of the root of their Merkle
 * tree (RFC 9162 s2.1), and each statement has a proof that stands alone:
 * "INDEX/N SIGNATURE NODE...", its place among the N of the batch, and
 * signature and audit path in base64. One statement is a batch too.
 */
#ifndef ENGINE_BATCH_PROOF_H
#define ENGINE_BATCH_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/proven.h"

struct batch_proof;		/* of a batch that is to be signed */

/**
 * batch_proof_new(tag, texts, n):
 * Of ${n} statements ${texts} of kind ${tag}, 1 to MERKLE_LEAVES_MAX.
 * Owner: the caller, batch_proof_free().
 */
struct batch_proof *batch_proof_new(const char *tag, const char *const *texts,
    size_t n);
void batch_proof_free(struct batch_proof *batch);

/**
 * batch_proof_statement(batch, cmk_id):
 * The statement of kind STATEMENT_BATCH that the seal key of the CMK
 * ${cmk_id} is to sign for all of ${batch}. Owner: the caller, free().
 */
char *batch_proof_statement(const struct batch_proof *batch,
    const char *cmk_id);

/**
 * batch_proof_text(batch, i, signature):
 * The proof of statement ${i}, with that statement's ${signature}, as
 * statement_encode() wrote it. Owner: the caller, free().
 */
char *batch_proof_text(const struct batch_proof *batch, size_t i,
    const char *signature);

/**
 * batch_proof_place(proof, index, n, signature, err):
 * Which of how many of its batch the statement with ${proof} is, and the
 * SHA-256 of the signature that all of the batch have; not verified.
 *
 * Errors: ERR_INTEGRITY.
 */
int batch_proof_place(const char *proof, size_t *index, size_t *n,
    uint8_t signature[static CRYPTO_SHA256_LEN], struct error *err);

/**
 * batch_proof_verify(proof, tag, text, cmk_id, proven, err):
 * Verify that the key of ${proven}, the seal key of the CMK ${cmk_id}, signed
 * a batch in which the statement ${text} of kind ${tag} has the place that
 * ${proof} says.
 *
 * Errors: ERR_INTEGRITY.
 */
int batch_proof_verify(const char *proof, const char *tag, const char *text,
    const char *cmk_id, struct proven *proven, struct error *err);

#endif
