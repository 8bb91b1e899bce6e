/* What verify.c and verify_token.c share: a comparison on its way. */
#ifndef ENGINE_VERIFY_INTERNAL_H
#define ENGINE_VERIFY_INTERNAL_H

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
 * verify_problem_add(v, kind, fmt, ...):
 * Report a difference of ${kind}, which stands in the table of meanings.
 */
void verify_problem_add(struct verifier *v, const char *kind, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/**
 * verify_tokens(v, err):
 * Compare the records with every token that a CMK or an intent names.
 *
 * Errors: ERR_TOKEN, ERR_STORE.
 */
int verify_tokens(struct verifier *v, struct error *err);

#endif
