/*
 * The ratchet: checkpoints of a CMK kept in the token of its KSKs, one after
 * another, where nobody can change them or take them away as far as the token
 * holds that. A store that does not know the newest of them is an old one.
 */
#ifndef ENGINE_RATCHET_H
#define ENGINE_RATCHET_H

#include <stdbool.h>
#include <stddef.h>

#include "hsm/data.h"
#include "hsm/token.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/kept.h"
#include "kmgr/engine/session.h"

#define RATCHET_PREFIX KEPT_PREFIX "ratchet:"	/* and 16 digits of its id */

/* What a token keeps of all CMKs; read in one pass. */
struct ratchet {
	struct hsm_data	*objects;
	size_t		 n;
};

/**
 * ratchet_read(token, out, err), ratchet_clear(ratchet):
 * Owner: the caller, ratchet_clear().
 *
 * Errors: ERR_TOKEN.
 *
 * ratchet_take(objects_take, n, out):
 * Likewise, of the ${n} ${objects_take} of a token, whatever they are.
 */
int ratchet_read(struct hsm_token *token, struct ratchet *out,
    struct error *err);
void ratchet_take(struct hsm_data *objects_take, size_t n,
    struct ratchet *out);
void ratchet_clear(struct ratchet *ratchet);

/**
 * ratchet_list(ratchet, cmk_id, out, n):
 * The checkpoints of the CMK in ${ratchet}, newest first. Nothing is verified:
 * whoever has the PIN can put objects there. What cannot be read as one is
 * left out, and what has no PIN to it.
 *
 * Owner: the caller, ratchet_list_free().
 */
void ratchet_list(const struct ratchet *ratchet, const char *cmk_id,
    struct checkpoint **out, size_t *n);
void ratchet_list_free(struct checkpoint *list, size_t n);

/**
 * ratchet_put(session, token, cmk_id, checkpoint, err):
 * Put ${checkpoint} into ${token}. Where the token does not hold it as it
 * should, a note says what that is worth.
 *
 * Errors: ERR_TOKEN.
 */
int ratchet_put(struct session *session, struct hsm_token *token,
    const char *cmk_id, const struct checkpoint *checkpoint,
    struct error *err);

/**
 * ratchet_is_held(cmk):
 * Whether the token had data objects at all when it was probed for ${cmk}.
 */
bool ratchet_is_held(const struct cmk *cmk);

/**
 * ratchet_check_strangers(session, token_name, err):
 * Whether the store knows every CMK that has a record in the token. Else the
 * store is older than the token, or another one uses the token.
 *
 * Errors: ERR_INTEGRITY, ERR_TOKEN, ERR_STORE.
 */
int ratchet_check_strangers(struct session *session, const char *token_name,
    struct error *err);

#endif
