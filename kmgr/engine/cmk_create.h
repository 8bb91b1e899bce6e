/* How a CMK comes to be: probe, intent, key pair, record. */
#ifndef ENGINE_CMK_CREATE_H
#define ENGINE_CMK_CREATE_H

#include "hsm/key.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store_intent.h"
#include "policy/policy.h"

/* Whether the token may keep CMKs of a store that is not this one. */
enum cmk_neighbours { CMK_ALONE, CMK_BESIDE_OTHERS };

struct cmk_request {
	const char		*name;
	const char		*token;		/* of the KSKs, as configured */
	const char		*seal_token;	/* of the seal key */
	const struct policy	*policy;
	enum cmk_neighbours	 neighbours;
};

/**
 * cmk_create_check_policy(policy, err):
 * Whether a CMK may have this policy: it makes sense.
 *
 * Errors: ERR_POLICY.
 */
int cmk_create_check_policy(const struct policy *policy, struct error *err);

/**
 * cmk_create_plan(session, request, plan, err):
 * What cmk_create_apply() would do; nothing where that CMK is there already.
 *
 * Errors: ERR_USAGE (bad name), ERR_INPUT (one taken by another CMK),
 * ERR_POLICY.
 */
int cmk_create_plan(struct session *session, const struct cmk_request *request,
    struct plan *plan, struct error *err);

/**
 * cmk_create_apply(session, request, out, err):
 * Probe the tokens, make the seal key, record the draft, and make the identity
 * key where the KSKs will live in another token. A CMK of this name, these
 * tokens and this policy that is there already is returned as it is; what an
 * interrupted run left to do is done.
 *
 * Owner: the caller, cmk_free().
 * Errors: as cmk_create_plan(); ERR_TOKEN, also for a token that a private
 * value could leave or that lacks the policy's algorithm; ERR_INTEGRITY, also
 * for CMK_ALONE where the token keeps a CMK that the store does not know;
 * ERR_STORE.
 */
int cmk_create_apply(struct session *session,
    const struct cmk_request *request, struct cmk **out, struct error *err);

/**
 * cmk_create_finish(session, intent, key, err):
 * Record the CMK whose seal key ${key} was made for ${intent}, in one
 * transaction that closes the intent.
 *
 * Errors: ERR_INPUT (its name was taken meanwhile), ERR_STORE, ERR_INTEGRITY.
 */
int cmk_create_finish(struct session *session,
    const struct intent_row *intent, struct hsm_key *key, struct error *err);

#endif
