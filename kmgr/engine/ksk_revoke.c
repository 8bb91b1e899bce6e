#include <string.h>

#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksk_revoke.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_step.h"

/* The zone, which of its keys, and the zone once that is retired. */
struct revocation {
	struct cmk_cache	 cache;
	struct zone_life	*zone;
	size_t			 i;
	struct life_zone	 kept;		/* as it was loaded */
	bool			 is_done;
};

static void
revocation_clear(struct revocation *revocation)
{

	zone_life_free(revocation->zone);
	life_zone_clear(&revocation->kept);
	cmk_cache_clear(&revocation->cache);
}

static int
check(const struct zone_life *zone, size_t i, int64_t now_at,
    struct error *err)
{
	const struct life_key *key = &zone->life.keys[i];
	const enum life_state ds = life_ds_state(&zone->life, i, now_at);

	if (i >= zone->n_ksks)
		return err_set(err, ERR_INPUT, "KSK %s is another provider's",
		    key->name);
	if (!zone->life.timing.is_rfc5011) {
		(void)err_set(err, ERR_POLICY, "the policy of zone %s says "
		    "rfc5011: false: nobody follows its KSKs as trust "
		    "anchors", zone->text);
		return err_hint(err, "kmgr roll-ksk %s --reason compromise "
		    "makes resolvers believe KSK %s no more", zone->text,
		    key->name);
	}
	if (key->dnskey_in_at == 0 || key->dnskey_out_at != 0)
		return err_set(err, ERR_INPUT, "KSK %s is not published: a "
		    "revocation would be seen by nobody", key->name);
	if (ds != LIFE_RUMOURED && ds != LIFE_OMNIPRESENT)
		return 0;
	(void)err_set(err, ERR_POLICY, "the DS of KSK %s is at the parent, "
	    "and its revoked DNSKEY would not fit it", key->name);
	return err_hint(err, "roll it away first: kmgr roll-ksk %s",
	    key->name);
}

int
ksk_revoke_lacks(struct session *session, const struct ksk *ksk, bool *lacks,
    struct error *err)
{
	bool is_given = false;

	*lacks = approval_is_needed(ksk->cmk, KSK_REVOKE_OP);
	if (!*lacks || ksk->row.retire_at == 0 || ksk->row.revoke_at != 0)
		return 0;
	if (approval_was_given(session, ksk->cmk, KSK_REVOKE_OP, "ksk",
	    ksk->row.id, &is_given, err) != 0)
		return -1;
	*lacks = !is_given;
	return 0;
}

/* Retired, and its revocation signed by whoever has to. */
static bool
is_settled(const struct ksk *ksk, const struct life_key *key)
{

	return key->revoke_at != 0 || (key->retire_at != 0 &&
	    approval_is_needed(ksk->cmk, KSK_REVOKE_OP) &&
	    !key->lacks_approval);
}

/* RFC 5011 s2.1: it is as good as retired, and must be fit for it. */
static int
prepare(struct session *session, const struct ksk_revoke_request *request,
    struct revocation *out, struct error *err)
{
	const int64_t now_at = session_now(session);
	struct life_step wanted = { .kind = LIFE_REVOKE_DNSKEY }, step;
	struct life_zone after;
	struct life_key *key;
	int rc;

	*out = (struct revocation) { .i = LIFE_NONE };
	if (zone_step_locate(session, &out->cache, request->ksk, &out->zone,
	    &out->i, err) != 0)
		return -1;
	key = &out->zone->life.keys[out->i];
	out->is_done = out->i < out->zone->n_ksks &&
	    is_settled(&out->zone->ksks[out->i], key);
	if (out->is_done)
		return 0;
	if (check(out->zone, out->i, now_at, err) != 0)
		return -1;
	life_zone_copy(&out->zone->life, &out->kept);
	wanted.key = out->i;
	if (key->retire_at == 0)
		key->retire_at = now_at;
	key->lacks_approval = false;	/* demand() asks for it */
	if (zone_step_need(out->zone, &wanted, now_at, &step, err) != 0)
		return -1;
	life_zone_copy(&out->zone->life, &after);
	after.keys[out->i].revoke_at = now_at;
	key->retire_at = out->kept.keys[out->i].retire_at;
	rc = zone_life_judge(session, out->zone, &after, err);
	life_zone_clear(&after);
	return rc;
}

