/* What the files of zone_history share; for them only. */
#ifndef ENGINE_ZONE_HISTORY_INNER_H
#define ENGINE_ZONE_HISTORY_INNER_H

#include "kmgr/engine/zone_history.h"

#define HISTORY_WHAT_LEN 96

struct history_ksk {
	char			 id[STORE_ID_TEXT];
	struct oracle_key	 key;
	int64_t			 ds_seen_at, ds_gone_at;
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
	struct oracle_key		*anchors;
	size_t				 n_anchors;
};

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
 * zone_history_same(a, b):
 * Whether both are one key.
 */
bool zone_history_same(const struct oracle_key *a,
    const struct oracle_key *b);

#endif
