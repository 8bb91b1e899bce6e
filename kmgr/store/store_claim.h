/*
 * Who works on a zone. Whoever goes over zones by himself claims them first,
 * for so long as a lease lasts; nobody else claims them meanwhile, and who
 * takes one over after that makes its epoch another one. What is written under
 * a claim is committed only as long as the claim is still the same: so one that
 * hung past its lease changes nothing any more when it awakes.
 *
 * Claims are no facts: commands of an operator need none, and wait for none.
 */
#ifndef STORE_STORE_CLAIM_H
#define STORE_STORE_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/store.h"

/* No lease is longer: a claim that ends later is one of another clock. */
#define STORE_CLAIM_LEASE_MAX_S 86400

/* In err->code of ERR_STORE, beside what databases say there. */
#define STORE_CLAIM_LOST 0x4b4d0001UL

/* A zone that is claimed. */
struct store_claim {
	char	*zone;
	int64_t	 epoch;
	bool	 is_lost;	/* another one has it since */
};

/* Whose claims, and for how long. No two that run have the same name. */
struct store_holder {
	const char	*name;
	int64_t		 lease_s;
};

void store_claims_free(struct store_claim *claims, size_t n);

/**
 * store_claim_due(store, holder, due_at, max, out, n, err):
 * Claim at most ${max} zones that are due at ${due_at} and that nobody has a
 * claim on, and none that ${holder} had before. Those that are due longest come
 * first, also in *${out}; of several that are due since the same instant, in
 * the order of their names. So no holder keeps to some zones: what it had it
 * does not get again, and what fails is due again later than what waits.
 * Nobody waits for it, nor does it for others, which it passes over: none
 * found does not say that none is there.
 *
 * Owner: the caller, store_claims_free().
 * Errors: ERR_STORE.
 */
int store_claim_due(struct store *store, const struct store_holder *holder,
    int64_t due_at, size_t max, struct store_claim **out, size_t *n,
    struct error *err);

/**
 * store_claim_zone(store, holder, zone, out, n, other, err):
 * Claim ${zone}, due or not. Where another one has it *${n} is 0 and
 * *${other} his name.
 *
 * Owner: the caller, store_claims_free() and free().
 */
int store_claim_zone(struct store *store, const struct store_holder *holder,
    const char *zone, struct store_claim **out, size_t *n, char **other,
    struct error *err);

/**
 * store_claim_renew(store, holder, claims, n, err):
 * Begin the lease of all ${n} ${claims} of ${holder} anew; those that another
 * one has by now are marked.
 *
 * store_claim_release(store, name, err): give up whatever the holder with this
 * name still has.
 */
int store_claim_renew(struct store *store, const struct store_holder *holder,
    struct store_claim *claims, size_t n, struct error *err);
int store_claim_release(struct store *store, const char *name,
    struct error *err);

/**
 * store_claim_guard(store, holder, claims, n):
 * From now on store_commit() commits nothing unless ${holder} has each of the
 * ${n} ${claims}, which are borrowed, still; 0: whatever it is.
 *
 * Errors: store_commit() has ERR_STORE with STORE_CLAIM_LOST as its code.
 */
void store_claim_guard(struct store *store, const struct store_holder *holder,
    struct store_claim *claims, size_t n);

/**
 * store_claim_next(store, next_at, err):
 * When the first zone is due that nobody has a claim on; INT64_MAX where none
 * is.
 */
int store_claim_next(struct store *store, int64_t *next_at,
    struct error *err);

/**
 * store_claim_n_due(store, due_at, n, err):
 * How many zones are due at ${due_at}, whoever has a claim on them.
 */
int store_claim_n_due(struct store *store, int64_t due_at, size_t *n,
    struct error *err);

/**
 * store_claim_n_waiting(store, waits_for, after_at, max_s, n, next_at, err):
 * How many zones, of which the last pass says that they wait for
 * ${waits_for}, are due after ${after_at}, ${max_s} at most; and when the first
 * of them is, or INT64_MAX.
 */
int store_claim_n_waiting(struct store *store, const char *waits_for,
    int64_t after_at, int64_t max_s, size_t *n, int64_t *next_at,
    struct error *err);

#endif
