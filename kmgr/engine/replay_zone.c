/* What events do to zones and to other providers' keys. */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/replay_internal.h"

static int
compare_names(const void *a, const void *b)
{
	const struct replay_zone *left = a, *right = b;

	return strcmp(left->zone, right->zone);
}

struct replay_zone *
replay_zone_find(const struct replay *r, const char *name)
{
	union { const char *in; char *out; } u = { name };
	const struct replay_zone wanted = { .zone = u.out };
	void *const *found = tfind(&wanted, &r->by_zone, compare_names);

	return found == NULL ? NULL : *found;
}

struct replay_zone *
replay_zone(struct replay *r, const char *name)
{
	struct replay_zone *zone = replay_zone_find(r, name);

	if (zone != NULL)
		return zone;
	zone = mem_new(sizeof(*zone));
	zone->zone = mem_strdup(name);
	zone->goal = mem_strdup("secure");
	*(struct replay_zone **)mem_push(&r->zones, r->n_zones++,
	    sizeof(zone)) = zone;
	if (tsearch(zone, &r->by_zone, compare_names) == NULL)
		abort();		/* as mem_new() without memory */
	return zone;
}

void
replay_zones_clear(struct replay *r)
{
	size_t i;

	for (i = 0; i < r->n_zones; i++) {
		(void)tdelete(r->zones[i], &r->by_zone, compare_names);
		free(r->zones[i]->zone);
		free(r->zones[i]->goal);
		free(r->zones[i]->algs);
		free(r->zones[i]->cmk_ids);
		free(r->zones[i]);
	}
	free(r->zones);
}

static bool
is_answered_by(const struct replay_zone *zone, const char *cmk_id)
{
	size_t i;

	for (i = 0; i < zone->n_cmk_ids; i++)
		if (strcmp(zone->cmk_ids[i], cmk_id) == 0)
			return true;
	return false;
}

void
replay_zone_answers(struct replay_zone *zone, const char *cmk_id)
{

	if (!is_answered_by(zone, cmk_id))
		(void)snprintf(mem_push(&zone->cmk_ids, zone->n_cmk_ids++,
		    STORE_ID_TEXT), STORE_ID_TEXT, "%s", cmk_id);
}

/* --- events -------------------------------------------------------------- */

/*
 * The zone that an event tells of, which has a key: under the CMK that the
 * event is filed under, or else that of another zone could tell of this one.
 */
static int
find_zone(struct replay *r, const struct replay_happening *h,
    struct replay_zone **out, struct error *err)
{
	const char *name, *cmk_id;

	if (replay_need(h, "zone", &name, err) != 0 ||
	    replay_need(h, "cmk_id", &cmk_id, err) != 0)
		return -1;
	if ((*out = replay_zone_find(r, name)) == NULL)
		return err_set(err, ERR_INTEGRITY, "no event tells of a key "
		    "of zone %s", name);
	if (!is_answered_by(*out, cmk_id))
		return err_set(err, ERR_INTEGRITY, "zone %s has no KSK under "
		    "CMK %.32s", name, cmk_id);
	return 0;
}

int
replay_on_zone_goal(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct replay_zone *zone;
	int64_t goal_at = 0;
	const char *goal;

	if (find_zone(r, h, &zone, err) != 0 ||
	    replay_need(h, "goal", &goal, err) != 0)
		return -1;
	if ((strcmp(goal, "secure") != 0 && strcmp(goal, "insecure") != 0) ||
	    !json_get_int(h->payload, "goal_at", &goal_at) || goal_at <= 0)
		return err_set(err, ERR_INTEGRITY, "\"%.32s\" is no goal, or "
		    "it has no instant", goal);
	replay_replace(&zone->goal, goal);
	zone->goal_at = goal_at;
	return 0;
}

/* In the order of the algorithms, as the store lists them. */
static void
set_alg(struct replay_zone *zone, uint8_t alg, int64_t signed_at)
{
	size_t i = 0;

	while (i < zone->n_algs && zone->algs[i].alg < alg)
		i++;
	if (i == zone->n_algs || zone->algs[i].alg != alg) {
		(void)mem_push(&zone->algs, zone->n_algs++,
		    sizeof(*zone->algs));
		memmove(&zone->algs[i + 1], &zone->algs[i],
		    (zone->n_algs - 1 - i) * sizeof(*zone->algs));
	}
	zone->algs[i] = (struct zone_alg_row) { NULL, alg, signed_at };
}

static void
drop_alg(struct replay_zone *zone, uint8_t alg)
{
	size_t i, n = 0;

	for (i = 0; i < zone->n_algs; i++)
		if (zone->algs[i].alg != alg)
			zone->algs[n++] = zone->algs[i];
	zone->n_algs = n;
}

