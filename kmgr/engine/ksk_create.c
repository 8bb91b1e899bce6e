#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/approval.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/identity.h"
#include "kmgr/engine/ksk_batch.h"
#include "kmgr/engine/ksk_collect.h"
#include "kmgr/engine/ksk_create_inner.h"
#include "kmgr/engine/ksk_resumed.h"
#include "kmgr/engine/ksk_shared.h"
#include "kmgr/engine/seal.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/wrapkey.h"
#include "kmgr/store/ledger.h"

/* The actions that follow one of its kind, it included. */
static size_t
count_alike(const struct plan *plan, size_t first)
{
	size_t n = 1;

	while (first + n < plan->n &&
	    plan->actions[first + n].kind == plan->actions[first].kind)
		n++;
	return n;
}

/*
 * Which of a group's pairs is the newest their instants tell: the clock of this
 * run, of whole seconds, is behind that of the newest one.
 */
static int
tell_apart(struct session *session, const struct cmk *cmk, struct error *err)
{
	struct key_row shared = { 0 };
	struct store *store;
	bool found = false;
	int rc;

	if (cmk->policy->custody != CUSTODY_SHARED)
		return 0;
	if (session_store(session, &store, err) != 0)
		return -1;
	rc = store_key_shared(store, cmk->row.id, &shared, &found, err);
	if (rc == 0 && found)
		session_advance(session, shared.created_at + 1);
	key_row_clear(&shared);
	return rc;
}

/* All of one kind; the seal comes first, and there is one. */
static int
do_actions(struct ksk_batch *batch, struct cmk *cmk,
    const struct action *actions, size_t n, struct error *err)
{

	if (actions[0].kind == ACTION_SEAL)
		return seal_first_use(batch->session, cmk, batch->seal_key,
		    err);
	if (actions[0].kind != ACTION_MAKE_KSK)
		return ksk_shared_endorse(batch, cmk, actions, n, err);
	if (cmk->policy->custody == CUSTODY_WRAPPED && batch->wrap == NULL &&
	    wrapkey_open(batch->session, cmk, &batch->wrap, err) != 0)
		return -1;
	return tell_apart(batch->session, cmk, err) != 0 ? -1 :
	    ksk_batch_make(batch, actions, n, err);
}

/* Carry out plan, whose CMK is cmk. */
static int
apply(struct session *session, struct cmk *cmk, const struct plan *plan,
    struct ksk_collect *collect, struct error *err)
{
	struct ksk_batch batch = { .session = session, .cmk = cmk,
		.request = collect->request, .collect = collect };
	size_t i, n;
	int rc = 0;

	if (plan->n > 0 && ((identity_is_due(cmk) &&
	    identity_make(session, cmk, err) != 0) ||
	    cmk_open_seal_key(session, cmk, &batch.seal_key, err) != 0))
		return -1;
	for (i = 0; i < plan->n && rc == 0; i += n) {
		n = count_alike(plan, i);
		rc = do_actions(&batch, cmk, &plan->actions[i], n, err);
	}
	hsm_wrap_free(batch.wrap);
	hsm_key_free(batch.seal_key);
	return rc;
}

/*
 * Without the zones for which ksk_resumed_run() has just finished what an
 * interrupted run of the same command wanted.
 */
static void
drop_resumed(const struct ksk_request *request,
    const struct ksk_resumed *resumed, struct name *zones, size_t *n)
{
	size_t i;

	*n = 0;
	for (i = 0; i < request->n_zones; i++)
		if (!ksk_resumed_has(resumed, &request->zones[i]))
			zones[(*n)++] = request->zones[i];
}

/* What was made before something failed is made, and gets its checkpoint. */
static int
apply_and_settle(struct session *session, struct cmk *cmk,
    const struct plan *plan, struct ksk_collect *collect, struct error *err)
{
	struct error second = ERR_INIT;
	const int rc = apply(session, cmk, plan, collect, err);
	struct trust_owed *owed = collect->request->owed;
	const struct error *untold;

	if (owed == NULL)
		return trust_settle(session, cmk, rc == 0 ? err : &second) ==
		    0 ? rc : -1;
	trust_owe(owed, cmk);
	(void)trust_owed_tell_some(session, owed, &second);
	untold = trust_owed_why(owed, cmk);
	if (untold == NULL || rc != 0)
		return rc;
	*err = *untold;
	return -1;
}

/* Of a plan that was approved, or where nobody has to approve. */
static int
plan_rest(struct store *store, struct cmk *cmk,
    const struct ksk_request *request, const struct ksk_resumed *resumed,
    struct plan *plan, struct error *err)
{
	struct ksk_request rest = *request;
	struct name *zones;
	int rc;

	zones = mem_new(request->n_zones * sizeof(*zones));
	drop_resumed(request, resumed, zones, &rest.n_zones);
	rest.zones = zones;
	rc = ksk_create_plan_for(store, cmk, &rest, plan, err);
	free(zones);
	if (rc != 0 || request->is_part)
		return rc;
	return approval_demand(cmk, &(struct approval_subject) {
	    KSK_CREATE_OP, request->arguments, plan }, request->approval,
	    err);
}

/* With the lock held: prove, resume, plan, apply. */
static int
run_locked(struct session *session, struct store *store, struct cmk *cmk,
    struct ksk_resumed *resumed, struct ksk_collect *collect,
    struct error *err)
{
	const struct ksk_request *request = collect->request;
	struct plan plan = PLAN_INIT;
	int rc = -1;

	/* In a part of something greater what is owed is told at its end. */
	if (cmk_life_check_usable(cmk, err) == 0 &&
	    trust_prove(session, cmk, err) == 0 &&
	    (request->owed != NULL ||
	    trust_owed_settle(session, cmk->row.token, err) == 0) &&
	    ksk_resumed_run(session, cmk, request, resumed, err) == 0 &&
	    plan_rest(store, cmk, request, resumed, &plan, err) == 0)
		rc = plan.n == 0 ? 0 :
		    apply_and_settle(session, cmk, &plan, collect, err);
	plan_clear(&plan);
	return rc;
}

/* With the lock held; what the zones have then. */
static int
create(struct session *session, struct store *store,
    const struct ksk_request *request, struct cmk_cache *cache,
    struct ksk **out, size_t *n, struct error *err)
{
	struct ksk_resumed now = { NULL, 0 }, *resumed = request->resumed;
	struct ksk_collect collect;
	struct cmk *cmk;
	int rc;

	if (resumed == NULL)
		resumed = &now;
	if (cmk_load(store, request->cmk, &cmk, err) != 0) {
		session_unlock(session);
		return -1;
	}
	ksk_collect_init(&collect, store, cache, cmk->row.id, request);
	rc = run_locked(session, store, cmk, resumed, &collect, err);
	session_unlock(session);
	if (rc == 0)
		rc = ksk_collect_end(&collect, resumed, out, n, err);
	ksk_collect_clear(&collect);
	ksk_resumed_clear(&now);
	cmk_free(cmk);
	return rc;
}

int
ksk_create_apply(struct session *session, const struct ksk_request *request,
    struct cmk_cache *cache, struct ksk **out, size_t *n, struct error *err)
{
	struct store *store;
	int rc;

	*out = NULL;
	*n = 0;
	if (session_store(session, &store, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = create(session, store, request, cache, out, n, err);
	if (rc != 0) {
		ksk_list_free(*out, *n);
		*out = NULL;
		*n = 0;
	}
	return rc;
}