static void
plan_one(const struct revocation *revocation, struct plan *plan)
{

	if (!revocation->is_done)
		plan_add(plan, ACTION_LIFE_STEP, &revocation->zone->name,
		    "retire KSK %s; the DNSKEY RRset that is signed next "
		    "publishes it revoked, for ever",
		    revocation->zone->life.keys[revocation->i].name);
}

int
ksk_revoke_plan(struct session *session,
    const struct ksk_revoke_request *request, struct ksk_revoke_ids *ids,
    struct plan *plan, struct error *err)
{
	struct revocation revocation;
	const struct ksk *ksk;
	int rc;

	rc = prepare(session, request, &revocation, err);
	if (rc == 0) {
		plan_one(&revocation, plan);
		ksk = &revocation.zone->ksks[revocation.i];
		memcpy(ids->cmk, ksk->cmk->row.id, sizeof(ids->cmk));
		memcpy(ids->ksk, ksk->row.id, sizeof(ids->ksk));
	}
	revocation_clear(&revocation);
	return rc;
}

static int
demand(const struct revocation *revocation,
    const struct ksk_revoke_request *request, struct error *err)
{
	struct plan plan = PLAN_INIT;
	int rc;

	plan_one(revocation, &plan);
	rc = approval_demand(revocation->zone->ksks[revocation->i].cmk,
	    &(struct approval_subject) { KSK_REVOKE_OP, request->arguments,
	    &plan }, request->approval, err);
	plan_clear(&plan);
	return rc;
}

static int
record(struct session *session, const struct revocation *revocation,
    struct error *err)
{
	const struct ksk *ksk = &revocation->zone->ksks[revocation->i];
	struct ksk_row row = ksk->row;		/* borrows its texts */
	char retired[] = "retired";
	struct store *store;

	if (row.retire_at != 0)
		return 0;		/* it goes, and is revoked by that */
	row.retire_at = session_now(session);
	row.state = retired;
	if (trust_prove(session, ksk->cmk, err) != 0 ||
	    session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (zone_life_check_same(session, revocation->zone, err) != 0 ||
	    ksk_facts_record(session, &row, life_step_name(LIFE_RETIRE),
	    row.retire_at, err) != 0 ||
	    store_commit(store, err) != 0) {
		store_rollback(store);
		return -1;
	}
	return cmk_life_settle(session, ksk->cmk, err);
}

int
ksk_revoke_apply(struct session *session,
    const struct ksk_revoke_request *request, struct error *err)
{
	struct revocation revocation;
	int rc;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = prepare(session, request, &revocation, err);
	if (rc == 0 && revocation.is_done)
		session_note(session, revocation.zone->life.keys[
		    revocation.i].revoke_at != 0 ? "it is revoked already; "
		    "nothing to do" : "its revocation is approved already; "
		    "next: kmgr sign-zsks FILE");
	else if (rc == 0 && (rc = demand(&revocation, request, err)) == 0 &&
	    (rc = record(session, &revocation, err)) == 0)
		session_note(session, "next: kmgr sign-zsks %s FILE, and "
		    "publish the result", revocation.zone->text);
	session_unlock(session);
	revocation_clear(&revocation);
	return rc;
}

struct json *
ksk_revoke_arguments(const struct ksk_revoke_ids *ids)
{
	struct json *arguments = json_new_object();

	json_put_text(arguments, "ksk", ids->ksk);
	return arguments;
}

static int
read_arguments(const struct approval *approval, const struct json *arguments,
    struct ksk_revoke_request *out, struct error *err)
{

	*out = (struct ksk_revoke_request) {
		.ksk = json_get_text(arguments, "ksk"),
		.approval = approval,
		.arguments = arguments,
	};
	return out->ksk != NULL ? 0 : err_set(err, ERR_INTEGRITY,
	    "the plan names no KSK");
}

int
ksk_revoke_approved(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct error *err)
{
	struct ksk_revoke_request request;

	(void)cmk_id;		/* approval_demand() compares it */
	return read_arguments(approval, arguments, &request, err) != 0 ? -1 :
	    ksk_revoke_apply(session, &request, err);
}

int
ksk_revoke_approved_plan(struct session *session, const char *cmk_id,
    const struct approval *approval, const struct json *arguments,
    struct plan *plan, struct error *err)
{
	struct ksk_revoke_request request;
	struct ksk_revoke_ids ids;

	(void)cmk_id;		/* approval_demand() compares it */
	return read_arguments(approval, arguments, &request, err) != 0 ? -1 :
	    ksk_revoke_plan(session, &request, &ids, plan, err);
}
