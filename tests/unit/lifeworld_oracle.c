#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/engine/oracle.h"
#include "tests/unit/lifeworld.h"

/* A history as the oracle wants it told; arrays that the sets point into. */
struct told {
	struct oracle_world	 world;
	struct oracle_dnskeys	*dnskeys;
	struct oracle_ds	*ds;
	struct oracle_key	 keys[LIFEWORLD_KEYS];
	struct oracle_key	*some;
	bool			*is_revoked;
	struct oracle_sig	*sigs;
	size_t			 n_some;
};

static int64_t
last_s(int64_t next_at, int64_t propagation_s)
{

	/* In that second the slowest server has the next one. */
	return next_at + propagation_s - 1;
}

static void
tell_set(struct told *told, const struct lifeworld *world,
    const struct lifeworld_set *set)
{
	struct oracle_dnskeys *out = &told->dnskeys[told->world.n_dnskeys];
	struct oracle_key *keys = &told->some[told->n_some];
	bool *is_revoked = &told->is_revoked[told->n_some];
	struct oracle_sig *sigs = &told->sigs[told->n_some];
	size_t i;

	out->ttl_s = set->ttl_s;
	for (i = 0; i < world->n_keys; i++) {
		if (!(set->keys >> i & 1))
			continue;
		if (set->signers >> i & 1)
			sigs[out->n_sigs++] = (struct oracle_sig) {
			    out->n_keys, set->inception_at,
			    set->expiration_at };
		is_revoked[out->n_keys] = set->revoked >> i & 1;
		keys[out->n_keys++] = told->keys[i];
	}
	out->keys = keys;
	out->is_revoked = is_revoked;
	out->sigs = sigs;
	told->n_some += out->n_keys;
	told->world.n_dnskeys++;
}

static void
tell_provider(struct told *told, const struct lifeworld *world,
    const struct lifeworld_provider *p)
{
	struct oracle_dnskeys *out;
	size_t i;

	for (i = 0; i < p->n_sets; i++) {
		out = &told->dnskeys[told->world.n_dnskeys];
		out->from_at = p->sets[i].at > p->from_at ? p->sets[i].at :
		    p->from_at;
		out->until_at = p->until_at;
		if (i + 1 < p->n_sets && last_s(p->sets[i + 1].at,
		    world->zone_propagation_s) < p->until_at)
			out->until_at = last_s(p->sets[i + 1].at,
			    world->zone_propagation_s);
		if (out->until_at >= out->from_at)
			tell_set(told, world, &p->sets[i]);
	}
}

static void
tell_ds(struct told *told, const struct lifeworld *world, size_t i)
{
	struct oracle_ds *out = &told->ds[told->world.n_ds++];
	struct oracle_key *keys = &told->some[told->n_some];
	size_t k;

	out->from_at = world->ds[i].at;
	out->until_at = i + 1 == world->n_ds ? LIFEWORLD_EVER :
	    last_s(world->ds[i + 1].at, world->parent_propagation_s);
	out->ttl_s = world->ds[i].ttl_s;
	for (k = 0; k < world->n_keys; k++)
		if (world->ds[i].keys >> k & 1)
			keys[out->n_keys++] = told->keys[k];
	out->keys = keys;
	told->n_some += out->n_keys;
}

size_t
lifeworld_oracle(const struct lifeworld *world, char *first, size_t len)
{
	const size_t n_sets = world->providers[0].n_sets +
	    world->providers[1].n_sets;
	const size_t n_some = (n_sets + world->n_ds) * LIFEWORLD_KEYS;
	struct oracle_hole *holes;
	struct told told;
	size_t i, n;

	memset(&told, 0, sizeof(told));
	told.dnskeys = mem_new(n_sets * sizeof(*told.dnskeys));
	told.ds = mem_new(world->n_ds * sizeof(*told.ds));
	told.some = mem_new(n_some * sizeof(*told.some));
	told.is_revoked = mem_new(n_some * sizeof(*told.is_revoked));
	told.sigs = mem_new(n_some * sizeof(*told.sigs));
	for (i = 0; i < world->n_keys; i++)
		told.keys[i] = (struct oracle_key) { world->keys[i].alg,
			world->keys[i].key_tag, { (uint8_t)(i + 1) } };
	for (i = 0; i < LIFEWORLD_PROVIDERS; i++)
		tell_provider(&told, world, &world->providers[i]);
	for (i = 0; i < world->n_ds; i++)
		tell_ds(&told, world, i);
	told.world.dnskeys = told.dnskeys;
	told.world.ds = told.ds;
	told.world.until_at = world->until_at;
	oracle_ask(&told.world, &holes, &n);
	(void)snprintf(first, len, "%s", n == 0 ? "" : holes[0].message);
	free(holes);
	free(told.dnskeys);
	free(told.ds);
	free(told.some);
	free(told.is_revoked);
	free(told.sigs);
	return n;
}
