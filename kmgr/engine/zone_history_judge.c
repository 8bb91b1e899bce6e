#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/zone_history_inner.h"
#include "policy/rules_oracle.h"

#define ADD_HOLD_DOWN (30 * INT64_C(86400))	/* RFC 5011 s2.4.1 */

struct failures {
	char	**items;
	size_t	 n;
};

/* The oracle's own form of the sets. */
struct asked {
	struct oracle_world	 world;
	struct oracle_dnskeys	*dnskeys;
	struct oracle_ds	*ds;
	struct history_ds	*ds_sets;
	size_t			 n_ds_sets;
	struct oracle_key	*anchors;
	size_t			 n_anchors;
};

static void
add_failure(struct failures *failures, char *text)
{
	char **item = mem_push(&failures->items, failures->n, sizeof(*item));

	*item = text;
	failures->n++;
}

static bool
is_served(const struct history_set *set)
{

	return set->until_at >= set->from_at;
}

/* The first set that was ever served; NULL where there is none. */
static const struct history_set *
first_set(const struct zone_history *history)
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
find_anchors(const struct zone_history *history, struct asked *asked)
{
	const struct history_set *first = first_set(history);
	struct oracle_key *anchor;
	size_t i;

	if (!history->timing.is_rfc5011)
		return;
	for (i = 0; i < history->n_anchors; i++) {
		anchor = mem_push(&asked->anchors, asked->n_anchors++,
		    sizeof(*anchor));
		*anchor = history->anchors[i];
	}
	for (i = 0; history->n_anchors == 0 && i < first->n_sigs; i++) {
		if (first->is_revoked[first->sigs[i].key])
			continue;
		anchor = mem_push(&asked->anchors, asked->n_anchors++,
		    sizeof(*anchor));
		*anchor = first->keys[first->sigs[i].key];
	}
}

static void
fill_world(const struct zone_history *history, struct asked *asked)
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
	find_anchors(history, asked);
	asked->world = (struct oracle_world) {
		.dnskeys = asked->dnskeys, .n_dnskeys = history->n_sets,
		.ds = asked->ds, .n_ds = asked->n_ds_sets,
		.anchors = { asked->anchors, asked->n_anchors, ADD_HOLD_DOWN,
		    history->timing.query_interval_s } };
}

