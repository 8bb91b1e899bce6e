/* What the parent has by now, of what it was asked for. */
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/ds_fact_gone.h"
#include "kmgr/service/parent.h"
#include "kmgr/service/run_inner.h"

#define CHECK_INTERVAL_S 60

int64_t
run_check_interval_s(const struct run_zone *z)
{

	return z->config == NULL ? CHECK_INTERVAL_S :
	    z->config->parent.check_interval_s;
}

/* Take over what is sure of the ith key; what is not is asked again. */
static void
take(struct run_zone *z, size_t i, enum ds_fact what,
    const struct parent_key *seen)
{
	const bool adds = what == DS_FACT_SEEN;
	const enum parent_has wanted = adds ? PARENT_HAS_ALL :
	    PARENT_HAS_NONE;
	const int64_t from_at = adds ? z->zone->life.keys[i].ds_add_at :
	    ds_fact_gone_from(z->zone, i);

	if (seen->has != wanted || !seen->is_confirmed)
		return;
	/* What was never seen may be under way to the parent still. */
	if (from_at > session_now(z->run->session))
		run_due(z, from_at);
	else
		run_fact_add(z, i, what);
}

/* DS that nobody of us made: an alarm, and no more. */
static void
note_unknown(const struct run_zone *z, const struct parent_view *view,
    const struct parent_key *keys)
{
	struct ds *list;
	size_t i, n;

	parent_unknown(view, keys, z->zone->life.n_keys, &list, &n);
	for (i = 0; i < n; i++)
		run_tell(z, RUN_WARNS, "parent", NULL, "it has a DS with key "
		    "tag %u that is of no key known here",
		    list[i].key_tag);
	free(list);
}

static int
look(struct run_zone *z, const struct parent_view *view, struct error *err)
{
	const int64_t now_at = session_now(z->run->session);
	const size_t n = z->zone->life.n_keys;
	struct parent_key *keys = mem_new(n * sizeof(*keys));
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		keys[i].id = i < z->zone->n_ksks ?
		    z->zone->ksks[i].row.id :
		    z->zone->foreign[i - z->zone->n_ksks].id;
		keys[i].name = z->zone->names[i];
		keys[i].dnskey = zone_life_dnskey(z->zone, i);
		keys[i].wants_ds = zone_life_wants_ds(z->zone, i, now_at);
	}
	rc = parent_judge(z->run->session, view, keys, n, err);
	/*
	 * What comes last is recorded first, and that is what has come: of two
	 * DS that were swapped one is there at any time, in the ledger, too.
	 */
	for (i = 0; i < n && rc == 0; i++)
		if (run_awaits_remove(&z->zone->life.keys[i]))
			take(z, i, DS_FACT_GONE, &keys[i]);
	for (i = 0; i < n && rc == 0; i++)
		if (run_awaits_add(&z->zone->life.keys[i]))
			take(z, i, DS_FACT_SEEN, &keys[i]);
	if (rc == 0)
		note_unknown(z, view, keys);
	free(keys);
	return rc;
}

static bool
is_to_be_asked(const struct run_zone *z)
{

	return run_is_awaited(z) &&
	    (z->zone->life.automation & LIFE_AUTO_REPORT) != 0;
}

void
run_parent_due(struct run_zone *z)
{

	if (is_to_be_asked(z))
		run_due(z, session_now(z->run->session) +
		    run_check_interval_s(z));
}

static bool
is_to_be_asked_now(const struct run_zone *z)
{

	return run_is_well(z) && is_to_be_asked(z);
}

static void
ask(struct run_zone *z)
{

	z->is_asked = true;
	parent_view_free(z->view);
	err_clear(&z->answer);
	(void)parent_ask(session_config(z->run->session), &z->name,
	    session_now(z->run->session), &z->view, &z->answer);
}

static int
take_view(struct run_zone *z, struct error *err)
{
	int rc;

	if (!z->is_asked)
		return 0;
	z->is_asked = false;
	if (z->view == NULL) {
		/* The rest of the zone's work does not need the parent. */
		run_tell(z, RUN_WAITS, "parent", &z->answer, "%s",
		    z->answer.msg);
		err_clear(&z->answer);
		return 0;
	}
	if (z->view->unvalidated != NULL)
		run_tell(z, RUN_WARNS, "parent", NULL, "what it says is not "
		    "validated: %s", z->view->unvalidated);
	/* Servers that do not answer take their time. */
	session_advance(z->run->session, when_now());
	rc = look(z, z->view, err);
	parent_view_free(z->view);
	z->view = NULL;
	z->is_stale = true;
	return rc;
}

/* Those of which is() says so. */
static void
ask_where(const struct run_zones *zones, bool (*is)(const struct run_zone *z),
    void (*begin)(struct run_zone *z), int (*end)(struct run_zone *z,
    struct error *err))
{
	struct run_zones list = { NULL, 0 };
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (is(zones->list[i]))
			run_zones_add(&list, zones->list[i]);
	run_ask_all(&list, begin);
	for (i = 0; i < list.n; i++)
		run_zone_act(list.list[i], end);
	run_zones_clear(&list);
}

void
run_parents(const struct run_zones *zones)
{

	ask_where(zones, is_to_be_asked_now, ask, take_view);
	run_facts(zones);
}

static bool
is_to_notify(const struct run_zone *z)
{

	return z->is_to_notify;
}

static void
notify(struct run_zone *z)
{

	z->is_asked = true;
	err_clear(&z->answer);
	(void)parent_notify(session_config(z->run->session), &z->name,
	    &z->n_told, &z->answer);
}

static int
take_notified(struct run_zone *z, struct error *err)
{

	(void)err;
	if (z->is_asked && z->answer.class != ERR_NONE)
		run_tell(z, RUN_WARNS, "notify", &z->answer, "the parent was "
		    "not told of its CDS: %s", z->answer.msg);
	else if (z->is_asked && z->n_told > 0)
		run_tell(z, RUN_DID, "notify", NULL, "%zu targets of the "
		    "parent were told of its CDS", z->n_told);
	z->is_asked = z->is_to_notify = false;
	err_clear(&z->answer);
	return 0;
}

void
run_notify(const struct run_zones *zones)
{

	ask_where(zones, is_to_notify, notify, take_notified);
}
