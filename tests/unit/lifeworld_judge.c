#include "tests/unit/unit.h"

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "tests/unit/lifeworld.h"
#include "tests/unit/lifeworld_inner.h"

#define TTLS	4	/* so many different ones in one track */
#define RANDOM	20	/* instants of no interest */
#define FOLLOWERS_EACH 20	/* resolvers, one follows RFC 5011 */

enum kind { DS, SET, DATA, KINDS };

/* When which version was to be had, of what one kind of server serves. */
struct track {
	uint64_t	 kind;		/* for its lags */
	int64_t		 most_s;	/* servers lag behind */
	size_t		 n;
	int64_t		*at;
	int64_t		*ttl_s;
	int64_t		 ttls[TTLS];	/* all that there are, down */
	size_t		 n_ttls;
};

/* When a resolver asks: what it has is so old. */
enum habit {
	OLDEST,		/* as old as it may be, of the slowest server */
	FRESH,		/* asked this very second, of the fastest */
	STEADY,		/* asks again when it has run out */
	SPARSE,		/* asked when somebody wanted to know */
	HABITS
};

struct resolver {
	uint64_t	id;
	int64_t		cap_s;		/* it believes no longer TTL */
	enum habit	habits[KINDS];
};

struct judge {
	const struct lifeworld	*world;
	struct track		 ds, data, sets[LIFEWORLD_PROVIDERS];
	struct resolver		 resolvers[LIFEWORLD_RESOLVERS];
	struct lifeworld_follower followers[LIFEWORLD_RESOLVERS /
				    FOLLOWERS_EACH];
	uint64_t		 of_alg[32];	/* keys */
	int64_t			*instants;
	size_t			 n_instants;
};

/* What of a track a resolver has: version, and since when. */
struct held {
	size_t	version;
	int64_t	at;
};

static void
note_ttl(struct track *track, int64_t ttl_s)
{
	size_t i, k;

	for (i = 0; i < track->n_ttls && track->ttls[i] > ttl_s; i++)
		continue;
	if (i < track->n_ttls && track->ttls[i] == ttl_s)
		return;
	assert_true(track->n_ttls < TTLS);
	for (k = track->n_ttls++; k > i; k--)
		track->ttls[k] = track->ttls[k - 1];
	track->ttls[i] = ttl_s;
}

static void
track_init(struct track *track, uint64_t kind, int64_t most_s, size_t n)
{

	memset(track, 0, sizeof(*track));
	track->kind = kind;
	track->most_s = most_s;
	track->n = n;
	track->at = mem_new(n * sizeof(*track->at));
	track->ttl_s = mem_new(n * sizeof(*track->ttl_s));
}

static void
track_set(struct track *track, size_t i, int64_t at, int64_t ttl_s)
{

	track->at[i] = at;
	track->ttl_s[i] = ttl_s;
	note_ttl(track, ttl_s);
}