int
replay_on_alg_signed(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	int64_t alg = 0, signed_at = 0;
	struct replay_zone *zone;
	bool dropped = false;

	if (find_zone(r, h, &zone, err) != 0)
		return -1;
	(void)json_get_bool(h->payload, "dropped", &dropped);
	(void)json_get_int(h->payload, "signed_at", &signed_at);
	if (!json_get_int(h->payload, "alg", &alg) || alg < 1 ||
	    alg > UINT8_MAX || (!dropped && signed_at <= 0))
		return err_set(err, ERR_INTEGRITY, "it has no algorithm or "
		    "no instant");
	if (dropped)
		drop_alg(zone, (uint8_t)alg);
	else
		set_alg(zone, (uint8_t)alg, signed_at);
	return 0;
}

int
replay_on_add_foreign(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct foreign_key_row *row = mem_new(sizeof(*row));
	struct replay_zone *zone;

	if (find_zone(r, h, &zone, err) == 0 &&
	    foreign_facts_row(h->payload, row, err) == 0 &&
	    replay_rows_add(&r->foreign, row, err) == 0)
		return 0;
	foreign_facts_clear(row);
	free(row);
	return -1;
}

int
replay_on_foreign_step(struct replay *r, const struct replay_happening *h,
    struct error *err)
{
	struct foreign_key_row *row;
	struct replay_zone *zone;
	const char *id;

	if (find_zone(r, h, &zone, err) != 0 ||
	    replay_need(h, "foreign_id", &id, err) != 0)
		return -1;
	if ((row = replay_rows_find(&r->foreign, id)) == NULL)
		return err_set(err, ERR_INTEGRITY, "no event tells of foreign "
		    "key %.32s", id);
	if (strcmp(row->zone, zone->zone) != 0)
		return err_set(err, ERR_INTEGRITY, "foreign key %s/%u is none "
		    "of zone %s", row->zone, row->key_tag, zone->zone);
	if (row->removed_at != 0)
		return err_set(err, ERR_INTEGRITY, "foreign key %s/%u is "
		    "removed already", row->zone, row->key_tag);
	return foreign_facts_read(json_get(h->payload, "life"), row, err);
}

/* --- to the store -------------------------------------------------------- */

static int
compare_ids(const void *a, const void *b)
{
	const struct foreign_key_row *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static int
write_foreign(const struct replay *r, struct store *store, struct error *err)
{
	const struct foreign_key_row *row, *was;
	struct foreign_key_row *old;
	size_t i, n;
	int rc = 0;

	if (store_foreign_list(store, NULL, &old, &n, err) != 0)
		return -1;
	if (n > 0)
		qsort(old, n, sizeof(*old), compare_ids);
	for (i = 0; i < r->foreign.n && rc == 0; i++) {
		row = r->foreign.rows[i];
		was = n == 0 ? NULL : bsearch(row, old, n, sizeof(*old),
		    compare_ids);
		if (was == NULL)
			rc = store_foreign_put(store, row, err);
		else if (!foreign_facts_are_same(was, row))
			rc = store_foreign_set(store, row, err);
	}
	foreign_key_rows_free(old, n);
	return rc;
}

static int
write_algs(const struct replay_zone *zone, struct store *store,
    struct error *err)
{
	struct zone_alg_row *old, row;
	size_t i, n;
	int rc = 0;

	if (store_zone_alg_list(store, zone->zone, &old, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		rc = store_zone_alg_drop(store, zone->zone, old[i].alg, err);
	zone_alg_rows_free(old, n);
	for (i = 0; i < zone->n_algs && rc == 0; i++) {
		row = zone->algs[i];
		row.zone = zone->zone;
		rc = store_zone_alg_put(store, &row, err);
	}
	return rc;
}

static int
write_zone(const struct replay_zone *zone, struct store *store,
    struct error *err)
{
	struct zone_row row = { .zone = NULL };
	bool found = false;
	int rc = 0;

	if (store_zone_find(store, zone->zone, &row, &found, err) != 0)
		return -1;
	if (!found || strcmp(row.goal, zone->goal) != 0 ||
	    row.goal_at != zone->goal_at) {
		if (!found)
			row.zone = mem_strdup(zone->zone);
		replay_replace(&row.goal, zone->goal);
		row.goal_at = zone->goal_at;
		row.next_at = 0;
		rc = store_zone_put(store, &row, err);
	}
	zone_row_clear(&row);
	return rc == 0 ? write_algs(zone, store, err) : -1;
}

int
replay_write_zones(const struct replay *r, struct store *store,
    struct error *err)
{
	size_t i;

	if (write_foreign(r, store, err) != 0)
		return -1;
	for (i = 0; i < r->n_zones; i++)
		if (write_zone(r->zones[i], store, err) != 0)
			return -1;
	return 0;
}
