#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ds_ask.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/engine/zone_step.h"

struct asked {
	struct fact		 fact;
	enum life_step_kind	 kind;
	size_t			 i;		/* of the zone's keys */
	struct zone_life_change	 change;	/* of what is new */
};

static const struct asked *
asked_of(const struct fact *fact)
{

	return (const struct asked *)fact;
}

static int64_t
asked_at(const struct life_key *key, enum life_step_kind kind)
{

	if (kind == LIFE_REMOVE_DS)
		return key->ds_remove_at;
	return key->ds_remove_at == 0 ? key->ds_add_at : 0;
}

static const char *
verb(enum life_step_kind kind)
{

	return kind == LIFE_ADD_DS ? "add" : "remove";
}

/* Whose DS may be asked for now, and how many there are. */
static size_t
count_due(const struct life_plan *plan, enum life_step_kind kind, size_t *i)
{
	size_t s, n = 0;

	for (s = 0; s < plan->n; s++)
		if (plan->steps[s].kind == kind && (s < plan->n_due ||
		    plan->steps[s].wait == LIFE_WAITS_OPERATOR)) {
			*i = plan->steps[s].key;
			n++;
		}
	return n;
}

/* Of which it cannot be asked now, or was. */
static size_t
find_other(const struct zone_life *zone, const struct life_plan *plan,
    enum life_step_kind kind)
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (plan->steps[i].kind == kind)
			return plan->steps[i].key;
	for (i = zone->life.n_keys; i-- > 0;)
		if (asked_at(&zone->life.keys[i], kind) != 0)
			return i;
	return zone->life.n_keys == 1 ? 0 : LIFE_NONE;
}

static int
choose(const struct zone_life *zone, enum life_step_kind kind,
    int64_t now_at, size_t *i, struct error *err)
{
	struct life_plan plan;
	size_t n;

	*i = LIFE_NONE;
	life_plan(&zone->life, now_at, &plan);
	n = count_due(&plan, kind, i);
	if (n == 0)
		*i = find_other(zone, &plan, kind);
	life_plan_clear(&plan);
	if (n <= 1 && *i != LIFE_NONE)
		return 0;
	if (n > 1)
		(void)err_set(err, ERR_INPUT, "zone %s has %zu KSKs whose DS "
		    "the parent may be asked to %s", zone->text, n,
		    verb(kind));
	else
		(void)err_set(err, ERR_INPUT, "zone %s has no KSK whose DS "
		    "the parent is to %s", zone->text, verb(kind));
	return err_hint(err, "name it as ZONE/KEYTAG; kmgr list-ksks %s shows "
	    "those that there are", zone->text);
}

static int
locate(struct session *session, struct cmk_cache *cache,
    const struct ds_ask_request *request, struct asked *asked,
    struct error *err)
{

	if (request->zone == NULL)
		return zone_step_locate(session, cache, request->ksk,
		    &asked->fact.zone, &asked->i, err);
	return zone_life_load(session, cache, request->zone,
	    &asked->fact.zone, err) != 0 ? -1 : choose(asked->fact.zone,
	    request->kind, session_now(session), &asked->i, err);
}

static int
decide(struct session *session, struct asked *asked, struct error *err)
{
	const struct life_step wanted = { .kind = asked->kind,
		.key = asked->i };
	const struct zone_life *zone = asked->fact.zone;
	struct life_step step;

	asked->fact.is_known = asked_at(&zone->life.keys[asked->i],
	    asked->kind) != 0;
	if (asked->fact.is_known)
		return 0;
	if (zone_step_need(zone, &wanted, session_now(session), &step,
	    err) != 0)
		return -1;
	if (zone_guarantor_of(session, zone, asked->i) == NULL)
		return err_set(err, ERR_INPUT, "zone %s has no KSK of ours, "
		    "whose CMK could answer for it", zone->text);
	return zone_life_step_judge(session, zone, &step, &asked->change,
	    err);
}

static const struct cmk *
find_cmk(struct session *session, const struct fact *fact)
{

	return zone_guarantor_of(session, fact->zone, asked_of(fact)->i);
}

static int
append(struct session *session, const struct fact *fact, struct error *err)
{

	return zone_life_step_append(session, fact->zone,
	    &asked_of(fact)->change, err);
}

static void
add(struct session *session, const struct fact *fact, struct plan *plan)
{
	const struct asked *asked = asked_of(fact);

	(void)session;
	plan_add(plan, ACTION_LIFE_STEP, &fact->zone->name, "record that the "
	    "parent is asked to %s the DS of KSK %s", verb(asked->kind),
	    fact->zone->life.keys[asked->i].name);
}

static void
free_asked(struct fact *fact)
{
	struct asked *asked = (struct asked *)fact;

	zone_life_change_clear(&asked->change);
	free(asked);
}

static const struct fact_kind kind = { find_cmk, append, add, free_asked };

int
ds_ask_prepare(struct session *session, struct cmk_cache *cache,
    const struct ds_ask_request *request, struct fact **out,
    struct error *err)
{
	struct asked *asked = mem_new(sizeof(*asked));
	int rc;

	*out = NULL;
	*asked = (struct asked) { .fact = { .kind = &kind },
		.kind = request->kind, .i = LIFE_NONE };
	rc = locate(session, cache, request, asked, err);
	if (rc == 0)
		rc = decide(session, asked, err);
	if (rc == 0)
		*out = &asked->fact;
	else
		fact_free(&asked->fact);
	return rc;
}

void
ds_ask_view(const struct fact *fact, struct ds_ask_view *out)
{
	const struct asked *asked = asked_of(fact);
	const struct life_key *key = &fact->zone->life.keys[asked->i];

	*out = (struct ds_ask_view) { key->name, key->key_tag,
		fact->is_known ? asked_at(key, asked->kind) :
		asked->change.at };
}

static int
prepare(struct session *session, struct cmk_cache *cache,
    const void *request, struct fact **out, struct error *err)
{

	return ds_ask_prepare(session, cache, request, out, err);
}

int
ds_ask_plan(struct session *session, const struct ds_ask_request *request,
    struct plan *plan, struct error *err)
{

	return fact_plan(session, prepare, request, plan, err);
}

int
ds_ask_apply(struct session *session, const struct ds_ask_request *request,
    struct error *err)
{

	return fact_apply(session, prepare, request,
	    "the parent was asked already", err);
}
