/*
 * The sealed policy in the token of the KSKs: all that is needed to know what
 * a CMK may do when the store is lost, and a witness against a store that
 * tells of another policy.
 */
#ifndef ENGINE_SEALED_H
#define ENGINE_SEALED_H

#include <stddef.h>
#include <stdint.h>

#include "hsm/data.h"
#include "hsm/token.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/kept.h"
#include "kmgr/engine/session.h"

#define SEALED_PREFIX KEPT_PREFIX "seal:"	/* and 16 digits of its id */

/* A policy that the seal key sealed. */
struct sealed {
	uint8_t	policy_hash[CRYPTO_SHA256_LEN];
};

/**
 * sealed_list(objects, n_objects, cmk, out, n):
 * The seals of ${cmk} among the ${objects} of its token that its seal key
 * signed; others can be put there by whoever has the PIN, and are left out,
 * and so is what has no PIN to it.
 *
 * Owner: the caller, free(*${out}).
 */
void sealed_list(const struct hsm_data *objects, size_t n_objects,
    const struct cmk *cmk, struct sealed **out, size_t *n);

/**
 * sealed_put(session, token, cmk, err):
 * Put the seal of the sealed ${cmk} into ${token}.
 *
 * Errors: ERR_TOKEN.
 */
int sealed_put(struct session *session, struct hsm_token *token,
    const struct cmk *cmk, struct error *err);

#endif
