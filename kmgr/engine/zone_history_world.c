/* A zone's history as the oracle wants it, and what it answers as text. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/zone_history_inner.h"

#define ADD_HOLD_DOWN (30 * INT64_C(86400))	/* RFC 5011 s2.4.1 */

static bool
is_served(const struct history_set *set)
{

	return set->until_at >= set->from_at;
}

const struct history_set *
zone_history_first(const struct zone_history *history)
{
	const struct history_set *first = NULL;
	size_t i;

	for (i = 0; i < history->n_sets; i++)
		if (is_served(&history->sets[i]) && (first == NULL ||
		    history->sets[i].from_at < first->from_at))
			first = &history->sets[i];
	return first;
}

static void
find_anchors(const struct zone_history *history, struct history_asked *asked)
{
	const struct history_set *first = zone_history_first(history);
	struct oracle_key *anchor;
	size_t i;

	if (!history->timing.is_rfc5011)
		return;
	for (i = 0; i < first->n_sigs; i++) {
		if (first->is_revoked[first->sigs[i].key])
			continue;
		anchor = mem_push(&asked->anchors, asked->n_anchors++,
		    sizeof(*anchor));
		*anchor = first->keys[first->sigs[i].key];
	}
}

static void
fill_dnskeys(const struct zone_history *history, struct history_asked *asked)
{
	const struct history_set *set;
	size_t i;

	asked->dnskeys = mem_new(history->n_sets * sizeof(*asked->dnskeys));
	for (i = 0; i < history->n_sets; i++) {
		set = &history->sets[i];
		asked->dnskeys[i] = (struct oracle_dnskeys) {
			.from_at = set->from_at, .until_at = set->until_at,
			.ttl_s = set->ttl_s, .keys = set->keys,
			.is_revoked = set->is_revoked, .n_keys = set->n_keys,
			.sigs = set->sigs, .n_sigs = set->n_sigs,
			.what = set->what };
	}
}

static void
fill_ds(const struct zone_history *history, struct history_asked *asked)
{
	size_t i;

	zone_history_ds(history, &asked->ds_sets, &asked->n_ds_sets);
	asked->ds = mem_new(asked->n_ds_sets * sizeof(*asked->ds));
	for (i = 0; i < asked->n_ds_sets; i++)
		asked->ds[i] = (struct oracle_ds) {
			.from_at = asked->ds_sets[i].from_at,
			.until_at = asked->ds_sets[i].until_at,
			.ttl_s = history->timing.parent_ds_ttl_s,
			.keys = asked->ds_sets[i].keys,
			.n_keys = asked->ds_sets[i].n_keys,
			.what = asked->ds_sets[i].what };
}

void
zone_history_fill(const struct zone_history *history, int64_t from_at,
    int64_t until_at, struct history_asked *asked)
{
	const int64_t first_at = zone_history_first(history)->from_at;

	fill_dnskeys(history, asked);
	fill_ds(history, asked);
	find_anchors(history, asked);
	asked->world = (struct oracle_world) {
		.dnskeys = asked->dnskeys, .n_dnskeys = history->n_sets,
		.ds = asked->ds, .n_ds = asked->n_ds_sets,
		.anchors = { asked->anchors, asked->n_anchors, ADD_HOLD_DOWN,
		    history->timing.query_interval_s },
		.from_at = from_at > first_at ? from_at : first_at,
		.until_at = until_at };
}

void
zone_history_asked_clear(struct history_asked *asked)
{

	zone_history_ds_free(asked->ds_sets, asked->n_ds_sets);
	free(asked->anchors);
	free(asked->ds);
	free(asked->dnskeys);
}

bool
zone_history_knows_ds(const struct history_asked *asked)
{
	size_t i;

	for (i = 0; i < asked->n_ds_sets; i++)
		if (asked->ds_sets[i].n_keys > 0)
			return true;
	return false;
}

static const char *
reason(const struct oracle_hole *hole)
{

	switch (hole->why) {
	case ORACLE_NO_KEY:
		return "no KSK is in both; keep one that has a DS in the "
		    "DNSKEY sets, or confirm the DS change and wait";
	case ORACLE_NO_SIGNATURE:
		return "no KSK of both has a valid signature; let it sign for "
		    "all that time";
	case ORACLE_NO_ANCHOR:
		return "no trust anchor that all followers of RFC 5011 have "
		    "signs it; let the old KSK sign longer";
	case ORACLE_NO_DNSKEYS:
		return "nothing is served; leave no gap between bundles";
	case ORACLE_NO_DS:
	default:
		return "nothing is known of the parent";
	}
}

char *
zone_history_hole(const struct oracle_world *world,
    const struct oracle_hole *hole)
{
	const char *dnskeys = hole->dnskeys == ORACLE_NONE ? "none" :
	    world->dnskeys[hole->dnskeys].what;
	char from[WHEN_TEXT_LEN], until[WHEN_TEXT_LEN];

	when_rfc3339(hole->from_at, from);
	when_rfc3339(hole->until_at < WHEN_MAX ? hole->until_at : WHEN_MAX,
	    until);
	if (hole->ds == ORACLE_NONE)
		return mem_printf("from %s until %s a resolver with the "
		    "DNSKEY set %s is bogus: %s", from, until, dnskeys,
		    reason(hole));
	return mem_printf("from %s until %s a resolver with the DNSKEY set %s "
	    "and the DS set %.40s in its caches is bogus: %s", from, until,
	    dnskeys, world->ds[hole->ds].what, reason(hole));
}
