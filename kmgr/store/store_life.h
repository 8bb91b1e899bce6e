/*
 * What the life cycle of a zone needs beside its KSKs: its goal, its zone
 * signer's algorithms, other providers' keys, what was observed, and when it
 * is due.
 */
#ifndef STORE_STORE_LIFE_H
#define STORE_STORE_LIFE_H

#include "kmgr/store/store.h"

/* A zone; without a row it is secure, and has no key. */
struct zone_row {
	char	*zone;
	char	*goal;			/* "secure", "insecure" */
	int64_t	 goal_at;		/* 0: ever */
	int64_t	 next_at;		/* when `run` has something to do; what
					 * it knew of, no promise */
	int64_t	 waiting_since_at;	/* for the operator, 0: not */
	char	*waits_for;		/* "ds-seen", ...; "retry"
					 * after a failure; "" */
	int64_t	 told_at;		/* hooks were told of DS changes */
	uint8_t	 published_hash[CRYPTO_SHA256_LEN]; /* what was handed to the
					 * zone signer last; zeroes: nothing */
	int64_t	 published_at;		/* 0: nothing was */
	/* The newest signature, and the changes, that there were then. */
	int64_t	 published_signature;
	int64_t	 published_changes;
	int64_t	 settings;		/* of the configuration, by which it
					 * was gone over last: a number; 0:
					 * not, or it says nothing */
	int64_t	 changes;		/* of facts, counted: two rows that
					 * have the same number tell the same */
};
void zone_row_clear(struct zone_row *row);
void zone_rows_free(struct zone_row *rows, size_t n);

/**
 * store_zone_find(store, zone, out, found, err), store_zone_put(store, row,
 * err):
 * The row of ${zone}; write it, new or not, but for what was published. Owner:
 * the caller, zone_row_clear().
 *
 * A zone has a row as soon as it has a key: store_ksk_put() and
 * store_foreign_put() make it. These, and whatever else here and in store.h
 * changes a fact (store_ksk_set_life() and _retire(), store_foreign and
 * store_zone_alg), make the zone due, or with its last key never due again.
 * Who knows better calls store_zone_put() after them.
 */
int store_zone_find(struct store *store, const char *zone,
    struct zone_row *out, bool *found, struct error *err);
int store_zone_put(struct store *store, const struct zone_row *row,
    struct error *err);

/**
 * store_zone_changes(store, zone, changes, err):
 * How often facts of ${zone} have changed; 0 where it has no row.
 */
int store_zone_changes(struct store *store, const char *zone,
    int64_t *changes, struct error *err);

/**
 * store_zone_page(store, after, max, out, n, err):
 * At most ${max} rows, of zones with and without keys, in the order of their
 * names behind ${after}. Owner: the caller, zone_rows_free().
 */
int store_zone_page(struct store *store, const char *after, size_t max,
    struct zone_row **out, size_t *n, struct error *err);

/**
 * store_zone_schedule(store, row, err):
 * Write what a pass found out of ${row}->zone, which has a row: when it is due,
 * what it waits for, when it was told and by which settings it was gone over.
 * Its goal stays.
 */
int store_zone_schedule(struct store *store, const struct zone_row *row,
    struct error *err);

/**
 * store_zone_publish(store, row, err):
 * Inside the caller's transaction, of ${row}->zone, which has a row: what was
 * published, when, and what there was then.
 *
 * store_zone_unpublish(store, zone, err):
 * In a transaction of its own: what ${zone}'s signer has is not known any
 * more, so that it is handed over anew.
 */
int store_zone_publish(struct store *store, const struct zone_row *row,
    struct error *err);
int store_zone_unpublish(struct store *store, const char *zone,
    struct error *err);

/**
 * store_zone_hasten(store, zone, err):
 * Inside the caller's transaction: ${zone}, which has a row, is due now, also
 * where a pass that does not know why is working on it; not where it has no
 * key.
 */
int store_zone_hasten(struct store *store, const char *zone,
    struct error *err);

/**
 * store_zone_signed(store, n, err):
 * Inside the caller's transaction: the zones of the ${n} signatures that were
 * recorded last are due now, so that they are handed over. That changes no
 * fact: a pass that is working on one finds the signature.
 */
int store_zone_signed(struct store *store, size_t n, struct error *err);

/**
 * store_zone_due(store, now_at, after, max, out, n, err):
 * At most ${max} zones that have a KSK which is not removed, or a foreign
 * key, and are due at ${now_at}, in the order of their names behind ${after}
 * ("" for the first). It costs what is due, not what there is. Owner: the
 * caller, zone_names_free().
 */
int store_zone_due(struct store *store, int64_t now_at, const char *after,
    size_t max, char ***out, size_t *n, struct error *err);

/**
 * store_zone_list(store, after, max, out, n, err):
 * Likewise, due or not.
 */
int store_zone_list(struct store *store, const char *after, size_t max,
    char ***out, size_t *n, struct error *err);
void zone_names_free(char **names, size_t n);

/**
 * store_ahead_of(store, zones, n):
 * As store_ahead(), for the ${n} ${zones}, in whatever order; where many
 * others stand between them by name it does nothing.
 */
void store_ahead_of(struct store *store, const char *const *zones, size_t n);

/**
 * store_zone_of_cmk(store, cmk_id, after, max, out, n, err):
 * Likewise zones that have or had a KSK of a CMK; all where ${cmk_id} is NULL.
 */
int store_zone_of_cmk(struct store *store, const char *cmk_id,
    const char *after, size_t max, char ***out, size_t *n,
    struct error *err);

/**
 * store_zone_next(store, next_at, err):
 * When the first zone is due; INT64_MAX where none is.
 */
