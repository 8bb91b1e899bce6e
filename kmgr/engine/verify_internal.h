/* What the files of verify share: a comparison under way. */
#ifndef ENGINE_VERIFY_INTERNAL_H
#define ENGINE_VERIFY_INTERNAL_H

#include <stdbool.h>

#include "kmgr/engine/cmk.h"
#include "kmgr/engine/verify.h"
#include "kmgr/store/store.h"

/* All records of the store, and what is found to be wrong with them. */
struct verifier {
	struct session		*session;
	struct store		*store;
	struct verify_report	*report;
	struct cmk_cache	 cache;
	struct cmk_row		*cmks;
	size_t			 n_cmks;
	struct key_row		*keys;
	size_t			 n_keys;
	struct ksk_row		*ksks;
	size_t			 n_ksks;
	struct intent_row	*intents;
	size_t			 n_intents;
};

/**
 * verify_add(v, kind, fmt, ...):
 * Report a difference of ${kind}, which stands in the table of meanings.
 */
void verify_add(struct verifier *v, const char *kind, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/**
 * verify_is_failure(err):
 * Whether ${err} keeps the comparison from being made, and is no result.
 */
bool verify_is_failure(const struct error *err);

/**
 * verify_history(v, err):
 * Compare the ledger with itself, with the heads that the seal keys signed,
 * and with the records that its events tell of.
 *
 * Errors: ERR_STORE.
 */
int verify_history(struct verifier *v, struct error *err);

/**
 * verify_tokens(v, err):
 * Compare the records with every token that a CMK or an open intent names.
 *
 * Errors: ERR_TOKEN, ERR_STORE.
 */
int verify_tokens(struct verifier *v, struct error *err);

#endif
