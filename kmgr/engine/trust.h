/*
 * What a run demands before it believes store and token of a CMK, and what it
 * leaves behind for the next one: checkpoints of the ledger, signed in the
 * token, kept there too and told to outside witnesses.
 */
#ifndef ENGINE_TRUST_H
#define ENGINE_TRUST_H

#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"

/**
 * trust_prove(session, cmk, err):
 * Before anything is generated or signed under ${cmk}, once a run: its public
 * key is the pinned one where the configuration pins it; the token has the key
 * that answers for ${cmk} and it signs a fresh challenge; the store is not
 * behind the token; the token holds no valid seal of another policy; what the
 * store says of ${cmk} is what its newest checkpoint and the events since tell;
 * the clock is neither behind the last event nor too far ahead of it. A
 * checkpoint that a run which died still owed the token is made up for. No
 * transaction and no snapshot of the store may be open.
 *
 * Errors: ERR_INTEGRITY (another token, tampering, rollback), ERR_POLICY (the
 * clock), ERR_TOKEN, ERR_STORE.
 */
int trust_prove(struct session *session, const struct cmk *cmk,
    struct error *err);

/**
 * trust_prove_retired(session, cmk, err):
 * As trust_prove(), of a CMK of whose KSKs none signs: where the token of its
 * KSKs is not there, which may be gone for good, the store is judged by the
 * CMK's own signatures alone, and a note says so. A store from before a DS was
 * gone has its KSK sign, and needs the token.
 *
 * Errors: as trust_prove().
 */
int trust_prove_retired(struct session *session, const struct cmk *cmk,
    struct error *err);

/**
 * trust_prove_given(session, cmk, err):
 * As trust_prove(), before what was signed earlier is handed over: a store that
 * was rolled back has signatures that are good, and old. A token that is not
 * there, or not in the configuration any more, keeps nobody from what was
 * signed before it went; a note says so, once a run.
 *
 * Errors: as trust_prove(), but ERR_TOKEN and ERR_CONFIG.
 */
int trust_prove_given(struct session *session, const struct cmk *cmk,
    struct error *err);

/**
 * trust_prove_token(session, name, err):
 * trust_prove() every CMK whose KSKs are in the token called ${name}, and find
 * the seal keys that are there: before what a run that died has left in it is
 * finished or undone.
 *
 * Errors: as trust_prove().
 */
int trust_prove_token(struct session *session, const char *name,
    struct error *err);

/**
 * trust_settle_token(session, name, err):
 * trust_settle() every CMK that has a key in the token called ${name}: after
 * recovery there.
 *
 * Errors: as trust_settle().
 */
int trust_settle_token(struct session *session, const char *name,
    struct error *err);

/**
 * trust_attest(session, cmk_id, err):
 * Inside the caller's transaction, after its event and its last change of the
 * CMK's row: sign a checkpoint. For each life-cycle event that no signature of
 * its own vouches for, and a change of the CMK's name: whoever can write to the
 * store could append them, and so trust_tail_judge() believes none without it;
 * only that a CMK was stopped. The CMK was proved; trust_settle() is to follow
 * the commit.
 *
 * trust_attest_cmk(session, known, err): likewise, of the CMK ${known} as the
 * store has it now; see cmk_load_again().
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY, ERR_INTERNAL.
 */
int trust_attest(struct session *session, const char *cmk_id,
    struct error *err);
int trust_attest_cmk(struct session *session, const struct cmk *known,
    struct error *err);

/**
 * trust_check_pins(session, cmk, err):
 * Whether the public key of ${cmk} is the one that the configuration pins for
 * its name or its id, if it pins any. Asks no token.
 *
 * Errors: ERR_INTEGRITY.
 */
int trust_check_pins(struct session *session, const struct cmk *cmk,
    struct error *err);

/**
 * trust_settle(session, cmk, err):
 * After life-cycle events of ${cmk} were committed: sign the ledger's head,
 * record the checkpoint, tell the witnesses, and put it into the token; after
 * the seal put the sealed policy into the token as well. Nothing where all of
 * that is done. A CMK that was not proved in this run is proved first. Called
 * under session_lock(), once for an applied plan.
 *
 * Errors: those of trust_prove(). What was committed before stays, and the
 * next run makes up for the rest.
 */
int trust_settle(struct session *session, const struct cmk *cmk,
    struct error *err);

#endif
