#include <stdlib.h>
#include <string.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/zone_ttl.h"
#include "kmgr/life/life_todo.h"
#include "kmgr/service/health_facts.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/run_failure.h"

/* Whether every policy of those that sign names it: CDS have no others. */
static bool
is_common(const struct zone_life *life, const struct health_zone *zone,
    enum digest digest)
{
	size_t i;

	for (i = 0; i < life->n_ksks; i++)
		if (zone->keys[i].is_in_set &&
		    !policy_has_digest(life->ksks[i].cmk->policy, digest))
			return false;
	return true;
}

/* A DS a digest; a foreign key's like those of ours. */
static void
take_ds(const struct zone_life *life, const struct policy *policy,
    struct health_zone *zone)
{
	struct health_key *key;
	size_t i, k;

	for (i = 0; i < zone->n_keys; i++) {
		key = &zone->keys[i];
		key->ds = mem_new(policy->n_digests * sizeof(*key->ds));
		for (k = 0; k < policy->n_digests; k++)
			if (is_common(life, zone, policy->digests[k]))
				ds_init(&key->ds[key->n_ds++], &life->name,
				    zone_life_dnskey(life, i),
				    policy->digests[k]);
	}
}

/*
 * What CDS and CDNSKEY are to be: of those who sign the most reticent policy
 * decides when there are any, and which digests they have.
 */
static void
take_cds(const struct config_zone *config, const struct zone_life *life,
    struct health_zone *zone)
{
	const struct policy *policy, *first = NULL;
	size_t i;

	for (i = 0; i < life->n_ksks; i++) {
		if (!zone->keys[i].is_in_set)
			continue;
		policy = life->ksks[i].cmk->policy;
		if (first == NULL || policy->cds < zone->cds)
			zone->cds = policy->cds;
		first = first == NULL ? policy : first;
	}
	/* By hand whoever signs says each time whether there are any. */
	if (zone->cds == CDS_ROLLOVER && !publish_is_configured(config))
		zone->cds = CDS_NONE;
	if (life->n_ksks > 0)
		take_ds(life, first != NULL ? first :
		    life->ksks[life->n_ksks - 1].cmk->policy, zone);
}

/* Since when the parent is asked for what it was not seen to do. */
static int64_t
awaited_since(const struct life_key *key, bool wants_ds)
{
	const bool has_ds = key->ds_seen_at != 0 && key->ds_gone_at == 0;

	if (wants_ds == has_ds)
		return 0;
	return wants_ds ? key->ds_add_at : key->ds_remove_at;
}

static void
take_key(const struct zone_life *life, size_t i, struct health_zone *zone)
{
	const struct life_key *from = &life->life.keys[i];
	struct health_key *key;

	key = mem_push(&zone->keys, zone->n_keys++, sizeof(*key));
	*key = (struct health_key) {
		.name = from->name,
		.token = from->is_foreign ? NULL :
		    life->ksks[i].cmk->row.token,
		.cmk = from->is_foreign ? NULL : life->ksks[i].cmk->row.name,
		.dnskey = *zone_life_dnskey(life, i),
		.is_foreign = from->is_foreign,
		.is_standby = from->standby != LIFE_NO_STANDBY,
		.dnskey_state = life_dnskey_state(&life->life, i,
		    zone->now_at),
		.ds_state = life_ds_state(&life->life, i, zone->now_at),
		.is_in_set = zone_life_in_set(life, i, zone->now_at),
		.wants_ds = zone_life_wants_ds(life, i, zone->now_at),
		.is_leaving = from->retire_at != 0 || from->revoke_at != 0 ||
		    from->is_compromised,
		.made_at = from->made_at,
		.active_at = from->ds_seen_at != 0 ? from->ds_seen_at :
		    from->made_at,
		.lifetime_s = from->lifetime_s,
		.needs_backup = from->needs_backup,
		.backup_at = from->backup_at,
		.ds_seen_at = from->ds_seen_at,
		.trial = ERR_INIT
	};
	key->awaited_since_at = awaited_since(from, key->wants_ds);
	if (from->revoke_at != 0 && from->revoke_at <= zone->now_at)
		key->dnskey.flags |= DNSKEY_REVOKE;
}

