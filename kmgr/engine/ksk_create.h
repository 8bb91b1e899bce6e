/* How KSKs come to be: plan, seal at first use, key pair, endorsement. */
#ifndef ENGINE_KSK_CREATE_H
#define ENGINE_KSK_CREATE_H

#include <stddef.h>

#include "hsm/key.h"
#include "kmgr/base/err.h"
#include "kmgr/engine/approval.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/ksk_resumed.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/engine/trust_owed.h"

enum ksk_wish {
	KSK_IF_MISSING,		/* one where the zone has none under the CMK */
	KSK_ANOTHER		/* one more in any case */
};

struct ksk_request {
	const char		*cmk;		/* name or id */
	const struct name	*zones;
	size_t			 n_zones;
	enum ksk_wish		 wish;
	const char		*standby; /* "ds", "dnskey": of KSK_ANOTHER;
					   * NULL: to be in use */
	bool			 is_part; /* of a plan that was approved */
	/*
	 * Where the zones of a list go in parts, a request each: what one of
	 * them finds that an interrupted run had begun, for those behind it.
	 */
	struct ksk_resumed	*resumed;
	/* Likewise, what tokens are still owed then; NULL: nothing is. */
	struct trust_owed	*owed;
	/*
	 * Called for a zone that can have no KSK, perhaps more than once; the
	 * others go on. NULL: the first such zone fails all, before anything
	 * is made.
	 */
	void			(*refused)(void *arg, const struct name *zone,
				    const struct error *err);
	void			*arg;
	/* Where the policy demands approvers: theirs, and what they signed. */
	const struct approval	*approval;
	const struct json	*arguments;
};

#define KSK_CREATE_OP "create-ksk"

/**
 * ksk_create_arguments(request):
 * What ${request} asks for, as a plan has it: {"another",
 * "standby", "zones"}.
 * Owner: the caller, json_free().
 */
struct json *ksk_create_arguments(const struct ksk_request *request);

/**
 * ksk_create_made(session, plan, list, n, n_made, err):
 * Put those ${n} KSKs of ${list} to its front that the plan with the hash
 * ${plan} has made in this very run.
 *
 * Errors: ERR_STORE.
 */
int ksk_create_made(struct session *session, const char *plan,
    struct ksk *list, size_t n, size_t *n_made, struct error *err);

/**
 * ksk_create_approved(session, cmk_id, approval, arguments, err):
 * Carry out what was approved. Zones for which an interrupted run has done so
 * already are left alone.
 *
 * ksk_create_approved_plan(session, cmk_id, approval, arguments, plan, err):
 * What that would do now.
 *
 * Errors: as ksk_create_apply().
 */
int ksk_create_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err);
int ksk_create_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err);

/**
 * ksk_create_plan(session, request, plan, err):
 * What ksk_create_apply() would do, in order: seal the CMK where this is its
 * first use, then a key pair or an endorsement for each zone.
 *
 * Errors: ERR_INPUT, ERR_POLICY, ERR_INTEGRITY, ERR_STORE.
 */
int ksk_create_plan(struct session *session,
    const struct ksk_request *request, struct plan *plan, struct error *err);

/**
 * ksk_create_apply(session, request, cache, out, n, err):
 * Do it, if the approvers whom the policy demands said yes, and return the KSKs
 * that the zones of ${request} now have under the CMK. What was done before a
 * failure, or until stop_signal() told of a signal, stays and is in the store.
 *
 * Owner: the caller, ksk_list_free(); before that, not ${cache}.
 * Errors: as ksk_create_plan(); ERR_TOKEN.
 */
int ksk_create_apply(struct session *session,
    const struct ksk_request *request, struct cmk_cache *cache,
    struct ksk **out, size_t *n, struct error *err);

#endif
