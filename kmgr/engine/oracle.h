/*
 * The oracle: from the history and the future of a zone's DNSKEY RRsets and of
 * its DS RRsets at the parent it decides whether any resolver, whatever its
 * caches hold, could fail to build the chain of trust. It knows nothing of
 * states, schemas or policies, and shares no code with what decides by them.
 *
 * Instants are whole seconds, and every interval holds both its ends. Caches
 * are taken to be as unlucky as can be: the DS set and the DNSKEY set that
 * meet may each be as old as its TTL allows, and come from different caches.
 */
#ifndef ENGINE_ORACLE_H
#define ENGINE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORACLE_FOR_EVER INT64_MAX
#define ORACLE_NONE	SIZE_MAX	/* no set */
#define ORACLE_HOLES_MAX 100

/* A KSK as both RRsets name it. Two are the same where all is equal. */
struct oracle_key {
	uint8_t		alg;
	uint16_t	key_tag;	/* with REVOKE clear */
	uint8_t		id[32];		/* SHA-256 of alg and public key */
};

/* A signature over a DNSKEY RRset; good at both its ends (RFC 4034 s3.1.5). */
struct oracle_sig {
	size_t		key;		/* index in the set's keys */
	int64_t		inception_at;
	int64_t		expiration_at;
};

/*
 * A DNSKEY RRset that servers may hand out from from_at to until_at, which
 * counts propagation in; a cache may take it as late as until_at and keeps it
 * ttl_s longer. One that validated it keeps it no longer than the signature
 * that it validated with lives (RFC 4035 s5.3.3), which may be any of those
 * by a key that its DS set named; one to which the zone was insecure, as
 * there was no DS or none of an algorithm it knows, does not look at them.
 */
struct oracle_dnskeys {
	int64_t			 from_at, until_at;
	int64_t			 ttl_s;
	const struct oracle_key	*keys;		/* SEP keys */
	const bool		*is_revoked;	/* by key; NULL: none */
	size_t			 n_keys;
	const struct oracle_sig	*sigs;
	size_t			 n_sigs;
	const char		*what;		/* "bundle 3", or NULL */
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

/* Sets in any order; the start is where the first DNSKEY set is served. */
struct oracle_world {
	const struct oracle_dnskeys *dnskeys;
	size_t			 n_dnskeys;
	const struct oracle_ds	*ds;		/* n_ds 0: there is no parent */
	size_t			 n_ds;
	struct oracle_anchors	 anchors;
	int64_t			 from_at, until_at;	/* asked about */
};

enum oracle_why {
	ORACLE_NO_KEY,		/* none of an algorithm is in both sets */
	ORACLE_NO_SIGNATURE,	/* one is, but its signature is not valid */
	ORACLE_NO_ANCHOR,	/* none that every follower trusts signs */
	ORACLE_NO_DNSKEYS,	/* none served */
	ORACLE_NO_DS		/* nothing is said of what the parent serves */
};

/* A way to lose the chain. */
struct oracle_hole {
	int64_t		 from_at, until_at;	/* a resolver would be bogus */
	enum oracle_why	 why;
	uint8_t		 alg;			/* NO_KEY, NO_SIGNATURE */
	size_t		 dnskeys;		/* index of the cached set; */
	size_t		 ds;			/* ORACLE_NONE: no such set */
	char		 message[320];
};

/**
 * oracle_ask(world, out, n):
 * The *${n} holes in ${world}, by their beginning, the first ORACLE_HOLES_MAX
 * of them; none is a promise. A pair of sets is sound where, for every
 * algorithm in the DS set, a key of it is in the DNSKEY set, not revoked, and
 * its signature is valid as long as both are in caches together; so every
 * validator finds its way, also one that knows only some of the algorithms or
 * asks for each. A key that is there revoked is no way in: its tag is not the
 * DS's. An instant at which nothing is served is a hole too, if a DS set that
 * is not empty may be cached or there are anchors.
 *
 * A follower of RFC 5011 is sure to trust an anchor until a set that revokes
 * it, signed by itself, may be seen, and another key once that has been in
 * all sets for the add hold-down (the sets' TTL, if that is longer) and two
 * query intervals. One key that all are sure to trust must sign each set.
 *
 * Owner: the caller, free().
 * Source: RFC 4035 s2.2, s5.3.3; RFC 6840 s5.11; RFC 5011 s2.1 to s2.4.
 */
void oracle_ask(const struct oracle_world *world, struct oracle_hole **out,
    size_t *n);

#endif
