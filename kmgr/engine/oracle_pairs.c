#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/oracle_inner.h"

#define ALGS 256

/* A DNSKEY set, and how long caches keep it. */
struct kept {
	const struct oracle_dnskeys	*set;
	int64_t				 until_at;	/* who validated it */
	/*
	 * Who knows one algorithm only, by algorithm: to such a resolver the
	 * zone is insecure while its DS set names none of that.
	 */
	int64_t				 plain_until_at[ALGS];
};

struct pair {
	const struct kept	*kept;
	const struct oracle_ds	*ds;
};

/* The DS sets that the sweep has reached and not left behind. */
struct sweep {
	const struct oracle_world	*world;
	size_t				*order;		/* by from_at */
	size_t				 n_taken;	/* of order */
	size_t				*alive;
	size_t				 n_alive;
};

static bool
names_key(const struct oracle_ds *ds, const struct oracle_key *key)
{
	size_t i;

	for (i = 0; i < ds->n_keys; i++)
		if (oracle_is_same_key(&ds->keys[i], key))
			return true;
	return false;
}

static bool
is_way_in(const struct oracle_dnskeys *set, size_t key,
    const struct oracle_ds *ds)
{

	/* RFC 5011 s2.1: REVOKE changes the key tag, and so no DS fits. */
	return key < set->n_keys && !oracle_is_revoked(set, key) &&
	    names_key(ds, &set->keys[key]);
}

static bool
has_key(const struct pair *pair, uint8_t alg)
{
	const struct oracle_dnskeys *set = pair->kept->set;
	size_t i;

	for (i = 0; i < set->n_keys; i++)
		if (set->keys[i].alg == alg && is_way_in(set, i, pair->ds))
			return true;
	return false;
}

/* Whether a valid signature of the algorithm leads from the DS to the set. */
static bool
has_chain(const struct pair *pair, uint8_t alg, int64_t at, int64_t *next)
{
	const struct oracle_dnskeys *set = pair->kept->set;
	const struct oracle_sig *sig;
	bool found = false;
	size_t i;

	for (i = 0; i < set->n_sigs; i++) {
		sig = &set->sigs[i];
		if (!is_way_in(set, sig->key, pair->ds) ||
		    set->keys[sig->key].alg != alg)
			continue;
		oracle_border(at, sig->inception_at, next);
		oracle_border(at, oracle_later(sig->expiration_at, 1), next);
		if (sig->inception_at <= at && at <= sig->expiration_at)
			found = true;
	}
	return found;
}

static bool
pair_holds(const void *arg, int64_t at, int64_t *next,
    struct oracle_found *found)
{
	const struct pair *pair = arg;
	int64_t kept_at;
	uint8_t alg;
	bool holds = true;
	size_t i;

	for (i = 0; i < pair->ds->n_keys; i++) {
		alg = pair->ds->keys[i].alg;
		kept_at = pair->kept->until_at;
		if (pair->kept->plain_until_at[alg] > kept_at)
			kept_at = pair->kept->plain_until_at[alg];
		oracle_border(at, oracle_later(kept_at, 1), next);
		if (at > kept_at || has_chain(pair, alg, at, next))
			continue;
		holds = false;
		found->alg = alg;
		found->why = has_key(pair, alg) ? ORACLE_NO_SIGNATURE :
		    ORACLE_NO_KEY;
	}
	return holds;
}

/* A resolver takes the set while it has the DS set. */
static void
keep_with(struct kept *kept, const struct oracle_ds *ds)
{
	const struct oracle_span taken = oracle_both(
	    oracle_served(kept->set), oracle_ds_alive(ds));
	const int64_t plain_at = oracle_later(taken.until_at,
	    kept->set->ttl_s);
	bool is_named[ALGS] = { false };
	int64_t at;
	size_t i;

	if (oracle_is_empty(taken))
		return;
	for (i = 0; i < kept->set->n_sigs; i++) {
		if (!is_way_in(kept->set, kept->set->sigs[i].key, ds))
			continue;
		at = oracle_kept_until(kept->set, &kept->set->sigs[i], taken);
		if (at > kept->until_at)
			kept->until_at = at;
	}
	for (i = 0; i < ds->n_keys; i++)
		is_named[ds->keys[i].alg] = true;
	for (i = 0; i < ALGS; i++)
		if (!is_named[i] && plain_at > kept->plain_until_at[i])
			kept->plain_until_at[i] = plain_at;
}

/* DS sets that begin until then come in; those that ended before go. */
static void
move_to(struct sweep *sweep, struct oracle_span span)
{
	const struct oracle_ds *ds = sweep->world->ds;
	size_t i, k, n = 0;

	for (k = 0; k < sweep->n_alive; k++) {
		i = sweep->alive[k];
		if (oracle_ds_alive(&ds[i]).until_at >= span.from_at)
			sweep->alive[n++] = i;
	}
	for (; sweep->n_taken < sweep->world->n_ds; sweep->n_taken++) {
		i = sweep->order[sweep->n_taken];
		if (ds[i].from_at > span.until_at)
			break;
		if (oracle_ds_alive(&ds[i]).until_at >= span.from_at)
			sweep->alive[n++] = i;
	}
	sweep->n_alive = n;
}

static void
ask_set(struct oracle_run *run, struct sweep *sweep, size_t set)
{
	const struct oracle_dnskeys *dnskeys = &run->world->dnskeys[set];
	const struct oracle_span span = oracle_cached(
	    oracle_served(dnskeys), dnskeys->ttl_s);
	const struct oracle_ds *ds = run->world->ds;
	struct kept kept = { .set = dnskeys, .until_at = dnskeys->until_at };
	struct pair pair = { .kept = &kept };
	struct oracle_proof proof = { pair_holds, &pair, set, 0 };
	size_t i;

	move_to(sweep, span);
	for (i = 0; i < ALGS; i++)
		kept.plain_until_at[i] = INT64_MIN;
	for (i = 0; i < sweep->n_alive; i++)
		keep_with(&kept, &ds[sweep->alive[i]]);
	for (i = 0; i < sweep->n_alive; i++) {
		proof.ds = sweep->alive[i];
		pair.ds = &ds[proof.ds];
		oracle_walk(run, &proof, oracle_both(span,
		    oracle_ds_alive(pair.ds)));
	}
}

void
oracle_ask_pairs(struct oracle_run *run)
{
	const struct oracle_world *world = run->world;
	const size_t n = world->n_dnskeys > world->n_ds ? world->n_dnskeys :
	    world->n_ds;
	struct sweep sweep = { .world = world };
	int64_t *at = mem_new(n * sizeof(*at));
	size_t *order;
	size_t i;

	for (i = 0; i < world->n_ds; i++)
		at[i] = world->ds[i].from_at;
	sweep.order = oracle_order(at, world->n_ds);
	sweep.alive = mem_new(world->n_ds * sizeof(*sweep.alive));
	for (i = 0; i < world->n_dnskeys; i++)
		at[i] = world->dnskeys[i].from_at;
	order = oracle_order(at, world->n_dnskeys);
	for (i = 0; i < world->n_dnskeys; i++)
		ask_set(run, &sweep, order[i]);
	free(order);
	free(sweep.alive);
	free(sweep.order);
	free(at);
}
