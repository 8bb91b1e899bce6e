/*
 * Where endorsements stand in the ledger: the KSKs of a batch are told of by
 * as many events, one behind the other, and all of their endorsements name
 * the ledger's head before the first.
 */
#ifndef ENGINE_LEDGER_BATCH_H
#define ENGINE_LEDGER_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/proven.h"
#include "kmgr/store/ledger.h"

/* A batch that is being read. Zeroes: none. */
struct ledger_batch {
	int64_t	seq;		/* the ledger's head before it */
	uint8_t	head[CRYPTO_SHA256_LEN];
	size_t	next;		/* of its statements, the one to come */
	size_t	n;
	uint8_t	signature[CRYPTO_SHA256_LEN];	/* SHA-256 of it, of all */
};

/**
 * ledger_batch_take(batch, record, proof, err):
 * Whether ${record}, whose statement has the batch proof ${proof}, begins a
 * batch or is the next of the one that ${batch} is in; ${batch} goes on to it.
 *
 * Errors: ERR_INTEGRITY.
 */
int ledger_batch_take(struct ledger_batch *batch,
    const struct ledger_record *record, const char *proof,
    struct error *err);

/**
 * ledger_batch_go_on(batch, record, place, err):
 * The same of an event that this process has written: it knows its ${place}.
 *
 * Errors: ERR_INTEGRITY.
 */
int ledger_batch_go_on(struct ledger_batch *batch,
    const struct ledger_record *record, const struct proven_event *place,
    struct error *err);

/**
 * ledger_batch_end(batch, err):
 * Whether ${batch} is whole where something else follows; it is none then.
 *
 * Errors: ERR_INTEGRITY.
 */
int ledger_batch_end(struct ledger_batch *batch, struct error *err);

#endif
