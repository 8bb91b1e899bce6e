/*
 * Resolvers that were given a trust anchor once and keep it up by what they
 * see in the zone: the states of RFC 5011 s4. Removed and Start are one here,
 * but for the mark of who was revoked, and Missing is as good as Valid.
 */
#include "tests/unit/unit.h"

#include "kmgr/base/int64.h"
#include "tests/unit/lifeworld.h"
#include "tests/unit/lifeworld_inner.h"

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)
#define HOLD_DOWN_S (30 * DAY)	/* RFC 5011 s2.4.1 */
#define BIT(i) (UINT64_C(1) << (i))

static bool
is_resigned(const struct lifeworld_set *a, const struct lifeworld_set *b)
{

	return a->keys == b->keys && a->revoked == b->revoked &&
	    a->signers == b->signers && a->ttl_s == b->ttl_s;
}

/* How long after a change the slowest cache has what was before. */
static int64_t
settles_s(const struct lifeworld *world)
{
	const struct lifeworld_provider *p = &world->providers[0];
	int64_t ttl_s = 0;
	size_t i;

	for (i = 0; i < p->n_sets; i++)
		ttl_s = int64_max(ttl_s, p->sets[i].ttl_s);
	return ttl_s + world->zone_propagation_s;
}

/*
 * Half are configured as soon as the first signed set is everywhere, the
 * others some day.
 */
void
lifeworld_follower_init(struct lifeworld_follower *f,
    const struct lifeworld *world, uint64_t id)
{
	const struct lifeworld_provider *p = &world->providers[0];
	uint64_t x = id;
	size_t i;

	memset(f, 0, sizeof(*f));
	f->id = id;
	f->settles_s = settles_s(world);
	for (i = 0; i < p->n_sets && p->sets[i].signers == 0; i++)
		continue;
	f->next_at = i == p->n_sets ? LIFEWORLD_EVER : p->sets[i].at +
	    f->settles_s;
	if (lifeworld_pick(&x, 2) == 0)
		f->next_at += lifeworld_pick(&x, int64_max(0, world->until_at -
		    f->next_at) / 2);
}

/* RFC 5011 s2.3: at least so often. Some look more often. */
static int64_t
interval_s(const struct lifeworld_follower *f, const struct lifeworld_set *set)
{
	const int64_t s = int64_max(HOUR, int64_min(15 * DAY,
	    int64_min(set->ttl_s / 2, (set->expiration_at -
	    set->inception_at) / 2)));
	uint64_t x = f->id + 1;

	return lifeworld_pick(&x, 2) == 0 ? s :
	    s - lifeworld_pick(&x, s / 2);
}

/*
 * Where nothing changes every look shows the same: the first that counts is
 * at the next change, or when a hold-down is over.
 */
static int64_t
next_at(const struct lifeworld_follower *f, const struct lifeworld *world,
    int64_t at, int64_t s)
{
	const struct lifeworld_provider *p = &world->providers[0];
	int64_t until_at = LIFEWORLD_EVER;
	size_t i;

	for (i = 1; i < p->n_sets; i++) {
		if (p->sets[i].at + f->settles_s < at ||
		    is_resigned(&p->sets[i - 1], &p->sets[i]))
			continue;
		until_at = p->sets[i].at;
		break;
	}
	for (i = 0; i < world->n_keys; i++)
		if ((f->pending & BIT(i)) != 0)
			until_at = int64_min(until_at, f->until_at[i]);
	if (until_at >= LIFEWORLD_EVER)
		return LIFEWORLD_EVER;
	at += s;
	return at >= until_at ? at : at + (until_at - at + s - 1) / s * s;
}

static bool
is_valid(const struct lifeworld_follower *f, const struct lifeworld_set *set,
    int64_t at)
{

	return (set->signers & ~set->revoked & f->trusted) != 0 &&
	    set->inception_at <= at && at <= set->expiration_at;
}

/* Whether all anchors were revoked by then, as by a zone that is insecure. */
static bool
is_given_up(const struct lifeworld *world, int64_t at)
{
	const struct lifeworld_provider *p = &world->providers[0];
	size_t i;

	for (i = 0; i < p->n_sets && p->sets[i].at <= at; i++)
		if (p->sets[i].revoked != 0 &&
		    (p->sets[i].signers & ~p->sets[i].revoked) == 0)
			return true;
	return false;
}

