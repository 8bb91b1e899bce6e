/*
 * Witnesses: places outside of the store that are told of each head of the
 * ledger, so that a store which was put back or rewritten disagrees with what
 * they have.
 */
#ifndef ENGINE_WITNESS_H
#define ENGINE_WITNESS_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/engine/session.h"

/* A head of the ledger and the statement about it, which is signed. */
struct witness_head {
	int64_t		 seq;
	uint8_t		 hash[CRYPTO_SHA256_LEN];
	const char	*cmk_id;
	const char	*cmk_name;
	int64_t		 at;
	const char	*statement;	/* canonical JSON */
	const char	*signature;	/* base64 */
};

/**
 * witness_tell(session, head):
 * Tell every witness of the configuration of ${head} and return how many have
 * taken it. One that has not is noted in ${session} and is no failure: what
 * the head speaks of is done. Syslog and the file get one line
 *
 *	kmgr head seq=12 hash=HEX cmk=ID name=NAME at=RFC3339 signature=BASE64
 *
 * and the command the same as a JSON object on its standard input, with the
 * members "schema" (1) and "statement", which the signature is of.
 */
size_t witness_tell(struct session *session, const struct witness_head *head);

#endif
