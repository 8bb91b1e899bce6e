/* What parents have done, recorded for many zones together. */
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ds_fact.h"
#include "kmgr/engine/trust_owed.h"
#include "kmgr/service/run_inner.h"

void
run_fact_add(struct run_zone *z, size_t i, enum ds_fact what)
{

	*(struct run_fact *)mem_push(&z->facts, z->n_facts++,
	    sizeof(*z->facts)) = (struct run_fact) {
		/* A foreign key has no id that anybody could name. */
		mem_strdup(i < z->zone->n_ksks ? z->zone->ksks[i].row.id :
		    z->zone->life.keys[i].name), what };
}

void
run_facts_clear(struct run_zone *z)
{

	fact_free(z->told);
	z->told = NULL;
	while (z->n_facts > 0)
		free(z->facts[--z->n_facts].ksk);
	free(z->facts);
	z->facts = NULL;
}

static int
prepare(struct run_zone *z, struct error *err)
{
	const struct run_fact *fact = &z->facts[z->n_facts - 1];
	const struct ds_fact_request request = {
		.ksk = fact->ksk, .what = fact->what,
		/*
		 * Now: not when the pass that it confirms was made, of which
		 * only the store tells, so that who writes there would
		 * choose from when the waits count.
		 */
		.at = DS_FACT_NOW };

	return ds_fact_prepare(z->run->session, run_cmks_now(
	    &z->pass->cmks), &request, &z->told, err);
}

/* What is to answer for it is believed; of what is known nobody asks. */
static int
prove(struct run_zone *z, struct error *err)
{
	const bool is_known = z->told->is_known;

	if (!is_known && fact_prove(z->run->session, z->told, err) == 0)
		return 0;
	fact_free(z->told);
	z->told = NULL;
	return is_known ? 0 : -1;
}

static int
check(struct run_zone *z, struct error *err)
{

	return fact_check(z->run->session, z->told, err);
}

static int
append(struct run_zone *z, struct error *err)
{

	return fact_append(z->run->session, z->told, err);
}

/* One checkpoint of a CMK answers for what is told of all its zones. */
static int
attest(const struct run_zones *zones, struct error *err)
{
	struct session *session = zones->list[0]->run->session;
	struct trust_owed cmks = { NULL, 0, 0 };
	size_t i;
	int rc;

	for (i = 0; i < zones->n; i++)
		trust_owe(&cmks, fact_cmk(session, zones->list[i]->told));
	rc = trust_owed_attest(session, &cmks, err);
	free(cmks.debts);
	return rc;
}

static void
finish(struct run_zone *z)
{
	struct ds_fact_view view;

	ds_fact_view(z->run->session, z->told, &view);
	trust_owe(&z->pass->owed, fact_cmk(z->run->session, z->told));
	ds_fact_note(z->run->session, z->told);
	z->records.len = 0;
	z->is_changed = z->is_stale = true;
	run_tell(z, RUN_DID, z->facts[z->n_facts - 1].what == DS_FACT_SEEN ?
	    "ds-seen" : "ds-gone", NULL, "%s", view.ksk);
}

static struct run_zones
with_told(const struct run_zones *zones)
{
	struct run_zones some = { NULL, 0 };
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (zones->list[i]->told != NULL)
			run_zones_add(&some, zones->list[i]);
	return some;
}

/* One of each zone: the next sees what it has changed. */
static void
record(const struct run_zones *zones)
{
	static const struct run_write write = { check, append, attest,
		finish };
	struct run_zones told, proved;
	size_t i;

	run_zones_read(zones, prepare);
	told = with_told(zones);
	for (i = 0; i < told.n; i++)
		run_zone_try(told.list[i], prove);
	proved = with_told(&told);
	run_zones_commit(&proved, &write);
	run_zones_clear(&told);
	run_zones_clear(&proved);
	for (i = 0; i < zones->n; i++) {
		struct run_zone *z = zones->list[i];

		fact_free(z->told);
		z->told = NULL;
		free(z->facts[--z->n_facts].ksk);
	}
}

void
run_facts(const struct run_zones *zones)
{
	struct run_zones some;
	size_t i;

	do {
		some = (struct run_zones) { NULL, 0 };
		for (i = 0; i < zones->n; i++) {
			if (zones->list[i]->n_facts > 0 &&
			    run_is_well(zones->list[i]))
				run_zones_add(&some, zones->list[i]);
			else
				run_facts_clear(zones->list[i]);
		}
		if (some.n > 0)
			record(&some);
		i = some.n;
		run_zones_clear(&some);
	} while (i > 0);
}