/*
 * RFC 5011 s5: where no anchor is left, the trust point is not either. To one
 * whose zone goes on, that must not happen.
 */
static enum lifeworld_belief
without_anchors(const struct lifeworld_follower *f,
    const struct lifeworld *world, int64_t at)
{

	return f->is_configured && f->revoked != 0 && !is_given_up(world, at) ?
	    LIFEWORLD_BOGUS : LIFEWORLD_NO_OPINION;
}

/*
 * RFC 5011 s2.1: who says of himself that he is revoked is, whoever else signs
 * the set, and whatever it is looked at for.
 */
static void
unlearn(struct lifeworld_follower *f, const struct lifeworld_set *set,
    int64_t at)
{

	if (set->inception_at > at || at > set->expiration_at)
		return;
	f->revoked |= set->revoked & set->signers;
	f->trusted &= ~f->revoked;
}

/* RFC 5011 s4.2, for each key of a set that was validated. */
static void
learn(struct lifeworld_follower *f, const struct lifeworld *world,
    const struct lifeworld_set *set, int64_t at)
{
	const uint64_t shown = set->keys & ~set->revoked & ~f->revoked;
	size_t i;

	f->pending &= shown;
	for (i = 0; i < world->n_keys; i++) {
		if ((shown & ~f->trusted & BIT(i)) == 0)
			continue;
		if ((f->pending & BIT(i)) == 0)
			f->until_at[i] = at +
			    int64_max(HOLD_DOWN_S, set->ttl_s);
		else if (at >= f->until_at[i])
			f->trusted |= BIT(i);
		f->pending |= BIT(i);
	}
	f->pending &= ~f->trusted;
}

/* What somebody types in, who knows what is right. */
static void
configure(struct lifeworld_follower *f, const struct lifeworld_set *set)
{

	f->trusted = set->signers & ~set->revoked;
	f->is_configured = true;
}

/* Since when a key that was trusted is in no set any more. */
static int64_t
gone_at(const struct lifeworld *world, size_t key)
{
	const struct lifeworld_provider *p = &world->providers[0];
	size_t i;

	for (i = p->n_sets; i-- > 0;)
		if ((p->sets[i].keys >> key & 1) != 0)
			return i + 1 == p->n_sets ? LIFEWORLD_EVER :
			    p->sets[i + 1].at;
	return LIFEWORLD_EVER;
}

/* Whoever gets hold of its private half will be believed for ever. */
static bool
has_old_anchor(const struct lifeworld_follower *f,
    const struct lifeworld *world, int64_t at)
{
	size_t i;

	for (i = 0; i < world->n_keys; i++)
		if ((f->trusted & BIT(i)) != 0 && at > gone_at(world, i) +
		    f->settles_s + 15 * DAY)
			return true;
	return false;
}

enum lifeworld_belief
lifeworld_follower_ask(struct lifeworld_follower *f,
    const struct lifeworld *world, lifeworld_see_fn *see, const void *arg,
    struct lifeworld_bogus *b)
{
	const struct lifeworld_set *set;
	const int64_t now_at = b->at;

	b->why = LIFEWORLD_NO_ANCHOR;
	while (f->next_at <= now_at) {
		set = see(arg, b->resolver, f->next_at);
		if (!f->is_configured)
			configure(f, set);
		unlearn(f, set, f->next_at);
		b->at = f->next_at;
		b->set = *set;
		if (f->trusted == 0)
			return without_anchors(f, world, b->at);
		if (!is_valid(f, set, f->next_at))
			return LIFEWORLD_BOGUS;
		learn(f, world, set, f->next_at);
		f->next_at = next_at(f, world, f->next_at,
		    interval_s(f, set));
	}
	b->at = now_at;
	b->set = *see(arg, b->resolver, now_at);
	unlearn(f, &b->set, now_at);
	if (f->trusted == 0)
		return without_anchors(f, world, now_at);
	if (!is_valid(f, &b->set, now_at))
		return LIFEWORLD_BOGUS;
	b->why = LIFEWORLD_OLD_ANCHOR;
	return has_old_anchor(f, world, now_at) ? LIFEWORLD_BOGUS :
	    LIFEWORLD_SECURE;
}
