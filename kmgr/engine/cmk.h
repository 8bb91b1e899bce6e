/* Customer master keys: made, sealed, and believed only when proved. */
#ifndef ENGINE_CMK_H
#define ENGINE_CMK_H

#include <stdbool.h>
#include <stddef.h>

#include "hsm/key.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/proven.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"
#include "policy/policy.h"

#define CMK_NAME_MAX 64

/* A CMK as the store has it, checked. */
struct cmk {
	struct cmk_row		 row;
	struct key_row		 key;		/* the seal key */
	struct policy		*policy;
	struct crypto_key	*public;	/* the seal key's public half */
	struct proven		*proven;	/* what that has signed */
	bool			 shares_proven;	/* which is another's */
	char			 wrap_key_id[STORE_ID_TEXT]; /* that the seal
					 * names; "" without one */
	struct key_row		 identity_key;	/* empty without one */
	struct crypto_key	*identity_public; /* NULL without one */
	int64_t			 epoch;		/* losses of the store that
						 * were accepted for it */
};

/**
 * cmk_load(store, name, out, err):
 * Read the CMK with name or id ${name} and check it: the policy is in
 * canonical form and hashes to its hash, and, once sealed, the seal is a
 * statement of this CMK, for this hash, signed by its seal key.
 *
 * cmk_load_again(store, known, out, err): the CMK that ${known} is, as the
 * store has it now, read and checked likewise. What ${known} has seen its seal
 * key sign, byte for byte, or sees *${out} verify, is not verified once more.
 *
 * Owner: the caller, cmk_free(); before ${known}.
 * Errors: ERR_INPUT (no such CMK), ERR_INTEGRITY, ERR_STORE.
 */
int cmk_load(struct store *store, const char *name, struct cmk **out,
    struct error *err);
int cmk_load_again(struct store *store, const struct cmk *known,
    struct cmk **out, struct error *err);

/**
 * cmk_get(session, name, store, out, err):
 * The store of ${session}, opened where it was not, and of it what cmk_load()
 * reads.
 *
 * Owner: ${session} of *${store}; the caller of *${out}.
 * Errors: as cmk_load().
 */
static inline int
cmk_get(struct session *session, const char *name, struct store **store,
    struct cmk **out, struct error *err)
{

	*out = NULL;
	return session_store(session, store, err) != 0 ? -1 :
	    cmk_load(*store, name, out, err);
}

/**
 * cmk_reread(store, cmk, out, err):
 * The row of ${cmk} as it is now, of a CMK that was there before.
 *
 * Owner: the caller, cmk_row_clear().
 * Errors: ERR_INTEGRITY (it is gone), ERR_STORE.
 */
int cmk_reread(struct store *store, const struct cmk *cmk,
    struct cmk_row *out, struct error *err);

/**
 * cmk_is_sealed(cmk):
 * Whether its policy can no longer be replaced.
 */
bool cmk_is_sealed(const struct cmk *cmk);

/**
 * cmk_read_wrap_key(cmk, seal, err):
 * Take over from the statement ${seal}, which was verified, which wrapping key
 * ${cmk}, whose policy was read, has: one under custody wrapped, else none.
 *
 * Errors: ERR_INTEGRITY.
 */
int cmk_read_wrap_key(struct cmk *cmk, const struct json *seal,
    struct error *err);

/**
 * cmk_open_seal_key(session, cmk, out, err):
 * The seal key in its token, which must be the pinned one.
 *
 * Owner: the caller, hsm_key_free().
 * Errors: ERR_TOKEN, ERR_INTEGRITY.
 */
int cmk_open_seal_key(struct session *session, const struct cmk *cmk,
    struct hsm_key **out, struct error *err);

/**
 * cmk_find_key(session, cmk, key_id, out, err):
 * The key pair with the CKA_ID ${key_id}, in hex, in the token of ${cmk}'s
 * KSKs, whatever its public half is.
 *
 * Owner: the caller, hsm_key_free().
 * Errors: ERR_TOKEN, also where there is none; ERR_INTEGRITY.
 */
int cmk_find_key(struct session *session, const struct cmk *cmk,
    const char *key_id, struct hsm_key **out, struct error *err);

/**
 * cmk_open_key(session, cmk, key_id, pinned, out, err):
 * The key pair of ${cmk} with the CKA_ID ${key_id}, in hex, in the token of
 * its KSKs. Id and label are hints: its public half must be ${pinned}.
 *
 * Owner: the caller, hsm_key_free().
 * Errors: ERR_TOKEN, ERR_INTEGRITY.
 */
int cmk_open_key(struct session *session, const struct cmk *cmk,
    const char *key_id, const struct crypto_key *pinned,
    struct hsm_key **out, struct error *err);

/**
 * cmk_seal(session, cmk, seal_key, wrap_key, err):
 * Seal the draft ${cmk} inside the caller's transaction: the statement of its
 * policy's hash, and of its ${wrap_key} unless that is NULL, signed by
 * ${seal_key}, goes into the store and the ledger.
 *
 * Errors: ERR_TOKEN, ERR_STORE, ERR_INTEGRITY.
 */
int cmk_seal(struct session *session, struct cmk *cmk,
    struct hsm_key *seal_key, const struct key_row *wrap_key,
    struct error *err);

/**
 * cmk_open_attestor(session, cmk, out, err), cmk_attestor_public(cmk):
 * The key that answers challenges and signs checkpoints for ${cmk} in the
 * token of its KSKs: the identity key, or the seal key where that is in the
 * same token. Its pinned public half; owner: ${cmk}.
 *
 * Owner: the caller, hsm_key_free().
 * Errors: ERR_TOKEN, ERR_INTEGRITY.
 */
int cmk_open_attestor(struct session *session, const struct cmk *cmk,
    struct hsm_key **out, struct error *err);
const struct crypto_key *cmk_attestor_public(const struct cmk *cmk);

/*
 * The CMKs of one run, each loaded and checked once. Zeroes are an empty
 * cache.
 */
struct cmk_cache {
	struct cmk	**cmks;
	size_t		  n;
};

/**
 * cmk_cache_get(cache, store, id, out, err):
 * The CMK with ${id}, which a record names. Owner: ${cache}.
 *
 * Errors: as cmk_load(); where there is none ERR_INTEGRITY.
 */
int cmk_cache_get(struct cmk_cache *cache, struct store *store,
    const char *id, struct cmk **out, struct error *err);

/**
 * cmk_cache_clear(cache):
 * Free all that ${cache} holds.
 */
void cmk_cache_clear(struct cmk_cache *cache);

/**
 * cmk_free(cmk):
 * Free ${cmk}.
 */
void cmk_free(struct cmk *cmk);

#endif
