#include "tests/unit/unit.h"

#include <inttypes.h>

#include "kmgr/base/mem.h"
#include "tests/unit/lifeworld.h"
#include "tests/unit/lifeworld_inner.h"

uint64_t
lifeworld_hash(uint64_t a, uint64_t b)
{
	uint64_t x = a ^ (b * UINT64_C(0x9e3779b97f4a7c15));

	/* The finalizer of splitmix64. */
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

int64_t
lifeworld_pick(uint64_t *x, int64_t n)
{

	*x += UINT64_C(0x9e3779b97f4a7c15);
	if (n <= 0)
		return 0;
	return (int64_t)(lifeworld_hash(*x, 1) % (uint64_t)n);
}

void
lifeworld_init(struct lifeworld *world, uint64_t seed)
{

	memset(world, 0, sizeof(*world));
	world->seed = lifeworld_hash(seed, 7);
	world->providers[0].from_at = -LIFEWORLD_EVER;
	world->providers[0].until_at = LIFEWORLD_EVER;
	world->providers[1].from_at = LIFEWORLD_EVER;
	world->providers[1].until_at = LIFEWORLD_EVER;
}

void
lifeworld_clear(struct lifeworld *world)
{
	size_t i;

	for (i = 0; i < LIFEWORLD_PROVIDERS; i++)
		free(world->providers[i].sets);
	free(world->ds);
	free(world->data);
	memset(world, 0, sizeof(*world));
}

size_t
lifeworld_add_key(struct lifeworld *world, uint8_t alg)
{
	const size_t i = world->n_keys++;

	assert_true(i < LIFEWORLD_KEYS && alg < 32);
	world->keys[i] = (struct lifeworld_key) { alg,
		(uint16_t)(1000 + i) };
	return i;
}

void
lifeworld_publish(struct lifeworld *world, size_t provider,
    const struct lifeworld_set *set)
{
	struct lifeworld_provider *p = &world->providers[provider];
	struct lifeworld_set *new;

	assert_true(p->n_sets == 0 || p->sets[p->n_sets - 1].at <= set->at);
	new = mem_push(&p->sets, p->n_sets, sizeof(*p->sets));
	*new = *set;
	if (p->n_sets++ == 0)
		new->at = -LIFEWORLD_EVER;
}

void
lifeworld_delegate(struct lifeworld *world, const struct lifeworld_ds *ds)
{
	struct lifeworld_ds *new;

	assert_true(world->n_ds == 0 || world->ds[world->n_ds - 1].at <=
	    ds->at);
	new = mem_push(&world->ds, world->n_ds, sizeof(*world->ds));
	*new = *ds;
	if (world->n_ds++ == 0)
		new->at = -LIFEWORLD_EVER;
}

void
lifeworld_sign(struct lifeworld *world, const struct lifeworld_data *data)
{
	struct lifeworld_data *new;

	assert_true(world->n_data == 0 ||
	    world->data[world->n_data - 1].at <= data->at);
	new = mem_push(&world->data, world->n_data, sizeof(*world->data));
	*new = *data;
	if (world->n_data++ == 0)
		new->at = -LIFEWORLD_EVER;
}

/*
 * How long a server takes to get a version: one is the primary itself, one
 * as slow as is allowed, the others are now this, now that.
 */
int64_t
lifeworld_lag(const struct lifeworld *world, uint64_t kind, size_t server,
    size_t version, int64_t most_s)
{

	if (server == LIFEWORLD_FASTEST || most_s == 0)
		return 0;
	if (server == LIFEWORLD_SLOWEST)
		return most_s;
	return (int64_t)(lifeworld_hash(world->seed ^ kind,
	    version * LIFEWORLD_SERVERS + server) % (uint64_t)(most_s + 1));
}

int64_t
lifeworld_ds_somewhere_at(const struct lifeworld *world, size_t i)
{

	return world->ds[i].at;
}

int64_t
lifeworld_ds_everywhere_at(const struct lifeworld *world, size_t i)
{

	return world->ds[i].at + world->parent_propagation_s;
}

static void
print_keys(const struct lifeworld *world, uint64_t keys, FILE *f)
{
	size_t i;

	(void)fputc('{', f);
	for (i = 0; i < world->n_keys; i++)
		if (keys >> i & 1)
			(void)fprintf(f, " %u/%u", world->keys[i].alg,
			    world->keys[i].key_tag);
	(void)fputs(" }", f);
}

void
lifeworld_describe(const struct lifeworld *world,
    const struct lifeworld_bogus *bogus, char *text, size_t len)
{
	static const char *const why[] = { "no key in both",
		"signature expired", "no ZSK", "zone data unsigned",
		"no trust anchor signs", "trusts a KSK that is gone" };
	FILE *f = fmemopen(text, len, "w");

	assert_non_null(f);
	(void)fprintf(f, "resolver %zu is bogus at %" PRId64 ", %s, algorithm "
	    "%u: cached DS since %" PRId64 " ", bogus->resolver, bogus->at,
	    why[bogus->why], bogus->alg, bogus->ds.at);
	print_keys(world, bogus->ds.keys, f);
	(void)fprintf(f, ", cached DNSKEY since %" PRId64 " until %" PRId64
	    " ", bogus->set.at, bogus->set.expiration_at);
	print_keys(world, bogus->set.keys, f);
	(void)fprintf(f, " signed by ");
	print_keys(world, bogus->set.signers & ~bogus->set.revoked, f);
	(void)fprintf(f, ", ZSK algorithms %#x, data since %" PRId64
	    " with %#x", bogus->set.zsk_algs, bogus->data.at,
	    bogus->data.algs);
	(void)fclose(f);
}
