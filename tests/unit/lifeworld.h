/*
 * The world of one zone as resolvers see it: what its primary, its providers
 * and its parent served when, name servers that lag behind them, and
 * resolvers with caches. It knows nothing of how keys are managed. Instants
 * are whole seconds; everything random is a function of the seed.
 */
#ifndef TESTS_UNIT_LIFEWORLD_H
#define TESTS_UNIT_LIFEWORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIFEWORLD_KEYS	    64	/* a bit each */
#define LIFEWORLD_PROVIDERS 2
#define LIFEWORLD_SERVERS   4	/* of the zone, of the parent */
#define LIFEWORLD_RESOLVERS 1000
#define LIFEWORLD_EVER	    (INT64_MAX / 4)

struct lifeworld_key {
	uint8_t		alg;		/* under 32 */
	uint16_t	key_tag;
};

/* A DNSKEY RRset with its signatures; keys are bits, algorithms too. */
struct lifeworld_set {
	int64_t		at;		/* the primary has it since */
	int64_t		ttl_s;
	uint64_t	keys;
	uint64_t	signers;
	uint64_t	revoked;
	uint32_t	zsk_algs;
	int64_t		inception_at;
	int64_t		expiration_at;
};

struct lifeworld_ds {
	int64_t		at;
	int64_t		ttl_s;
	uint64_t	keys;
};

/* Zone data: with which algorithms all of it is signed. */
struct lifeworld_data {
	int64_t		at;
	uint32_t	algs;
};

/* Who serves the zone, each with own servers and own signatures. */
struct lifeworld_provider {
	int64_t			 from_at;	/* delegated to since */
	int64_t			 until_at;	/* asked no more after */
	struct lifeworld_set	*sets;		/* in order; owned */
	size_t			 n_sets;
};

struct lifeworld {
	uint64_t		 seed;
	int64_t			 zone_propagation_s;
	int64_t			 parent_propagation_s;
	int64_t			 data_ttl_s;
	bool			 has_followers;	/* among the resolvers */
	struct lifeworld_key	 keys[LIFEWORLD_KEYS];
	size_t			 n_keys;
	struct lifeworld_provider providers[LIFEWORLD_PROVIDERS];
	struct lifeworld_ds	*ds;		/* owned */
	size_t			 n_ds;
	struct lifeworld_data	*data;		/* owned */
	size_t			 n_data;
	int64_t			 until_at;	/* the end of the story */
};

enum lifeworld_why {
	LIFEWORLD_NO_KEY,	/* no signer of an algorithm is in both */
	LIFEWORLD_NO_SIGNATURE,	/* one is, but what it signed expired */
	LIFEWORLD_NO_ZSK,	/* none of an algorithm of the DS set */
	LIFEWORLD_NO_DATA,	/* data is not signed with an algorithm */
	LIFEWORLD_NO_ANCHOR,	/* none that the follower trusts signs */
	LIFEWORLD_OLD_ANCHOR	/* it trusts one that went unrevoked */
};

/* A resolver without a chain of trust. */
struct lifeworld_bogus {
	size_t			 resolver;
	int64_t			 at;
	enum lifeworld_why	 why;
	uint8_t			 alg;
	struct lifeworld_set	 set;
	struct lifeworld_ds	 ds;
	struct lifeworld_data	 data;
};

/**
 * lifeworld_init(world, seed), lifeworld_clear(world):
 * An empty world; its first provider is delegated to for ever. The first of
 * all sets told, of each kind, has been there ever since.
 */
void lifeworld_init(struct lifeworld *world, uint64_t seed);
void lifeworld_clear(struct lifeworld *world);

/**
 * lifeworld_pick(x, n):
 * A number under ${n} from the generator *${x}; 0 where ${n} is not over 0.
 */
int64_t lifeworld_pick(uint64_t *x, int64_t n);

/**
 * lifeworld_add_key(world, alg):
 * A new key; its bit's number.
 */
size_t lifeworld_add_key(struct lifeworld *world, uint8_t alg);

/**
 * lifeworld_publish(world, provider, set), lifeworld_delegate(world, ds),
 * lifeworld_sign(world, data):
 * From its instant on, not before that of the one before, ${set} is what the
 * primary of ${provider} serves; ${ds} the parent's; ${data} the zone's.
 */
void lifeworld_publish(struct lifeworld *world, size_t provider,
    const struct lifeworld_set *set);
void lifeworld_delegate(struct lifeworld *world,
    const struct lifeworld_ds *ds);
void lifeworld_sign(struct lifeworld *world,
    const struct lifeworld_data *data);

/**
 * lifeworld_ds_everywhere_at(world, i), lifeworld_ds_somewhere_at(world, i):
 * When the last, and the first, of the parent's servers has the ${i}th DS set
 * or a later one.
 */
int64_t lifeworld_ds_everywhere_at(const struct lifeworld *world, size_t i);
int64_t lifeworld_ds_somewhere_at(const struct lifeworld *world, size_t i);

/**
 * lifeworld_is_sound(world, bogus):
 * Ask every resolver around every change, and in between: whether all have a
 * chain of trust, always. Else the first that has none goes to ${bogus}. Where
 * the world has followers some resolvers go by a trust anchor that was
 * configured once, and by what they learn and unlearn of it (RFC 5011), and
 * not by a DS.
 */
bool lifeworld_is_sound(const struct lifeworld *world,
    struct lifeworld_bogus *bogus);

/**
 * lifeworld_oracle(world, first, len):
 * The number of holes that the oracle finds in the same history of DNSKEY and
 * DS sets (of zone data it knows nothing), and in the ${len} bytes ${first}
 * what it says of the first.
 */
size_t lifeworld_oracle(const struct lifeworld *world, char *first,
    size_t len);

/**
 * lifeworld_describe(world, bogus, text, len):
 * The two cached sets, the instant and the reason.
 */
void lifeworld_describe(const struct lifeworld *world,
    const struct lifeworld_bogus *bogus, char *text, size_t len);

#endif
