/*
 * What the store says of a CMK, judged by what its token keeps: whether the
 * store is an old or a forged one.
 */
#ifndef ENGINE_TRUST_JUDGE_H
#define ENGINE_TRUST_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ratchet.h"
#include "kmgr/engine/sealed.h"

/* What the token of the KSKs keeps for a CMK. */
struct evidence {
	struct ratchet		 ratchet;	/* of all CMKs there */
	struct checkpoint	*records;	/* newest first, unverified */
	size_t			 n_records;
	struct sealed		*seals;
	size_t			 n_seals;
	const char		*voucher;	/* its id, or NULL; borrowed */
};

/**
 * evidence_read(token, cmk, out, err), evidence_clear(evidence):
 * Owner: the caller, evidence_clear().
 *
 * Errors: ERR_TOKEN.
 */
int evidence_read(struct hsm_token *token, const struct cmk *cmk,
    struct evidence *out, struct error *err);
void evidence_clear(struct evidence *evidence);

/**
 * trust_judge_records(store, cmk, evidence, last, newest, err):
 * Whether ${store} knows the records of ${evidence}, after its own newest
 * checkpoint ${last} of ${cmk}. *${newest} is the newest record that counts,
 * NULL where there is none.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int trust_judge_records(struct store *store, const struct cmk *cmk,
    const struct evidence *evidence, const struct checkpoint *last,
    const struct checkpoint **newest, struct error *err);

/**
 * trust_judge(store, cmk, evidence, owes, signed_at, err):
 * Judge the store, which is read after ${evidence} was and inside one
 * snapshot. *${owes} says whether a run that died owes the token something:
 * a checkpoint, or the sealed policy; *${signed_at} when the CMK's newest
 * checkpoint was signed.
 *
 * Errors: ERR_INTEGRITY; ERR_STORE, also where another run has changed the CMK
 * since ${cmk} was loaded.
 */
int trust_judge(struct store *store, const struct cmk *cmk,
    const struct evidence *evidence, bool *owes, int64_t *signed_at,
    struct error *err);

/**
 * trust_judge_again(store, cmk, last, err):
 * Inside a transaction, of ${cmk} as it was loaded there: whether the store
 * says of it what its checkpoint ${last} and the events since then tell, but
 * for what the transaction itself has appended and changed. Somebody may have
 * written to the store since trust_judge() looked.
 *
 * Errors: ERR_INTEGRITY, ERR_STORE.
 */
int trust_judge_again(struct store *store, const struct cmk *cmk,
    const struct checkpoint *last, struct error *err);

#endif