static size_t
served(const struct judge *j, const struct track *track, size_t server,
    int64_t at)
{
	size_t low = 0, high = track->n, middle;

	while (high - low > 1) {
		middle = (low + high) / 2;
		if (track->at[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	while (low > 0 && track->at[low] + lifeworld_lag(j->world,
	    track->kind, server, low, track->most_s) > at)
		low--;
	return low;
}

static size_t
server(const struct resolver *r, enum kind kind, int64_t at)
{

	if (r->habits[kind] == OLDEST)
		return LIFEWORLD_SLOWEST;
	if (r->habits[kind] == FRESH)
		return LIFEWORLD_FASTEST;
	return (size_t)(lifeworld_hash(r->id + kind, (uint64_t)at) %
	    LIFEWORLD_SERVERS);
}

/* How old an entry with this TTL is at an instant. */
static int64_t
age(const struct resolver *r, enum kind kind, int64_t at, int64_t ttl_s)
{
	const uint64_t n = (uint64_t)ttl_s + 1;

	switch (r->habits[kind]) {
	case OLDEST:
		return ttl_s;
	case FRESH:
		return 0;
	case STEADY:
		/* Its phase, and then whole TTLs. */
		return (int64_t)(((uint64_t)(at + LIFEWORLD_EVER) +
		    (r->id + kind) % n) % n);
	default:
		return (int64_t)(lifeworld_hash(r->id - kind,
		    (uint64_t)at) % n);
	}
}

static struct held
fetch(const struct judge *j, const struct track *track,
    const struct resolver *r, enum kind kind, int64_t at)
{

	return (struct held) { served(j, track, server(r, kind, at), at),
		at };
}

static struct held
cached(const struct judge *j, const struct track *track,
    const struct resolver *r, enum kind kind, int64_t at)
{
	struct held held;
	int64_t ttl_s;
	size_t i;

	for (i = 0; i < track->n_ttls; i++) {
		ttl_s = int64_min(track->ttls[i], r->cap_s);
		held = fetch(j, track, r, kind, at - age(r, kind, at, ttl_s));
		if (at - held.at <= int64_min(track->ttl_s[held.version],
		    r->cap_s))
			return held;
	}
	return fetch(j, track, r, kind, at);
}

static bool
is_asked(const struct lifeworld_provider *p, int64_t at)
{

	return p->n_sets > 0 && p->from_at <= at && at <= p->until_at;
}

/* The DNSKEY RRset that it has, of a provider that it asked at that time. */
static const struct lifeworld_set *
cached_set(const struct judge *j, const struct resolver *r, int64_t at)
{
	const struct lifeworld_provider *p = j->world->providers;
	const struct lifeworld_set *set;
	size_t i = lifeworld_hash(r->id, (uint64_t)at) % LIFEWORLD_PROVIDERS;
	struct held held;

	held = cached(j, &j->sets[i], r, SET, at);
	if (!is_asked(&p[i], held.at)) {
		i = !i;
		held = cached(j, &j->sets[i], r, SET, at);
	}
	/* It moved between them meanwhile. */
	if (!is_asked(&p[i], held.at)) {
		i = is_asked(&p[0], at) ? 0 : 1;
		held = fetch(j, &j->sets[i], r, SET, at);
	}
	set = &p[i].sets[held.version];
	/* RFC 4035 s5.3.3: not kept beyond the signature. */
	if (set->expiration_at < at && held.at < at && is_asked(&p[i], at)) {
		held = fetch(j, &j->sets[i], r, SET, at);
		set = &p[i].sets[held.version];
	}
	return set;
}

/* The oracle's strict rule, and what it does not know: zone data. */
static bool
has_chain(const struct judge *j, struct lifeworld_bogus *b)
{
	const uint64_t way = b->set.signers & ~b->set.revoked & b->ds.keys;
	uint32_t bit;
	uint8_t alg;

	for (alg = 0; alg < 32; alg++) {
		bit = UINT32_C(1) << alg;
		b->alg = alg;
		/* RFC 6840 s5.11: what is in DNSKEY signs the data. */
		b->why = LIFEWORLD_NO_DATA;
		if ((b->set.keys & j->of_alg[alg]) != 0 &&
		    (b->data.algs & bit) == 0)
			return false;
		if ((b->ds.keys & j->of_alg[alg]) == 0)
			continue;
		if ((b->data.algs & bit) == 0)
			return false;
		b->why = LIFEWORLD_NO_KEY;
		if ((way & j->of_alg[alg]) == 0)
			return false;
		b->why = LIFEWORLD_NO_SIGNATURE;
		if (b->at < b->set.inception_at ||
		    b->at > b->set.expiration_at)
			return false;
		b->why = LIFEWORLD_NO_ZSK;
		if ((b->set.zsk_algs & bit) == 0)
			return false;
	}
	return true;
}

static const struct lifeworld_set *
see(const void *arg, size_t i, int64_t at)
{
	const struct judge *j = arg;

	return cached_set(j, &j->resolvers[i], at);
}

static enum lifeworld_belief
follow(struct judge *j, struct lifeworld_bogus *b)
{

	if (!j->world->has_followers || b->resolver % FOLLOWERS_EACH != 0)
		return LIFEWORLD_NO_OPINION;
	return lifeworld_follower_ask(&j->followers[b->resolver /
	    FOLLOWERS_EACH], j->world, see, j, b);
}

static bool
is_sound(struct judge *j, size_t i, int64_t at, struct lifeworld_bogus *b)
{
	const struct resolver *r = &j->resolvers[i];
	enum lifeworld_belief belief;

	b->resolver = i;
	b->at = at;
	belief = follow(j, b);
	if (belief != LIFEWORLD_NO_OPINION)
		return belief == LIFEWORLD_SECURE;
	b->at = at;
	b->ds = j->world->ds[cached(j, &j->ds, r, DS, at).version];
	if (b->ds.keys == 0)
		return true;	/* insecure */
	b->set = *cached_set(j, r, at);
	b->data = j->world->data[cached(j, &j->data, r, DATA, at).version];
	return has_chain(j, b);
}

static void
make_resolvers(struct judge *j)
{
	struct resolver *r;
	uint64_t x = j->world->seed;
	size_t i, k;

	for (i = 0; i < LIFEWORLD_RESOLVERS; i++) {
		r = &j->resolvers[i];
		r->id = lifeworld_hash(x, i + 1);
		/* Half believe every TTL; from a second to 18 hours. */
		r->cap_s = i % 2 == 0 ? LIFEWORLD_EVER :
		    lifeworld_pick(&x, INT64_C(1) << lifeworld_pick(&x, 17));
		for (k = 0; k < KINDS; k++)
			r->habits[k] = (enum habit)lifeworld_pick(&x, HABITS);
		if (i % FOLLOWERS_EACH == 0)
			lifeworld_follower_init(&j->followers[i /
			    FOLLOWERS_EACH], j->world, r->id);
	}
}

static void
make_tracks(struct judge *j)
{
	const struct lifeworld *world = j->world;
	const struct lifeworld_provider *p;
	size_t i, k;

	track_init(&j->ds, 101, world->parent_propagation_s, world->n_ds);
	for (i = 0; i < world->n_ds; i++)
		track_set(&j->ds, i, world->ds[i].at, world->ds[i].ttl_s);
	track_init(&j->data, 102, world->zone_propagation_s, world->n_data);
	for (i = 0; i < world->n_data; i++)
		track_set(&j->data, i, world->data[i].at, world->data_ttl_s);
	for (k = 0; k < LIFEWORLD_PROVIDERS; k++) {
		p = &world->providers[k];
		track_init(&j->sets[k], 103 + k, world->zone_propagation_s,
		    p->n_sets);
		for (i = 0; i < p->n_sets; i++)
			track_set(&j->sets[k], i, p->sets[i].at,
			    p->sets[i].ttl_s);
	}
}

static void
push_instant(struct judge *j, int64_t at)
{
	int64_t *new;

	if (at < 0 || at > j->world->until_at)
		return;
	new = mem_push(&j->instants, j->n_instants, sizeof(*j->instants));
	*new = at;
	j->n_instants++;
}

/* Where the last cache forgets what was there before, and on the way to it. */
static void
push_change(struct judge *j, const struct track *track, size_t i, uint64_t *x)
{
	const int64_t at = track->at[i], ttl_s = track->ttl_s[i - 1];
	const int64_t slow_at = at + track->most_s;

	push_instant(j, at);
	push_instant(j, at + lifeworld_pick(x, track->most_s));
	push_instant(j, slow_at - 1);
	push_instant(j, slow_at + lifeworld_pick(x, ttl_s));
	push_instant(j, slow_at + ttl_s - 1);
}

static bool
is_resigned(const struct lifeworld_set *a, const struct lifeworld_set *b)
{

	return a->keys == b->keys && a->signers == b->signers &&
	    a->revoked == b->revoked && a->zsk_algs == b->zsk_algs &&
	    a->ttl_s == b->ttl_s;
}

static void
push_sets(struct judge *j, size_t provider, uint64_t *x)
{
	const struct lifeworld_provider *p = &j->world->providers[provider];
	const struct track *track = &j->sets[provider];
	size_t i;

	for (i = 1; i < p->n_sets; i++) {
		/* The old one may have expired where it is served still. */
		push_instant(j, int64_min(p->sets[i - 1].expiration_at + 1,
		    p->sets[i].at + track->most_s - 1));
		if (!is_resigned(&p->sets[i - 1], &p->sets[i]))
			push_change(j, track, i, x);
	}
	push_instant(j, p->from_at);
	push_instant(j, p->until_at);
}

static int
compare_instants(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
make_instants(struct judge *j)
{
	uint64_t x = j->world->seed + 1;
	size_t i;

	for (i = 1; i < j->ds.n; i++)
		push_change(j, &j->ds, i, &x);
	for (i = 1; i < j->data.n; i++)
		push_change(j, &j->data, i, &x);
	for (i = 0; i < LIFEWORLD_PROVIDERS; i++)
		push_sets(j, i, &x);
	for (i = 0; i < RANDOM; i++)
		push_instant(j, lifeworld_pick(&x, j->world->until_at));
	push_instant(j, j->world->until_at);
	qsort(j->instants, j->n_instants, sizeof(*j->instants),
	    compare_instants);
}

static void
judge_clear(struct judge *j)
{
	size_t i;

	free(j->ds.at);
	free(j->ds.ttl_s);
	free(j->data.at);
	free(j->data.ttl_s);
	for (i = 0; i < LIFEWORLD_PROVIDERS; i++) {
		free(j->sets[i].at);
		free(j->sets[i].ttl_s);
	}
	free(j->instants);
}

bool
lifeworld_is_sound(const struct lifeworld *world,
    struct lifeworld_bogus *bogus)
{
	struct judge *j = mem_new(sizeof(*j));
	bool sound = true;
	size_t i, k;

	j->world = world;
	for (i = 0; i < world->n_keys; i++)
		j->of_alg[world->keys[i].alg] |= UINT64_C(1) << i;
	make_tracks(j);
	make_resolvers(j);
	make_instants(j);
	memset(bogus, 0, sizeof(*bogus));
	for (i = 0; i < j->n_instants && sound; i++)
		for (k = 0; k < LIFEWORLD_RESOLVERS && sound; k++)
			sound = is_sound(j, k, j->instants[i], bogus);
	judge_clear(j);
	free(j);
	return sound;
}
