/* What oracle.c and oracle_anchors.c share; for them only. */
#ifndef ENGINE_ORACLE_INNER_H
#define ENGINE_ORACLE_INNER_H

#include "kmgr/engine/oracle.h"

/* Both ends belong to it; empty where until_at is before from_at. */
struct oracle_span {
	int64_t	from_at;
	int64_t	until_at;
};

/* A hole before there is a message for it. */
struct oracle_found {
	struct oracle_span	 span;
	enum oracle_why		 why;
	uint8_t			 alg;
	size_t			 dnskeys;
	size_t			 ds;
};

struct oracle_run {
	const struct oracle_world	*world;
	struct oracle_found		*found;
	size_t				 n;
};

/* What is asked at every instant of a span. */
struct oracle_proof {
	/*
	 * Whether the chain holds at ${at}; what is missing goes to ${found}.
	 * *${next} is lowered to the first later instant at which the answer
	 * may be another one.
	 */
	bool	(*holds)(const void *arg, int64_t at, int64_t *next,
		    struct oracle_found *found);
	const void	*arg;
	size_t		 dnskeys;
	size_t		 ds;
};

/**
 * oracle_walk(run, proof, span):
 * Add to ${run} the spans within ${span}, and within what is asked about, in
 * which ${proof} does not hold.
 */
void oracle_walk(struct oracle_run *run, const struct oracle_proof *proof,
    struct oracle_span span);

/**
 * oracle_ask_pairs(run), oracle_ask_gaps(run), oracle_ask_anchors(run):
 * The three questions: does every pair of sets fit, is something served at
 * every instant, do followers of RFC 5011 keep a trust anchor.
 */
void oracle_ask_pairs(struct oracle_run *run);
void oracle_ask_gaps(struct oracle_run *run);
void oracle_ask_anchors(struct oracle_run *run);

/**
 * oracle_later(at, s):
 * ${s} seconds after ${at}, ORACLE_FOR_EVER at most.
 */
int64_t oracle_later(int64_t at, int64_t s);

/**
 * oracle_border(at, border_at, next):
 * Lower *${next} to ${border_at} where that is after ${at}.
 */
void oracle_border(int64_t at, int64_t border_at, int64_t *next);

/**
 * oracle_both(a, b):
 * What ${a} and ${b} have in common.
 */
struct oracle_span oracle_both(struct oracle_span a, struct oracle_span b);
bool oracle_is_empty(struct oracle_span span);

/**
 * oracle_served(set), oracle_sig_span(sig):
 * When it is handed out, and when it is valid.
 */
struct oracle_span oracle_served(const struct oracle_dnskeys *set);
struct oracle_span oracle_sig_span(const struct oracle_sig *sig);

/**
 * oracle_cached(served, ttl_s), oracle_ds_alive(ds):
 * When a cache may hold what is handed out in ${served}; a set that is never
 * served is in no cache.
 */
struct oracle_span oracle_cached(struct oracle_span served, int64_t ttl_s);
struct oracle_span oracle_ds_alive(const struct oracle_ds *ds);

/**
 * oracle_kept_until(set, sig, taken):
 * Until when a cache keeps ${set} that validated it with ${sig} at some
 * instant of ${taken}; INT64_MIN where none can.
 */
int64_t oracle_kept_until(const struct oracle_dnskeys *set,
    const struct oracle_sig *sig, struct oracle_span taken);

/**
 * oracle_is_same_key(a, b), oracle_is_revoked(set, i):
 * Whether both are one key; whether key ${i} of ${set} is there revoked.
 */
bool oracle_is_same_key(const struct oracle_key *a,
    const struct oracle_key *b);
bool oracle_is_revoked(const struct oracle_dnskeys *set, size_t i);

/**
 * oracle_order(at, n):
 * The indices 0 to ${n} - 1 by their instants ${at}.
 * Owner: the caller, free().
 */
size_t *oracle_order(const int64_t *at, size_t n);

#endif
