#include <string.h>

#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/trust_vouch.h"
#include "kmgr/engine/zone_roll_inner.h"

static const char *const reasons[] = { "scheduled", "compromise", "loss" };
#define N_REASONS (sizeof(reasons) / sizeof(reasons[0]))

const char *
zone_roll_reason_name(enum zone_roll_reason reason)
{

	return reasons[reason];
}

int
zone_roll_reason_read(const char *text, enum zone_roll_reason *out,
    struct error *err)
{
	size_t i;

	for (i = 0; i < N_REASONS; i++)
		if (strcmp(text, reasons[i]) == 0) {
			*out = (enum zone_roll_reason)i;
			return 0;
		}
	return err_set(err, ERR_USAGE, "no reason \"%.32s\": it is scheduled, "
	    "compromise or loss", text);
}

static bool
is_emergency(const struct zone_roll_request *request)
{

	return request->reason != ZONE_ROLL_SCHEDULED;
}

/* Policies demand approvers for what is done in an emergency. */
static int
demand(const struct zone_roll *roll, const struct zone_roll_request *request,
    struct error *err)
{
	struct plan plan = PLAN_INIT;
	int rc;

	if (!is_emergency(request))
		return 0;
	zone_roll_plan(roll, request, &plan);
	rc = approval_demand(roll->zone->ksks[roll->first_old].cmk,
	    &(struct approval_subject) { ZONE_ROLL_OP, request->arguments,
	    &plan }, request->approval, err);
	plan_clear(&plan);
	return rc;
}

static int
make_heir(struct session *session, const struct zone_roll *roll,
    struct error *err)
{
	const struct ksk_request request = { .cmk = roll->target->row.id,
		.zones = &roll->zone->name, .n_zones = 1,
		.wish = KSK_ANOTHER };
	struct cmk_cache cache = { 0 };
	struct ksk *list = NULL;
	size_t n = 0;
	int rc;

	rc = ksk_create_apply(session, &request, &cache, &list, &n, err);
	ksk_list_free(list, n);
	cmk_cache_clear(&cache);
	if (rc == 0)
		return 0;
	(void)err_hint(err, "kmgr create-ksk %s --another --cmk %s makes the "
	    "successor; roll-ksk takes it then", roll->zone->text,
	    roll->target->row.name);
	return err_wrap(err, "make the successor");
}

/* The zone once the old keys are retired and the heir is no standby. */
static void
change(const struct zone_roll *roll, const struct zone_roll_request *request,
    int64_t now_at, struct life_zone *after)
{
	size_t i;

	if (roll->kind == ZONE_ROLL_STANDBY)
		after->keys[roll->heir].standby = LIFE_NO_STANDBY;
	for (i = 0; i < roll->zone->n_ksks; i++) {
		struct life_key *key = &after->keys[i];

		if (!roll->is_old[i])
			continue;
		if (key->retire_at == 0)
			key->retire_at = now_at;
		key->is_compromised = key->is_compromised ||
		    is_emergency(request);
		if (request->chain == ZONE_ROLL_BREAK_CHAIN &&
		    key->ds_remove_at == 0 && (key->ds_add_at != 0 ||
		    key->ds_seen_at != 0 ||
		    life_ds_is_untold(after, i, now_at)))
			key->ds_remove_at = now_at;
	}
}

/* Inside a transaction: the facts of one key, with their event. */
static int
record_key(struct session *session, const struct zone_roll *roll, size_t i,
    const struct life_key *after, struct error *err)
{
	struct ksk_row row = roll->zone->ksks[i].row;	/* borrows texts */
	const int64_t now_at = session_now(session);
	char none[] = "none", retired[] = "retired";

	if (!roll->is_old[i]) {
		row.standby = none;
		return ksk_facts_record(session, &row,
		    life_step_name(LIFE_PROMOTE), now_at, err);
	}
	row.retire_at = after->retire_at;
	row.ds_remove_at = after->ds_remove_at;
	if (after->is_compromised && row.compromised_at == 0)
		row.compromised_at = now_at;
	if (row.dnskey_in_at != 0 || row.ds_seen_at != 0)
		row.state = retired;
	if (after->is_compromised && ksr_record_supersede(session, row.zone,
	    row.id, KSR_DS_GONE, err) != 0)
		return -1;
	return ksk_facts_record(session, &row, life_step_name(LIFE_RETIRE),
	    now_at, err);
}

