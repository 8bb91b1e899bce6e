/* What the files of zone_history share; for them only. */
#ifndef ENGINE_ZONE_HISTORY_INNER_H
#define ENGINE_ZONE_HISTORY_INNER_H

#include "kmgr/engine/zone_history.h"

#define HISTORY_WHAT_LEN 128

struct history_ksk {
	char			 id[STORE_ID_TEXT];
	struct oracle_key	 key;
	struct zone_history_facts ds;
	bool			 is_foreign;
	int64_t			 in_at, out_at;	/* of a foreign one */
};

enum history_kind { HISTORY_SIGNED, HISTORY_TEXT, HISTORY_ICANN };

struct history_set {
	enum history_kind	 kind;
	size_t			 response;	/* 1, 2, ...; 0: none */
	int64_t			 from_at, until_at, ttl_s;
	struct oracle_key	*keys;
	bool			*is_revoked;
	size_t			 n_keys;
	struct oracle_sig	*sigs;
	size_t			 n_sigs;
	char			 what[HISTORY_WHAT_LEN];
};

struct zone_history {
	struct zone_history_timing	 timing;
	struct history_ksk		*ksks;
	size_t				 n_ksks;
	struct history_set		*sets;
	size_t				 n_sets;
	size_t				 n_responses;
};

/**
 * zone_history_key_of(dnskey):
 * The key as the oracle names it.
 */
struct oracle_key zone_history_key_of(const struct dnskey *dnskey);

/**
 * zone_history_add_set(history, kind, from_at), zone_history_add_key(set,
 * key, is_revoked), zone_history_add_sig(set, key, inception_at,
 * expiration_at):
 * A set that is served from ${from_at} on; one more key, whose index is
 * returned; a signature by the key with the index ${key}.
 */
struct history_set *zone_history_add_set(struct zone_history *history,
    enum history_kind kind, int64_t from_at);
size_t zone_history_add_key(struct history_set *set,
    const struct oracle_key *key, bool is_revoked);
void zone_history_add_sig(struct history_set *set, size_t key,
    int64_t inception_at, int64_t expiration_at);

/**
 * zone_history_supersede(history, kind, at):
 * What was served before goes when something new of ${kind} comes at ${at}.
 */
void zone_history_supersede(struct zone_history *history,
    enum history_kind kind, int64_t at);

/* A DS set, as zone_history_ds() makes them. */
struct history_ds {
	int64_t			 from_at, until_at;
	struct oracle_key	*keys;
	size_t			 n_keys;
	char			 what[HISTORY_WHAT_LEN];
};

/**
 * zone_history_ds(history, out, n):
 * The parent's DS sets from the facts, by time.
 * Owner: the caller, zone_history_ds_free().
 */
void zone_history_ds(const struct zone_history *history,
    struct history_ds **out, size_t *n);
void zone_history_ds_free(struct history_ds *list, size_t n);

/**
 * zone_history_ds_out_at(history, ksk):
 * From when on no cache has the DS of ${ksk}: ORACLE_FOR_EVER while the
 * parent has it, INT64_MIN where it never had.
 */
int64_t zone_history_ds_out_at(const struct zone_history *history,
    const struct history_ksk *ksk);

/**
 * zone_history_first(history):
 * The first set that was ever served; NULL where there is none.
 */
const struct history_set *zone_history_first(
    const struct zone_history *history);

/* The oracle's own form of the sets, and the names that it borrows. */
struct history_asked {
	struct oracle_world	 world;
	struct oracle_dnskeys	*dnskeys;
	struct oracle_ds	*ds;
	struct history_ds	*ds_sets;
	size_t			 n_ds_sets;
	struct oracle_key	*anchors;
	size_t			 n_anchors;
};

/**
 * zone_history_fill(history, from_at, until_at, asked),
 * zone_history_asked_clear(asked):
 * What the oracle is asked of ${history}, which has a set.
 */
void zone_history_fill(const struct zone_history *history, int64_t from_at,
    int64_t until_at, struct history_asked *asked);
void zone_history_asked_clear(struct history_asked *asked);

/**
 * zone_history_knows_ds(asked):
 * Whether anything was told of a DS at the parent.
 */
bool zone_history_knows_ds(const struct history_asked *asked);

/**
 * zone_history_hole(world, hole):
 * How a resolver would be bogus. Owner: the caller, free().
 */
char *zone_history_hole(const struct oracle_world *world,
    const struct oracle_hole *hole);

/**
 * zone_history_same(a, b):
 * Whether both are one key.
 */
bool zone_history_same(const struct oracle_key *a,
    const struct oracle_key *b);

#endif