int store_zone_next(struct store *store, int64_t *next_at,
    struct error *err);

/* Since when all data of a zone is signed with an algorithm. */
struct zone_alg_row {
	char	*zone;
	uint8_t	 alg;
	int64_t	 signed_at;
};

/**
 * store_zone_alg_put(store, row, err), store_zone_alg_drop(store, zone, alg,
 * err), store_zone_alg_list(store, zone, out, n, err):
 * Write it; forget it, where it is known; those of ${zone}, of all zones where
 * it is NULL, by zone and algorithm. Owner: the caller, zone_alg_rows_free().
 */
void zone_alg_rows_free(struct zone_alg_row *rows, size_t n);
int store_zone_alg_put(struct store *store, const struct zone_alg_row *row,
    struct error *err);
int store_zone_alg_drop(struct store *store, const char *zone, uint8_t alg,
    struct error *err);
int store_zone_alg_list(struct store *store, const char *zone,
    struct zone_alg_row **out, size_t *n, struct error *err);

/* A KSK of another provider: public key and DS only. */
struct foreign_key_row {
	char	 id[STORE_ID_TEXT];
	char	*zone;
	uint8_t	 alg;
	uint16_t key_tag;
	struct buf dnskey;		/* RDATA */
	int64_t	 added_at;
	int64_t	 dnskey_in_at;		/* in our DNSKEY RRset, 0: not yet */
	int64_t	 dnskey_out_at;
	int64_t	 ds_add_at, ds_seen_at, ds_remove_at, ds_gone_at;
	int64_t	 retire_at;		/* remove-foreign-key was asked for */
	int64_t	 removed_at;		/* 0: in use */
};
void foreign_key_rows_free(struct foreign_key_row *rows, size_t n);

/**
 * store_foreign_put(store, row, err), store_foreign_set(store, row, err),
 * store_foreign_list(store, zone, out, n, err):
 * Add one; write its instants; those of ${zone}, of all zones where it is
 * NULL, removed ones too, by zone in the order in which they were added.
 *
 * Errors: ERR_STORE; ERR_INPUT where the zone has one of this key tag already.
 */
int store_foreign_put(struct store *store, const struct foreign_key_row *row,
    struct error *err);
int store_foreign_set(struct store *store, const struct foreign_key_row *row,
    struct error *err);
int store_foreign_list(struct store *store, const char *zone,
    struct foreign_key_row **out, size_t *n, struct error *err);

/* Something that servers were seen to serve. */
struct observation_row {
	char	*zone;
	char	*kind;		/* "ds-ttl", "dnskey-ttl", "max-zone-ttl",
				 * "serial", "ds-set", ... */
	int64_t	 value;
	char	*text;		/* "" */
	int64_t	 first_at, last_at;
};
void observation_rows_free(struct observation_row *rows, size_t n);

/**
 * store_observe(store, row, err):
 * Record it: where zone, kind, value and text are those of the newest of this
 * kind, only its last_at goes on. The newest 1000 of a kind are kept.
 *
 * store_observe_now(store, row, err): in a transaction of its own.
 *
 * store_observe_max(store, row, is_new, err):
 * Likewise, of a kind of which only what is more than all that came after it
 * is of use: its rows get larger as they get older. Where there would be more
 * than 64 it is never the oldest that goes. Not for kinds of store_observe().
 *
 * store_observation_list(store, zone, kind, since_at, out, n, err):
 * Those last seen at ${since_at} or later, newest first, at most 1000.
 */
int store_observe(struct store *store, const struct observation_row *row,
    struct error *err);
int store_observe_now(struct store *store, const struct observation_row *row,
    struct error *err);
int store_observe_max(struct store *store, const struct observation_row *row,
    bool *is_new, struct error *err);
int store_observation_list(struct store *store, const char *zone,
    const char *kind, int64_t since_at, struct observation_row **out,
    size_t *n, struct error *err);

/**
 * store_ksk_set_life(store, ksk, err):
 * Write state, standby and all instants of the life cycle of ${ksk}->id. That
 * there is no such KSK may show at the next question, or the commit.
 */
int store_ksk_set_life(struct store *store, const struct ksk_row *ksk,
    struct error *err);

/**
 * store_ksk_facts(store, zone, out, n, err):
 * The KSKs of ${zone} that are not removed, as store_ksk_list() has them, but
 * without DNSKEY and endorsement.
 *
 * store_ksk_removed(store, zone, out, n, err): those that are removed, whole.
 *
 * store_ksk_has_removed(store, zone, has, err): whether there are such.
 *
 * store_ksk_cmks(store, zone, out, n, err): of each KSK, removed or not, the id
 * of its CMK. Owner: the caller, free().
 *
 * Owner: the caller, ksk_rows_free().
 */
int store_ksk_facts(struct store *store, const char *zone,
    struct ksk_row **out, size_t *n, struct error *err);
int store_ksk_removed(struct store *store, const char *zone,
    struct ksk_row **out, size_t *n, struct error *err);
int store_ksk_has_removed(struct store *store, const char *zone, bool *has,
    struct error *err);
int store_ksk_cmks(struct store *store, const char *zone,
    char (**out)[STORE_ID_TEXT], size_t *n, struct error *err);

/* Since when the pair of a KSK is there. */
struct key_age {
	char	ksk_id[STORE_ID_TEXT];
	int64_t	made_at;
};

/**
 * store_key_ages(store, zone, out, n, err):
 * Those of all KSKs of ${zone}. Owner: the caller, free().
 */
int store_key_ages(struct store *store, const char *zone,
    struct key_age **out, size_t *n, struct error *err);

#endif
