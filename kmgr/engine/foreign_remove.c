#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/foreign.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/engine/zone_step.h"

static bool
is_hidden(const struct zone_life *zone, size_t i, int64_t now_at)
{

	return life_dnskey_state(&zone->life, i, now_at) == LIFE_HIDDEN &&
	    life_ds_state(&zone->life, i, now_at) == LIFE_HIDDEN;
}

/* It goes already: for what it waits. */
static int
tell_wait(const struct zone_life *zone, size_t i, int64_t now_at,
    struct error *err)
{
	const char *name = zone->life.keys[i].name;
	const struct life_step *step = NULL;
	struct life_plan plan;
	size_t s;

	life_plan(&zone->life, now_at, &plan);
	for (s = 0; s < plan.n && step == NULL; s++)
		if (plan.steps[s].key == i)
			step = &plan.steps[s];
	(void)err_set(err, ERR_NOT_YET, "foreign KSK %s is on its way out: "
	    "its DNSKEY is %s, its DS %s%s%s%s%s", name,
	    life_state_name(life_dnskey_state(&zone->life, i, now_at)),
	    life_state_name(life_ds_state(&zone->life, i, now_at)),
	    step == NULL ? "" : "; ",
	    step == NULL ? "" : life_step_name(step->kind),
	    step == NULL || step->why[0] == '\0' ? "" : " waits ",
	    step == NULL ? "" : step->why);
	life_plan_clear(&plan);
	return err_hint(err, "kmgr status %s names the next thing to do",
	    zone->text);
}

static int
find(struct session *session, struct cmk_cache *cache, const char *key,
    struct zone_life **zone, size_t *i, struct error *err)
{

	if (zone_step_locate(session, cache, key, zone, i, err) != 0)
		return -1;
	if (*i < (*zone)->n_ksks) {
		(void)err_set(err, ERR_INPUT, "KSK %s is one of ours",
		    (*zone)->life.keys[*i].name);
		return err_hint(err, "kmgr roll-ksk retires it, and "
		    "delete-ksk ends it");
	}
	if ((*zone)->life.keys[*i].retire_at != 0 &&
	    !is_hidden(*zone, *i, session_now(session)))
		return tell_wait(*zone, *i, session_now(session), err);
	return 0;
}

int
foreign_remove_plan(struct session *session, const char *key,
    struct plan *plan, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct zone_life *zone = NULL;
	size_t i;
	int rc;

	rc = find(session, &cache, key, &zone, &i, err);
	if (rc == 0)
		plan_add(plan, ACTION_FOREIGN_KEY, &zone->name, is_hidden(
		    zone, i, session_now(session)) ?
		    "remove the foreign KSK %s: no cache has anything of it" :
		    "let the foreign KSK %s go: its DS first, and when no "
		    "cache has that its DNSKEY", zone->life.keys[i].name);
	zone_life_free(zone);
	cmk_cache_clear(&cache);
	return rc;
}

static int
record(struct session *session, const struct zone_life *zone, size_t i,
    bool is_gone, struct error *err)
{
	const struct cmk *cmk = zone_guarantor(session, zone);
	struct foreign_key_row row = zone->foreign[i - zone->n_ksks];
	const int64_t now_at = session_now(session);
	struct store *store;

	if (cmk == NULL)
		return err_set(err, ERR_INPUT, "zone %s has no KSK of ours, "
		    "whose CMK could answer for it", zone->text);
	if (row.retire_at == 0)
		row.retire_at = now_at;
	if (is_gone)
		row.removed_at = now_at;
	if (trust_prove(session, cmk, err) != 0 ||
	    session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (zone_life_check_same(session, zone, err) != 0 ||
	    foreign_facts_record(session, cmk->row.id, &row,
	    life_step_name(is_gone ? LIFE_DONE : LIFE_RETIRE), now_at,
	    err) != 0 || store_commit(store, err) != 0) {
		store_rollback(store);
		return -1;
	}
	return cmk_life_settle(session, cmk, err);
}

int
foreign_remove(struct session *session, const char *key, bool *is_gone,
    struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct zone_life *zone = NULL;
	size_t i;
	int rc;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = find(session, &cache, key, &zone, &i, err);
	if (rc == 0) {
		*is_gone = is_hidden(zone, i, session_now(session));
		rc = record(session, zone, i, *is_gone, err);
	}
	session_unlock(session);
	zone_life_free(zone);
	cmk_cache_clear(&cache);
	return rc;
}
