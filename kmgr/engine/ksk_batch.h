/*
 * Key pairs for many zones: the token makes those of one batch while those of
 * the batch before are endorsed and recorded, in one transaction.
 */
#ifndef ENGINE_KSK_BATCH_H
#define ENGINE_KSK_BATCH_H

#include "hsm/key.h"
#include "hsm/wrap.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ksk_collect.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"

/* What all of them have in common. */
struct ksk_batch {
	struct session		*session;
	const struct cmk	*cmk;
	struct hsm_key		*seal_key;
	struct hsm_wrap_key	*wrap;		/* NULL: they stay there */
	const struct ksk_request *request;
	struct ksk_collect	*collect;
};

/**
 * ksk_batch_make(batch, actions, n, err):
 * Make a KSK for the zone of each of ${n} ${actions}. Where a key tag collides
 * another pair is made. A pair that stays in the token has its intent before
 * it is made. A zone that is to blame for its error is told to the request,
 * and its pair thrown away. It ends with the first failure of another kind;
 * what was made before is recorded, unless that is what failed. After a signal
 * that was noted
 * (stop_signal()) what has begun is made, and no more. What is recorded is
 * collected.
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY, ERR_SYSTEM.
 */
int ksk_batch_make(const struct ksk_batch *batch,
    const struct action *actions, size_t n, struct error *err);

#endif
