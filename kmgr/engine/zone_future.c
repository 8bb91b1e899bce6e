#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/zone_future.h"

/* More DS whose fate is open at once are taken to be there and not there. */
#define OPEN_MAX 4

#define ADD_HOLD_DOWN_S (30 * 86400)	/* RFC 5011 s2.4.1 */

struct future {
	const struct life_zone	*zone;
	int64_t			*points;	/* when something changes */
	size_t			 n_points;
	int64_t			 from_at;
	struct oracle_dnskeys	*dnskeys;
	size_t			 n_dnskeys;
	struct oracle_ds	*ds;
	size_t			 n_ds;
	void			**blocks;	/* what the sets borrow */
	size_t			 n_blocks;
	size_t			 first, last;	/* keys that count now */
};

static int64_t
later(int64_t at, int64_t s)
{

	return at == ORACLE_FOR_EVER ? at : at + s;
}

static void
add_point(struct future *future, int64_t at)
{

	if (at > 0)
		*(int64_t *)mem_push(&future->points, future->n_points++,
		    sizeof(at)) = at;
}

static int
compare_points(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static int64_t
in_at(const struct life_key *key)
{

	return key->dnskey_in_at == 0 && key->is_foreign ? key->made_at :
	    key->dnskey_in_at;
}

/* From when on its DS may be at the parent, whoever was told; 0: never. */
static int64_t
open_at(const struct future *future, const struct life_key *key)
{
	const struct timing *timing = &future->zone->timing;

	return strcmp(future->zone->name, ".") == 0 || key->is_foreign ||
	    in_at(key) == 0 ? 0 :
	    in_at(key) + timing->dnskey_ttl_s +
	    timing->zone_propagation_delay_s;
}

static void
find_points(struct future *future)
{
	size_t i, n = 0;

	for (i = 0; i < future->zone->n_keys; i++) {
		const struct life_key *key = &future->zone->keys[i];

		add_point(future, in_at(key));
		add_point(future, open_at(future, key));
		add_point(future, key->dnskey_out_at);
		add_point(future, key->revoke_at);
		add_point(future, key->ds_add_at);
		add_point(future, key->ds_seen_at);
		add_point(future, key->ds_remove_at);
		add_point(future, key->ds_gone_at);
	}
	if (future->n_points > 0)
		qsort(future->points, future->n_points,
		    sizeof(*future->points), compare_points);
	for (i = 0; i < future->n_points; i++)
		if (n == 0 || future->points[n - 1] != future->points[i])
			future->points[n++] = future->points[i];
	future->n_points = n;
}

/* Keys are told apart by their place: two never share one. */
static struct oracle_key
key_of(const struct future *future, size_t i)
{
	struct oracle_key key = { .alg = future->zone->keys[i].alg,
		.key_tag = future->zone->keys[i].key_tag };

	memcpy(key.id, &i, sizeof(i));
	return key;
}

static bool
is_published(const struct life_key *key, int64_t at)
{

	return in_at(key) != 0 && in_at(key) <= at &&
	    (key->dnskey_out_at == 0 || at < key->dnskey_out_at);
}

enum presence { ABSENT, OPEN, PRESENT };

/*
 * Nobody asked for its DS: the operator may have put it up all the same once
 * the DNSKEY was in every cache, and as long as one has it.
 */
static bool
may_have_ds(const struct future *future, const struct life_key *key,
    int64_t at)
{
	const struct timing *timing = &future->zone->timing;

	return open_at(future, key) != 0 && at >= open_at(future, key) &&
	    (key->dnskey_out_at == 0 || at < key->dnskey_out_at +
	    timing->dnskey_ttl_s + timing->zone_propagation_delay_s +
	    timing->retire_safety_s) &&
	    (key->ds_gone_at == 0 || at < key->ds_gone_at);
}

static enum presence
ds_presence(const struct future *future, const struct life_key *key,
    int64_t at)
{
	const int64_t asked_at = key->ds_add_at != 0 ? key->ds_add_at :
	    key->ds_seen_at;

	if (asked_at == 0)
		return may_have_ds(future, key, at) ? OPEN : ABSENT;
	if (at < asked_at ||
	    (key->ds_gone_at != 0 && at >= key->ds_gone_at))
		return ABSENT;
	if (key->ds_seen_at == 0 || at < key->ds_seen_at)
		return OPEN;
	return key->ds_remove_at != 0 && at >= key->ds_remove_at ? OPEN :
	    PRESENT;
}

/* Keys come in the order of time; all of one has gone some day. */
static void
move_to(struct future *future, int64_t at)
{
	const struct life_zone *zone = future->zone;
	const struct life_key *key;

	for (; future->last < zone->n_keys; future->last++) {
		key = &zone->keys[future->last];
		if (key->made_at > at && key->made_at > future->from_at)
			break;
	}
	for (; future->first < future->last; future->first++) {
		key = &zone->keys[future->first];
		if (key->dnskey_out_at == 0 || at < key->dnskey_out_at ||
		    ds_presence(future, key, at) != ABSENT)
			break;
	}
}

static void *
block(struct future *future, size_t size)
{
	void *p = mem_new((future->last - future->first + 1) * size);

	*(void **)mem_push(&future->blocks, future->n_blocks++, sizeof(p)) =
	    p;
	return p;
}

/* Without a key there is no set. */
static void
add_dnskeys(struct future *future, int64_t at, int64_t end_at)
{
	const struct timing *timing = &future->zone->timing;
	struct oracle_key *keys = block(future, sizeof(*keys));
	struct oracle_sig *sigs = block(future, sizeof(*sigs));
	bool *is_revoked = block(future, sizeof(*is_revoked));
	size_t i, n = 0;

	for (i = future->first; i < future->last; i++) {
		const struct life_key *key = &future->zone->keys[i];

		if (!is_published(key, at))
			continue;
		is_revoked[n] = key->revoke_at != 0 && at >= key->revoke_at;
		sigs[n] = (struct oracle_sig) { n, at, ORACLE_FOR_EVER };
		keys[n++] = key_of(future, i);
	}
	if (n == 0)
		return;
	*(struct oracle_dnskeys *)mem_push(&future->dnskeys,
	    future->n_dnskeys++, sizeof(*future->dnskeys)) =
	    (struct oracle_dnskeys) { .from_at = at,
		.until_at = later(end_at, timing->zone_propagation_delay_s),
		.ttl_s = timing->dnskey_ttl_s, .keys = keys, .n_keys = n,
		.is_revoked = is_revoked, .sigs = sigs, .n_sigs = n };
}

/* Of the DS whose fate is open those of the bits in chosen are there. */
static void
add_ds(struct future *future, int64_t at, int64_t end_at, unsigned int chosen)
{
	const struct timing *timing = &future->zone->timing;
	struct oracle_key *keys = block(future, sizeof(*keys));
	enum presence presence;
	unsigned int n_open = 0;
	size_t i, n = 0;

	for (i = future->first; i < future->last; i++) {
		presence = ds_presence(future, &future->zone->keys[i], at);
		if (presence == PRESENT || (presence == OPEN &&
		    (chosen >> n_open++ & 1) != 0))
			keys[n++] = key_of(future, i);
	}
	*(struct oracle_ds *)mem_push(&future->ds, future->n_ds++,
	    sizeof(*future->ds)) = (struct oracle_ds) { .from_at = at,
		.until_at = later(end_at, timing->parent_propagation_delay_s),
		.ttl_s = timing->parent_ds_ttl_s, .keys = keys, .n_keys = n };
}

static size_t
count_open(const struct future *future, int64_t at)
{
	size_t i, n = 0;

	for (i = future->first; i < future->last; i++)
		n += ds_presence(future, &future->zone->keys[i],
		    at) == OPEN;
	return n < OPEN_MAX ? n : OPEN_MAX;
}

static void
build(struct future *future)
{
	int64_t at, end_at;
	unsigned int chosen;
	size_t i;

	find_points(future);
	for (i = 0; i <= future->n_points; i++) {
		at = i == 0 ? 0 : future->points[i - 1];
		end_at = i == future->n_points ? ORACLE_FOR_EVER :
		    future->points[i] - 1;
		move_to(future, at);
		add_dnskeys(future, at, end_at);
		for (chosen = 0; chosen < 1U << count_open(future, at);
		    chosen++)
			add_ds(future, at, end_at, chosen);
	}
}

static void
future_clear(struct future *future)
{
	size_t i;

	for (i = 0; i < future->n_blocks; i++)
		free(future->blocks[i]);
	free(future->blocks);
	free(future->dnskeys);
	free(future->ds);
	free(future->points);
}

void
zone_future_ask(const struct life_zone *zone, int64_t from_at,
    int64_t until_at, struct zone_future_answer *out)
{
	struct future future = { .zone = zone, .from_at = from_at };
	struct oracle_world world = { .from_at = from_at,
		.until_at = until_at };

	*out = (struct zone_future_answer) { .until_at = until_at };
	build(&future);
	world.dnskeys = future.dnskeys;
	world.n_dnskeys = future.n_dnskeys;
	world.ds = future.ds;
	world.n_ds = future.n_ds;
	/* RFC 5011 s2.4: followers begin with what was published first. */
	if (zone->timing.is_rfc5011 && future.n_dnskeys > 0)
		world.anchors = (struct oracle_anchors) {
			.keys = future.dnskeys[0].keys,
			.n_keys = future.dnskeys[0].n_keys,
			.add_hold_down_s = ADD_HOLD_DOWN_S,
			.query_interval_s = zone->timing.query_interval_s };
	oracle_ask(&world, &out->holes, &out->n_holes);
	zone_gap_find(zone, from_at, until_at, &out->gap);
	future_clear(&future);
}

void
zone_future_answer_clear(struct zone_future_answer *answer)
{

	free(answer->holes);
	*answer = (struct zone_future_answer) { 0 };
}

/* Who asked for it is told of it all the same. */
static void
tell_gap(const struct zone_gap *gap, struct buf *out)
{
	char from[WHEN_TEXT_LEN], until[WHEN_TEXT_LEN];

	if (gap->until_at == ORACLE_FOR_EVER)
		buf_printf(out, "the chain of trust ends at %s: resolvers that "
		    "ask the parent from then on take the zone for insecure",
		    when_rfc3339(gap->from_at, from));
	else
		buf_printf(out, "the chain of trust is broken from %s to %s: "
		    "resolvers that ask the parent while it has no DS take "
		    "the zone for insecure",
		    when_rfc3339(gap->from_at, from),
		    when_rfc3339(gap->until_at, until));
}

void
zone_future_verdict(const struct zone_future_answer *answer, struct buf *out)
{
	const bool has_gap = answer->gap.from_at != 0;
	const size_t n = answer->n_holes;
	char text[WHEN_TEXT_LEN];

	if (n > 0)
		buf_printf(out, "oracle: %zu%s way%s to lose the chain of "
		    "trust; the first: %s", n,
		    n == ORACLE_HOLES_MAX ? " or more" : "",
		    n == 1 ? "" : "s", answer->holes[0].message);
	else
		buf_printf(out, "oracle: until %s %s",
		    when_rfc3339(answer->until_at, text), has_gap ?
		    "no resolver finds the zone bogus" : "every resolver, "
		    "whatever its caches hold, keeps the chain of trust");
	if (has_gap) {
		buf_printf(out, "; ");
		tell_gap(&answer->gap, out);
	}
}
