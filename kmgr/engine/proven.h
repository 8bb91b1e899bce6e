/*
 * Statements that one public key was seen to have signed: what this process
 * has verified it need not verify again, and of events that it has written
 * itself it knows what they tell. Threads may share one.
 */
#ifndef ENGINE_PROVEN_H
#define ENGINE_PROVEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"

struct proven;

/*
 * An event whose statement this process had signed, as one of a batch, and
 * verified, and which it has put where the statement says.
 */
struct proven_event {
	int64_t	seq;
	uint8_t	hash[CRYPTO_SHA256_LEN];	/* of the event */
	size_t	index;				/* in the batch of n */
	size_t	n;
	uint8_t	signature[CRYPTO_SHA256_LEN];	/* SHA-256 of it, of all */
};

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

/**
 * proven_note(proven, event), proven_knows(proven, seq, hash, out):
 * Remember ${event}, and forget what was noted at its number or behind it,
 * which came to nothing. Whether the event with the number ${seq} that hashes
 * to ${hash} is one of the last that were noted: ${out}.
 */
void proven_note(struct proven *proven, const struct proven_event *event);
bool proven_knows(struct proven *proven, int64_t seq,
    const uint8_t hash[static CRYPTO_SHA256_LEN], struct proven_event *out);

#endif
