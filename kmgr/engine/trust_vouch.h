/*
 * A CMK that stands in for another whose token is gone for good: what became
 * of that one's KSKs it tells, and nothing is believed without its own token.
 */
#ifndef ENGINE_TRUST_VOUCH_H
#define ENGINE_TRUST_VOUCH_H

#include <stdbool.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"

/**
 * trust_vouch_prove(session, cmk, err):
 * Where the token of ${cmk} is not there, and the ledger tells of it, behind
 * its last checkpoint, what another CMK vouches for: prove that one, by its
 * token. It is session_voucher() then. A CMK that is vouched for itself does
 * not vouch.
 *
 * trust_vouch_declare(session, cmk, voucher, err): the same, and where nobody
 * vouches yet ${voucher} does from now on: because the operator says that the
 * token of ${cmk} is lost.
 *
 * trust_vouch_find(store, cmk, out, err): the id of the one that is told to
 * vouch, or NULL; nothing is verified. Owner: the caller, free().
 *
 * Errors: as trust_prove().
 */
int trust_vouch_find(struct store *store, const struct cmk *cmk, char **out,
    struct error *err);
int trust_vouch_prove(struct session *session, const struct cmk *cmk,
    struct error *err);
int trust_vouch_declare(struct session *session, const struct cmk *cmk,
    const struct cmk *voucher, struct error *err);

/**
 * trust_vouch_stands_in(session, cmk):
 * Whether another CMK does what ${cmk} would: it has a session_voucher().
 */
bool trust_vouch_stands_in(const struct session *session,
    const struct cmk *cmk);

/**
 * trust_vouch_attest(session, cmk, err), trust_vouch_settle(session, cmk, err):
 * As trust_attest() and trust_settle(), of the CMK that stands in for ${cmk};
 * the first fails where an event of ${cmk} was appended that it did not vouch
 * for.
 *
 * Errors: as those.
 */
int trust_vouch_attest(struct session *session, const struct cmk *cmk,
    struct error *err);
int trust_vouch_settle(struct session *session, const struct cmk *cmk,
    struct error *err);

#endif