/* What the policies say, and the configuration where it says more. */
static void
take_policies(struct session *session, const struct zone_life *life,
    struct health_zone *zone)
{
	const struct config_zone *config = config_zone(
	    session_config(session), life->text);
	const struct policy *policy;
	size_t i;

	for (i = 0; i < life->n_ksks; i++) {
		policy = life->ksks[i].cmk->policy;
		int64_raise(&zone->dnskey_ttl_s, policy->dnskey_ttl_s);
		int64_raise(&zone->max_zone_ttl_s, policy->max_zone_ttl_s);
		int64_raise(&zone->parent_ds_ttl_s, policy->parent_ds_ttl_s);
		if (i == 0 || policy->inception_offset_s <
		    zone->inception_offset_s)
			zone->inception_offset_s = policy->inception_offset_s;
		if (i == 0 || life->ksks[i].cmk != life->ksks[i - 1].cmk)
			rules_check_policy(policy, &zone->policy);
	}
	take_cds(config, life, zone);
	if (config == NULL)
		return;
	int64_raise(&zone->dnskey_ttl_s, config->timing.dnskey_ttl_s);
	int64_raise(&zone->max_zone_ttl_s, config->timing.max_zone_ttl_s);
	int64_raise(&zone->parent_ds_ttl_s, config->timing.parent_ds_ttl_s);
}

/* Whether somebody, and not time, is waited for. */
static bool
is_of_operator(enum life_wait wait)
{

	return wait == LIFE_WAITS_DS_SEEN || wait == LIFE_WAITS_DS_GONE ||
	    wait == LIFE_WAITS_SIGNER || wait == LIFE_WAITS_BACKUP ||
	    wait == LIFE_WAITS_OPERATOR || wait == LIFE_WAITS_APPROVAL;
}

/* What is to be in a response of a ceremony waits for the next one. */
static int64_t
due_at(const struct zone_life *life, const struct life_step *step)
{

	return life->life.has_response && (step->kind == LIFE_SIGN ||
	    (step->kind >= LIFE_PUBLISH_DNSKEY &&
	    step->kind <= LIFE_REVOKE_DNSKEY)) ? step->at :
	    life_due_since(&life->life, step);
}

/* The earliest instant at which run has, or had, something to do. */
static int64_t
next_of(const struct zone_life *life, const struct life_plan *plan)
{
	int64_t at = plan->next_at, since_at;
	size_t i;

	for (i = 0; i < plan->n_due; i++) {
		since_at = due_at(life, &plan->steps[i]);
		if (since_at < at)
			at = since_at;
	}
	if (life->row.next_at != 0 && life->row.next_at < at)
		at = life->row.next_at;
	return at;
}

static void
take_plan(const struct zone_life *life, struct health_zone *zone)
{
	struct life_todo todo;
	struct life_plan plan;

	life_plan(&life->life, zone->now_at, &plan);
	life_todo(&life->life, &plan, zone->now_at, &todo);
	if (is_of_operator(todo.wait)) {
		zone->waits_since_at = todo.since_at != 0 ? todo.since_at :
		    life->row.waiting_since_at;
		zone->waits_for = todo.key == LIFE_NONE ?
		    mem_strdup(life_wait_text(todo.wait)) :
		    mem_printf("%s (%s)", life_wait_text(todo.wait),
		    life->life.keys[todo.key].name);
	}
	zone->next_at = next_of(life, &plan);
	life_plan_clear(&plan);
}

/* After the plan, which knows nothing of it. */
static int
take_publish(struct session *session, const struct zone_life *life,
    struct health_zone *zone, struct error *err)
{
	bool waits;

	if (publish_waits(session, life, &waits, err) != 0)
		return -1;
	if (!waits)
		return 0;
	zone->unpublished_since_at = life->signed_at;
	if (zone->next_at > life->signed_at)
		zone->next_at = life->signed_at;
	return 0;
}

