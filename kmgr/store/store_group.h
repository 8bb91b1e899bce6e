/* The KSKs of a CMK as a group: one of them, and whose they are. */
#ifndef STORE_STORE_GROUP_H
#define STORE_STORE_GROUP_H

#include "kmgr/store/store.h"

/**
 * store_group_first(store, cmk_id, out, found, err):
 * The first KSK of a CMK, by zone, that is not removed.
 */
int store_group_first(struct store *store, const char *cmk_id,
    struct ksk_row *out, bool *found, struct error *err);

/**
 * store_group_zones(store, cmk_id, after, max, out, n, err),
 * store_group_zones_free(zones, n):
 * At most ${max} zones behind ${after}, "" for the first ones, that have a KSK
 * of a CMK which is neither removed nor retired; in order.
 *
 * Owner: the caller, store_group_zones_free().
 */
int store_group_zones(struct store *store, const char *cmk_id,
    const char *after, size_t max, char ***out, size_t *n,
    struct error *err);
void store_group_zones_free(char **zones, size_t n);

/**
 * store_group_count(store, cmk_id, n, err):
 * How many zones those are.
 *
 * store_group_pairs(store, cmk_id, n, err): how many shared pairs it has had.
 *
 * store_group_is_behind(store, cmk_id, key_id, behind, err): whether one of
 * them has such a KSK of another pair than ${key_id}.
 */
int store_group_count(struct store *store, const char *cmk_id, int64_t *n,
    struct error *err);
int store_group_pairs(struct store *store, const char *cmk_id, int64_t *n,
    struct error *err);
int store_group_is_behind(struct store *store, const char *cmk_id,
    const char *key_id, bool *behind, struct error *err);

#endif
