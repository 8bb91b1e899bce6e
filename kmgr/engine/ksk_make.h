/*
 * The key pairs of a batch of KSKs, made by as many threads as the token has
 * use for.
 */
#ifndef ENGINE_KSK_MAKE_H
#define ENGINE_KSK_MAKE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "kmgr/engine/config.h"
#include "kmgr/engine/ksk_batch.h"
#include "kmgr/engine/ksk_wrapped.h"
#include "kmgr/engine/pace.h"
#include "kmgr/store/store_intent.h"

#define KSK_MAKE_MAX 64		/* keys of a batch */

/* A KSK on its way. */
struct newborn {
	const struct action	*action;
	char			 ksk_id[STORE_ID_TEXT];
	struct intent_row	 intent;	/* of a pair in the token */
	struct hsm_key		*key;		/* likewise */
	struct crypto_key	*public;	/* of a wrapped one */
	struct key_row		 row;
	bool			 is_made;
	bool			 is_taken;	/* its key tag is */
	bool			 is_refused;	/* its zone is */
};

/* What lasts over all batches. */
struct makers {
	const struct ksk_batch	*batch;
	pthread_mutex_t		 lock;		/* over all that follows */
	struct pace		 pace;
	struct ksk_like		 like;		/* of wrapped ones */
};

/* Those that are made in one go. */
struct brood {
	const struct ksk_batch	*batch;
	struct makers		*makers;
	struct newborn		 items[KSK_MAKE_MAX];
	size_t			 n;
	size_t			 n_made;	/* after brood_join() */
	size_t			 n_begun;
	struct error		 err;		/* why there are no more */
	size_t			 failed;	/* the item of err */
	pthread_t		 threads[KSK_MAKE_MAX];
	size_t			 n_threads;	/* that were started */
	size_t			 n_working;	/* of these */
};

/**
 * makers_init(makers, batch, n), makers_clear(makers):
 * For ${n} KSKs of ${batch}, whose token is open.
 */
void makers_init(struct makers *makers, const struct ksk_batch *batch,
    size_t n);
void makers_clear(struct makers *makers);

/**
 * brood_make(brood, err), brood_join(brood):
 * Begin to make the pairs of the n items of ${brood}, whose intents are
 * recorded; only the token is used. Wait until that has ended: the n_made
 * first items, in their order, have theirs, and the one after them, if there
 * is one, has failed with brood->err.
 *
 * Errors: ERR_SYSTEM: nothing has begun.
 */
int brood_make(struct brood *brood, struct error *err);
void brood_join(struct brood *brood);

#endif