static int
take_failure(struct session *session, const struct zone_life *life,
    struct health_zone *zone, struct error *err)
{
	struct run_failure failure;

	if (run_failure_find(session, &life->row, &failure, err) != 0)
		return -1;
	zone->failing_since_at = failure.since_at;
	zone->failure = failure.text;		/* it is the zone's now */
	return 0;
}

static void
take_life(const struct zone_life *life, struct health_zone *zone)
{
	char why[LIFE_WHY_LEN];
	size_t i;

	zone->goal = life->life.goal;
	zone->timing = life->life.timing;
	zone->lifetime_s = life->life.lifetime_s;
	zone->roll_s = life_roll_s(&life->life.timing, life->life.roll);
	zone->signed_until_at = life->life.signed_until_at;
	zone->is_rolling = !life_may_roll(&life->life, zone->now_at, why);
	zone->rolls_by_itself =
	    (life->life.automation & LIFE_AUTO_START) != 0;
	zone->n_standbys_wanted = life->life.standby != LIFE_NO_STANDBY;
	for (i = 0; i < life->life.n_algs &&
	    zone->n_zone_algs < sizeof(zone->zone_algs); i++)
		if (life->life.algs[i].has_zsk)
			zone->zone_algs[zone->n_zone_algs++] =
			    life->life.algs[i].alg;
	for (i = 0; i < life->life.n_keys; i++)
		take_key(life, i, zone);
}

/* What the oracle says where all stays as it is, and where it goes on. */
static int
ask_oracle(struct session *session, const struct zone_life *life,
    struct health_zone *zone, struct error *err)
{
	struct error hole = ERR_INIT;
	struct life_zone after;
	int rc;

	rc = zone_life_judge_now(session, life, &hole);
	if (rc != 0 && hole.class == ERR_POLICY)
		zone->oracle_now = mem_strdup(hole.msg);
	else if (rc != 0)
		goto fail;
	err_clear(&hole);
	zone_life_after(life, zone->now_at, &after);
	rc = zone_life_judge(session, life, &after, &hole);
	life_zone_clear(&after);
	if (rc != 0 && hole.class != ERR_POLICY)
		goto fail;
	if (rc != 0 && zone->oracle_now == NULL)
		zone->oracle_next = mem_strdup(hole.msg);
	return 0;
 fail:
	*err = hole;
	return -1;
}

static int
take_observed(struct store *store, const struct zone_life *life,
    struct health_zone *zone, struct error *err)
{
	struct observation_row *rows;
	size_t n;

	if (store_observation_list(store, life->text, "ds-ttl", 0, &rows, &n,
	    err) != 0)
		return -1;
	if (n > 0)
		zone->parent_ds_ttl_before_s = rows[0].value;
	observation_rows_free(rows, n);
	return zone_ttl_seen(store, life->text, ZONE_TTL_DNSKEY,
	    life->life.timing.zone_propagation_delay_s, zone->now_at,
	    &zone->dnskey_ttl_seen_s, err) != 0 ||
	    zone_ttl_seen(store, life->text, ZONE_TTL_MAX,
	    life->life.timing.zone_propagation_delay_s, zone->now_at,
	    &zone->max_zone_ttl_seen_s, err) != 0 ? -1 : 0;
}

int
health_facts(struct session *session, struct zone_life *life,
    struct health_zone *zone, struct error *err)
{
	struct store *store;

	*zone = (struct health_zone) { .name = life->text,
		.now_at = session_now(session), .trouble = ERR_INIT };
	if (session_store(session, &store, err) != 0)
		return -1;
	take_life(life, zone);
	take_policies(session, life, zone);
	take_plan(life, zone);
	if (take_publish(session, life, zone, err) != 0 ||
	    take_failure(session, life, zone, err) != 0 ||
	    take_observed(store, life, zone, err) != 0 ||
	    health_facts_released(session, life, zone, err) != 0)
		return -1;
	return zone->n_keys == 0 ? 0 : ask_oracle(session, life, zone, err);
}
