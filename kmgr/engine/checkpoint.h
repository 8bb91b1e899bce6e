/*
 * Checkpoints: the ledger's head and what the store says of a CMK at that
 * point, signed by the key that answers for the CMK. The chain of hashes alone
 * can be made anew by whoever can write to the store; a checkpoint cannot.
 */
#ifndef ENGINE_CHECKPOINT_H
#define ENGINE_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/ledger.h"

/* A statement taken apart. Zeroes are none. */
struct checkpoint {
	char	*statement;		/* canonical JSON */
	char	*signature;		/* as statement_encode() writes it */
	int64_t	 epoch;			/* losses that were accepted before */
	int64_t	 seq;			/* the event that stood last */
	uint8_t	 head[CRYPTO_SHA256_LEN]; /* its hash */
	int64_t	 at;
	uint8_t	 policy_hash[CRYPTO_SHA256_LEN];
	bool	 is_sealed;
	char	*state;			/* of the CMK */
	int64_t	 deletion_at;
	int64_t	 horizon_at;
	char	*name;			/* of the CMK */
	uint8_t	 approvers_hash[CRYPTO_SHA256_LEN]; /* approvers_hash() */
};
void checkpoint_clear(struct checkpoint *checkpoint);

/**
 * checkpoint_epoch(store, cmk_id, epoch, err):
 * How many losses of the store were accepted for the CMK: the member "epoch"
 * of its last event "recover", 0 without.
 *
 * Errors: ERR_STORE.
 */
int checkpoint_epoch(struct store *store, const char *cmk_id, int64_t *epoch,
    struct error *err);

/**
 * checkpoint_append(session, cmk, key, err):
 * Inside the caller's transaction, after its other events: sign the ledger's
 * head, what ${cmk}, loaded there, says, and who may approve for it, with
 * ${key}, its attestor, and append that as an event. Its epoch is the member
 * "epoch" of the CMK's last event "recover", 0 without.
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY.
 */
int checkpoint_append(struct session *session, const struct cmk *cmk,
    struct hsm_key *key, struct error *err);

/**
 * checkpoint_read(cmk_id, statement, signature, out, err):
 * Take a statement of the CMK ${cmk_id} apart. Nothing is verified yet.
 *
 * Owner: the caller, checkpoint_clear().
 * Errors: ERR_INTEGRITY.
 */
int checkpoint_read(const char *cmk_id, const char *statement,
    const char *signature, struct checkpoint *out, struct error *err);

/**
 * checkpoint_verify(cmk, checkpoint, err):
 * Whether the identity key of ${cmk}, or its seal key, signed it.
 *
 * Errors: ERR_INTEGRITY.
 */
int checkpoint_verify(const struct cmk *cmk,
    const struct checkpoint *checkpoint, struct error *err);

/**
 * checkpoint_compare(a, b):
 * Less than, equal to or greater than 0: ${a} is older than ${b}, of the same
 * point, newer.
 */
int checkpoint_compare(const struct checkpoint *a,
    const struct checkpoint *b);

/**
 * checkpoint_last(store, cmk, out, err):
 * The newest checkpoint of ${cmk} in the ledger: verified, and the event right
 * behind the one that it signs. From its birth on a CMK has one.
 *
 * Owner: the caller, checkpoint_clear().
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int checkpoint_last(struct store *store, const struct cmk *cmk,
    struct checkpoint *out, struct error *err);

/**
 * checkpoint_is_known(store, checkpoint, known, err):
 * Whether the ledger has the event that ${checkpoint} signs, and the
 * checkpoint right behind it.
 *
 * Errors: ERR_STORE.
 */
int checkpoint_is_known(struct store *store,
    const struct checkpoint *checkpoint, bool *known, struct error *err);

/**
 * checkpoint_is_due(store, cmk_id, last, due, err):
 * Whether a life-cycle event of the CMK came after its checkpoint ${last}.
 *
 * Errors: ERR_STORE.
 */
int checkpoint_is_due(struct store *store, const char *cmk_id,
    const struct checkpoint *last, bool *due, struct error *err);

#endif
