#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/oracle_inner.h"

static bool
never_holds(const void *arg, int64_t at, int64_t *next,
    struct oracle_found *found)
{
	const enum oracle_why *why = arg;

	(void)at;
	(void)next;
	found->why = *why;
	return false;
}

static void
report(struct oracle_run *run, enum oracle_why why, size_t ds,
    struct oracle_span span)
{
	const struct oracle_proof proof = { never_holds, &why, ORACLE_NONE,
		ds };

	oracle_walk(run, &proof, span);
}

/* No DNSKEY set is to be had: that hurts whoever wants to validate. */
static void
report_dnskeys(struct oracle_run *run, struct oracle_span gap)
{
	const struct oracle_world *world = run->world;
	const struct oracle_ds *ds;
	size_t i;

	if (world->anchors.n_keys > 0)
		report(run, ORACLE_NO_DNSKEYS, ORACLE_NONE, gap);
	for (i = 0; i < world->n_ds; i++) {
		ds = &world->ds[i];
		if (ds->n_keys > 0)
			report(run, ORACLE_NO_DNSKEYS, i, oracle_both(gap,
			    oracle_ds_alive(ds)));
	}
}

static void
report_ds(struct oracle_run *run, struct oracle_span gap)
{

	report(run, ORACLE_NO_DS, ORACLE_NONE, gap);
}

/* Tell of what the n spans leave open of all that is asked about. */
static void
ask_cover(struct oracle_run *run, const struct oracle_span *spans,
    const int64_t *from_at, size_t n,
    void (*tell)(struct oracle_run *, struct oracle_span))
{
	struct oracle_span gap = { run->world->from_at, 0 };
	size_t *order = oracle_order(from_at, n);
	size_t i;

	for (i = 0; i < n && gap.from_at <= run->world->until_at; i++) {
		const struct oracle_span *span = &spans[order[i]];

		if (oracle_is_empty(*span) || span->until_at < gap.from_at)
			continue;
		if (span->from_at > gap.from_at) {
			gap.until_at = span->from_at - 1;
			tell(run, gap);
		}
		gap.from_at = oracle_later(span->until_at, 1);
		if (span->until_at == ORACLE_FOR_EVER)
			break;
	}
	gap.until_at = run->world->until_at;
	if (i == n && !oracle_is_empty(gap))
		tell(run, gap);
	free(order);
}

void
oracle_ask_gaps(struct oracle_run *run)
{
	const struct oracle_world *world = run->world;
	const size_t n = world->n_dnskeys > world->n_ds ? world->n_dnskeys :
	    world->n_ds;
	struct oracle_span *spans = mem_new(n * sizeof(*spans));
	int64_t *from_at = mem_new(n * sizeof(*from_at));
	size_t i;

	for (i = 0; i < world->n_dnskeys; i++) {
		spans[i] = oracle_served(&world->dnskeys[i]);
		from_at[i] = spans[i].from_at;
	}
	ask_cover(run, spans, from_at, world->n_dnskeys, report_dnskeys);
	for (i = 0; i < world->n_ds; i++) {
		spans[i] = (struct oracle_span) { world->ds[i].from_at,
			world->ds[i].until_at };
		from_at[i] = spans[i].from_at;
	}
	if (world->n_ds > 0)
		ask_cover(run, spans, from_at, world->n_ds, report_ds);
	free(from_at);
	free(spans);
}
