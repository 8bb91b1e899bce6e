/* Whether a store says of zones what the ledger tells. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kmgr/engine/replay_internal.h"

#define PAGE 1000		/* rows that are read at a time */
#define LINE_MAX_LEN 1500	/* a zone's name and two values */

struct teller {
	void	(*each)(void *arg, enum replay_difference kind,
		    const char *line);
	void	*arg;
};

static void __attribute__((format(printf, 3, 4)))
say(const struct teller *t, enum replay_difference kind, const char *fmt, ...)
{
	char line[LINE_MAX_LEN];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	t->each(t->arg, kind, line);
}

static void
compare_goal(const struct teller *t, const struct replay_zone *told,
    const struct zone_row *row)
{

	if (strcmp(told->goal, row->goal) != 0)
		say(t, REPLAY_CHANGED, "zone %s: the store says that its goal "
		    "is %.64s, the ledger %s", told->zone, row->goal,
		    told->goal);
	if (told->goal_at != row->goal_at)
		say(t, REPLAY_CHANGED, "zone %s: the store says that its "
		    "goal is of %lld, the ledger %lld", told->zone,
		    (long long)row->goal_at, (long long)told->goal_at);
}

/* Both are in the order of the algorithms. */
static void
compare_algs(const struct teller *t, const struct replay_zone *told,
    const struct zone_alg_row *rows, size_t n)
{
	size_t i = 0, k = 0;

	while (i < told->n_algs || k < n) {
		if (k == n || (i < told->n_algs &&
		    told->algs[i].alg < rows[k].alg)) {
			say(t, REPLAY_REMOVED, "zone %s: the store has no "
			    "record that it is signed with algorithm %u",
			    told->zone, told->algs[i++].alg);
			continue;
		}
		if (i == told->n_algs || rows[k].alg < told->algs[i].alg) {
			say(t, REPLAY_ADDED, "zone %s: no event tells that it "
			    "is signed with algorithm %u", told->zone,
			    rows[k++].alg);
			continue;
		}
		if (rows[k].signed_at != told->algs[i].signed_at)
			say(t, REPLAY_CHANGED, "zone %s: the store says that "
			    "it is signed with algorithm %u since %lld, the "
			    "ledger %lld", told->zone, rows[k].alg,
			    (long long)rows[k].signed_at,
			    (long long)told->algs[i].signed_at);
		i++;
		k++;
	}
}

static int
compare_zone(const struct teller *t, struct store *store,
    const struct replay_zone *told, struct error *err)
{
	struct zone_row row = { .zone = NULL };
	struct zone_alg_row *algs = NULL;
	bool found = false;
	size_t n = 0;

	if (store_zone_find(store, told->zone, &row, &found, err) != 0 ||
	    store_zone_alg_list(store, told->zone, &algs, &n, err) != 0) {
		zone_row_clear(&row);
		return -1;
	}
	if (found)
		compare_goal(t, told, &row);
	else
		say(t, REPLAY_REMOVED, "the store has no record of zone %s",
		    told->zone);
	compare_algs(t, told, algs, n);
	zone_alg_rows_free(algs, n);
	zone_row_clear(&row);
	return 0;
}

/* What zones are signed with that have no key. */
static int
find_added_algs(const struct teller *t, const struct replay *r,
    struct store *store, struct error *err)
{
	struct zone_alg_row *rows;
	size_t i, n;

	if (store_zone_alg_list(store, NULL, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (replay_zone_find(r, rows[i].zone) == NULL)
			say(t, REPLAY_ADDED, "no event tells of a key of zone "
			    "%s, which is said to be signed with algorithm "
			    "%u", rows[i].zone, rows[i].alg);
	zone_alg_rows_free(rows, n);
	return 0;
}

/* Zones that no event tells of. */
static int
find_added(const struct teller *t, const struct replay *r,
    struct store *store, struct error *err)
{
	struct zone_row last = { .zone = NULL }, *rows;
	size_t i, n = PAGE;

	while (n == PAGE) {
		if (store_zone_page(store, last.zone == NULL ? "" : last.zone,
		    PAGE, &rows, &n, err) != 0) {
			zone_row_clear(&last);
			return -1;
		}
		for (i = 0; i < n; i++)
			if (replay_zone_find(r, rows[i].zone) == NULL)
				say(t, REPLAY_ADDED, "no event tells of a key "
				    "of zone %s", rows[i].zone);
		zone_row_clear(&last);
		if (n > 0) {
			last = rows[n - 1];
			rows[n - 1] = (struct zone_row) { .zone = NULL };
		}
		zone_rows_free(rows, n);
	}
	zone_row_clear(&last);
	return 0;
}

int
replay_compare_zones(const struct replay *r, struct store *store,
    void (*each)(void *arg, enum replay_difference kind, const char *line),
    void *arg, struct error *err)
{
	const struct teller teller = { each, arg };
	size_t i;

	for (i = 0; i < r->n_zones; i++)
		if (compare_zone(&teller, store, r->zones[i], err) != 0)
			return -1;
	if (find_added(&teller, r, store, err) != 0)
		return -1;
	return find_added_algs(&teller, r, store, err);
}
