/* What events carry that a CMK's keys signed. */
#ifndef ENGINE_LEDGER_SIGNED_H
#define ENGINE_LEDGER_SIGNED_H

#include <stdbool.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/replay.h"
#include "kmgr/store/ledger.h"

/**
 * ledger_signed_check(replay, record, err):
 * Whether every statement in ${record}, which replay_event() has just let
 * happen, is signed by the key of its CMK, names the head that it stands
 * behind, and says of its CMK what ${replay} says. An event without
 * statements passes.
 *
 * Errors: ERR_INTEGRITY.
 */
int ledger_signed_check(const struct replay *replay,
    const struct ledger_record *record, struct error *err);

/**
 * ledger_signed_judge(cmk, record, vouched, err):
 * As ledger_signed_check(), by the keys of ${cmk}, of an event that tells of
 * it. *${vouched}: its type is one that never is without a statement, made at
 * its place in the ledger.
 *
 * Errors: ERR_INTEGRITY.
 */
int ledger_signed_judge(const struct cmk *cmk,
    const struct ledger_record *record, bool *vouched, struct error *err);

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
