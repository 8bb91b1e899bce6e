/* What events carry that a CMK's keys signed. */
#ifndef ENGINE_LEDGER_SIGNED_H
#define ENGINE_LEDGER_SIGNED_H

#include <stdbool.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ledger_batch.h"
#include "kmgr/engine/replay.h"
#include "kmgr/store/ledger.h"

struct ledger_signed;		/* a ledger that is being checked */

/**
 * ledger_signed_new(replay):
 * The ledger that ${replay}, which is borrowed, has begun to replay.
 * Owner: the caller, ledger_signed_free().
 */
struct ledger_signed *ledger_signed_new(const struct replay *replay);
void ledger_signed_free(struct ledger_signed *ledger);

/**
 * ledger_signed_check(ledger, record, err):
 * Whether every statement in ${record}, which replay_event() has just let
 * happen, is signed by the key of its CMK, names the head that it, or its
 * batch, stands behind, and says of its CMK what the events before say. An
 * event without statements passes.
 *
 * Errors: ERR_INTEGRITY.
 */
int ledger_signed_check(struct ledger_signed *ledger,
    const struct ledger_record *record, struct error *err);

/**
 * ledger_signed_end(ledger, err):
 * Whether what the last events began is whole.
 *
 * Errors: ERR_INTEGRITY.
 */
int ledger_signed_end(struct ledger_signed *ledger, struct error *err);

/**
 * ledger_signed_judge(cmk, record, batch, vouched, err):
 * As ledger_signed_check(), by the keys of ${cmk}, of an event that tells of
 * it; ${batch} goes from one of a type to the next. *${vouched}: its type is
 * one that never is without a statement, made at its place in the ledger.
 *
 * Errors: ERR_INTEGRITY.
 */
int ledger_signed_judge(const struct cmk *cmk,
    const struct ledger_record *record, struct ledger_batch *batch,
    bool *vouched, struct error *err);

/**
 * ledger_signed_key(replay, cmk_id, out, err):
 * The public half of the CMK's seal key, as the ledger tells.
 *
 * Owner: the caller, crypto_key_free().
 * Errors: ERR_INTEGRITY.
 */
int ledger_signed_key(const struct replay *replay, const char *cmk_id,
    struct crypto_key **out, struct error *err);

#endif
