/* What the files of verify share: a comparison under way. */
#ifndef ENGINE_VERIFY_INTERNAL_H
#define ENGINE_VERIFY_INTERNAL_H

#include <stdbool.h>

#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/verify.h"
#include "kmgr/store/store.h"
#include "kmgr/store/store_intent.h"

/*
 * All records of the store, and what is found to be wrong with them. After
 * verify_index() the lists are sorted: CMKs and keys by id, KSKs and intents
 * by key_id.
 */
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
 * verify_skip(v, token, why), verify_is_skipped(v, token):
 * Report that ${token} cannot be looked into, because of ${why}; whether that
 * was reported.
 */
void verify_skip(struct verifier *v, const char *token,
    const struct error *why);
bool verify_is_skipped(const struct verifier *v, const char *token);

/**
 * verify_is_failure(err):
 * Whether ${err} keeps the comparison from being made, and is no result.
 */
bool verify_is_failure(const struct error *err);

/* What became of a key pair. */
enum verify_end {
	VERIFY_IN_USE,
	VERIFY_KEPT,		/* it has ended, and stays for ever */
	VERIFY_LOST,		/* with its token, as was recorded */
	VERIFY_DESTROYED	/* or about to be */
};

/**
 * verify_end_of(v, key):
 * What became of ${key} according to the records.
 */
enum verify_end verify_end_of(struct verifier *v, const struct key_row *key);

/**
 * verify_end_records(v, err):
 * Compare what the store says of ends, and of the parent, with the statements
 * and events that prove it.
 *
 * Errors: ERR_STORE.
 */
int verify_end_records(struct verifier *v, struct error *err);

/**
 * verify_index(v):
 * Sort the lists, so that the questions below take no walk over them.
 */
void verify_index(struct verifier *v);

/**
 * verify_cmk(v, id), verify_key(v, id), verify_ksks_of(v, key_id, n):
 * The record with an id, or NULL; the *${n} KSKs of one key pair.
 */
const struct cmk_row *verify_cmk(const struct verifier *v, const char *id);
const struct key_row *verify_key(const struct verifier *v, const char *id);
const struct ksk_row *verify_ksks_of(const struct verifier *v,
    const char *key_id, size_t *n);

/**
 * verify_has_intent(v, key_id, state), verify_is_intended(v, key_id):
 * Whether an intent for that id is in ${state}; whether one accounts for
 * objects with it: open, or left for ever.
 */
bool verify_has_intent(const struct verifier *v, const char *key_id,
    const char *state);
bool verify_is_intended(const struct verifier *v, const char *key_id);

/**
 * verify_token_of(v, key):
 * The token that holds ${key}; "" where none does.
 */
const char *verify_token_of(const struct verifier *v,
    const struct key_row *key);

/**
 * verify_history(v, err):
 * Compare the ledger with itself, with the heads that the seal keys signed,
 * and with the records that its events tell of.
 *
 * Errors: ERR_STORE.
 */
int verify_history(struct verifier *v, struct error *err);

/**
 * verify_wrapped_cmk(v, cmk), verify_wrapped_ksk(v, ksk, row):
 * Compare what the store has of the wrapping key of ${cmk}, and of the blob of
 * ${ksk}, whose record is ${row}, with what was sealed and endorsed.
 */
void verify_wrapped_cmk(struct verifier *v, const struct cmk *cmk);
void verify_wrapped_ksk(struct verifier *v, const struct ksk *ksk,
    const struct ksk_row *row);

/**
 * verify_wrap_key(v, key, err):
 * Compare the wrapping key in the token with its record ${key} and the seal,
 * and have it open one of the KSKs that it wrapped.
 *
 * Errors: ERR_TOKEN, ERR_STORE.
 */
int verify_wrap_key(struct verifier *v, const struct key_row *key,
    struct error *err);

/**
 * verify_signatures(v, err):
 * Compare the signatures kept, those that are still valid, with the KSKs that
 * made them.
 *
 * Errors: ERR_STORE.
 */
int verify_signatures(struct verifier *v, struct error *err);

/**
 * verify_kept(v, err):
 * Compare every checkpoint in the ledger, and every record that a token keeps
 * of one, with each other; the store as it is judged before a signature.
 *
 * Errors: ERR_TOKEN, ERR_STORE.
 */
int verify_kept(struct verifier *v, struct error *err);

/**
 * verify_kept_strangers(v, token, name, err):
 * Report the records in ${token}, which is configured as ${name}, that are of
 * no CMK of this store, or that anybody can have put there.
 *
 * Errors: ERR_TOKEN.
 */
int verify_kept_strangers(struct verifier *v, struct hsm_token *token,
    const char *name, struct error *err);

/**
 * verify_zsk_sets(v, err):
 * Compare the ZSK sets that were admitted with their hashes.
 *
 * Errors: ERR_STORE.
 */
int verify_zsk_sets(struct verifier *v, struct error *err);

/**
 * verify_ksrs(v, err):
 * Compare the texts of requests and responses with their hashes.
 *
 * Errors: ERR_STORE.
 */
int verify_ksrs(struct verifier *v, struct error *err);

/**
 * verify_tokens(v, err):
 * Compare the records with every token that is configured.
 *
 * Errors: ERR_TOKEN, ERR_STORE.
 */
int verify_tokens(struct verifier *v, struct error *err);

#endif
