#include <string.h>

#include "tests/unit/oraclemodel.h"
#include "tests/unit/unit.h"

static bool
same(const struct oracle_key *a, const struct oracle_key *b)
{

	return a->alg == b->alg && a->key_tag == b->key_tag &&
	    memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

static bool
revoked(const struct oracle_dnskeys *set, size_t key)
{

	return set->is_revoked != NULL && set->is_revoked[key];
}

static bool
valid(const struct oracle_sig *sig, int64_t at)
{

	return sig->inception_at <= at && at <= sig->expiration_at;
}

/* Whether the DS set names the key that made the signature. */
static bool
leads(const struct oracle_ds *ds, const struct oracle_dnskeys *set,
    const struct oracle_sig *sig)
{
	size_t i;

	for (i = 0; i < ds->n_keys; i++)
		if (same(&ds->keys[i], &set->keys[sig->key]))
			return !revoked(set, sig->key);
	return false;
}

static bool
knows(const struct oracle_ds *ds, int alg)
{
	size_t i;

	for (i = 0; i < ds->n_keys; i++)
		if (ds->keys[i].alg == alg)
			return true;
	return false;
}

/* Whether a DS set can be in a cache: some second at which it was taken. */
static bool
has_ds(const struct oracle_ds *ds, int64_t at)
{
	int64_t taken;

	for (taken = ds->from_at; taken <= ds->until_at; taken++)
		if (taken <= at && at <= taken + ds->ttl_s)
			return true;
	return false;
}

static bool
has_chain(const struct oracle_dnskeys *set, const struct oracle_ds *ds,
    int alg, int64_t at)
{
	size_t i;

	for (i = 0; i < set->n_sigs; i++)
		if (set->keys[set->sigs[i].key].alg == alg &&
		    leads(ds, set, &set->sigs[i]) && valid(&set->sigs[i], at))
			return true;
	return false;
}

/* A validator that took the set at one second with a DS set it had then. */
static bool
validated_until(const struct oracle_dnskeys *set, const struct oracle_ds *ds,
    int64_t taken, int64_t at)
{
	size_t i;

	for (i = 0; i < set->n_sigs; i++)
		if (leads(ds, set, &set->sigs[i]) &&
		    valid(&set->sigs[i], taken) && taken <= at &&
		    at <= taken + set->ttl_s &&
		    at <= set->sigs[i].expiration_at)
			return true;
	return false;
}

/* Whether one that asks for the algorithm can have the set at that second. */
static bool
has_set(const struct oracle_world *world, const struct oracle_dnskeys *set,
    int alg, int64_t at)
{
	const struct oracle_ds *ds;
	int64_t taken;
	size_t i;

	if (set->from_at <= at && at <= set->until_at)
		return true;
	for (taken = set->from_at; taken <= set->until_at; taken++) {
		for (i = 0; i < world->n_ds; i++) {
			ds = &world->ds[i];
			if (!has_ds(ds, taken))
				continue;
			if (!knows(ds, alg) && taken <= at &&
			    at <= taken + set->ttl_s)
				return true;
			if (validated_until(set, ds, taken, at))
				return true;
		}
	}
	return false;
}

bool
oraclemodel_is_bogus(const struct oracle_world *world, size_t dnskeys,
    size_t ds, int64_t at)
{
	const struct oracle_dnskeys *set = &world->dnskeys[dnskeys];
	int alg;

	if (!has_ds(&world->ds[ds], at))
		return false;
	for (alg = 0; alg < 256; alg++)
		if (knows(&world->ds[ds], alg) &&
		    has_set(world, set, alg, at) &&
		    !has_chain(set, &world->ds[ds], alg, at))
			return true;
	return false;
}

bool
oraclemodel_is_unserved(const struct oracle_world *world, size_t ds,
    int64_t at)
{
	size_t i;

	if (world->ds[ds].n_keys == 0 || !has_ds(&world->ds[ds], at))
		return false;
	for (i = 0; i < world->n_dnskeys; i++)
		if (world->dnskeys[i].from_at <= at &&
		    at <= world->dnskeys[i].until_at)
			return false;
	return true;
}

/* --- followers of RFC 5011 */

#define KEYS	4
#define PENDING 32		/* and more: seconds it has been pending */

enum { UNKNOWN, TRUSTED, REVOKED };

/* What one follower knows; all that fits in 32 bits, so lives can be merged. */
struct life {
	uint8_t	keys[KEYS];	/* or PENDING + seconds */
	uint8_t	idle_s;		/* since it looked */
};

#define LIVES_MAX 20000

struct lives {
	struct life	items[LIVES_MAX];
	size_t		n;
};

struct follow {
	const struct oracle_world	*world;
	struct oracle_key		 keys[KEYS];
	size_t				 n_keys;
	struct lives			*now, *next;
};

static size_t
key_index(struct follow *f, const struct oracle_key *key)
{
	size_t i;

	for (i = 0; i < f->n_keys; i++)
		if (same(&f->keys[i], key))
			return i;
	assert_true(i < KEYS);
	f->keys[f->n_keys++] = *key;
	return i;
}

static void
add_life(struct lives *lives, struct life life)
{
	size_t i;

	for (i = 0; i < lives->n; i++)
		if (memcmp(&lives->items[i], &life, sizeof(life)) == 0)
			return;
	assert_true(lives->n < LIVES_MAX);
	lives->items[lives->n++] = life;
}

/* In a cache that validated it with whatever signature there was. */
static bool
is_about(const struct oracle_dnskeys *set, int64_t at)
{
	int64_t taken;
	size_t i;

	if (set->from_at <= at && at <= set->until_at)
		return true;
	for (taken = set->from_at; taken <= set->until_at; taken++)
		for (i = 0; i < set->n_sigs; i++)
			if (valid(&set->sigs[i], taken) && taken <= at &&
			    at <= taken + set->ttl_s &&
			    at <= set->sigs[i].expiration_at)
				return true;
	return false;
}

static bool
trusts(struct follow *f, const struct life *life,
    const struct oracle_dnskeys *set, int64_t at)
{
	size_t i;

	for (i = 0; i < set->n_sigs; i++)
		if (!revoked(set, set->sigs[i].key) &&
		    valid(&set->sigs[i], at) && life->keys[key_index(f,
		    &set->keys[set->sigs[i].key])] == TRUSTED)
			return true;
	return false;
}

static struct life
look(struct follow *f, struct life life, const struct oracle_dnskeys *set,
    int64_t at)
{
	bool is_there[KEYS] = { false };
	size_t i, k;

	life.idle_s = 0;
	for (i = 0; i < set->n_sigs; i++)
		if (revoked(set, set->sigs[i].key) && valid(&set->sigs[i], at))
			life.keys[key_index(f, &set->keys[set->sigs[i].key])] =
			    REVOKED;
	if (!trusts(f, &life, set, at))
		return life;
	for (i = 0; i < set->n_keys; i++) {
		k = key_index(f, &set->keys[i]);
		if (revoked(set, i))
			continue;
		is_there[k] = true;
		if (life.keys[k] == UNKNOWN)
			life.keys[k] = PENDING;
		else if (life.keys[k] >= PENDING && life.keys[k] - PENDING >=
		    f->world->anchors.add_hold_down_s)
			life.keys[k] = TRUSTED;
	}
	for (k = 0; k < f->n_keys; k++)
		if (!is_there[k] && life.keys[k] >= PENDING)
			life.keys[k] = UNKNOWN;
	return life;
}

/* A second passes for whoever may go without looking. */
static void
wait(struct follow *f, struct life life)
{
	size_t k;

	if (++life.idle_s > f->world->anchors.query_interval_s)
		return;
	for (k = 0; k < f->n_keys; k++)
		if (life.keys[k] >= PENDING && life.keys[k] < PENDING + 200)
			life.keys[k]++;
	add_life(f->next, life);
}

static void
live_second(struct follow *f, int64_t at, size_t second,
    struct oraclemodel_followers *out)
{
	struct lives *swap = f->now;
	bool is_any;
	size_t i, s;

	f->next->n = 0;
	for (i = 0; i < f->now->n; i++) {
		is_any = false;
		for (s = 0; s < f->world->n_dnskeys; s++) {
			const struct oracle_dnskeys *set =
			    &f->world->dnskeys[s];

			if (!is_about(set, at))
				continue;
			is_any = true;
			if (!trusts(f, &f->now->items[i], set, at))
				out->is_bogus[s][second] = true;
			wait(f, look(f, f->now->items[i], set, at));
		}
		/* Who looks when there is nothing has looked too. */
		if (!is_any) {
			f->now->items[i].idle_s = 0;
		}
		wait(f, f->now->items[i]);
	}
	f->now = f->next;
	f->next = swap;
}

void
oraclemodel_follow(const struct oracle_world *world, int64_t from_at,
    struct oraclemodel_followers *out)
{
	static struct lives a, b;
	struct follow f = { .world = world, .now = &a, .next = &b };
	struct life first = { { UNKNOWN }, 0 };
	uint8_t idle_s;
	size_t i, k;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < world->anchors.n_keys; i++)
		first.keys[key_index(&f, &world->anchors.keys[i])] = TRUSTED;
	for (i = 0; i < world->n_dnskeys; i++)
		for (k = 0; k < world->dnskeys[i].n_keys; k++)
			(void)key_index(&f, &world->dnskeys[i].keys[k]);
	a.n = 0;
	for (idle_s = 1; idle_s <= world->anchors.query_interval_s; idle_s++) {
		first.idle_s = idle_s;
		add_life(&a, first);
	}
	for (i = 0; i < ORACLEMODEL_SECONDS; i++)
		live_second(&f, from_at + (int64_t)i, i, out);
}