int
zone_roll_record(struct session *session, const struct zone_roll *roll,
    const struct life_zone *after, struct error *err)
{
	int rc = zone_life_check_same(session, roll->zone, err);
	size_t i;

	for (i = 0; i < roll->zone->n_ksks && rc == 0; i++)
		if (roll->is_old[i] || (roll->kind == ZONE_ROLL_STANDBY &&
		    i == roll->heir))
			rc = record_key(session, roll, i, &after->keys[i], err);
	return rc;
}

static int
record(struct session *session, const struct zone_roll *roll,
    const struct life_zone *after, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (zone_roll_record(session, roll, after, err) == 0 &&
	    store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

static bool
takes_part(const struct zone_roll *roll, size_t i)
{

	return roll->is_old[i] || i == roll->heir;
}

/* Each CMK of a key whose facts change, once; order does not matter. */
static int
each_cmk(struct session *session, const struct zone_roll *roll,
    int (*act)(struct session *, const struct cmk *, struct error *),
    struct error *err)
{
	size_t i, k;

	for (i = 0; i < roll->zone->n_ksks; i++) {
		if (!takes_part(roll, i))
			continue;
		for (k = 0; k < i; k++)
			if (takes_part(roll, k) && roll->zone->ksks[k].cmk ==
			    roll->zone->ksks[i].cmk)
				break;
		if (k == i && act(session, roll->zone->ksks[i].cmk, err) != 0)
			return -1;
	}
	return 0;
}

/* Their CMKs can answer for nothing any more: that of the successor does. */
static int
prove_all(struct session *session, const struct zone_roll *roll,
    struct error *err)
{
	size_t i;

	for (i = 0; i < roll->zone->n_ksks; i++)
		if (roll->is_old[i] && roll->is_lost[i] &&
		    trust_vouch_declare(session, roll->zone->ksks[i].cmk,
		    roll->voucher, err) != 0)
			return -1;
	return each_cmk(session, roll, trust_prove, err);
}

/* The oracle is asked before; who breaks the chain does not ask it. */
int
zone_roll_judge(struct session *session, const struct zone_roll *roll,
    const struct zone_roll_request *request, struct life_zone *after,
    struct error *err)
{

	life_zone_copy(&roll->zone->life, after);
	change(roll, request, session_now(session), after);
	if (request->chain == ZONE_ROLL_KEEP_CHAIN && zone_life_judge(session,
	    roll->zone, after, err) != 0)
		return -1;
	return prove_all(session, roll, err);
}

int
zone_roll_settle(struct session *session, const struct zone_roll *roll,
    struct error *err)
{

	return each_cmk(session, roll, cmk_life_settle, err);
}

static int
retire(struct session *session, const struct zone_roll *roll,
    const struct zone_roll_request *request, struct error *err)
{
	struct life_zone after;
	int rc;

	rc = zone_roll_judge(session, roll, request, &after, err);
	if (rc == 0)
		rc = record(session, roll, &after, err);
	life_zone_clear(&after);
	return rc != 0 ? rc : zone_roll_settle(session, roll, err);
}

static int
run_locked(struct session *session, const struct zone_roll_request *request,
    struct error *err)
{
	struct zone_roll roll;
	int rc;

	if ((rc = zone_roll_choose(session, request, &roll, err)) == 0 &&
	    (rc = zone_roll_check_token(session, &roll, err)) == 0 &&
	    (rc = demand(&roll, request, err)) == 0 &&
	    roll.kind == ZONE_ROLL_MAKE &&
	    (rc = make_heir(session, &roll, err)) == 0) {
		/* It is among the zone's keys now. */
		zone_roll_clear(&roll);
		rc = zone_roll_choose(session, request, &roll, err);
	}
	if (rc == 0)
		rc = retire(session, &roll, request, err);
	zone_roll_clear(&roll);
	return rc;
}

int
zone_roll_apply(struct session *session,
    const struct zone_roll_request *request, struct error *err)
{
	int rc;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = run_locked(session, request, err);
	session_unlock(session);
	return rc;
}
