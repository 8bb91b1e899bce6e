/*
 * What one CMK says of another whose token is gone for good: an event about a
 * KSK of that one, signed by the key that answers for the first.
 */
#ifndef ENGINE_VOUCH_H
#define ENGINE_VOUCH_H

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/replay.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/ledger.h"

/**
 * vouch_put(session, cmk_id, type, event, err):
 * Inside the caller's transaction, right before ${event} of ${type} and of the
 * CMK ${cmk_id} is appended: where another CMK stands in for that one
 * (session_voucher()), put its statement into ${event}.
 *
 * Errors: ERR_POLICY (as vouch_check_zone()), ERR_TOKEN, ERR_STORE,
 * ERR_INTEGRITY.
 */
int vouch_put(struct session *session, const char *cmk_id, const char *type,
    struct json *event, struct error *err);

/**
 * vouch_check_zone(session, voucher_id, zone, err):
 * Whether the CMK ${voucher_id} may tell what became of KSKs of ${zone}: it has
 * a KSK there, or had one.
 *
 * Errors: ERR_POLICY (it may not), ERR_STORE, ERR_INTEGRITY.
 */
int vouch_check_zone(struct session *session, const char *voucher_id,
    const char *zone, struct error *err);

/**
 * vouch_has_zone(store, voucher, zone, err):
 * The same of a CMK that is loaded from ${store}.
 *
 * vouch_type_at(i): the ${i}th type of an event that may be vouched for, from 0
 * on; NULL behind the last.
 */
int vouch_has_zone(struct store *store, struct cmk *voucher,
    const char *zone, struct error *err);
const char *vouch_type_at(size_t i);

/**
 * vouch_by(record):
 * The id of the CMK that ${record} says to be vouched for by; NULL without.
 * Owner: the caller, free().
 */
char *vouch_by(const struct ledger_record *record);

/**
 * vouch_check(store, voucher, record, err):
 * Whether ${voucher} has signed the event ${record}, at its place, and may tell
 * of the zone that it is about.
 *
 * vouch_check_replayed(replay, record, err): the same by what ${replay}, which
 * ends before ${record}, tells of the CMK; an event that nobody vouches for
 * passes.
 *
 * Errors: ERR_INTEGRITY.
 */
int vouch_check(struct store *store, struct cmk *voucher,
    const struct ledger_record *record, struct error *err);
int vouch_check_replayed(const struct replay *replay,
    const struct ledger_record *record, struct error *err);

#endif
