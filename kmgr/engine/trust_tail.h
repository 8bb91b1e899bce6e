/*
 * What the ledger tells of a CMK behind its last checkpoint: the next one
 * would sign it, so it must be what the CMK's keys have signed already.
 */
#ifndef ENGINE_TRUST_TAIL_H
#define ENGINE_TRUST_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"

/* Events between two numbers. */
struct trust_tail {
	int64_t		 after;		/* the last that was signed */
	int64_t		 before;	/* our own begin; 0: up to the end */
	const char	*voucher;	/* the id of a CMK, or NULL */
};

/**
 * trust_tail_judge(store, cmk, tail, stops, err):
 * Whether each life-cycle event of ${cmk} in ${tail} bears a statement that a
 * key of ${cmk} signed at that place, or only stops the CMK, which *${stops}
 * says: for that everybody's word is enough; or is one that the CMK
 * tail->voucher, which was proved, vouches for. All others come with a
 * checkpoint of their own (trust_attest()), so that who can write to the store
 * cannot append them.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int trust_tail_judge(struct store *store, const struct cmk *cmk,
    const struct trust_tail *tail, bool *stops, struct error *err);

#endif
