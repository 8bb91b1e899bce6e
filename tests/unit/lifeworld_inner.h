/* What the files of lifeworld share; for them only. */
#ifndef TESTS_UNIT_LIFEWORLD_INNER_H
#define TESTS_UNIT_LIFEWORLD_INNER_H

#include "tests/unit/lifeworld.h"

#define LIFEWORLD_FASTEST 0	/* servers */
#define LIFEWORLD_SLOWEST 1

/**
 * lifeworld_hash(a, b):
 * A random number that ${a} and ${b} determine.
 */
uint64_t lifeworld_hash(uint64_t a, uint64_t b);

/**
 * lifeworld_lag(world, kind, server, version, most_s):
 * After how long, ${most_s} at most, ${server} has the ${version} of ${kind}.
 */
int64_t lifeworld_lag(const struct lifeworld *world, uint64_t kind,
    size_t server, size_t version, int64_t most_s);

/* A resolver that follows RFC 5011; keys are bits. */
struct lifeworld_follower {
	uint64_t	id;
	int64_t		next_at;	/* it looks, or is configured */
	int64_t		settles_s;	/* after a change, in all caches */
	bool		is_configured;
	uint64_t	trusted;	/* Valid and Missing */
	uint64_t	pending;	/* AddPend, */
	int64_t		until_at[LIFEWORLD_KEYS];	/* until then */
	uint64_t	revoked;	/* Revoked and Removed */
};

enum lifeworld_belief {
	LIFEWORLD_NO_OPINION,	/* no anchor yet, or any more: by the DS */
	LIFEWORLD_SECURE,
	LIFEWORLD_BOGUS
};

/* The DNSKEY RRset that a resolver has at an instant. */
typedef const struct lifeworld_set *lifeworld_see_fn(const void *arg,
    size_t resolver, int64_t at);

/**
 * lifeworld_follower_init(f, world, id):
 * One that is configured some day.
 *
 * lifeworld_follower_ask(f, world, see, arg, bogus):
 * Let it look, as often as it does, up to bogus->at, which is never before
 * that of the last time, and ask what it thinks of the set that bogus->resolver
 * has then. What it does not like goes to ${bogus}.
 */
void lifeworld_follower_init(struct lifeworld_follower *f,
    const struct lifeworld *world, uint64_t id);
enum lifeworld_belief lifeworld_follower_ask(struct lifeworld_follower *f,
    const struct lifeworld *world, lifeworld_see_fn *see, const void *arg,
    struct lifeworld_bogus *bogus);

#endif
