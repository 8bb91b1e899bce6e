/*
 * What the ledger tells of a CMK behind its last checkpoint: the next one
 * would sign it, so it must be what the CMK's keys have signed already.
 */
#ifndef ENGINE_TRUST_TAIL_H
#define ENGINE_TRUST_TAIL_H

#include <stdbool.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/cmk.h"

/**
 * trust_tail_judge(store, cmk, voucher, last, stops, err):
 * Whether each life-cycle event of ${cmk} behind its checkpoint ${last} bears
 * a statement that a key of ${cmk} signed at that place, or only stops the
 * CMK, which *${stops} says: for that everybody's word is enough; or is one
 * that the CMK with the id ${voucher}, if not NULL, which was proved, vouches
 * for. All others
 * come with a checkpoint of their own (trust_attest()), so that who can write
 * to the store cannot append them.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int trust_tail_judge(struct store *store, const struct cmk *cmk,
    const char *voucher, const struct checkpoint *last, bool *stops,
    struct error *err);

#endif
