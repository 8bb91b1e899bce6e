/* Who has claims on zones, and until when. */
#ifndef STORE_STORE_CLAIM_HOLDER_H
#define STORE_STORE_CLAIM_HOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/store.h"

struct store_claim_holder {
	char	*name;		/* NULL: nobody */
	int64_t	 until_at;	/* by the store's clock, if not renewed */
};

/**
 * store_claim_holder_of(store, zone, out, err):
 * Who has a claim on ${zone} whose lease is not over.
 *
 * Owner: the caller, store_claim_holder_clear().
 * Errors: ERR_STORE.
 */
int store_claim_holder_of(struct store *store, const char *zone,
    struct store_claim_holder *out, struct error *err);
void store_claim_holder_clear(struct store_claim_holder *holder);

/**
 * store_claim_holder_list(store, out, n, err):
 * The names of all who have not released what they claimed.
 *
 * Owner: the caller, zone_names_free().
 */
int store_claim_holder_list(struct store *store, char ***out, size_t *n,
    struct error *err);

#endif