static const char *
reason(const struct oracle_hole *hole)
{

	switch (hole->why) {
	case ORACLE_NO_KEY:
		return "no KSK is in both; keep one that has a DS in the "
		    "bundles, or confirm the DS change and wait";
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

static char *
hole_text(const struct oracle_world *world, const struct oracle_hole *hole)
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

enum presence { ABSENT, PRESENT, REVOKED };

static enum presence
presence_of(const struct history_set *set, const struct oracle_key *key)
{
	enum presence presence = ABSENT;
	size_t i;

	for (i = 0; i < set->n_keys; i++)
		if (zone_history_same(&set->keys[i], key)) {
			if (set->is_revoked[i])
				return REVOKED;
			presence = PRESENT;
		}
	return presence;
}

static bool
was_there(const struct zone_history *history, const struct oracle_key *key,
    int64_t before_at)
{
	const struct history_set *set;
	size_t i;

	for (i = 0; i < history->n_sets; i++) {
		set = &history->sets[i];
		if (is_served(set) && set->from_at < before_at &&
		    presence_of(set, key) != ABSENT)
			return true;
	}
	return false;
}

/* The first bundle that takes away what the parent's DS names. */
static void
check_ksk(const struct zone_history *history, const struct history_ksk *ksk,
    struct failures *failures)
{
	const int64_t out_at = zone_history_ds_out_at(history, ksk);
	const struct history_set *set;
	enum presence presence;
	char text[WHEN_TEXT_LEN];
	size_t i;

	for (i = 0; i < history->n_sets; i++) {
		set = &history->sets[i];
		if (set->response != history->n_responses ||
		    set->response == 0 || set->from_at >= out_at)
			continue;
		presence = presence_of(set, &ksk->key);
		if (presence == PRESENT || (presence == ABSENT &&
		    !was_there(history, &ksk->key, set->from_at)))
			continue;
		if (out_at == ORACLE_FOR_EVER)
			(void)snprintf(text, sizeof(text), "at the parent");
		else
			when_rfc3339(out_at, text);
		add_failure(failures, mem_printf("%s %s KSK %u, whose DS is "
		    "%s%s; %s", set->what,
		    presence == REVOKED ? "revokes" : "withdraws",
		    ksk->key.key_tag, out_at == ORACLE_FOR_EVER ? "" :
		    "in caches until ", text, out_at == ORACLE_FOR_EVER ?
		    "remove the DS first, and confirm it with kmgr ds-gone" :
		    "keep the KSK until then"));
		return;
	}
}

/* Whether anything was told of a DS at the parent. */
static bool
knows_ds(const struct asked *asked)
{
	size_t i;

	for (i = 0; i < asked->n_ds_sets; i++)
		if (asked->ds_sets[i].n_keys > 0)
			return true;
	return false;
}

/*
 * That nobody told of a DS is no proof that there is none: what was published
 * could have been given to the parent, and stays.
 */
static void
check_untold(const struct zone_history *history, struct failures *failures)
{
	const struct history_ksk *ksk;
	const struct history_set *set;
	size_t i, k;

	for (k = 0; k < history->n_ksks; k++) {
		ksk = &history->ksks[k];
		for (i = 0; i < history->n_sets; i++) {
			set = &history->sets[i];
			if (set->response == 0 ||
			    set->response != history->n_responses ||
			    presence_of(set, &ksk->key) == PRESENT ||
			    !was_there(history, &ksk->key, set->from_at))
				continue;
			add_failure(failures, mem_printf("%s withdraws KSK "
			    "%u, which was published, and nobody has told "
			    "whether its DS is at the parent; say so with "
			    "kmgr ds-seen of it, or with ds-gone, and wait",
			    set->what, ksk->key.key_tag));
			break;
		}
	}
}

static void
check_ksks(const struct zone_history *history, bool knows,
    struct failures *failures)
{
	size_t i;

	if (history->timing.is_rfc5011)
		return;
	if (!knows) {
		check_untold(history, failures);
		return;
	}
	for (i = 0; i < history->n_ksks; i++)
		check_ksk(history, &history->ksks[i], failures);
}

static void
ask(const struct asked *asked, struct failures *failures)
{
	struct oracle_hole *holes = NULL;
	size_t i, n = 0;

	oracle_ask(&asked->world, &holes, &n);
	for (i = 0; i < n; i++)
		add_failure(failures, hole_text(&asked->world, &holes[i]));
	free(holes);
}

void
zone_history_judge(const struct zone_history *history, int64_t from_at,
    int64_t until_at, struct findings *findings)
{
	const struct history_set *first = first_set(history);
	struct failures failures = { NULL, 0 };
	struct asked asked = { .n_anchors = 0 };
	struct rules_oracle answer = { .why_off = "nothing was ever signed" };
	size_t i;

	if (first != NULL) {
		fill_world(history, &asked);
		asked.world.from_at = from_at > first->from_at ? from_at :
		    first->from_at;
		asked.world.until_at = until_at;
		ask(&asked, &failures);
		if (history->timing.is_rfc5011 && asked.n_anchors == 0)
			add_failure(&failures, mem_printf("no KSK signs %s, "
			    "the first set known: followers of RFC 5011 have "
			    "no trust anchor", first->what));
		check_ksks(history, knows_ds(&asked), &failures);
		answer.why_off = history->timing.is_rfc5011 ||
		    knows_ds(&asked) || failures.n > 0 ? NULL :
		    "nobody has told of a DS at the parent, and so to every "
		    "resolver the zone is insecure";
	}
	answer.failures = (const char *const *)failures.items;
	answer.n_failures = failures.n;
	rules_check_oracle(&answer, findings);
	for (i = 0; i < failures.n; i++)
		free(failures.items[i]);
	free(failures.items);
	zone_history_ds_free(asked.ds_sets, asked.n_ds_sets);
	free(asked.anchors);
	free(asked.ds);
	free(asked.dnskeys);
}
