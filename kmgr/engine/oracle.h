/*
 * The oracle: from the history and the future of a zone's DNSKEY RRsets and of
 * its DS RRsets at the parent it decides whether any resolver, whatever its
 * caches hold, could fail to build the chain of trust. It knows nothing of
 * states, schemas or policies, and shares no code with what decides by them.
 */
#ifndef ENGINE_ORACLE_H
#define ENGINE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"

#define ORACLE_FOR_EVER INT64_MAX

/* A KSK as both RRsets name it. Two are the same where all is equal. */
struct oracle_key {
	uint8_t		alg;
	uint16_t	key_tag;	/* with REVOKE clear */
	uint8_t		id[32];		/* SHA-256 of alg and public key */
};

/* A signature over a DNSKEY RRset. */
struct oracle_sig {
	size_t		key;		/* index in the set's keys */
	int64_t		inception_at;
	int64_t		expiration_at;
};

/*
 * A DNSKEY RRset that servers may hand out from from_at to until_at, which
 * counts propagation in; a cache keeps it ttl_s longer, but no longer than
 * its signatures are valid.
 */
struct oracle_dnskeys {
	int64_t			 from_at, until_at;
	int64_t			 ttl_s;
	const struct oracle_key	*keys;		/* SEP keys */
	const bool		*is_revoked;	/* by key; NULL: none */
	size_t			 n_keys;
	const struct oracle_sig	*sigs;
	size_t			 n_sigs;
	const char		*what;		/* "bundle 3", for messages */
};

/* A DS RRset, likewise; n_keys 0: proved to be absent, the zone is insecure. */
struct oracle_ds {
	int64_t			 from_at, until_at;
	int64_t			 ttl_s;
	const struct oracle_key	*keys;
	size_t			 n_keys;
	const char		*what;
};

/* Validators that follow RFC 5011 and have these trust anchors at the start. */
struct oracle_anchors {
	const struct oracle_key	*keys;		/* n_keys 0: nobody does */
	size_t			 n_keys;
	int64_t			 add_hold_down_s;	/* 30 days */
	int64_t			 query_interval_s;	/* at most this */
};

struct oracle_world {
	const struct oracle_dnskeys *dnskeys;	/* by from_at */
	size_t			 n_dnskeys;
	const struct oracle_ds	*ds;		/* by from_at */
	size_t			 n_ds;
	struct oracle_anchors	 anchors;
	int64_t			 from_at, until_at;	/* asked about */
};

/* A way to lose the chain. */
struct oracle_hole {
	int64_t	 from_at, until_at;	/* a resolver would be bogus */
	size_t	 dnskeys;		/* index of the set in its cache; */
	size_t	 ds;			/* SIZE_MAX: an anchor's, or none */
	char	 message[320];
};

/**
 * oracle_ask(world, out, n):
 * The *${n} holes in ${world}, by their beginning, at most 100; none is a
 * promise. A pair of sets is sound where, for every algorithm in the DS set,
 * a key of it is in the DNSKEY set, not revoked, and its signature is valid
 * as long as both are in caches together; so every validator finds its way,
 * also one that asks for each algorithm (RFC 4035 s2.2, RFC 6840 s5.11). An
 * instant at which nothing is served is a hole too.
 *
 * Owner: the caller, free().
 */
void oracle_ask(const struct oracle_world *world, struct oracle_hole **out,
    size_t *n);

#endif
